"""Killed with SIGKILL at any point and started again, `run` and `apply` give what they give undisturbed.

Twenty points each, spread over the whole work: before, in and after transactions.
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


def process(what: str, plan: Path, events: Path, address, point: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(KILLING), what, str(plan), str(events), str(point)]
    return subprocess.run(command, check=False, capture_output=True, text=True, env=os.environ | address.environment())


def ended(found: subprocess.CompletedProcess[str]) -> int:
    """The number of points of a process that came to its end."""
    assert (found.returncode, found.stderr) == (0, "")
    return int(found.stdout)


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
    for table in TABLES:
        assert rig.different(plan, warehouse, table, shop.truth()[PHASE][table]) == (), table
    assert gaps(rig.rows_of(plan, warehouse, "shop", "_streamplan_ledger")) == []


def gaps(ledger: list[dict]) -> list[dict]:
    """Rows of the ledger that do not begin right behind the one before."""
    last: dict[tuple[str, int], int] = {}
    found = []
    for row in sorted(ledger, key=lambda row: (row["topic"], row["from_offset"])):
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
