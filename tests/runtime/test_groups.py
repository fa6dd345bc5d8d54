"""Which batches share a transaction: small ones, up to the limits of one, in the order of their topics."""

from __future__ import annotations

import pytest
from streamplan.runtime.groups import MOST_TABLES, grouped
from streamplan.runtime.plan import BatchSettings
from streamplan.runtime.ports import Partition
from streamplan.runtime.program import Batch


def batch(events: int, size: int = 0, tables: int = 1) -> Batch:
    last = {Partition("t", 0): 1} if events else {}
    return Batch(dict.fromkeys(map(str, range(tables))), events=events, size=size, last=last)


def groups(max_rows: int = 100, max_bytes: int = 1_000, **batches: Batch) -> list[str]:
    limits = BatchSettings(max_rows=max_rows, max_bytes=max_bytes, max_seconds=1)
    return ["".join(group) for group in grouped(batches, limits)]


def test_small_batches_go_together_in_the_order_of_their_topics():
    assert groups(c=batch(1), a=batch(1), b=batch(1)) == ["abc"]


@pytest.mark.parametrize("limit", [{"max_rows": 60}, {"max_bytes": 60}])
def test_a_group_is_filled_up_to_a_limit_and_a_batch_that_is_large_alone_goes_alone(limit: dict):
    sizes = {"a": 30, "b": 30, "c": 1, "d": 99, "e": 1, "f": 59, "g": 1}
    assert groups(**limit, **{name: batch(size, size) for name, size in sizes.items()}) == ["ab", "c", "d", "ef", "g"]


def test_a_group_has_so_many_tables_and_no_more():
    assert groups(a=batch(1, tables=MOST_TABLES - 1), b=batch(1), c=batch(1, tables=0)) == ["ab", "c"]


def test_a_batch_that_took_no_record_is_left_out():
    assert groups(a=batch(0), b=batch(1)) == ["b"]
    assert groups(a=batch(0)) == []
