"""Observing learns what events carry, and merges a second look without losing the first."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamplan.compiler.diagnostic import CompileError
from streamplan.compiler.observe import Sample, observe
from streamplan.compiler.observed import Observed, read_observed, written


def flat(topic: str, schema: list[dict] | None, payload: dict, key: dict | None = None) -> Sample:
    value = payload if schema is None else {"schema": {"type": "struct", "fields": schema}, "payload": payload}
    return Sample(topic=topic, key=json.dumps(key).encode() if key else None, value=json.dumps(value).encode())


def field(called: str, kind: str, **more: object) -> dict:
    return {"field": called, "type": kind, "optional": True, **more}


def kinds(observed: Observed) -> dict[str, str]:
    return {f.field: f.kind for f in observed.topics[0].value}


def test_fields_types_and_the_key_are_learnt_from_the_schema_that_an_event_carries():
    found = observe([flat("t", [field("a", "int32"), field("b", "string", name="x.Y")], {})], ("t",), Observed())
    assert kinds(found.observed) == {"a": "int32", "b": "string x.Y"}


def test_a_topic_that_matches_no_pattern_is_left_alone():
    assert observe([flat("u", [field("a", "int32")], {})], ("t",), Observed()).observed.topics == ()


def test_a_new_field_is_added_and_a_vanished_one_stays():
    first = observe([flat("t", [field("a", "int32")], {})], ("t",), Observed())
    second = observe([flat("t", [field("b", "string")], {})], ("t",), first.observed)
    assert kinds(second.observed) == {"a": "int32", "b": "string"}
    assert second.notes == ('t: new field "b", string',)


@pytest.mark.parametrize("order", [("int16", "int64"), ("int64", "int16")])
def test_a_widened_integer_is_recorded_in_either_order(order: tuple[str, str]):
    found = observe([flat("t", [field("a", kind)], {}) for kind in order], ("t",), Observed())
    (only,) = found.observed.topics[0].value
    assert (only.type, only.was) == ("int64", ("int16",))


def test_a_changed_type_is_a_conflict_and_changes_nothing():
    found = observe([flat("t", [field("a", kind)], {}) for kind in ("int32", "string")], ("t",), Observed())
    assert kinds(found.observed) == {"a": "int32"}
    assert found.notes[0] == 't: conflict: field "a" was int32, now string: kept as it was'


def test_a_decimal_holds_both_scales_after_a_change():
    name = "org.apache.kafka.connect.data.Decimal"
    decimals = [
        field("a", "bytes", name=name, parameters={"scale": s, "connect.decimal.precision": p})
        for p, s in (("10", "2"), ("14", "4"))
    ]
    found = observe([flat("t", [one], {}) for one in decimals], ("t",), Observed())
    assert found.observed.topics[0].value[0].parameters == {"connect.decimal.precision": "14", "scale": "4"}


def test_types_are_inferred_where_events_carry_no_schema():
    found = observe(
        [flat("t", None, {"a": 1, "b": None, "c": "x", "d": [1]}), flat("t", None, {"b": True})],
        ("t",),
        Observed(),
    )
    assert kinds(found.observed) == {"a": "int64", "b": "boolean", "c": "string", "d": "array"}
    assert found.observed.topics[0].learnt.samples == 2


def test_looking_twice_at_the_same_events_gives_the_same_bytes():
    samples = [flat("t", [field("a", "int32")], {}), flat("t", [field("a", "int64")], {})]
    once = observe(samples, ("t",), Observed())
    assert written(observe(samples, ("t",), once.observed).observed.topics) == written(once.observed.topics)


def test_observed_files_are_read_back_as_they_were_written(tmp_path):
    found = observe([flat("t", [field('x"; DROP TABLE y; --', "int32")], {}, {"k": 1})], ("t",), Observed())
    for name, text in written(found.observed.topics).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert read_observed(tmp_path) == found.observed


def test_a_broken_observed_file_is_named(tmp_path):
    (tmp_path / "t.json").write_text("{}")
    with pytest.raises(CompileError, match="O302"):
        read_observed(tmp_path)


@given(st.binary(max_size=60))
def test_any_bytes_are_observed_or_passed_over(raw: bytes):
    observe([Sample(topic="t", key=raw, value=raw)], ("t",), Observed())


@pytest.mark.parametrize("topic", ["../../package", "a/b", "s.\0", "", "x" * 250])
def test_a_topic_name_that_kafka_does_not_allow_is_passed_over_and_never_becomes_a_file(topic: str):
    found = observe([flat(topic, None, {"id": 1})], ("*",), Observed())
    assert (found.observed.topics, found.notes) == ((), (f"{topic}: not a topic name that Kafka allows: passed over",))


@pytest.mark.parametrize(
    "value",
    [
        {"schema": {"fields": 5}, "payload": {}},
        {"schema": {"type": "struct", "fields": [{}]}, "payload": {}},
        {"schema": {"type": "struct", "fields": [{"field": "a", "type": 5}]}, "payload": {}},
        {"schema": {"type": "struct", "fields": [{"field": "a", "type": "int32", "parameters": [1]}]}, "payload": {}},
        {"op": "c", "source": {"table": 5}, "after": {"id": 1}},
    ],
)
def test_a_record_whose_schema_makes_no_sense_is_passed_over_with_a_note(value: dict):
    sample = Sample(topic="t", key=None, value=json.dumps(value).encode())
    found = observe([sample], ("t",), Observed())
    assert (found.observed.topics, len(found.notes)) == ((), 1)
