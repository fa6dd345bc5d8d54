"""Ended at any numbered point of docs/delivery.md, a run or an apply goes on, and nothing is lost or done twice."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import catalog
import delivering
import pytest
import rig
from modes import ask, write_lines
from small import Small, change
from streamplan.runtime.disk import load

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "delivery.md").read_text(encoding="utf-8")
WIDENED = ROOT / "golden" / "widen" / "02_longer" / "plan"
TOPIC = "m.orders"
SPEC = "ingestion: {{schema_evolution: ignore, mode: {mode}, deletes: {deletes}}}\ntables: {{orders: {{}}}}\n"
DELETES = {"upsert": "hard", "insert": "soft"}


def order(offset: int, op: str, number: int, note: str, size: object = 1) -> dict:
    return change(TOPIC, offset, op, {"id": number, "note": note, "size": size})


# Three batches of three events; the last of each does not fit its column.
EVENTS = [
    order(0, "c", 1, "a"),
    order(1, "c", 2, "a"),
    order(2, "c", 3, "a", size="none"),
    order(3, "u", 1, "b"),
    order(4, "d", 2, "a"),
    order(5, "u", 1, "c", size="none"),
    order(6, "c", 4, "a"),
    order(7, "u", 4, "b"),
    order(8, "c", 5, "a", size="none"),
]
ROWS = {
    "upsert": [(1, "b"), (4, "b")],
    "insert": [(1, "a"), (1, "b"), (2, "a"), (2, None), (4, "a"), (4, "b")],
}
REFUSED = [(2, "X924"), (5, "X924"), (8, "X924")]
SPANS = [(0, 2), (3, 5), (6, 8)]
COMMITTED = {"C8": 3, "C9": 2, "C10": 2}  # batches, when the process has ended; one at all other points


def process(plan: Path, events: Path, point: str, address) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, delivering.__file__, str(plan), str(events), point]
    return subprocess.run(command, check=False, capture_output=True, text=True, env=os.environ | address.environment())


def spans(small: Small) -> list[tuple]:
    return small.ask("SELECT from_offset, to_offset FROM modes._streamplan_ledger ORDER BY from_offset")


@pytest.mark.parametrize("mode", ["upsert", "insert"])
@pytest.mark.parametrize("point", delivering.RUN)
def test_a_run_that_ends_here_goes_on_and_loses_and_doubles_nothing(point: str, mode: str, tmp_path: Path, warehouse):
    small = Small(tmp_path, warehouse, SPEC.format(mode=mode, deletes=DELETES[mode]), EVENTS[:2])
    events = write_lines(tmp_path / "events.jsonl", EVENTS)
    found = process(tmp_path / "plan", events, point, warehouse)
    assert (found.returncode, found.stderr) == (0 if point == "C8" else -signal.SIGKILL, "")
    assert spans(small) == SPANS[: COMMITTED.get(point, 1)]
    small.run(EVENTS, max_rows=delivering.BATCH)
    assert spans(small) == SPANS
    assert small.ask("SELECT id, note FROM modes.orders ORDER BY id, note") == ROWS[mode]
    assert small.quarantined() == REFUSED


RECORDED = {"A3": ["migrations/0001/" + delivering.CREATE], "A5": ["migrations/0001/" + delivering.CREATE]}


@pytest.mark.parametrize("point", delivering.APPLY)
def test_an_apply_that_ends_here_goes_on_and_does_nothing_twice(point: str, warehouse):
    plan = load(WIDENED)
    found = process(WIDENED, WIDENED, point, warehouse)
    assert (found.returncode, found.stderr) == (-signal.SIGKILL, "")
    assert history(plan, warehouse) == RECORDED.get(point, [])
    assert widened(plan, warehouse) == {"A1": [], "A2": [], "A3": [200], "A4": [], "A5": [20]}[point]
    rig.apply_plan(plan, warehouse, "H601")
    expected = [statement.path for migration in plan.migrations for statement in migration.statements]
    assert history(plan, warehouse) == sorted([*expected, "plan.sum", "plan.sum"])
    assert widened(plan, warehouse) == [200]
    assert set(catalog.live(plan, warehouse, ("shop",))) == {"shop.orders"}


def history(plan, warehouse) -> list[str]:
    return sorted(row["statement"] for row in rig.rows_of(plan, warehouse, "shop", "_streamplan_history"))


def widened(plan, warehouse) -> list[int]:
    """How long the column of the notes is; nothing without its table."""
    sql = "SELECT character_maximum_length FROM svv_columns WHERE table_name = 'orders' AND column_name = 'note'"
    with rig.warehouse_of(plan, warehouse) as own:
        return [length for (length,) in ask(own, sql)]


def test_the_page_and_the_tests_have_the_same_points():
    assert re.findall(r"^\| ([AC]\d+) \|", PAGE, re.MULTILINE) == [*delivering.RUN, *delivering.APPLY]


def test_the_tests_that_the_page_names_are_there():
    named = set(re.findall(r"`(\w+\.py)::(test_\w+)", PAGE))
    assert len(named) > 5
    for file, test in named:
        (path,) = (ROOT / "tests").rglob(file)
        assert f"def {test}(" in path.read_text(encoding="utf-8"), test
