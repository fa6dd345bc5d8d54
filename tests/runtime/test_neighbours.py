"""Two changes of a row share a batch only where every record between them does."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from streamplan.runtime.disk import load
from streamplan.runtime.envelope import MOVED_FROM
from streamplan.runtime.modes import KeySource
from streamplan.runtime.neighbours import Neighbours
from streamplan.runtime.ports import Partition, Record

(PROGRAM,) = load(Path(__file__).parents[2] / "golden" / "orders" / "01_create" / "plan").tables
BY_KEY, BY_VALUE, ROWLESS = (
    msgspec.structs.replace(PROGRAM, key_from=source)
    for source in (KeySource.RECORD_KEY, KeySource.RECORD_VALUE, KeySource.KAFKA_COORDINATES)
)


def record(offset: int, key: bytes | None, *, partition: int = 0, header: str = "") -> Record:
    headers = ((header, "{}"),) if header else ()
    return Record(at=Partition("t", partition), offset=offset, key=key, value=b"", headers=headers)


def batches(records: list[Record], *programs) -> list[list[int]]:
    """The offsets of each batch."""
    found, neighbours = [[]], Neighbours(programs)
    for one in records:
        if neighbours.parts(one):
            found.append([])
            neighbours = Neighbours(programs)
        neighbours.add(one)
        found[-1].append(one.offset)
    return found


def keyed(*places: tuple[int, str]) -> list[Record]:
    return [record(offset, key.encode()) for offset, key in places]


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        (keyed((1, "a"), (2, "a"), (3, "a")), [[1, 2, 3]]),
        (keyed((1, "a"), (3, "b"), (5, "c")), [[1, 3, 5]]),
        (keyed((1, "a"), (3, "b"), (4, "a")), [[1, 3], [4]]),
        (keyed((1, "a"), (3, "a"), (4, "a")), [[1], [3, 4]]),
        ([record(1, b"a"), record(2, None)], [[1, 2]]),
        ([record(1, b"a"), record(3, None)], [[1], [3]]),
        ([record(1, b"a"), record(3, b"b", header=MOVED_FROM)], [[1], [3]]),
        ([record(1, b"a"), record(3, b"b", header="trace")], [[1, 3]]),
        ([record(1, b"a"), record(2, b"a", partition=1)], [[1], [2]]),
    ],
)
def test_rows_told_by_the_records_keys_are_parted_where_one_comes_again_after_a_gap(records, expected):
    assert batches(records, BY_KEY) == expected


def test_rows_told_by_the_values_are_parted_at_every_gap():
    assert batches(keyed((1, "a"), (2, "b"), (4, "c")), BY_KEY, BY_VALUE) == [[1, 2], [4]]


def test_where_every_change_is_a_row_nothing_is_parted():
    assert batches(keyed((1, "a"), (3, "a")), ROWLESS) == [[1, 3]]


def test_a_record_that_is_missed_is_a_gap():
    neighbours = Neighbours([BY_KEY])
    neighbours.add(record(1, b"a"))
    neighbours.miss(record(2, b"b"))
    assert neighbours.parts(record(3, b"a"))
