"""What no honest source sends neither ends a run nor reaches a column that cannot hold it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamplan.runtime.disk import load
from streamplan.runtime.envelope import Reader, Told, Upsert
from streamplan.runtime.errors import RecordError
from streamplan.runtime.keys import Keys
from streamplan.runtime.modes import Origin
from streamplan.runtime.ports import Partition, Record
from streamplan.runtime.position import Place, position
from streamplan.runtime.rows import Change, RowConverter
from streamplan.runtime.state import State
from streamplan.runtime.take import take

ORDERS = load(Path(__file__).parents[2] / "golden/orders/01_create/plan").tables[0]
AT = Partition("shop.public.orders", 0)
DEPTHS = range(500, 1_000)  # around what the interpreter can still nest


def record(value: bytes, key: bytes = b'{"id": 1}', **headers: str) -> Record:
    return Record(at=AT, offset=0, key=key, value=value, headers=tuple(headers.items()))


def test_a_value_nested_as_deep_as_can_still_be_read_is_refused_as_any_other():
    for depth in DEPTHS:
        nested = b"[" * depth + b"]" * depth
        raw = record(b'{"op": "c", "after": {"id": ' + nested + b"}}", b'{"id": ' + nested + b"}")
        with pytest.raises(RecordError):
            take(raw, Reader("debezium-json"), {"": State(ORDERS, RowConverter(ORDERS))})


@pytest.mark.parametrize("milliseconds", [1 << 63, -(1 << 63), 253_402_300_800_000, -62_135_596_800_001, 10**300])
def test_a_moment_that_no_timestamp_can_hold_is_not_told(milliseconds: int):
    change = Change(record(b"{}"), Told("c", milliseconds, milliseconds), Reader("debezium-json"))
    assert [change.cell(origin, deleted=False) for origin in (Origin.EVENT_TS, Origin.SOURCE_TS)] == [None, None]


@pytest.mark.parametrize(
    "place",
    [
        Place(lsn=-1),
        Place(lsn=10**20),
        Place(lsn=10**300),
        Place(file="binlog.1", pos=-1),
        Place(file="binlog.1", pos=10**300),
        Place(file="bin\0log.1", pos=1),
        Place(file="b" * 300 + ".1", pos=1),
        Place(file="9" * 5_000, pos=1),
        Place(scn="9" * 5_000),
        Place(commit_lsn="\0"),
        Place(commit_lsn="x" * 300),
        Place(commit_lsn="é" * 128),
    ],
    ids=repr,
)
def test_a_place_that_is_in_no_log_is_no_position(place: Place):
    assert position(place) is None


@pytest.mark.parametrize("operation", ["\0", "🜚", "", "create", None, 7, [], {"c": 1}], ids=repr)
def test_an_operation_of_the_flat_form_that_is_none_is_not_told(operation: object):
    event = Reader("flat-json").event(record(json.dumps({"id": 1, "__op": operation}).encode()))
    assert isinstance(event, Upsert)
    assert event.told.op is None


@pytest.mark.parametrize("told", ["", "[]", "\0", '{"schema": {}, "payload": {"id": 2}}', '{"id": null}', '{"id": {}}'])
def test_a_header_that_names_no_key_is_as_good_as_absent(told: str):
    reader = Reader("debezium-json")
    change = Change(record(b"{}", header=told), Told("d"), reader)
    assert Keys(ORDERS, RowConverter(ORDERS)).moved(change, "header") is None
