"""A failure of the system is told as one: nothing goes to quarantine, nothing is lost, and the next run goes on."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path

import pytest
import rig
import shop
from streamplan.runtime.errors import StopError, WarehouseError
from streamplan.runtime.files import FileSource
from streamplan.runtime.loop import Run
from streamplan.runtime.plan import Statement
from streamplan.runtime.ports import Silent, Until

PHASE = "P01_dml"
PID = Statement(path="pid", sql="SELECT pg_backend_pid()")


@pytest.fixture
def rigged(tmp_path: Path, warehouse):
    spec = rig.shop_spec(tmp_path)
    events = shop.write(tmp_path / "events.jsonl", "schemas", PHASE)
    rig.observe_file(spec, events, ("shop.shop.*",))
    plan = rig.compile_plan(spec, tmp_path / "plan")
    rig.apply_plan(plan, warehouse)
    return plan, events


class Interrupted:
    """A warehouse to which something happens right before a statement whose path ends so."""

    def __init__(self, warehouse, path: str, happens) -> None:
        self.warehouse, self.path, self.happens = warehouse, path, happens

    def execute(self, statement, binds=()):
        if statement.path.endswith(self.path):
            self.path = "never again"
            self.happens()
        return self.warehouse.execute(statement, binds)

    def __getattr__(self, name: str):
        return getattr(self.warehouse, name)


@contextmanager
def running(plan, address, events: Path, path: str, happens_with):
    """A run to which `happens_with(its own warehouse)` happens before a statement."""
    with rig.warehouse_of(plan, address) as real, FileSource(str(events)) as source:
        warehouse = Interrupted(real, path, lambda: happens_with(real))
        yield Run(plan, source, warehouse, rig.SystemClock(), Silent())


def all_equal(plan, address) -> bool:
    return all(rig.different(plan, address, table, rows) == () for table, rows in shop.truth()[PHASE].items())


@pytest.mark.parametrize("path", ["lock.sql", "ledger/check.sql", "shop.orders/merge.sql", "ledger/record.sql"])
def test_a_lost_connection_loses_nothing_and_quarantines_nothing(path: str, rigged, warehouse):
    plan, events = rigged

    def cut(own):
        ((pid,),) = own.execute(PID)
        with rig.warehouse_of(plan, warehouse) as other, other.transaction():
            other.execute(Statement(path="cut", sql=f"SELECT pg_terminate_backend({int(pid)})"))

    with running(plan, warehouse, events, path, cut) as run, pytest.raises(WarehouseError) as caught:
        run.go(Until.END)
    assert caught.value.code in ("X952", "X955")
    assert rig.rows_of(plan, warehouse, "shop", "_streamplan_quarantine") == []
    rig.run_plan(plan, warehouse, events)
    assert all_equal(plan, warehouse)


def test_a_second_run_that_was_overtaken_stops_and_writes_nothing_twice(rigged, warehouse):
    plan, events = rigged
    with (
        running(plan, warehouse, events, "orders/lock.sql", lambda _: rig.run_plan(plan, warehouse, events)) as run,
        pytest.raises(StopError) as caught,
    ):
        run.go(Until.END)
    assert caught.value.code == "X960"
    assert all_equal(plan, warehouse)


def test_a_table_that_somebody_dropped_stops_the_run_and_quarantines_nothing(rigged, warehouse):
    plan, events = rigged
    with rig.warehouse_of(plan, warehouse) as admin, admin.transaction():
        admin.execute(Statement(path="drop", sql='DROP TABLE "shop"."orders"'))
    with pytest.raises(StopError) as caught:
        rig.run_plan(plan, warehouse, events)
    assert (caught.value.code, caught.value.message.split(":")[0]) == ("X956", "tables/shop.orders/lock.sql")
    assert rig.rows_of(plan, warehouse, "shop", "_streamplan_quarantine") == []
