"""The loop: when batches are cut, what a transaction holds, and that an offset moves only with it."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from recording import ListSource, RecordingWarehouse, TickingClock
from streamplan.runtime.disk import load
from streamplan.runtime.errors import StopError, WarehouseError
from streamplan.runtime.happenings import Held
from streamplan.runtime.loop import Run
from streamplan.runtime.modes import Policy
from streamplan.runtime.ports import Partition, Record, Silent, Until

GOLDEN = Path(__file__).parents[2] / "golden"
PLAN = load(GOLDEN / "orders/01_create/plan")
ORDERS = Partition("shop.public.orders", 0)
OTHER = Partition("shop.public.other", 0)
SECOND_TABLE = msgspec.structs.replace(PLAN.tables[0], topics=(OTHER.topic,), table="shop.other")
PAIR = msgspec.structs.replace(PLAN, tables=(*PLAN.tables, SECOND_TABLE))


def change(offset: int, at: Partition = ORDERS, key: int | None = None, **more: object) -> Record:
    row = {"id": offset if key is None else key, "note": "n"} | more
    value = json.dumps({"op": "c", "after": row}).encode()
    return Record(at=at, offset=offset, key=json.dumps({"id": row["id"]}).encode(), value=value, size=100)


def spoilt(offset: int) -> Record:
    return Record(at=ORDERS, offset=offset, key=b"\x00k", value=b"{", size=1)


def under(policy: Policy):
    """The plan with another policy on unknown fields."""
    return msgspec.structs.replace(
        PLAN, tables=tuple(msgspec.structs.replace(table, evolution=policy) for table in PLAN.tables)
    )


def batched(plan=PLAN, **limits: int):
    return msgspec.structs.replace(plan, batch=msgspec.structs.replace(plan.batch, **limits))


def ran(records, plan=PLAN, warehouse: RecordingWarehouse | None = None, poll: int = 100):
    """The warehouse after a run, the run's summary."""
    warehouse = warehouse or RecordingWarehouse(plan)
    run = Run(plan, ListSource(records, warehouse, poll), warehouse, TickingClock(), Silent())
    return warehouse, run.go(Until.END)


def told(warehouse: RecordingWarehouse) -> list[str]:
    """The calls after the first look at the ledger, without folders."""
    return [call.replace("tables/shop.orders/", "") for call in warehouse.calls[3:]]


def loads(warehouse: RecordingWarehouse) -> list[int]:
    return [int(call.split()[1]) for call in warehouse.calls if "/load.sql" in call]


def test_a_batch_is_one_transaction_and_acknowledged_after_its_commit():
    warehouse, _ = ran([change(0), change(1)])
    assert told(warehouse) == [
        "begin",
        "lock.sql",
        "aside ledger/check.sql",
        "stage.sql",
        "load.sql 2",
        "merge.sql",
        "stage/drop.sql",
        "ledger/record.sql",
        "commit",
        "acknowledge shop.public.orders[0]@1",
    ]


def test_a_source_without_records_starts_no_transaction_of_its_own():
    assert told(ran([])[0]) == []


@pytest.mark.parametrize(
    ("value", "statements"),
    [
        (
            {"op": "d", "before": {"id": 1}},
            ["stage.sql", "load.sql 1", "delete.sql", "stage/discard.sql", "stage/drop.sql"],
        ),
        ({"op": "t"}, ["truncate.sql"]),
        ({"op": "m"}, []),
    ],
)
def test_only_the_statements_that_a_batch_needs_are_run(value: dict, statements: list[str]):
    record = Record(at=ORDERS, offset=0, key=b'{"id": 1}', value=json.dumps(value).encode())
    assert told(ran([record])[0])[3:-3] == statements


@pytest.mark.parametrize(
    ("limits", "sizes"),
    [
        ({}, [7]),
        ({"max_rows": 3}, [3, 3, 1]),
        ({"max_rows": 7}, [7]),
        ({"max_bytes": 250}, [3, 3, 1]),
        ({"max_bytes": 1}, [1] * 7),
        ({"max_seconds": 1}, [2, 2, 2, 1]),
    ],
)
def test_a_batch_is_cut_by_rows_bytes_or_seconds_whichever_comes_first(limits: dict, sizes: list[int]):
    assert (
        loads(ran([change(i) for i in range(7)], batched(**limits), poll=2 if "max_seconds" in limits else 100)[0])
        == sizes
    )


def test_the_ledger_says_from_where_to_where_each_batch_reaches():
    warehouse, _ = ran([change(i) for i in (4, 6, 9)], batched(max_rows=2))
    assert [binds for call, binds in warehouse.binds if call == "ledger/record.sql"] == [
        ("shop.public.orders", "0", "4", "6", PLAN.id),
        ("shop.public.orders", "0", "7", "9", PLAN.id),
    ]


def test_a_second_run_goes_on_from_the_ledger():
    warehouse, _ = ran([change(0), change(1)])
    _, summary = ran([change(0), change(1), change(2)], warehouse=warehouse)
    assert (summary.events, warehouse.ledger) == (1, {ORDERS: 2})


def test_a_record_that_two_files_hold_is_taken_once():
    _, summary = ran([change(0), change(1), change(0), change(1), change(2)])
    assert (summary.events, summary.upserts) == (3, 3)


CALLS = len(ran([change(0), spoilt(1)])[0].binds)


@pytest.mark.parametrize("call", range(3, CALLS + 1))
def test_a_batch_that_fails_anywhere_commits_and_acknowledges_nothing_and_the_next_run_does(call: int):
    warehouse = RecordingWarehouse(PLAN, fails_at=call)
    with pytest.raises(WarehouseError, match="failed at"):
        ran([change(0), spoilt(1)], warehouse=warehouse)
    assert (warehouse.calls[-1], warehouse.ledger) == ("rollback", {})
    assert not any("acknowledge" in said for said in warehouse.calls)
    ran([change(0), spoilt(1)], warehouse=warehouse)
    assert (warehouse.ledger, warehouse.done["quarantine/insert.sql"]) == ({ORDERS: 1}, 1)


class Overtaken(RecordingWarehouse):
    """Another run commits while this one locks."""

    def execute(self, statement, binds=()):
        if statement.path.endswith("/lock.sql"):
            self.ledger[ORDERS] = 5
        return super().execute(statement, binds)


def test_a_run_that_another_has_overtaken_stops_and_rolls_back():
    warehouse = Overtaken(PLAN)
    with pytest.raises(StopError, match="another run has committed") as caught:
        ran([change(0)], warehouse=warehouse)
    assert caught.value.code == "X960"
    assert told(warehouse) == ["begin", "lock.sql", "aside ledger/check.sql", "rollback"]


class SetBack(RecordingWarehouse):
    """A warehouse that lost what it had committed after the run began."""

    def aside(self, statement, binds=()):
        super().aside(statement, binds)
        return ((None,),)


def test_a_ledger_that_went_back_stops_the_run_too_and_is_told_apart():
    warehouse = SetBack(PLAN)
    warehouse.ledger[ORDERS] = 4
    with pytest.raises(StopError, match=r"went back to nothing, and this run had committed offset 4") as caught:
        ran([change(5)], warehouse=warehouse)
    assert caught.value.code == "X960"


def test_a_topic_with_a_new_field_waits_from_there_and_the_others_go_on():
    records = [change(0), change(0, OTHER), change(1, new=1), change(2), change(1, OTHER)]
    warehouse, summary = ran(records, PAIR)
    reason = "has fields that the plan does not know: new"
    assert summary.held == [Held(topic=ORDERS.topic, place="shop.public.orders[0]@1", fields=("new",), reason=reason)]
    assert warehouse.ledger == {ORDERS: 0, OTHER: 1}


def test_a_topic_whose_first_record_is_held_has_no_batch():
    warehouse, summary = ran([change(0, new=1)])
    assert (told(warehouse), len(summary.held), summary.batches) == ([], 1, 0)


def test_a_new_field_is_left_out_where_the_plan_says_ignore():
    warehouse, summary = ran([change(0, new=1), change(1)], under(Policy.IGNORE))
    assert (warehouse.ledger, summary.held, summary.upserts) == ({ORDERS: 1}, [], 2)
    assert summary.dropped == {ORDERS.topic: {"new": 1}}


def test_a_new_field_stops_the_run_where_the_plan_says_stop_and_what_came_before_is_committed():
    warehouse = RecordingWarehouse(PLAN)
    with pytest.raises(StopError, match="fields that the plan does not know: new") as caught:
        ran([change(0), change(1, new=1)], under(Policy.STOP), warehouse)
    assert (caught.value.code, warehouse.ledger) == ("X931", {ORDERS: 0})


@pytest.mark.parametrize(
    ("topic", "policy"), [("crm.public.people", Policy.REVIEW), ("shop.public.new", Policy.IGNORE)]
)
def test_a_topic_that_is_not_the_sources_or_is_to_be_ignored_is_counted_and_never_in_the_ledger(topic, policy):
    unknown = Partition(topic, 0)
    warehouse, summary = ran([change(0, unknown), change(0), change(1, unknown)], of_new_topics(policy))
    assert (summary.skipped, summary.held, warehouse.ledger) == ({unknown.topic: 2}, [], {ORDERS: 0})


def of_new_topics(policy: Policy):
    """The plan with a policy on topics that it has no table for."""
    return msgspec.structs.replace(PLAN, source=msgspec.structs.replace(PLAN.source, evolution=policy))


def test_a_new_topic_of_the_source_waits_where_the_plan_says_review_and_the_others_go_on():
    new = Partition("shop.public.new", 0)
    warehouse, summary = ran([change(0, new), change(0), change(1, new)])
    assert [(held.topic, held.place, held.fields) for held in summary.held] == [(new.topic, "shop.public.new[0]@0", ())]
    assert (summary.skipped, warehouse.ledger) == ({}, {ORDERS: 0})


def test_a_record_of_a_new_topic_that_holds_no_row_is_counted_and_holds_nothing():
    new = Partition("shop.public.new", 0)
    records = [Record(at=new, offset=n, key=None, value=value) for n, value in enumerate((None, b"{", b'{"op": "m"}'))]
    _, summary = ran(records)
    assert (summary.skipped, summary.held) == ({new.topic: 3}, [])


def test_a_new_topic_of_the_source_stops_the_run_where_the_plan_says_stop_and_what_came_before_is_committed():
    warehouse = RecordingWarehouse(PLAN)
    with pytest.raises(StopError, match="is of a topic that the plan has no table for") as caught:
        ran([change(0), change(0, Partition("shop.public.new", 0))], of_new_topics(Policy.STOP), warehouse)
    assert (caught.value.code, warehouse.ledger) == ("X931", {ORDERS: 0})


def test_what_cannot_be_taken_in_is_quarantined_in_the_batchs_own_transaction():
    warehouse, summary = ran([spoilt(0), change(1)])
    insert = told(warehouse).index("quarantine/insert.sql")
    assert told(warehouse)[insert:] == [
        "quarantine/insert.sql",
        "ledger/record.sql",
        "commit",
        "acknowledge shop.public.orders[0]@1",
    ]
    ((_, binds),) = [(call, binds) for call, binds in warehouse.binds if call == "quarantine/insert.sql"]
    assert binds[:4] == ("shop.public.orders", "0", "0", "X920")
    assert binds[5:] == (b"\x00k".hex(), b"{".hex(), None, "2", "1", None, PLAN.id)
    assert (summary.quarantined, summary.upserts) == (1, 1)


def test_a_broken_line_is_quarantined_in_a_transaction_without_a_table():
    broken = Record(at=Partition("file:e.jsonl", 0), offset=3, key=None, value=b"{")
    warehouse, _ = ran([broken])
    assert told(warehouse)[1:5] == [
        "quarantine/lock.sql",
        "aside ledger/check.sql",
        "quarantine/insert.sql",
        "ledger/record.sql",
    ]
    assert warehouse.ledger == {Partition("file:e.jsonl", 0): 3}


def test_each_partition_of_a_topic_has_its_own_position():
    second = Partition(ORDERS.topic, 1)
    warehouse, _ = ran([change(5), change(2, second, key=9)])
    assert (warehouse.ledger, loads(warehouse)) == ({ORDERS: 5, second: 2}, [2])


def test_a_summary_counts_what_was_committed():
    gone = Record(at=ORDERS, offset=2, key=b'{"id": 0}', value=b'{"op": "d"}')
    _, summary = ran([change(0), change(1), gone, spoilt(3)], batched(max_rows=3))
    found = (summary.events, summary.batches, summary.upserts, summary.deletes, summary.quarantined, summary.truncated)
    assert found == (4, 2, 1, 1, 1, 0)
