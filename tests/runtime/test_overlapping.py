"""Batches are collected while others are committed: one hand-over is under way; what fails lets nothing later in."""

from __future__ import annotations

import msgspec
import pytest
from noting import Noting
from recording import ListSource, RecordingWarehouse, TickingClock
from streamplan.runtime.errors import LedgerMoved, StopError, WarehouseError
from streamplan.runtime.happenings import Committed, Quarantined
from streamplan.runtime.loop import Run
from streamplan.runtime.ports import Partition, Silent, Until
from test_loop import ORDERS, OTHER, PAIR, batched, change


class Later:
    """A loader that does its work when it is waited for, or when `now` says so."""

    left = False

    def __init__(self) -> None:
        self.work, self.waits = None, 0

    @property
    def busy(self) -> bool:
        return self.work is not None

    def start(self, work) -> None:
        assert self.work is None
        self.work = work

    def wait(self, enough=lambda: False) -> None:
        self.waits += 1
        if self.work and not enough():
            self.now()

    def now(self) -> None:
        self.work()
        self.work = None


class Refusing(RecordingWarehouse):
    """Refuses the merges of some tables."""

    def __init__(self, plan, errors) -> None:
        super().__init__(plan)
        self.errors, self.table = errors, ""

    def aside(self, statement, binds=()):
        if statement.path.endswith("ledger/check.sql") and binds[0] in self.errors:
            raise self.errors[binds[0]]
        return super().aside(statement, binds)


def ran(records, plan, warehouse, poll: int = 1, source=ListSource, **more):
    told = Noting()
    run = Run(plan, source(records, warehouse, poll), warehouse, TickingClock(), told, loader=Later(), **more)
    return run, told


def test_a_batch_is_collected_while_the_one_before_is_under_way_and_a_third_waits_for_it():
    plan = batched(PAIR, max_rows=1)
    warehouse, begun = RecordingWarehouse(plan), []

    class Source(ListSource):
        def poll(self):
            begun.append(warehouse.calls.count("ledger/record.sql"))
            return super().poll()

    run, _ = ran([change(n) for n in range(4)], plan, warehouse, source=Source)
    assert run.go(Until.END).batches == 4
    assert begun == [0, 0, 1, 2]
    assert [call for call in warehouse.calls if call in ("begin", "commit") or "acknowledge" in call][2:] == [
        call for n in range(4) for call in ("begin", "commit", f"acknowledge {ORDERS.topic}[0]@{n}")
    ]


@pytest.mark.parametrize("error", [StopError("X955", "no"), WarehouseError("X957", "no")])
def test_after_a_batch_that_failed_no_later_one_of_its_topic_is_committed(error):
    plan = batched(PAIR, max_rows=2)
    warehouse = Refusing(plan, {ORDERS.topic: error})
    records = [change(0), change(1), change(2), change(0, OTHER), change(3), change(4), change(5)]
    run, _ = ran(records, plan, warehouse)
    with pytest.raises(type(error)) as caught:
        run.go(Until.END)
    assert caught.value is error
    assert warehouse.ledger == ({OTHER: 0} if isinstance(error, StopError) else {})


def test_a_batch_that_is_overdue_is_collected_further_while_another_is_under_way():
    plan = batched(PAIR, max_seconds=1)
    warehouse, told = RecordingWarehouse(plan), Noting()
    loader = Later()
    source = ListSource([change(n) for n in range(6)], warehouse, 1)
    Run(plan, source, warehouse, TickingClock(), told, loader=loader).go(Until.END)
    assert [what.events for what in told.told if isinstance(what, Committed)] == [1, 5]


class Shared(ListSource):
    """A source that goes back; its partitions are its own."""

    shared = True

    def __init__(self, records, warehouse, poll: int) -> None:
        super().__init__(records, warehouse, poll)
        self.all, self.seeks = list(records), []

    def seek(self, positions) -> None:
        super().seek(positions)
        self.seeks.append(dict(positions))
        self.records = list(self.all)


def test_a_shared_source_goes_back_to_a_ledger_that_moved_while_the_next_batch_was_collected():
    plan = batched(PAIR, max_rows=2)
    moved = LedgerMoved("X960", "moved")
    warehouse = Refusing(plan, {ORDERS.topic: moved})
    sources = []

    class Source(Shared):
        def __init__(self, *arguments) -> None:
            super().__init__(*arguments)
            sources.append(self)

        def seek(self, positions) -> None:
            super().seek(positions)
            if len(self.seeks) == 2:
                warehouse.errors = {}

    run, _ = ran([change(n) for n in range(6)], plan, warehouse, source=Source)
    summary = run.go(Until.END)
    assert (sources[0].seeks, warehouse.ledger, summary.events) == ([{}, {}], {ORDERS: 5}, 6)
    spans = [binds[2:4] for call, binds in warehouse.binds if call == "ledger/record.sql"]
    assert spans == [("0", "1"), ("2", "3"), ("4", "5")]


def test_what_stops_a_run_stops_it_after_what_is_under_way_and_open_is_committed():
    plan = batched(PAIR, max_rows=2)
    warehouse = RecordingWarehouse(plan)

    class Source(ListSource):
        def poll(self):
            if not self.records:
                raise StopError("X914", "gone")
            return super().poll()

        ended = False

    run, _ = ran([change(n) for n in range(3)], plan, warehouse, source=Source)
    with pytest.raises(StopError):
        run.go(Until.END)
    assert warehouse.ledger == {ORDERS: 2}


class Asked:
    """A source that calls its run about partitions while it is polled."""

    shared, ended = True, False

    def __init__(self, records, calls) -> None:
        self.records, self.calls, self.moves, self.answers = list(records), dict(calls), None, []
        self.polls, self.told = 0, []

    def follow(self, moves) -> None:
        self.moves = moves

    def seek(self, positions) -> None:
        self.told.append(("seek", dict(positions)))

    def acknowledge(self, positions) -> None:
        self.told.append(("acknowledge", dict(positions)))

    def poll(self):
        self.polls += 1
        if call := self.calls.get(self.polls):
            self.answers.append(getattr(self.moves, call)([ORDERS]))
        self.ended = len(self.records) <= 1
        return [self.records.pop(0)] if self.records else []


def asked(calls, warehouse, plan, records=4):
    source = Asked([change(n) for n in range(records)], calls)
    run = Run(plan, source, warehouse, TickingClock(), Silent(), loader=Later())
    run.go(Until.END)
    return source


def test_a_partition_that_comes_is_told_where_it_stands_after_what_is_under_way():
    plan = batched(PAIR, max_rows=2)
    source = asked({3: "came"}, warehouse := RecordingWarehouse(plan), plan)
    assert (source.answers, warehouse.ledger) == ([{ORDERS: 1}], {ORDERS: 3})
    assert source.told[1] == ("acknowledge", {ORDERS: 1})


def test_what_is_open_of_a_partition_that_leaves_follows_what_is_under_way():
    plan = batched(PAIR, max_rows=2)
    source = asked({4: "left"}, warehouse := RecordingWarehouse(plan), plan)
    acknowledged = [positions[ORDERS] for what, positions in source.told if what == "acknowledge"]
    assert (acknowledged, warehouse.ledger) == ([1, 2, 3], {ORDERS: 3})


def test_a_commit_that_failed_is_not_passed_over_when_a_partition_leaves():
    plan = batched(PAIR, max_rows=2)
    warehouse = Refusing(plan, {ORDERS.topic: WarehouseError("X957", "no")})
    with pytest.raises(WarehouseError):
        asked({4: "left"}, warehouse, plan)
    assert warehouse.ledger == {}


SHARED_TABLE = msgspec.structs.replace(PAIR.tables[0], topics=(ORDERS.topic, OTHER.topic))


def named(plan, *names: str):
    """The plan with tables of these names, whose statements have paths of their own."""
    topics = (ORDERS.topic, OTHER.topic)

    def moved(statement, name):
        return msgspec.structs.replace(statement, path=statement.path.replace("shop.orders", name))

    tables = []
    for name, topic in zip(names, topics, strict=True):
        table = plan.tables[0]
        tables.append(
            msgspec.structs.replace(
                table, table=name, topics=(topic,), lock=moved(table.lock, name), merge=moved(table.merge, name)
            )
        )
    return msgspec.structs.replace(plan, tables=tuple(tables))


def test_a_group_is_one_transaction_locks_first_in_the_order_of_the_tables_names():
    plan = named(PAIR, "shop.z", "shop.a")
    warehouse = RecordingWarehouse(plan)
    run, told = ran([change(0), change(0, OTHER)], plan, warehouse, poll=2)
    summary = run.go(Until.END)
    assert [call for call in warehouse.calls[4:] if "stage" not in call and "load" not in call] == [
        "tables/shop.a/lock.sql",
        "tables/shop.z/lock.sql",
        "aside ledger/check.sql",
        "aside ledger/check.sql",
        "tables/shop.a/merge.sql",
        "tables/shop.z/merge.sql",
        "ledger/record.sql",
        "ledger/record.sql",
        "commit",
        f"acknowledge {ORDERS.topic}[0]@0",
        f"acknowledge {OTHER.topic}[0]@0",
    ]
    assert [(what.table, what.events) for what in told.told] == [("shop.z", 1), ("shop.a", 1)]
    assert (summary.batches, summary.events) == (2, 2)


def test_a_table_that_two_topics_feed_is_locked_once_and_merged_twice():
    plan = msgspec.structs.replace(PAIR, tables=(SHARED_TABLE,))
    warehouse = RecordingWarehouse(plan)
    ran([change(0), change(0, OTHER)], plan, warehouse, poll=2)[0].go(Until.END)
    assert (warehouse.done["tables/shop.orders/lock.sql"], warehouse.done["tables/shop.orders/merge.sql"]) == (1, 2)
    assert warehouse.ledger == {ORDERS: 0, OTHER: 0}


def test_the_quarantine_is_locked_behind_the_tables_where_a_topic_of_the_group_feeds_none():
    broken = msgspec.structs.replace(change(0, Partition("file:e.jsonl", 0)), value=b"{")
    warehouse = RecordingWarehouse(PAIR)
    _, told = run = ran([broken, change(0)], PAIR, warehouse, poll=2)
    run[0].go(Until.END)
    assert warehouse.calls[4:6] == ["tables/shop.orders/lock.sql", "quarantine/lock.sql"]
    assert [type(what) for what in told.told] == [Quarantined, Committed, Committed]


@pytest.mark.parametrize("error", [StopError("X955", "no"), WarehouseError("X957", "no")])
def test_one_table_that_fails_does_not_stop_the_others_of_its_group(error):
    warehouse = Refusing(PAIR, {ORDERS.topic: error})
    run, told = ran([change(0), change(0, OTHER)], PAIR, warehouse, poll=2)
    with pytest.raises(type(error)) as caught:
        run.go(Until.END)
    assert (caught.value, warehouse.ledger) == (error, {OTHER: 0})
    assert [what.table for what in told.told] == ["shop.other"]


@pytest.mark.parametrize("code", ["X950", "X952", "X980"])
def test_what_is_no_tables_fault_is_not_tried_table_by_table(code: str):
    warehouse = Refusing(PAIR, {ORDERS.topic: WarehouseError(code, "no")})
    with pytest.raises(WarehouseError):
        ran([change(0), change(0, OTHER)], PAIR, warehouse, poll=2)[0].go(Until.END)
    assert (warehouse.ledger, warehouse.calls.count("begin")) == ({}, 2)


def test_a_ledger_that_moved_stops_the_whole_group():
    warehouse = Refusing(PAIR, {ORDERS.topic: LedgerMoved("X960", "moved")})
    with pytest.raises(LedgerMoved):
        ran([change(0), change(0, OTHER)], PAIR, warehouse, poll=2)[0].go(Until.END)
    assert warehouse.calls.count("rollback") == 1


def test_letters_of_a_group_are_one_call():
    spoilt = [msgspec.structs.replace(change(0, at), value=b"{") for at in (ORDERS, OTHER)]
    written = []
    warehouse = RecordingWarehouse(PAIR)
    letters = lambda _, refusals: written.append([refused.record.at for refused in refusals])  # noqa: E731
    ran(spoilt, PAIR, warehouse, poll=2, letters=letters)[0].go(Until.END)
    assert written == [[ORDERS, OTHER]]
