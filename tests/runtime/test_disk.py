"""A plan on disk is loaded as it was compiled, to the byte, or refused by what is wrong with it."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from streamplan.runtime.disk import encode_manifest, encode_table, join_manifest, load, split_manifest, unlisted
from streamplan.runtime.errors import PlanError

GOLDEN = Path(__file__).parents[2] / "golden"
PLANS = sorted(path.parent for path in GOLDEN.glob("*/*/plan/plan.json"))
LOCK = "tables/shop.orders/lock.sql"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(GOLDEN / "orders/01_create/plan", tmp_path / "plan"))


def refused(folder: Path) -> tuple[str, str]:
    with pytest.raises(PlanError) as caught:
        load(folder)
    return caught.value.code, caught.value.message.replace(str(folder), "PLAN")


def resealed(folder: Path, manifest: bytes) -> Path:
    """A plan whose manifest was replaced by one who also mended `plan.sum`."""
    old, new = ((folder / "plan.json").read_bytes(), manifest)
    (folder / "plan.json").write_bytes(manifest)
    sums = (folder / "plan.sum").read_text()
    (folder / "plan.sum").write_text(sums.replace(*(hashlib.sha256(text).hexdigest() for text in (old, new))))
    return folder


def test_a_plan_is_loaded_with_the_text_of_every_statement(folder: Path):
    plan = load(folder)
    assert (plan.connector, plan.version, plan.ancestors) == ("shop", 1, ())
    assert plan.tables[0].lock.sql == (folder / LOCK).read_text()
    assert plan.accounts[0].unless.sql == (folder / plan.accounts[0].unless.path).read_text()


def test_a_plans_id_is_the_sha256_of_its_sums(folder: Path):
    assert load(folder).id == hashlib.sha256((folder / "plan.sum").read_bytes()).hexdigest()


def test_a_later_version_names_the_one_before_as_its_ancestor():
    assert load(GOLDEN / "orders/02_new_column/plan").ancestors == (load(GOLDEN / "orders/01_create/plan").id,)


@pytest.mark.parametrize("plan", PLANS, ids=lambda path: f"{path.parts[-3]}-{path.parts[-2]}")
def test_the_manifest_of_a_loaded_plan_is_the_file(plan: Path):
    assert encode_manifest(load(plan)) == (plan / "plan.json").read_bytes()


@pytest.mark.parametrize("plan", PLANS, ids=lambda path: f"{path.parts[-3]}-{path.parts[-2]}")
def test_a_manifest_that_was_taken_apart_is_joined_to_the_same_file(plan: Path):
    head, tables = split_manifest(plan, [len(encode_table(table)) for table in load(plan).tables])
    assert head.id == load(plan).id
    assert b"".join(join_manifest(head, tables)) == (plan / "plan.json").read_bytes()


def test_a_list_without_parts_is_taken_apart_to_none():
    assert unlisted(b'{\n  "tables": [],\n  "views": []\n}\n', "tables", []) == (
        b'{\n  "tables": [],\n  "views": []\n}\n',
        [],
    )


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not installed")
@pytest.mark.parametrize("plan", PLANS, ids=lambda path: f"{path.parts[-3]}-{path.parts[-2]}")
def test_sha256sum_agrees_with_the_sums(plan: Path):
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "plan.sum"], cwd=plan, check=True)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda plan: (plan / LOCK).write_text("-- edited"), f"{LOCK}: edited"),
        (lambda plan: (plan / "plan.json").write_text("{}"), "plan.json: edited"),
        (lambda plan: (plan / LOCK).unlink(), f"{LOCK}: removed"),
        (lambda plan: (plan / "tables/more.sql").write_text(""), "tables/more.sql: added"),
    ],
)
def test_a_file_that_is_not_as_it_was_compiled_is_named(change, told: str, folder: Path):
    change(folder)
    assert refused(folder) == ("P801", f'"PLAN" is not the plan that was compiled:\n  {told}')


def test_all_files_that_are_wrong_are_named_at_once(folder: Path):
    (folder / LOCK).write_text("")
    (folder / "a.sql").write_text("")
    assert refused(folder)[1].splitlines()[1:] == ["  a.sql: added", f"  {LOCK}: edited"]


@pytest.mark.parametrize("missing", ["plan.sum", "the folder"])
def test_a_folder_without_sums_is_no_plan(missing: str, folder: Path):
    (folder / "plan.sum").unlink() if missing == "plan.sum" else shutil.rmtree(folder)
    assert refused(folder) == ("P801", '"PLAN" is not a plan: it has no plan.sum')


def test_sums_that_are_no_text_are_no_plan(folder: Path):
    (folder / "plan.sum").write_bytes(b"\xff\xfe")
    assert refused(folder)[0] == "P801"


@pytest.mark.parametrize(
    ("change", "code", "told"),
    [
        ({"format": 2}, "P802", '"PLAN" has format 2; this streamplan reads format 1'),
        ({"format": 2, "rooms": []}, "P802", '"PLAN" has format 2; this streamplan reads format 1'),
        ({"rooms": []}, "P803", '"PLAN/plan.json" is broken: Object contains unknown field `rooms`'),
        ({"version": "1"}, "P803", '"PLAN/plan.json" is broken: Expected `int`, got `str` - at `$.version`'),
        ({"batch": "big"}, "P803", '"PLAN/plan.json" is broken: Expected `object`, got `str` - at `$.batch`'),
    ],
)
def test_a_manifest_of_another_make_is_refused(change: dict, code: str, told: str, folder: Path):
    manifest = json.loads((folder / "plan.json").read_bytes()) | change
    assert refused(resealed(folder, json.dumps(manifest).encode())) == (code, told)


@pytest.mark.parametrize("manifest", [b"", b"{", b"[]", b"\xff"])
def test_a_manifest_that_is_none_is_refused(manifest: bytes, folder: Path):
    code, told = refused(resealed(folder, manifest))
    assert (code, told.startswith('"PLAN/plan.json" is broken: ')) == ("P803", True)
