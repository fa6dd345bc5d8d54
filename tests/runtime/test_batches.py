"""When open batches are cut: the bytes of all topics count together, the largest goes first, a huge event alone."""

from __future__ import annotations

import msgspec
import pytest
from recording import ListSource, RecordingWarehouse, TickingClock
from streamplan.runtime.happenings import Committed
from streamplan.runtime.loop import Run
from streamplan.runtime.plan import BatchSettings
from streamplan.runtime.ports import Partition, Record, Until
from test_loop import ORDERS, OTHER, PAIR


class Batched:
    """A reporter that keeps the batches: topic and offsets."""

    def __init__(self) -> None:
        self.batches = []

    def happened(self, what) -> None:
        if isinstance(what, Committed):
            self.batches += [(span.at, span.first, span.last) for span in what.spans]

    def advanced(self, records: int, size: int) -> None:
        """Nothing."""


def change(at: Partition, offset: int, size: int) -> Record:
    value = b'{"op": "c", "after": {"id": %d}}' % offset
    return Record(at=at, offset=offset, key=b'{"id": %d}' % offset, value=value, size=size)


def batches(*records: Record, max_bytes: int = 1_000, max_rows: int = 100) -> list[tuple[Partition, int, int]]:
    limits = BatchSettings(max_rows=max_rows, max_bytes=max_bytes, max_seconds=1_000)
    plan = msgspec.structs.replace(PAIR, batch=limits)
    warehouse, batched = RecordingWarehouse(plan), Batched()
    Run(plan, ListSource(records, warehouse), warehouse, TickingClock(), batched).go(Until.END)
    return batched.batches


def test_bytes_of_all_topics_count_together_and_the_largest_batch_is_committed_first():
    records = [change(ORDERS, 0, 300), change(OTHER, 0, 600), change(ORDERS, 1, 100), change(OTHER, 1, 100)]
    assert batches(*records) == [(OTHER, 0, 0), (ORDERS, 0, 1), (OTHER, 1, 1)]


def test_below_the_limit_nothing_is_cut_before_the_end():
    records = [change(ORDERS, 0, 300), change(OTHER, 0, 600), change(ORDERS, 1, 99)]
    assert batches(*records) == [(ORDERS, 0, 1), (OTHER, 0, 0)]


@pytest.mark.parametrize("size", [1_000, 60_000_000])
def test_an_event_as_large_as_the_limit_goes_alone(size: int):
    records = [change(ORDERS, 0, 10), change(OTHER, 0, 10), change(ORDERS, 1, size), change(ORDERS, 2, 10)]
    assert batches(*records) == [(ORDERS, 0, 0), (OTHER, 0, 0), (ORDERS, 1, 1), (ORDERS, 2, 2)]


def test_rows_count_topic_by_topic():
    records = [change(at, offset, 1) for offset in range(3) for at in (ORDERS, OTHER)]
    assert batches(*records, max_rows=2) == [(ORDERS, 0, 1), (OTHER, 0, 1), (ORDERS, 2, 2), (OTHER, 2, 2)]


def test_a_batch_that_reaches_both_limits_at_once_is_committed_once():
    assert batches(change(ORDERS, 0, 500), change(ORDERS, 1, 500), max_rows=2) == [(ORDERS, 0, 1)]
