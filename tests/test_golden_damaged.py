"""Golden damage: a plan of a golden story with one statement put wrong, and what the compiler's own check says of it.

No spec provokes these refusals: they are faults of the compiler. `--update-golden` rewrites what is said.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec
import pytest
from streamplan.compiler.check import check, oversized
from streamplan.compiler.diagnostic import CompileError, Diagnostic, Format, show
from streamplan.compiler.model import EMPTY, Model
from streamplan.compiler.previous import read_previous
from streamplan.compiler.second import unread
from streamplan.compiler.walk import statements
from streamplan.runtime.disk import load
from streamplan.runtime.plan import Plan
from streamplan.runtime.statement import Statement

GOLDEN = Path(__file__).parent.parent / "golden"
CASES = sorted(path for path in (GOLDEN / "damaged").iterdir() if path.is_dir())
FAULTS = {"C701", "C702", "C703", "C704", "C705", "C706"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_damaged_plan_is_refused_for_what_is_wrong_with_it(case: Path, update_golden):
    damage = json.loads((case / "damage.json").read_text(encoding="utf-8"))
    found = refusal(damage)
    said = case / "said.txt"
    if update_golden:
        said.write_text(found, encoding="utf-8")
    assert said.read_text(encoding="utf-8") == found


def test_every_fault_that_the_check_finds_is_told_in_a_golden_file():
    assert {
        code for case in CASES for code in re.findall(r"error (C7\d\d):", (case / "said.txt").read_text())
    } == FAULTS


@pytest.mark.parametrize(
    "step",
    sorted({path.parent for path in GOLDEN.glob("*/*/plan")}),
    ids=lambda step: f"{step.parent.name}-{step.name}",
)
def test_a_plan_that_is_not_damaged_is_not_refused(step: Path):
    assert [*problems(load(step / "plan"), *models(step))] == []


def test_a_statement_that_is_too_large_is_found_without_being_read():
    damage = json.loads((GOLDEN / "damaged" / "07_too_large" / "damage.json").read_text(encoding="utf-8"))
    plan = load(GOLDEN / damage["of"] / "plan")
    assert [*oversized(plan)] == []
    (found,) = oversized(with_damage(plan, damage))
    assert (found.code, found.span.path, found.help) == ("C702", damage["file"], "use more than one connector")


def refusal(damage: dict[str, str]) -> str:
    """What is said of the plan of a step with one of its files damaged."""
    step = GOLDEN / damage["of"]
    plan = with_damage(load(step / "plan"), damage)
    return show(CompileError(problems(plan, *models(step))), Format.TEXT, {}) + "\n"


def problems(plan: Plan, before: Model, after: Model) -> tuple[Diagnostic, ...]:
    """What the check finds, or else the second reader."""
    try:
        check(plan, before=before, after=after)
    except CompileError as error:
        return error.diagnostics
    return tuple(unread(statements(plan)))


def models(step: Path) -> tuple[Model, Model]:
    """The model before a step's plan and the one that it gives."""
    earlier = [path.parent for path in sorted(step.parent.glob("*/plan")) if path.parent < step]
    return read_previous(earlier[-1] / "plan").model if earlier else EMPTY, read_previous(step / "plan").model


def with_damage(value, damage: dict[str, str]):
    """The plan, or a part of it, with the text of one statement changed; one whose text is null is left out."""
    match value:
        case Statement(path=path) if path == damage["file"]:
            return (
                None
                if damage.get("sql", "") is None
                else msgspec.structs.replace(value, sql=put_wrong(value.sql, damage))
            )
        case msgspec.Struct():
            parts = {name: with_damage(getattr(value, name), damage) for name in value.__struct_fields__}
            return msgspec.structs.replace(value, **parts)
        case tuple():
            return tuple(part for item in value if (part := with_damage(item, damage)) is not None)
        case _:
            return value


def put_wrong(sql: str, damage: dict[str, str]) -> str:
    """The text with `take` replaced by `put`, or `sql` in its place, or blanks behind it up to `size` bytes."""
    if "size" in damage:
        return sql.ljust(int(damage["size"]))
    if "sql" in damage:
        return damage["sql"]
    assert damage["take"] in sql
    return sql.replace(damage["take"], damage["put"])
