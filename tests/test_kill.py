"""Killed with SIGKILL at any point and started again, `run` and `apply` give what they give undisturbed.

Twenty points each, spread over the whole work: before, in and after transactions. SIGTERM and Ctrl-C finish instead.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path

import catalog
import pytest
import rig
import shop

POINTS = 20
PHASE = "P02_pk_update"
TABLES = ("audit_log", "carts", "customers", "order_lines", "orders", "products", "staging_lines", "staging_orders")
KILLING = Path(__file__).parent / "killing.py"


@pytest.fixture(scope="session")
def rigged(tmp_path_factory):
    """The shop's plan and its events up to the primary key updates."""
    folder = tmp_path_factory.mktemp("kill")
    spec = rig.shop_spec(folder)
    events = shop.write(folder / "events.jsonl", "schemas", PHASE)
    rig.observe_file(spec, events, ("shop.shop.*",))
    return rig.compile_plan(spec, folder / "plan"), folder / "plan", events


def process(what: str, plan: Path, events: Path, address, *point: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(KILLING), what, str(plan), str(events), *map(str, point)]
    return subprocess.run(command, check=False, capture_output=True, text=True, env=os.environ | address.environment())


def ended(found: subprocess.CompletedProcess[str]) -> int:
    """The number of points of a process that came to its end."""
    assert (found.returncode, found.stderr) == (0, "")
    return int(found.stdout.split()[0])


@cache
def points(what: str, plan: Path, events: Path, sandbox) -> int:
    """How many points the work has when nobody kills it."""
    address = sandbox.create_database(f"count_{what}_{os.getpid()}")
    if what == "run":
        ended(process("apply", plan, events, address, 0))
    return ended(process(what, plan, events, address, 0))


def killed(what: str, nth: int, rigged, sandbox, warehouse) -> None:
    """Kills at the nth of twenty points, and starts again."""
    _, plan, events = rigged
    total = points(what, plan, events, sandbox)
    assert total > POINTS
    point = 1 + (total - 1) * nth // (POINTS - 1)
    assert process(what, plan, events, warehouse, point).returncode == -signal.SIGKILL
    ended(process(what, plan, events, warehouse, 0))


@pytest.mark.parametrize("nth", range(POINTS))
def test_a_killed_run_goes_on_and_loses_and_doubles_nothing(nth: int, rigged, sandbox, warehouse):
    plan = rigged[0]
    rig.apply_plan(plan, warehouse)
    killed("run", nth, rigged, sandbox, warehouse)
    all_there(plan, warehouse)


def all_there(plan, warehouse) -> None:
    """Every table equals the source's, and the ledger has neither gaps nor overlaps."""
    for table in TABLES:
        assert rig.different(plan, warehouse, table, shop.truth()[PHASE][table]) == (), table
    assert gaps(ledger(plan, warehouse)) == []


def ledger(plan, warehouse) -> list[dict]:
    return rig.rows_of(plan, warehouse, "shop", "_streamplan_ledger")


def events_in(rows: list[dict]) -> int:
    return sum(row["to_offset"] - row["from_offset"] + 1 for row in rows)


# In each test the first batch is under way when the signal comes: it is 60 events of one table, after 60 to 480 of all.
IN_A_TRANSACTION = [6, 9, 12, 15]
NOTE = "finishing the batch; press Ctrl-C again to leave at once"


@pytest.mark.parametrize("point", IN_A_TRANSACTION)
@pytest.mark.parametrize(("name", "note"), [("SIGTERM", ""), ("SIGINT", NOTE)])
def test_a_run_that_is_told_to_finish_pulls_nothing_more_commits_what_is_open_and_succeeds(
    name: str, note: str, point: int, rigged, warehouse
):
    plan, folder, events = rigged
    rig.apply_plan(plan, warehouse)
    found = process("run", folder, events, warehouse, point, name)
    assert (found.returncode, found.stderr.strip(), found.stdout.split()[1]) == (0, note, "0")
    taken = events_in(ledger(plan, warehouse))
    assert taken > 0
    assert taken % TAKEN_AT_ONCE == 0
    ended(process("run", folder, events, warehouse, 0))
    all_there(plan, warehouse)


TAKEN_AT_ONCE = 20


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_wait_for_records_ends_when_the_run_is_told_to_finish(name: str, rigged, warehouse):
    plan, folder, events = rigged
    rig.apply_plan(plan, warehouse)
    found = process("run", folder, events, warehouse, -3, name)
    assert (found.returncode, events_in(ledger(plan, warehouse))) == (0, 2 * TAKEN_AT_ONCE)
    ended(process("run", folder, events, warehouse, 0))
    all_there(plan, warehouse)


@pytest.mark.parametrize("point", IN_A_TRANSACTION)
def test_the_second_ctrl_c_leaves_at_once_and_loses_nothing(point: int, rigged, warehouse):
    plan, folder, events = rigged
    rig.apply_plan(plan, warehouse)
    found = process("run", folder, events, warehouse, point, "SIGINT", 2)
    assert (found.returncode, found.stderr.strip()) == (INTERRUPTED, NOTE)
    assert ledger(plan, warehouse) == []
    ended(process("run", folder, events, warehouse, 0))
    all_there(plan, warehouse)


INTERRUPTED = 130


def gaps(rows: list[dict]) -> list[dict]:
    """Rows of the ledger that do not begin right behind the one before."""
    last: dict[tuple[str, int], int] = {}
    found = []
    for row in sorted(rows, key=lambda row: (row["topic"], row["from_offset"])):
        partition = row["topic"], row["topic_partition"]
        found += [row] if row["from_offset"] != last.get(partition, -1) + 1 else []
        last[partition] = row["to_offset"]
    return found


@pytest.mark.parametrize("nth", range(POINTS))
def test_a_killed_apply_goes_on_and_does_nothing_twice(nth: int, rigged, sandbox, warehouse):
    plan = rigged[0]
    killed("apply", nth, rigged, sandbox, warehouse)
    history = [row["statement"] for row in rig.rows_of(plan, warehouse, "shop", "_streamplan_history")]
    expected = [statement.path for migration in plan.migrations for statement in migration.statements]
    assert sorted(history) == sorted([*expected, "plan.sum"])
    assert set(catalog.live(plan, warehouse, ("shop",))) == {f"shop.{table}" for table in TABLES}
