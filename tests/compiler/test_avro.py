"""Avro schemas say what the same schemas say in an event's envelope, wherever Avro carries it."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path

import msgspec
import pytest
import shop
from streamplan.compiler.avro import connect_schema
from streamplan.compiler.observe import Sample, observe, observe_registry
from streamplan.compiler.observed import Learnt, Observed, ObservedTopic
from streamplan.compiler.observing import look
from streamplan.compiler.registry import read_registry, wire_id
from streamplan.runtime.errors import StopError

DATA = Path(__file__).parent.parent / "data" / "avro"
EVENTS, DUMP = DATA / "avro.shop.jsonl.gz", DATA / "avro.shop.registry.jsonl.gz"
DECIMAL = "org.apache.kafka.connect.data.Decimal"
TYPES = {"int8": "int", "int16": "int", "int32": "int", "int64": "long"}


def dumped() -> list[dict]:
    return [json.loads(line) for line in gzip.decompress(DUMP.read_bytes()).splitlines()]


def told(avro) -> dict:
    return {name: value for name, value in connect_schema(avro).items() if name != "optional"}


def to_avro(schema: dict, space: str = "", known: set | None = None):
    """A Connect schema as Confluent's AvroData writes it: the way back of what is tested."""
    known = set() if known is None else known
    made = bare(schema, space, known)
    if not schema.get("optional"):
        return made
    return [made, "null"] if schema.get("default") is not None else ["null", made]


def bare(schema: dict, space: str, known: set):
    kind, name = schema["type"], schema.get("name")
    default = schema.get("default")
    if kind == "bytes" and default is not None:
        default = base64.b64decode(default).decode("latin-1")
    more = {
        "connect.version": schema.get("version"),
        "connect.parameters": schema.get("parameters"),
        "connect.default": default,
        "connect.name": name,
        "connect.type": kind if kind in ("int8", "int16") else None,
    }
    if name == DECIMAL:
        parameters = schema["parameters"]
        precision = int(parameters.get("connect.decimal.precision", 64))
        more |= {"logicalType": "decimal", "scale": int(parameters["scale"]), "precision": precision}
    more = {key: value for key, value in more.items() if value is not None}
    if kind == "struct":
        return record(schema, more, space, known)
    if kind == "array":
        return {"type": "array", "items": to_avro(schema["items"], space, known), **more}
    return {"type": TYPES.get(kind, kind), **more} if more else TYPES.get(kind, kind)


def record(schema: dict, more: dict, space: str, known: set):
    inner, _, short = schema.get("name", "ConnectDefault").rpartition(".")
    if (inner, short) in known:
        return short if inner == space else f"{inner}.{short}"
    fields = []
    for one in schema["fields"]:
        made = {"name": one["field"], "type": to_avro(one, inner, known)}
        branch = made["type"][0] if isinstance(made["type"], list) else made["type"]
        default = branch.get("connect.default") if isinstance(branch, dict) else None
        fields.append(made | ({"default": default} if one.get("optional") or default is not None else {}))
    known.add((inner, short))
    where = {} if inner == space else {"namespace": inner}
    return {"type": "record", "name": short, **where, "fields": fields, **more}


def without_doc(schema):
    if isinstance(schema, dict):
        return {name: without_doc(value) for name, value in schema.items() if name != "connect.doc"}
    return [without_doc(one) for one in schema] if isinstance(schema, list) else schema


def test_the_tests_own_writer_writes_what_the_real_converter_wrote():
    schemas = [entry["schema"] for entry in dumped()]
    assert [to_avro(connect_schema(schema)) for schema in schemas] == [without_doc(schema) for schema in schemas]


def shop_registry() -> bytes:
    """The shop's schemas as a registry would hold them: a new id for what a subject did not hold."""
    ids: dict[tuple[str, str], int] = {}
    lines = []
    for line in shop.lines("schemas"):
        event = json.loads(line)
        for part in ("key", "value"):
            if event[part] is not None:
                schema = json.dumps(to_avro(event[part]["schema"]), sort_keys=True)
                subject = f"{event['topic']}-{part}"
                if (subject, schema) not in ids:
                    ids[subject, schema] = number = len(ids) + 1
                    lines.append(json.dumps({"subject": subject, "version": number, "id": number, "schema": schema}))
    return "\n".join(lines).encode()


def samples(form: str) -> list[Sample]:
    events = [json.loads(line) for line in shop.lines(form)]
    raw = [[None if e[part] is None else json.dumps(e[part]).encode() for part in ("key", "value")] for e in events]
    return [Sample(topic=e["topic"], key=key, value=value) for e, (key, value) in zip(events, raw, strict=True)]


def test_the_shops_fields_from_avro_are_those_from_the_envelopes_but_for_the_sources_name_which_lies_in_the_values():
    envelopes = observe(samples("schemas"), ("shop.shop.*",), Observed()).observed.topics
    avro = observe_registry(read_registry(shop_registry()), ("shop.shop.*",), Observed()).observed.topics
    unnamed = [msgspec.structs.replace(topic, schema="", table="", learnt=Learnt(by="registry")) for topic in envelopes]
    assert [topic.topic for topic in avro] == [topic.topic for topic in envelopes]
    for one, other in zip(avro, unnamed, strict=True):
        assert one == other
    assert {(topic.schema, topic.learnt.by) for topic in envelopes} == {("shop", "envelope")}


def test_a_flat_row_from_avro_is_the_flat_row_from_its_schema():
    envelope = [s for s in samples("unwrap_schemas") if s.topic == "shop.shop.orders"]
    event = json.loads(envelope[0].value)
    entry = {"subject": "shop.shop.orders-value", "version": 1, "id": 1, "schema": to_avro(event["schema"])}
    found = observe_registry(read_registry(json.dumps(entry).encode()), ("*",), Observed()).observed.topics
    assert found[0].value == observe(envelope[:1], ("*",), Observed()).observed.topics[0].value


def orders(found) -> ObservedTopic:
    return next(topic for topic in found.observation.observed.topics if topic.topic == "avro.shop.orders")


def test_real_avro_records_say_the_same_as_the_registry_alone():
    with_events = look((str(EVENTS),), DUMP, ("avro.*",), Observed())
    alone = look((), DUMP, ("avro.*",), Observed())
    assert orders(with_events) == orders(alone)
    assert [field.kind for field in orders(alone).value][:4] == [
        "int64",
        "string",
        f"bytes {DECIMAL}",
        "struct io.debezium.data.VariableScaleDecimal",
    ]
    assert [(f.field, f.was) for f in orders(alone).key] == [("order_id", ("int32",))]
    assert [f.field for f in orders(alone).value if f.vanished] == ["qty"]
    assert {f.field: f.default for f in orders(alone).value if f.default} == {"channel": "web"}


def test_avro_records_without_a_registry_stop_with_the_way_to_name_it():
    with pytest.raises(StopError, match="schemas lie in a registry") as stopped:
        look((str(EVENTS),), None, ("avro.*",), Observed())
    assert stopped.value.help == "name the registry's dump with --registry"


def test_a_record_whose_schema_the_dump_lacks_is_counted_and_passed_over():
    registry = read_registry(b"")
    sample = Sample(topic="t", key=None, value=b"\0\0\0\0\7rest")
    found = observe([sample, sample], ("t",), Observed(), registry)
    assert found.passed_over == {"t: Avro schema 7 is not in the registry's dump: passed over": 2}


@pytest.mark.parametrize("raw", [None, b"", b"\0\0\0", b'{"id": 1}'])
def test_what_is_not_in_the_wire_format_has_no_schema_id(raw):
    assert wire_id(raw) is None


@pytest.mark.parametrize(
    ("avro", "wanted"),
    [
        ("int", {"type": "int32"}),
        ({"type": "int", "connect.type": "int8"}, {"type": "int8"}),
        ({"type": "int", "logicalType": "date"}, {"type": "int32", "name": "org.apache.kafka.connect.data.Date"}),
        (
            {"type": "long", "logicalType": "timestamp-micros"},
            {"type": "int64", "name": "io.debezium.time.MicroTimestamp"},
        ),
        (
            {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2},
            {"type": "bytes", "name": DECIMAL, "parameters": {"scale": "2", "connect.decimal.precision": "9"}},
        ),
        (
            {"type": "bytes", "logicalType": "decimal", "precision": 64, "scale": 2},
            {"type": "bytes", "name": DECIMAL, "parameters": {"scale": "2"}},
        ),
        (
            {"type": "fixed", "name": "f", "size": 8},
            {"type": "bytes", "parameters": {"connect.fixed.size": "8"}},
        ),
        (
            {"type": "enum", "name": "e", "symbols": ["A", "B"]},
            {"type": "string", "parameters": {"allowed": "A,B"}},
        ),
        (
            {"type": "map", "values": "long"},
            {"type": "map", "keys": {"type": "string"}, "values": {"type": "int64"}},
        ),
        (
            {"type": "array", "items": ["null", "string"]},
            {"type": "array", "items": {"type": "string", "optional": True}},
        ),
        ({"type": {"type": "string", "logicalType": "uuid"}}, {"type": "string", "name": "io.debezium.data.Uuid"}),
    ],
)
def test_an_avro_type_becomes_the_connect_type_that_the_converter_reads_it_as(avro, wanted):
    assert told(avro) == wanted


@pytest.mark.parametrize("union", [["null", "long"], ["long", "null"], [{"type": "null"}, {"type": "long"}]])
def test_a_union_with_null_is_optional_in_either_order(union):
    assert connect_schema(union) == {"type": "int64", "optional": True}


def test_a_union_of_several_types_is_a_struct_that_no_column_type_is_guessed_for():
    found = connect_schema(["null", "long", "string"])
    assert (found["type"], found["name"]) == ("struct", "io.confluent.connect.avro.Union")
    assert [field["field"] for field in found["fields"]] == ["long", "string"]


def test_a_default_of_bytes_is_base64_as_in_an_envelope():
    field = {"name": "b", "type": "bytes", "default": "\u00ff\u0000"}
    found = connect_schema({"type": "record", "name": "r", "fields": [field]})
    assert found["fields"][0]["default"] == base64.b64encode(b"\xff\0").decode()


def test_a_name_is_looked_up_in_the_namespace_around_it():
    inner = {"type": "record", "name": "v", "fields": [{"name": "a", "type": "int"}]}
    fields = [{"name": "before", "type": ["null", inner]}, {"name": "after", "type": ["null", "v"]}]
    found = connect_schema({"type": "record", "name": "e", "namespace": "n.s", "fields": fields})
    assert found["fields"][0]["fields"] == found["fields"][1]["fields"]


def test_a_record_that_holds_itself_ends():
    found = connect_schema({"type": "record", "name": "r", "fields": [{"name": "next", "type": ["null", "r"]}]})
    assert found["fields"][0] == {"type": "struct", "optional": True, "field": "next"}


def test_a_schema_of_another_subject_is_found_by_its_reference():
    row = {"type": "record", "name": "n.v", "fields": [{"name": "a", "type": "int"}]}
    outer = {"type": "record", "name": "n.e", "fields": [{"name": "after", "type": "n.v"}]}
    outer["fields"] += [{"name": name, "type": "string"} for name in ("op", "source")]
    entries = [
        {"subject": "row", "version": 1, "id": 1, "schema": json.dumps(row)},
        {"subject": "t-value", "version": 1, "id": 2, "schema": json.dumps(outer)},
    ]
    entries[1]["references"] = [{"name": "n.v", "subject": "row", "version": 1}]
    found = observe_registry(read_registry(json.dumps(entries).encode()), ("*",), Observed())
    assert [(f.field, f.type) for f in found.observed.topics[0].value] == [("a", "int32")]


@pytest.mark.parametrize("schema", [5, {"type": "record"}, "nobody", {"type": "record", "name": "r", "fields": 5}, []])
def test_a_schema_that_makes_no_sense_is_named_and_the_others_are_read(schema):
    good = {"type": "record", "name": "r", "fields": [{"name": "a", "type": "int"}]}
    entries = [
        {"subject": f"{t}-value", "version": 1, "id": i, "schema": s} for i, t, s in ((1, "x", schema), (2, "y", good))
    ]
    found = observe_registry(read_registry(json.dumps(entries).encode()), ("*",), Observed())
    assert [topic.topic for topic in found.observed.topics] == ["y"]


def test_a_dump_that_is_none_is_refused_with_its_line(tmp_path):
    (tmp_path / "dump").write_text(
        '{"subject": "t-value", "version": 1, "id": 1, "schema": "\\"int\\""}\n{"nope": 1}\n'
    )
    with pytest.raises(StopError, match="is no dump of a registry: line 2"):
        look((), tmp_path / "dump", ("*",), Observed())
