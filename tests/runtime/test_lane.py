"""The lane of usual events: what it takes it stages as the general way does, and it takes nothing that this refuses."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
import shop
from hypothesis import given
from hypothesis import strategies as st
from streamplan.runtime.admitting import admit
from streamplan.runtime.convert import PLACEHOLDER
from streamplan.runtime.drift import Drift
from streamplan.runtime.envelope import Reader
from streamplan.runtime.lane import Lane, has_lane
from streamplan.runtime.load import Load
from streamplan.runtime.modes import Deletes, KeySource, Mode, Policy
from streamplan.runtime.ports import Partition, Record
from streamplan.runtime.program import Batch
from streamplan.runtime.rows import RowConverter
from streamplan.runtime.state import State
from streamplan.runtime.statement import Statement
from streamplan.runtime.table_program import Field, TableProgram

ANY = Statement(path="any.sql")
INT64 = {"min": -(1 << 63), "max": (1 << 63) - 1}
TYPES: dict[str, tuple[str, str, dict[str, int | str]]] = {
    "id": ("int64", "integer", INT64),
    "note": ("string", "text", {"bytes": 65_535}),
    "short": ("string", "text", {"bytes": 8}),
    "small": ("int32", "integer", {"min": -(1 << 31), "max": (1 << 31) - 1}),
    "rate": ("double", "double", {}),
    "on": ("boolean", "boolean", {}),
    "day": ("int32 io.debezium.time.Date", "date_days", {}),
    "at": ("int64 io.debezium.time.Timestamp", "timestamp_millis", {}),
    "exact": ("int64 io.debezium.time.MicroTimestamp", "timestamp_micros", {}),
    "zoned": ("string io.debezium.time.ZonedTimestamp", "timestamptz", {}),
    "price": (
        "bytes org.apache.kafka.connect.data.Decimal",
        "decimal",
        {"precision": 6, "scale": 2, "read_scale": 2},
    ),
}


def program(**changes: Any) -> TableProgram:
    fields = tuple(
        Field(field=name, column=name, accepts=(kind,), converter=converter, args=args)
        for name, (kind, converter, args) in TYPES.items()
    )
    settings = {"key_from": KeySource.RECORD_KEY, "truncates": Policy.STOP, "evolution": Policy.IGNORE} | changes
    statements = dict.fromkeys(("lock", "stage", "load", "delete", "discard", "merge", "drop"), ANY)
    return TableProgram(table="s.t", topics=("t",), key=("id",), fields=fields, **statements, **settings)


class Way:
    """A table's fold and how its events get there, with a lane or without."""

    def __init__(self, *, lane: bool, form: str = "debezium-json", of: TableProgram | None = None) -> None:
        how = of or program()
        self.state = State(how, RowConverter(how))
        self.batch = Batch({"": self.state}, Lane(how, enveloped=not form.startswith("flat")) if lane else None)
        self.reader = Reader(form)

    def takes(self, key: bytes | None, value: bytes | None, *headers: tuple[str, str]) -> str:
        """Takes a record in; what became of it."""
        record = Record(at=Partition("t", 0), offset=0, key=key, value=value, headers=headers)
        if self.batch.lane and self.batch.lane.take([record], -1, 1 << 20, self.state):
            return ""
        try:
            refused = admit(record, self.reader, self.batch)
        except Drift:
            return "drift"
        return refused.code if refused else ""

    def staged(self) -> list[tuple]:
        names = [field.converter for field in self.state.program.fields]
        decoded = [(op, row) for *row, op in zip(*Load(self.state.decoded(), ()).columns(), strict=True)]
        return sorted(((op, *map(same, names, row)) for op, row in [*self.state.staged(), *decoded]), key=str)


def same(converter: str, text: str | None) -> object:
    """One value for one meaning: times in UTC may be written in two ways."""
    if text is None or converter != "timestamptz":
        return text
    return datetime.fromisoformat(text)


def envelope(row: dict[str, Any] | None, op: str = "c") -> bytes:
    return json.dumps({"op": op, "before": None, "after": row}).encode()


def key(number: object = 1) -> bytes:
    return json.dumps({"id": number}).encode()


def both(*events: tuple) -> tuple[Way, Way]:
    """The two ways after the same events, of which the lane has learnt the shape before."""
    ways = Way(lane=True), Way(lane=False)
    for way in ways:
        assert way.takes(key(0), envelope(dict.fromkeys(TYPES, None) | {"id": 0})) == ""
    for event in events:
        outcomes = [way.takes(*event) for way in ways]
        assert outcomes[0] == outcomes[1], event
    return ways


numbers = st.one_of(st.integers(), st.integers(-(1 << 63) - 1, 1 << 63), st.floats(), st.booleans())
texts = st.one_of(
    st.sampled_from(["AA", "AA=", "A A=", "AB==", "AA==\n", "AAAA", "AA==AA==", "=", "-_==", "D0JA", "8L3A", "8L2/"]),
    st.text(max_size=12),
    st.sampled_from([PLACEHOLDER, "a\0b", "é" * 5, "12345678", "123456789", "1234567 ", "X" * 9]),
    st.datetimes().map(lambda at: at.isoformat() + "Z"),
    st.sampled_from(
        ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.1234567Z", "2026-02-30T00:00:00Z", "+10000-01-01T00:00:00Z"]
    ),
    st.integers(-(10**6), 10**6).map(
        lambda n: base64.b64encode(n.to_bytes((n.bit_length() + 8) // 8, "big", signed=True)).decode()
    ),
)
values = st.one_of(st.none(), numbers, texts, st.just([1]), st.just({"a": 1}))
rows = st.fixed_dictionaries({"id": st.one_of(st.integers(0, 3), values)}, optional=dict.fromkeys([*TYPES][1:], values))


@given(st.lists(rows, max_size=4), st.data())
def test_whatever_the_values_both_ways_hold_the_same_rows_and_refuse_the_same_records(
    events: list, data: st.DataObject
):
    told = []
    for row in events:
        op = data.draw(st.sampled_from(["c", "u", "r", "d", "tombstone"]))
        value = None if op == "tombstone" else envelope(row if op != "d" else None, op)
        told.append((key(row["id"]), value))
    one, other = both(*told)
    assert one.staged() == other.staged()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("note", "a"),
        ("note", ""),
        ("short", "12345678"),
        ("small", 5),
        ("rate", 1.5),
        ("rate", 5),
        ("on", True),
        ("day", -5),
        ("at", 1_700_000_000_000),
        ("exact", 1),
        ("zoned", "2026-01-01T00:00:07.113000Z"),
        ("price", "faA="),
        ("price", "/w=="),
        ("price", "D0I/"),
        ("price", None),
    ],
)
def test_a_usual_value_goes_by_the_lane(name: str, value: object):
    one, other = both((key(), envelope({"id": 1, name: value})))
    assert isinstance(one.state.rows["1",], msgspec.Struct)
    assert one.staged() == other.staged()


@pytest.mark.parametrize("form", shop.FORMS)
def test_the_shop_s_events_give_the_same_rows_by_both_ways(form: str):
    fields = [
        ("order_id", "int64", "integer", INT64),
        ("customer_id", "int32", "integer", {"min": -(1 << 31), "max": (1 << 31) - 1}),
        ("status", "string", "text", {"bytes": 65_535}),
    ]
    how = msgspec.structs.replace(
        program(),
        key=("order_id",),
        fields=tuple(
            Field(
                field=name,
                column=name,
                accepts=("int32", "int64") if kind != "string" else (kind,),
                converter=c,
                args=a,
            )
            for name, kind, c, a in fields
        ),
    )
    ways = [Way(lane=lane, form=shop.FORMATS[form], of=how) for lane in (True, False)]
    for line in shop.records(form, "P11_new_table"):
        told = json.loads(line)
        if told["topic"] == "shop.shop.orders" and (told["value"] or {}).get("op") != "t":
            parts = [None if told[part] is None else json.dumps(told[part]).encode() for part in ("key", "value")]
            headers = [(name, value or "") for name, value in told["headers"]]
            try:
                outcomes = {way.takes(*parts, *headers) for way in ways}
            except Exception as error:  # noqa: BLE001 - a truncate stops both
                outcomes = {type(error).__name__}
            assert len(outcomes) == 1
    assert ways[0].staged() == ways[1].staged()
    assert len(ways[0].staged()) > 50


@pytest.mark.parametrize(
    ("changes", "fits"),
    [
        ({}, True),
        ({"mode": Mode.INSERT}, False),
        ({"key_from": KeySource.RECORD_VALUE}, False),
        ({"deletes": Deletes.IGNORE}, True),
        ({"source": "public.a"}, False),
    ],
)
def test_a_lane_is_for_tables_of_one_row_a_key_and_no_word_of_the_change(changes: dict, fits: bool):  # noqa: FBT001
    assert has_lane(program(**changes)) is fits


def test_a_shape_that_changes_is_learnt_anew():
    way = Way(lane=True)
    way.takes(key(1), envelope({"id": 1, "note": "a"}))
    for number in range(2, 1_500):
        way.takes(key(number), envelope({"id": number, "note": "a", "unknown": 1}))
    assert way.takes(key(1), envelope({"id": 1, "note": "b"})) == ""
    way.takes(key(1), envelope({"id": 1, "note": "c"}))
    assert isinstance(way.state.rows["1",], msgspec.Struct)
    assert Decimal(len(way.state.rows)) == 1_499
