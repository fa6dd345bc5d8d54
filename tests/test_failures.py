"""A failure of the system is told as one: nothing goes to quarantine, nothing is lost, and a run goes on after it."""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import msgspec
import pytest
import rig
import shop
from noting import Noting
from streamplan.runtime.errors import StopError, WarehouseError
from streamplan.runtime.files import FileSource
from streamplan.runtime.happenings import Recovered
from streamplan.runtime.loop import Run
from streamplan.runtime.ports import Silent, Until, once
from streamplan.runtime.reconnect import Reconnecting
from streamplan.runtime.redshift import connect
from streamplan.runtime.retry import Patience
from streamplan.runtime.settings import filled
from streamplan.runtime.statement import Statement
from streamplan.sandbox import sandbox as sandboxes

PHASE = "P01_dml"
PID = Statement(path="pid", sql="SELECT pg_backend_pid()")
PLACES = ["lock.sql", "ledger/check.sql", "shop.orders/merge.sql", "ledger/record.sql"]
LOST = {"X952", "X957"}  # the way to the server broke, or the server said that it ends the connection
STARTED_AGAIN_AFTER = 3


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

    def _meet(self, statement) -> None:
        if statement.path.endswith(self.path):
            self.path = "never again"
            self.happens(self)

    def execute(self, statement, binds=()):
        self._meet(statement)
        return self.warehouse.execute(statement, binds)

    def aside(self, statement, binds=()):
        self._meet(statement)
        return self.warehouse.aside(statement, binds)

    def __getattr__(self, name: str):
        return getattr(self.warehouse, name)


class Answerless:
    """A warehouse that loses the answer to the first COMMIT of a batch."""

    def __init__(self, warehouse) -> None:
        self.warehouse, self.loaded, self.lost = warehouse, False, False

    @contextmanager
    def transaction(self):
        with self.warehouse.transaction():
            yield
        if self.loaded and not self.lost:
            self.lost = True
            raise WarehouseError("X952", "the answer was lost")

    def load(self, statement, rows) -> None:
        self.loaded = True
        self.warehouse.load(statement, rows)

    def __getattr__(self, name: str):
        return getattr(self.warehouse, name)


def patience(reporter, attempts: int = 8, pause=lambda _: None) -> Patience:
    """Tries again without waiting."""
    return Patience(attempts=attempts, reporter=reporter, pause=pause, chance=lambda: 0, given_up=lambda: False)


@contextmanager
def reached(plan, address):
    """The warehouse as `run` has it."""
    settings = filled(msgspec.structs.replace(plan.destination, database=address.database), address.environment())
    with Reconnecting(partial(connect, settings)) as warehouse:
        yield warehouse


@contextmanager
def running(plan, address, events: Path, path: str, happens, retry=once):  # noqa: PLR0917 - what a run is made of
    """A run to which `happens(its own warehouse)` happens before a statement."""
    with reached(plan, address) as real, FileSource(str(events)) as source:
        yield Run(plan, source, Interrupted(real, path, happens), rig.SystemClock(), Silent(), retry=retry)


def cut(plan, address):
    """Ends the connection of the warehouse that it is given, as an administrator would."""

    def cutting(own) -> None:
        ((pid,),) = own.execute(PID)
        with rig.warehouse_of(plan, address) as other, other.transaction():
            other.execute(Statement(path="cut", sql=f"SELECT pg_terminate_backend({int(pid)})"))

    return cutting


def cut_aside(plan, address):
    """Ends the second connection, over which the ledger is read."""

    def cutting(own) -> None:
        ((pid,),) = own.aside(PID)
        with rig.warehouse_of(plan, address) as other, other.transaction():
            other.execute(Statement(path="cut", sql=f"SELECT pg_terminate_backend({int(pid)})"))

    return cutting


def all_equal(plan, address) -> bool:
    return all(rig.different(plan, address, table, rows) == () for table, rows in shop.truth()[PHASE].items())


def twice_in_the_ledger(plan, address) -> list[tuple[str, int, int]]:
    rows = rig.rows_of(plan, address, "shop", "_streamplan_ledger")
    counts = Counter((row["topic"], row["topic_partition"], row["to_offset"]) for row in rows)
    return [place for place, count in counts.items() if count > 1]


@pytest.mark.parametrize("path", PLACES)
def test_a_lost_connection_loses_nothing_and_quarantines_nothing(path: str, rigged, warehouse):
    plan, events = rigged
    with running(plan, warehouse, events, path, cut(plan, warehouse)) as run, pytest.raises(WarehouseError) as caught:
        run.go(Until.END)
    assert caught.value.code in LOST
    assert rig.rows_of(plan, warehouse, "shop", "_streamplan_quarantine") == []
    rig.run_plan(plan, warehouse, events)
    assert all_equal(plan, warehouse)


@pytest.mark.parametrize("path", PLACES)
def test_a_run_goes_on_by_itself_on_a_new_connection(path: str, rigged, warehouse):
    plan, events = rigged
    noting = Noting()
    with running(plan, warehouse, events, path, cut(plan, warehouse), patience(noting)) as run:
        summary = run.go(Until.END)
    assert (len(noting.retried), set(noting.retried) <= LOST, summary.quarantined) == (1, True, 0)
    assert all_equal(plan, warehouse)
    assert twice_in_the_ledger(plan, warehouse) == []


def test_a_second_connection_that_is_lost_is_made_again_and_the_first_one_stays(rigged, warehouse):
    plan, events = rigged
    noting, pids = Noting(), []

    def cutting(own) -> None:
        pids.extend(own.execute(PID))
        cut_aside(plan, warehouse)(own)

    with reached(plan, warehouse) as real, FileSource(str(events)) as source:
        met = Interrupted(real, "ledger/check.sql", cutting)
        summary = Run(plan, source, met, rig.SystemClock(), Silent(), retry=patience(noting)).go(Until.END)
        with real.transaction():
            pids.extend(real.execute(PID))
    assert (len(noting.retried), set(noting.retried) <= LOST, summary.quarantined) == (1, True, 0)
    assert pids[0] == pids[1]
    assert all_equal(plan, warehouse)
    assert twice_in_the_ledger(plan, warehouse) == []


def test_a_lock_that_is_waited_for_too_long_is_tried_again_on_the_same_connection(rigged, warehouse):
    plan, events = rigged
    noting, pids = Noting(), []
    lock = next(program.lock for program in plan.tables if program.table == "shop.orders")
    with ExitStack() as other, reached(plan, warehouse) as real, FileSource(str(events)) as source:

        def block(own) -> None:
            pids.extend(own.execute(PID))
            own.execute(Statement(path="limit", sql="SET statement_timeout TO 200"))
            blocking = other.enter_context(rig.warehouse_of(plan, warehouse))
            other.enter_context(blocking.transaction())
            blocking.execute(lock)

        retry = patience(noting, pause=lambda _: other.close())
        interrupted = Interrupted(real, "orders/lock.sql", block)
        Run(plan, source, interrupted, rig.SystemClock(), Silent(), retry=retry).go(Until.END)
        with real.transaction():
            pids.extend(real.execute(PID))
    assert (noting.retried, pids[0]) == (["X957"], pids[1])
    assert all_equal(plan, warehouse)


def test_a_commit_whose_answer_is_lost_is_not_done_twice(rigged, warehouse):
    plan, events = rigged
    noting = Noting()
    with reached(plan, warehouse) as real, FileSource(str(events)) as source:
        Run(plan, source, Answerless(real), rig.SystemClock(), Silent(), retry=patience(noting)).go(Until.END)
    assert noting.retried == ["X952"]
    assert all_equal(plan, warehouse)
    assert twice_in_the_ledger(plan, warehouse) == []


@pytest.fixture
def kept():
    """A folder that a server's own account can enter, whoever runs the tests."""
    with tempfile.TemporaryDirectory(prefix="sp-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder) / "server"


def test_a_server_that_is_restarted_meanwhile_is_waited_for(rigged, kept: Path):
    plan, events = rigged
    noting = Noting()
    with ExitStack() as server:
        address = server.enter_context(sandboxes.running(kept)).address
        rig.apply_plan(plan, address)

        def start(_) -> None:
            if len(noting.retried) == STARTED_AGAIN_AFTER:
                server.enter_context(sandboxes.running(kept, address.port))

        retry = patience(noting, pause=start)
        with running(plan, address, events, "orders/merge.sql", lambda _: server.close(), retry) as run:
            summary = run.go(Until.END)
        assert noting.retried[1:] == ["X950"] * (STARTED_AGAIN_AFTER - 1)
        assert (noting.told[-1], summary.quarantined) == (Recovered(attempts=STARTED_AGAIN_AFTER + 1), 0)
        assert all_equal(plan, address)


def test_when_the_attempts_are_used_up_the_run_ends_and_the_next_one_goes_on(rigged, warehouse):
    plan, events = rigged
    noting, cutting = Noting(), cut(plan, warehouse)

    def always(own) -> None:
        cutting(own)
        own.path = "orders/merge.sql"

    with (
        running(plan, warehouse, events, "orders/merge.sql", always, patience(noting, attempts=3)) as run,
        pytest.raises(WarehouseError) as caught,
    ):
        run.go(Until.END)
    assert (caught.value.exit_code, len(noting.retried)) == (4, 2)
    assert rig.rows_of(plan, warehouse, "shop", "_streamplan_quarantine") == []
    rig.run_plan(plan, warehouse, events)
    assert all_equal(plan, warehouse)


def test_a_second_run_that_was_overtaken_stops_and_writes_nothing_twice(rigged, warehouse):
    plan, events = rigged
    noting = Noting()

    def overtake(_) -> None:
        rig.run_plan(plan, warehouse, events)

    with (
        running(plan, warehouse, events, "lock.sql", overtake, patience(noting)) as run,
        pytest.raises(StopError) as caught,
    ):
        run.go(Until.END)
    assert (caught.value.code, noting.retried) == ("X960", [])
    assert all_equal(plan, warehouse)


def test_a_table_that_somebody_dropped_stops_the_run_at_once_and_quarantines_nothing(rigged, warehouse):
    plan, events = rigged
    noting = Noting()
    with rig.warehouse_of(plan, warehouse) as admin, admin.transaction():
        admin.execute(Statement(path="drop", sql='DROP TABLE "shop"."orders"'))
    with (
        running(plan, warehouse, events, "never", lambda _: None, patience(noting)) as run,
        pytest.raises(StopError) as caught,
    ):
        run.go(Until.END)
    assert (caught.value.code, caught.value.message.split(":")[0]) == ("X956", "tables/shop.orders/lock.sql")
    assert noting.retried == []
    assert rig.rows_of(plan, warehouse, "shop", "_streamplan_quarantine") == []
