"""Observing learns what events carry, and merges a second look without losing the first."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shop
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from streamplan.compiler.commands import observe_command
from streamplan.compiler.diagnostic import CompileError
from streamplan.compiler.observe import Sample, observe
from streamplan.compiler.observed import Learnt, Observed, ObservedTopic, read_observed, save, written
from streamplan.compiler.observing import look
from streamplan.runtime.errors import StopError


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
    assert second.notes == (
        't: field "a" vanished: its column stays, and is NULL from then on',
        't: new field "b", string',
    )
    assert [f.vanished for f in second.observed.topics[0].value] == [True, False]


@pytest.mark.parametrize("order", [("int16", "int64"), ("int64", "int16")])
def test_a_widened_integer_is_recorded_in_either_order(order: tuple[str, str]):
    found = observe([flat("t", [field("a", kind)], {}) for kind in order], ("t",), Observed())
    (only,) = found.observed.topics[0].value
    assert (only.type, only.was) == ("int64", ("int16",))


def test_a_changed_type_is_a_conflict_and_changes_nothing():
    found = observe([flat("t", [field("a", kind)], {}) for kind in ("int32", "string")], ("t",), Observed())
    assert kinds(found.observed) == {"a": "int32"}
    assert found.observed.topics[0].value[0].became == ("string",)
    assert found.notes[0] == (
        't: conflict: field "a" was int32, now string: kept as it was; on_type_change: stop sends its values to'
        " quarantine, new_column gives them a column of their own"
    )


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


def event(
    fields: list[dict], *, topic: str = "t", table: str = "a", op: str = "c", key: tuple[str, ...] = ("id",)
) -> Sample:
    """An event of table s.TABLE, in an envelope that carries its schema."""
    row = {"type": "struct", "field": "after", "fields": fields, "optional": True}
    parts = [row, {"type": "struct", "field": "source"}, {"type": "string", "field": "op"}]
    payload = {"after": {}, "source": {"schema": "s", "table": table}, "op": op}
    value = {"schema": {"type": "struct", "fields": parts}, "payload": payload}
    keys = {"schema": {"type": "struct", "fields": [field(name, "int32") for name in key]}, "payload": {}}
    return Sample(topic=topic, key=json.dumps(keys).encode() if key else None, value=json.dumps(value).encode())


ID, NOTE, SUM = field("id", "int32"), field("note", "string"), field("sum", "int32")


def learnt(*samples: Sample, before: Observed | None = None):
    return observe(samples, ("*",), before or Observed())


def marks(observed: Observed) -> dict[str, tuple[bool, bool]]:
    return {f.field: (f.vanished, f.snapshot_only) for f in observed.topics[0].value}


def test_two_tables_in_one_topic_are_two_observations_with_a_file_each():
    found = learnt(event([ID, NOTE], table="col lide"), event([ID, SUM], table="col_lide")).observed
    assert [(t.schema, t.table, [f.field for f in t.value]) for t in found.topics] == [
        ("s", "col lide", ["id", "note"]),
        ("s", "col_lide", ["id", "sum"]),
    ]
    assert [*written(found.topics)] == ["t@s.col%20lide.json", "t@s.col_lide.json"]


def test_a_second_table_that_appears_later_does_not_lose_the_first(tmp_path: Path):
    first = learnt(event([ID, NOTE]))
    save(first.observed.topics, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["t.json"]
    second = learnt(event([ID, SUM], table="b"), before=read_observed(tmp_path))
    save(second.observed.topics, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t@s.a.json", "t@s.b.json"]
    assert read_observed(tmp_path).topics == second.observed.topics
    assert second.observed.topics[0] == first.observed.topics[0]
    assert second.notes == ("t (s.b): new topic, 2 fields",)


def test_a_kill_between_the_two_names_of_a_table_leaves_what_was_written_last(tmp_path: Path):
    old, new = learnt(event([ID])), learnt(event([ID, NOTE]), event([ID], table="b"))
    save(new.observed.topics, tmp_path)
    (tmp_path / "t.json").write_text(written(old.observed.topics)["t.json"])
    assert read_observed(tmp_path) == new.observed


def test_an_event_that_does_not_say_its_table_belongs_to_the_only_one_and_is_passed_over_when_there_are_two():
    flat_row = flat("t", [ID, SUM], {})
    assert len(learnt(event([ID]), flat_row).observed.topics) == 1
    found = learnt(event([ID]), event([ID], table="b"), flat_row)
    assert found.passed_over == {
        "t: a record that does not say which of the topic's tables it belongs to: passed over": 1
    }


def test_a_table_that_nothing_named_gets_its_name_from_the_first_event_that_does():
    (only,) = learnt(flat("t", [ID], {}), event([ID, NOTE])).observed.topics
    assert (only.schema, only.table, [f.field for f in only.value]) == ("s", "a", ["id", "note"])


def test_flat_rows_of_two_tables_are_told_apart_by_the_fields_that_the_connector_adds():
    rows = [flat("t", None, {"id": 1, "__table": name, "__source_schema": "s"}) for name in ("a", "b")]
    assert [(t.schema, t.table) for t in learnt(*rows).observed.topics] == [("s", "a"), ("s", "b")]


@given(st.lists(st.tuples(st.text(max_size=70), st.text(min_size=1, max_size=70)), min_size=2, max_size=4, unique=True))
def test_every_table_has_a_file_of_its_own_in_the_folder(places: list[tuple[str, str]]):
    topics = [ObservedTopic(topic="t" * 249, schema=s, table=t, learnt=Learnt(by="envelope")) for s, t in places]
    names = [*written(topics)]
    assert len(names) == len(topics)
    assert all(len(name.encode()) <= 255 and Path(name).name == name for name in names)


def test_the_file_of_a_table_never_has_the_name_of_another_topic():
    topics = [ObservedTopic(topic="a", schema=s, table="c", learnt=Learnt(by="envelope")) for s in ("b", "b2")]
    topics.append(ObservedTopic(topic="a.b.c", learnt=Learnt(by="envelope")))
    assert len(written(topics)) == 3


def test_a_generated_column_that_snapshots_alone_carry_has_not_vanished():
    found = learnt(event([ID, SUM], op="r"), event([ID], op="c"))
    assert marks(found.observed) == {"id": (False, False), "sum": (False, True)}
    assert 't: field "sum" stands in snapshots alone: generated at the source, or dropped after them' in found.notes


def test_a_generated_column_has_not_vanished_when_the_stream_is_seen_in_a_second_look():
    first = learnt(event([ID, SUM], op="r"))
    assert marks(learnt(event([ID], op="c"), before=first.observed).observed)["sum"] == (False, True)


def test_a_generated_column_that_an_incremental_snapshot_shows_late_has_not_vanished_after_it():
    found = learnt(event([ID]), event([ID, SUM], op="r"), event([ID]))
    assert marks(found.observed)["sum"] == (False, True)


def test_a_column_that_the_stream_no_longer_carries_has_vanished_and_is_back_when_it_returns():
    gone = learnt(event([ID, SUM], op="r"), event([ID, SUM]), event([ID]))
    assert marks(gone.observed)["sum"] == (True, False)
    back = learnt(event([ID, SUM]), before=gone.observed)
    assert (marks(back.observed)["sum"], back.notes) == ((False, False), ('t: field "sum" is back',))


def test_a_field_that_vanishes_as_another_of_its_kind_comes_is_reported_as_a_possible_renaming():
    found = learnt(event([ID, NOTE, SUM]), event([ID, SUM, field("remark", "string")]))
    assert 't: was "note" renamed to "remark"? they are two columns: nothing in the events says so' in found.notes


def test_a_changed_key_is_reported_and_recorded_and_the_first_key_stays():
    found = learnt(event([ID]), event([ID, SUM], key=("id", "sum")))
    (only,) = found.observed.topics
    assert ([f.field for f in only.key], only.key_became) == (["id"], (("id", "sum"),))
    assert any(note.startswith("t: conflict: the key was (id), now (id, sum)") for note in found.notes)


def test_a_record_without_a_key_changes_no_key():
    (only,) = learnt(event([ID]), event([ID], op="t", key=())).observed.topics
    assert ([f.field for f in only.key], only.key_became) == (["id"], ())


def test_the_kinds_that_a_field_became_are_recorded_in_the_order_of_their_coming():
    kinds_in_time = ("int32", "string", "int32", "boolean", "int64", "string")
    found = learnt(*(event([field("a", kind)]) for kind in kinds_in_time))
    (only,) = found.observed.topics[0].value
    assert (only.kind, only.was, only.became) == ("int64", ("int32",), ("string", "boolean"))


def test_the_shops_type_changes_are_recorded_where_they_happened():
    samples = [json.loads(line) for line in shop.lines("schemas")]
    raw = [{p: None if s[p] is None else json.dumps(s[p]).encode() for p in ("key", "value")} for s in samples]
    made = [Sample(topic=s["topic"], **r) for s, r in zip(samples, raw, strict=True)]
    found = observe(made, ("shop.shop.*",), Observed())
    fields = [(t.table, f) for t in found.observed.topics for f in t.value]
    assert [(table, f.field, f.became) for table, f in fields if f.became] == [
        ("carts", "updated_at", ("string io.debezium.time.ZonedTimestamp",)),
        ("products", "legacy_code", ("string",)),
    ]
    assert {f"{table}.{f.field}" for table, f in fields if f.vanished} == {"customers.phone", "customers.fax"}
    assert any(
        note.startswith('shop.shop.baskets: "carts" has the same fields and key, and ended') for note in found.notes
    )


def test_a_table_whose_name_begins_as_anothers_with_the_same_fields_is_reported_as_a_possible_partition():
    found = learnt(*(event([ID, NOTE], topic=f"x.{name}", table=name) for name in ("part", "part_1", "part_2")))
    assert len(found.observed.topics) == 3
    assert [note for note in found.notes if "partitions" in note] == [
        (
            'x.part: "part_1", "part_2" have the same fields and key: if they are its partitions, a snapshot sends each'
            " row twice; set publish_via_partition_root, or route them to one topic. Nothing is merged"
        )
    ]


def test_an_inferred_field_says_how_many_events_said_what():
    rows = [{"a": 1, "b": "x"}, {"a": None, "b": 2}, {"a": 1.5}]
    (only,) = learnt(*(flat("t", None, row) for row in rows)).observed.topics
    a, b = only.value
    assert (a.kind, a.was, a.seen) == ("double", ("int64",), {"double": 1, "int64": 1, "null": 1})
    assert (b.kind, b.became, b.seen) == ("string", ("int64",), {"int64": 1, "string": 1})
    assert (b.vanished, only.learnt.samples) == (True, 3)


@pytest.mark.parametrize(("values", "kind"), [(("NaN", 1.5), "double"), (("NaN", "x"), "string")])
def test_a_string_that_spells_no_number_is_a_double_among_doubles(values: tuple, kind: str):
    (only,) = learnt(*(flat("t", None, {"a": value}) for value in values)).observed.topics[0].value
    assert (only.kind, only.became, only.seen) == (kind, (), {kind: 2})


def test_tables_of_two_schemas_are_no_partitions_of_each_other():
    rows = [flat("x." + t, None, {"id": 1, "n": 1, "__table": t, "__schema": s}) for s, t in (("a", "t"), ("b", "t_1"))]
    assert [note for note in learnt(*rows).notes if "partitions" in note] == []


def test_an_event_counts_once_however_often_it_is_looked_at():
    numbered = [Sample(topic="t", key=None, value=b'{"id": 1}', offset=offset) for offset in range(3)]
    once = learnt(*numbered)
    assert written(learnt(*numbered, before=once.observed).observed.topics) == written(once.observed.topics)
    more = learnt(Sample(topic="t", key=None, value=b'{"id": 1}', offset=3), before=once.observed)
    assert more.observed.topics[0].learnt.samples == 4


def test_an_inferred_key_that_changes_is_recorded():
    rows = [flat("t", None, {"id": 1, "n": 1}, key) for key in ({"id": 1}, {"id": 1, "n": 1})]
    (only,) = learnt(*rows).observed.topics
    assert ([f.field for f in only.key], only.key_became) == (["id"], (("id", "n"),))


def test_only_inferred_schemas_hold_counts():
    text = "".join(written(learnt(event([ID, NOTE])).observed.topics).values())
    assert "seen" not in text
    assert "samples" not in text


@given(st.permutations([("x", [ID]), ("y", [ID, NOTE]), ("z", [ID, SUM])]))
def test_the_order_of_records_of_different_topics_changes_no_byte(order: list):
    samples = [event(fields, topic=topic, table=topic) for topic, fields in order]
    expected = [event(fields, topic=topic, table=topic) for topic, fields in sorted(order, key=lambda one: one[0])]
    assert written(learnt(*samples).observed.topics) == written(learnt(*expected).observed.topics)


def test_a_schema_inferred_before_is_replaced_by_the_one_that_events_carry():
    first = learnt(flat("t", None, {"id": 1}))
    second = learnt(event([ID, NOTE]), before=first.observed)
    assert (second.observed.topics[0].learnt, kinds(second.observed)["id"]) == (Learnt(by="envelope"), "int32")
    assert "t: its events carry a schema now: what was inferred is replaced" in second.notes


def test_a_default_is_recorded_as_the_events_write_it():
    (only,) = learnt(event([field("a", "int32", default=0)])).observed.topics[0].value
    assert only.default == 0


def spec_in(folder: Path) -> Path:
    spec = folder / "shop.yaml"
    spec.write_text((Path(__file__).parent.parent.parent / "specs" / "shop.yaml").read_text())
    return spec


def observed_by(spec: Path, *options: str):
    return CliRunner().invoke(observe_command, [str(spec), *options])


LINES = (
    '{"topic": "shop.shop.t", "offset": 0, "value": {"id": 1}}\n'
    "nonsense\n"
    '{"topic": "shop.shop.t", "offset": 1, "value": [}\n'
    '{"topic": "shop.shop.t", "offset": 2, "value": {"id": null}}\n'
)


def test_the_command_says_a_line_a_topic_and_counts_and_names_bad_lines(tmp_path: Path):
    (tmp_path / "e.jsonl").write_text(LINES)
    found = observed_by(spec_in(tmp_path), "--events", str(tmp_path / "e.jsonl"))
    lines = found.stdout.splitlines()
    assert lines[0] == "shop.shop.t: 1 fields inferred from 2 samples"
    assert [line.partition(": not")[0] for line in lines if "no record:" in line] == [
        "  no record: file:e.jsonl[0]@1",
        "  no record: file:e.jsonl[0]@2",
    ]
    assert lines[-2:] == ["2 lines are no records", f"1 topics known; 1 files written in {tmp_path / 'observed'}"]


def test_the_command_says_the_same_to_a_machine(tmp_path: Path):
    (tmp_path / "e.jsonl").write_text(LINES)
    found = observed_by(spec_in(tmp_path), "--events", str(tmp_path / "e.jsonl"), "--format", "json")
    body = json.loads(found.stdout)
    assert (body["topics"], body["written"], body["broken"]["lines"]) == (["shop.shop.t"], ["shop.shop.t.json"], 2)
    assert (body["tables"][0]["samples"], body["tables"][0]["fields"], body["tables"][0]["new"]) == (2, 1, True)


def test_nothing_is_written_when_one_of_the_inputs_cannot_be_read(tmp_path: Path):
    (tmp_path / "e.jsonl").write_text(LINES)
    found = observed_by(spec_in(tmp_path), "--events", str(tmp_path / "e.jsonl"), "--events", str(tmp_path / "none"))
    assert isinstance(found.exception, StopError)
    assert not (tmp_path / "observed").exists()


def test_a_truncated_gzip_file_stops_the_look(tmp_path: Path):
    (tmp_path / "e.gz").write_bytes((shop.DATA / "shop.noschema.jsonl.gz").read_bytes()[:5000])
    with pytest.raises(StopError, match="any further"):
        look((str(tmp_path / "e.gz"),), None, ("*",), Observed())


def test_a_write_that_fails_leaves_the_files_as_they_were(tmp_path: Path):
    save(learnt(event([ID])).observed.topics, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    (tmp_path / "1.new").mkdir()  # where the second file would be prepared
    both = learnt(event([ID, NOTE]), event([ID], topic="u"))
    with pytest.raises(OSError, match=r"1\.new"):
        save(both.observed.topics, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


def test_the_command_has_examples():
    assert "streamplan observe specs/shop.yaml --registry registry.jsonl" in observed_by(Path("x"), "--help").stdout
