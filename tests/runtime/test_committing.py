"""A batch that the warehouse failed is committed once, whatever became of the answer; nothing moves before it is."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from noting import Noting
from recording import ListSource, RecordingWarehouse, TickingClock
from streamplan.runtime.disk import load
from streamplan.runtime.errors import StopError, WarehouseError
from streamplan.runtime.happenings import Recovered, Retrying
from streamplan.runtime.loop import Run
from streamplan.runtime.ports import Partition, Record, Until
from streamplan.runtime.retry import Patience

PLAN = load(Path(__file__).parents[2] / "golden/orders/01_create/plan")
ORDERS = Partition("shop.public.orders", 0)
LOST = WarehouseError("X952", "lost")


def change(offset: int) -> Record:
    value = b'{"op": "c", "after": {"id": %d, "note": "n"}}' % offset
    return Record(at=ORDERS, offset=offset, key=b'{"id": %d}' % offset, value=value, size=100)


class Failing(RecordingWarehouse):
    """Loses the connection at some COMMITs, before or after they happen; `between` happens right after that."""

    def __init__(self, before: int = 0, after: int = 0, between=lambda _: None, plan=PLAN) -> None:
        super().__init__(plan)
        self.before, self.after, self.between = before, after, between

    @contextmanager
    def transaction(self):
        with super().transaction():
            yield
            if self._open[-1][0] == PLAN.ledger.record.path and self.before:
                self.before -= 1
                raise LOST
        if self._open[-1][0] == PLAN.ledger.record.path and self.after:
            self.after -= 1
            self.between(self)
            raise LOST


def ran(warehouse, records, attempts: int = 8, plan=PLAN):
    """The source, what was told, and the summary of a run that is tried again without waiting."""
    source, noting = ListSource(records, warehouse), Noting()
    retry = Patience(attempts=attempts, reporter=noting, pause=lambda _: None, chance=lambda: 0, given_up=lambda: False)
    run = Run(plan, source, warehouse, TickingClock(), noting, retry=retry)
    return noting.told, run.go(Until.END)


def test_a_batch_whose_commit_never_came_is_executed_again():
    warehouse = Failing(before=2)
    told, summary = ran(warehouse, [change(0), change(1)])
    assert (warehouse.ledger, warehouse.done["ledger/record.sql"], summary.batches) == ({ORDERS: 1}, 1, 1)
    assert [type(what) for what in told[:3]] == [Retrying, Retrying, Recovered]


def test_a_batch_whose_commit_came_though_its_answer_was_lost_is_committed_and_not_executed_again():
    warehouse = Failing(after=1)
    _, summary = ran(warehouse, [change(0), change(1)])
    assert (warehouse.ledger, warehouse.done["ledger/record.sql"], summary.events) == ({ORDERS: 1}, 1, 2)
    second = warehouse.calls[len(warehouse.calls) - 1 - warehouse.calls[::-1].index("begin") :]
    assert second == [
        "begin",
        "tables/shop.orders/lock.sql",
        "aside ledger/read.sql",
        "commit",
        f"acknowledge {ORDERS.topic}[0]@1",
    ]


@pytest.mark.parametrize("lost", [{"after": 1}, {"before": 1}, {"before": 1, "after": 1}])
def test_a_group_whose_commit_was_not_answered_is_committed_once_as_a_whole(lost: dict):
    other = Partition("shop.public.other", 0)
    second = msgspec.structs.replace(PLAN.tables[0], topics=(other.topic,), table="shop.other")
    pair = msgspec.structs.replace(PLAN, tables=(*PLAN.tables, second))
    warehouse = Failing(**lost, plan=pair)
    records = [change(0), msgspec.structs.replace(change(0), at=other), change(1)]
    _, summary = ran(warehouse, records, plan=pair)
    assert (warehouse.ledger, warehouse.done["tables/shop.orders/merge.sql"]) == ({ORDERS: 1, other: 0}, 2)
    assert (summary.events, warehouse.calls[-2:]) == (
        3,
        [f"acknowledge {ORDERS.topic}[0]@1", f"acknowledge {other.topic}[0]@0"],
    )


def another_plan(warehouse) -> None:
    warehouse.plan = msgspec.structs.replace(PLAN, id="another")


def further(warehouse) -> None:
    warehouse.ledger[ORDERS] = 7


@pytest.mark.parametrize("between", [another_plan, further])
def test_a_ledger_that_another_run_moved_fences_the_second_attempt_too(between):
    warehouse = Failing(after=1, between=between)
    with pytest.raises(StopError) as caught:
        ran(warehouse, [change(0), change(1)])
    assert caught.value.code == "X960"
    assert not any("acknowledge" in call for call in warehouse.calls)


def test_when_the_attempts_are_used_up_no_offset_has_moved_and_nothing_is_in_quarantine():
    warehouse = Failing(before=99)
    with pytest.raises(WarehouseError) as caught:
        ran(warehouse, [change(0)], attempts=3)
    assert (caught.value.exit_code, warehouse.ledger, sum(warehouse.done.values())) == (4, {}, 1)
    assert warehouse.done == {"ledger/read.sql": 1}


def test_the_first_look_at_the_ledger_is_tried_again_too():
    warehouse = RecordingWarehouse(PLAN, fails_at=1)
    told, summary = ran(warehouse, [change(0)])
    assert (summary.events, [type(what) for what in told[:2]]) == (1, [Retrying, Recovered])


def test_in_line_nothing_is_pulled_while_a_commit_is_tried_again():
    warehouse = Failing(before=3)
    pulled = []

    class Source(ListSource):
        def poll(self):
            pulled.append(sum("begin" in call for call in warehouse.calls))
            return super().poll()

    source, noting = Source([change(0), change(1)], warehouse, poll=1), Noting()
    retry = Patience(attempts=8, reporter=noting, pause=lambda _: None, chance=lambda: 0, given_up=lambda: False)
    one = msgspec.structs.replace(PLAN, batch=msgspec.structs.replace(PLAN.batch, max_rows=1))
    Run(one, source, warehouse, TickingClock(), noting, retry=retry).go(Until.END)
    assert pulled == [1, 5]
