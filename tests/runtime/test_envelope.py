"""What a record says, in either form, with and without schemas; and nothing leaves but an event or a refusal."""

from __future__ import annotations

import contextlib
import json
from decimal import Decimal

import pytest
import shop
from hypothesis import given
from hypothesis import strategies as st
from streamplan.runtime.envelope import Aside, Delete, Kind, Reader, Tombstone, Truncate, Upsert
from streamplan.runtime.errors import RecordError
from streamplan.runtime.ports import Partition, Record

ROW = {"id": 1, "total": 2}
FIELDS = [
    {"field": "id", "type": "int64"},
    {"field": "total", "type": "bytes", "name": "D", "parameters": {"scale": "2"}},
]
FLAT_SCHEMA = {"type": "struct", "fields": FIELDS}
SCHEMA = {
    "type": "struct",
    "fields": [{"field": part, "type": "struct", "fields": FIELDS} for part in ("before", "after")],
}


def record(value: object, key: object = None) -> Record:
    return Record(at=Partition("t", 0), offset=7, key=raw(key), value=raw(value))


def raw(value: object) -> bytes | None:
    return value if value is None or isinstance(value, bytes) else json.dumps(value).encode()


def said(form: str, value: object):
    """The event's kind, and its rows."""
    event = Reader(form).event(record(value))
    return type(event), getattr(event, "row", None), getattr(event, "before", None)


def refusal(form: str, value: object) -> str:
    with pytest.raises(RecordError) as caught:
        Reader(form).event(record(value))
    assert caught.value.code == "X920"
    return caught.value.message


def enveloped(op: str, before: object = None, after: object = None, **more: object) -> dict:
    return {"op": op, "before": before, "after": after, "source": {}, **more}


@pytest.mark.parametrize(
    "carry", [lambda p: p, lambda p: {"schema": SCHEMA, "payload": p}, lambda p: {"schema": None, "payload": p}]
)
@pytest.mark.parametrize(
    ("payload", "meant"),
    [
        (enveloped("c", after=ROW), (Upsert, ROW, None)),
        (enveloped("r", after=ROW), (Upsert, ROW, None)),
        (enveloped("u", after=ROW), (Upsert, ROW, None)),
        (enveloped("u", before={"id": 0}, after=ROW), (Upsert, ROW, {"id": 0})),
        (enveloped("d", before={"id": 1}), (Delete, None, {"id": 1})),
        (enveloped("d"), (Delete, None, None)),
        (enveloped("t"), (Truncate, None, None)),
        (enveloped("m", message={"prefix": "p", "content": "eA=="}), (Aside, None, None)),
    ],
)
def test_an_envelope_says_what_happened_with_and_without_its_schema(carry, payload: dict, meant: tuple):
    assert said("debezium-json", carry(payload)) == meant


@pytest.mark.parametrize("carry", [lambda p: p, lambda p: {"schema": FLAT_SCHEMA, "payload": p}])
@pytest.mark.parametrize(
    ("payload", "meant"),
    [
        (ROW, (Upsert, ROW, None)),
        (ROW | {"__deleted": "false"}, (Upsert, ROW | {"__deleted": "false"}, None)),
        (ROW | {"__deleted": "true"}, (Delete, None, ROW | {"__deleted": "true"})),
        (ROW | {"__deleted": True}, (Delete, None, ROW | {"__deleted": True})),
        ({"op": "m", "source": {}, "message": {}}, (Aside, None, None)),
        ({"op": "m", "source": "web"}, (Upsert, {"op": "m", "source": "web"}, None)),
    ],
)
def test_a_flat_record_is_a_row_unless_it_is_marked_as_deleted(carry, payload: dict, meant: tuple):
    assert said("flat-json", carry(payload)) == meant


@pytest.mark.parametrize("form", ["debezium-json", "flat-json"])
def test_no_value_is_a_tombstone(form: str):
    assert said(form, None) == (Tombstone, None, None)


def test_a_schema_gives_each_field_its_kind_and_without_one_only_names_are_known():
    reader = Reader("debezium-json")
    told = reader.event(record({"schema": SCHEMA, "payload": enveloped("c", after=ROW)}))
    bare = reader.event(record(enveloped("c", after=ROW)))
    assert told.shape.kinds == {"id": Kind("int64", {}), "total": Kind("bytes D", {"scale": "2"})}
    assert (bare.shape.kinds, bare.shape.names, told.shape.names) == ({}, {"id", "total"}, {"id", "total"})


def test_fields_that_the_unwrapping_adds_are_no_fields_of_the_row():
    event = Reader("flat-json").event(record(ROW | {"__op": "c", "__lsn": 5}))
    assert event.shape.names == {"id", "total"}


def test_records_of_one_schema_share_one_shape():
    reader = Reader("flat-json")
    first, second = (reader.event(record({"schema": FLAT_SCHEMA, "payload": {"id": n, "total": n}})) for n in (1, 2))
    assert first.shape is second.shape


def test_the_digits_of_a_number_are_kept_as_they_were_sent():
    event = Reader("flat-json").event(record(b'{"a": 1.10, "b": 12345678901234567890.5}'))
    assert event.row == {"a": Decimal("1.10"), "b": Decimal("12345678901234567890.5")}


def carrying(schema: object) -> dict:
    return {"schema": schema, "payload": ROW}


def declaring(fields: list) -> dict:
    return carrying({"type": "struct", "fields": fields})


@pytest.mark.parametrize(
    ("form", "value", "reason"),
    [
        ("debezium-json", b"{", "the value is not a change event: "),
        ("debezium-json", b"\xff\xfe", "the value is not a change event: "),
        ("debezium-json", b'{"a": ' * 100_000, "the value is not a change event: "),
        ("debezium-json", [1], "the value is not a change event: Expected `object`, got `array`"),
        ("debezium-json", "text", "the value is not a change event: Expected `object`, got `str`"),
        ("debezium-json", ROW, "the value is not a change event: Object missing required field `op`"),
        ("debezium-json", enveloped("c"), 'the value is not a change event: operation "c"'),
        ("debezium-json", enveloped("x"), 'the value is not a change event: operation "x"'),
        ("debezium-json", enveloped("c", after=[1]), "the value is not a change event: Expected `object | null`"),
        ("debezium-json", declaring([]) | {"payload": enveloped("c", after=ROW)}, 'no struct "after"'),
        ("flat-json", b"{", "the value is not a change event: "),
        ("flat-json", b'{"n": 1e99999999999999999999}', "the value is not a change event: "),
        ("flat-json", [1], "the value is not a JSON object"),
        ("flat-json", b"null", "the value is not a JSON object"),
        ("flat-json", carrying({"type": "struct"}), "the schema that the record carries is broken: no struct"),
        ("flat-json", declaring(["id"]), "the schema that the record carries is broken: "),
        ("flat-json", declaring([{"field": None, "type": "int32"}]), "the schema that the record carries"),
        ("flat-json", declaring([{"field": "id"}]), "is broken: Object missing required field `type`"),
        ("flat-json", declaring([{"field": "id", "type": "int32", "parameters": 1}]), "is broken: "),
    ],
)  # fmt: skip
def test_what_is_no_event_is_refused_with_the_reason(form: str, value: object, reason: str):
    assert reason in refusal(form, value)


def test_a_broken_line_of_a_file_is_refused_as_the_file_said():
    broken = Record(at=Partition("file:x", 0), offset=0, key=None, value=b"{", broken=RecordError("X910", "no line"))
    with pytest.raises(RecordError, match="no line"):
        Reader("flat-json").event(broken)


def test_a_key_is_read_with_its_kinds_and_may_be_absent():
    reader = Reader("debezium-json")
    assert reader.key(record(None)) is None
    assert reader.key(record(None, {"id": 1}))[0] == {"id": 1}
    row, shape = reader.key(record(None, {"schema": FLAT_SCHEMA, "payload": {"id": 1}}))
    assert (row, shape.kinds["id"]) == ({"id": 1}, Kind("int64", {}))


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        (b"null", "the key is not a JSON object"),
        (b"5", "the key is not a JSON object"),
        (b"k-1", "the key is not JSON: "),
        (b"[" * 100_000, "the key is not JSON: "),
        (b'{"schema": {"\xff": 1}, "payload": {"id": 1}}', "the schema that the record carries is broken: "),
    ],
)
def test_a_key_that_is_no_object_is_refused(key: bytes, reason: str):
    with pytest.raises(RecordError, match="the ") as caught:
        Reader("debezium-json").key(record(None, key))
    assert (caught.value.code, reason in caught.value.message) == ("X920", True)


def leaves_only_events_and_refusals(form: str, value: bytes) -> None:
    reader = Reader(form)
    for read, kind in ((reader.event, Upsert | Delete | Truncate | Tombstone | Aside), (reader.key, tuple)):
        with contextlib.suppress(RecordError):
            assert isinstance(read(Record(at=Partition("t", 0), offset=0, key=value, value=value)), kind)


FORMS = st.sampled_from(["debezium-json", "flat-json"])
JSON = st.recursive(st.none() | st.integers() | st.text(max_size=5), st.lists, max_leaves=5)
WORDS = st.sampled_from(
    ["schema", "payload", "op", "before", "after", "fields", "field", "type", "name", "parameters", "c", "u"]
)


@given(FORMS, st.binary())
def test_any_bytes_are_an_event_or_a_refusal(form: str, value: bytes):
    leaves_only_events_and_refusals(form, value)


@given(FORMS, st.recursive(JSON | WORDS, lambda v: st.dictionaries(WORDS, v, max_size=6), max_leaves=12))
def test_any_json_is_an_event_or_a_refusal(form: str, value: object):
    leaves_only_events_and_refusals(form, json.dumps(value).encode())


@given(st.sampled_from(shop.FORMS), st.data())
def test_a_real_event_with_a_piece_replaced_is_an_event_or_a_refusal(form: str, data):
    line = json.loads(data.draw(st.sampled_from(shop.lines(form))))
    value = json.dumps(line["value"]).encode()
    start = data.draw(st.integers(0, len(value)))
    end = data.draw(st.integers(start, min(len(value), start + 20)))
    piece = data.draw(st.binary(max_size=8) | JSON.map(json.dumps).map(str.encode))
    leaves_only_events_and_refusals(shop.FORMATS[form], value[:start] + piece + value[end:])


@pytest.mark.parametrize("form", shop.FORMS)
def test_every_real_record_is_an_event(form: str):
    reader = Reader(shop.FORMATS[form])
    for line in map(json.loads, shop.lines(form)):
        reader.event(record(line["value"], line["key"]))
