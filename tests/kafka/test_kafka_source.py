"""Topics as a source: where it goes on, where it ends, what it picks up, and what it stops at."""

from __future__ import annotations

import msgspec
import pytest
import rig
from brokers import TANSU, eventually
from confluent_kafka import TopicPartition
from members import Everything, clients, member, owning, run_to_end, source
from streamplan.runtime.blocks import Reading
from streamplan.runtime.errors import StopError
from streamplan.runtime.happenings import Cut
from streamplan.runtime.plan import Start
from streamplan.runtime.ports import Partition
from streams import Stream, envelope

END = "its watermarks are wrong, so that the end is not known"
RECORDS = "it cannot delete records"
DATA = "it keeps nothing when it restarts"
ORDERS = Partition("s.orders", 0)


@pytest.fixture
def stream(tmp_path, broker, warehouse):
    return Stream(tmp_path, broker, warehouse)


def with_kafka(plan, **changes):
    kafka = msgspec.structs.replace(plan.source.kafka, **changes)
    return msgspec.structs.replace(plan, source=msgspec.structs.replace(plan.source, kafka=kafka))


@pytest.mark.lacking(TANSU, END)
def test_a_run_to_the_end_stops_where_the_topics_ended_when_it_began(stream):
    stream.send(250)
    assert run_to_end(stream.cut(max_rows=100), stream.address).events == 250
    assert (stream.complete(), stream.seamless()) == (True, True)


@pytest.mark.lacking(TANSU, END)
def test_a_run_to_the_end_of_empty_topics_ends(stream):
    assert run_to_end(stream.plan, stream.address).events == 0


def test_a_run_to_the_end_of_topics_that_are_not_there_ends(stream):
    absent = msgspec.structs.replace(stream.plan, source=msgspec.structs.replace(stream.plan.source, topics=("x.*",)))
    assert run_to_end(absent, stream.address).events == 0


@pytest.mark.lacking(TANSU, END)
def test_a_restart_goes_on_from_the_ledger_whatever_the_group_has_committed(stream, broker):
    stream.send(10)
    run_to_end(stream.plan, stream.address)
    group = stream.plan.source.kafka.group
    eventually(lambda: broker.committed(group, "s.orders") == 10)
    broker.commit(group, "s.orders", 3)
    stream.send(5)
    assert run_to_end(stream.plan, stream.address).events == 5
    broker.commit(group, "s.orders", 15)
    stream.send(5)
    assert (run_to_end(stream.plan, stream.address).events, stream.complete()) == (5, True)


def test_offsets_are_committed_to_the_group_after_the_warehouse_has_them(stream, broker):
    stream.send(10)
    with member(stream.cut(max_rows=10), stream.address):
        eventually(lambda: broker.committed(stream.plan.source.kafka.group, "s.orders") == 10)
        assert stream.complete()


@pytest.mark.lacking(TANSU, END)
def test_a_partition_without_a_ledger_begins_at_the_latest_record_where_the_spec_says_so(stream):
    stream.send(10)
    latest = with_kafka(stream.cut(max_seconds=1), start=Start.LATEST)
    with member(latest, stream.address) as one:
        owning(one, 1)
        stream.send(5)
        eventually(lambda: stream.ledger() == [(0, 10, 14)])


def test_a_topic_that_comes_later_is_picked_up_by_its_pattern(tmp_path, broker, warehouse):
    stream = Stream(tmp_path, broker, warehouse)
    stream.plan = stream.built("", ("orders", "returns"))
    rig.apply_plan(stream.plan, warehouse)
    with member(stream.cut(max_seconds=1), warehouse) as one:
        owning(one, 1)
        broker.topic("s.returns")
        broker.send("s.returns", b'{"id": 7}', envelope({"id": 7, "note": "late"}, table="returns"))
        broker.sent()
        eventually(lambda: one.error or stream.ask("SELECT id, note FROM s.returns") == [(7, "late")])


@pytest.mark.lacking(TANSU, END)
def test_tombstones_headers_and_deletes_come_as_they_are(stream, broker):
    stream.send(2)
    broker.send("s.orders", b'{"id": 0}', envelope({"id": 0, "note": None}, "d"))
    broker.send("s.orders", b'{"id": 0}', None, headers=[("trace", b"1"), ("raw", b"\xff\xfe"), ("none", None)])
    broker.sent()
    with source(stream.plan, Reading.TO_THE_END) as topics:
        topics.seek({})
        topics.follow(Everything())
        records = polled(topics)
    assert [(record.offset, record.value is None) for record in records] == [
        (0, False),
        (1, False),
        (2, False),
        (3, True),
    ]
    assert records[3].key == b'{"id": 0}'
    headers = [(name, text.encode("utf-8", "surrogateescape")) for name, text in records[3].headers]
    assert headers == [("trace", b"1"), ("raw", b"\xff\xfe"), ("none", b"")]
    assert run_to_end(stream.plan, stream.address).deletes == 1
    assert stream.stored() == {1: "n1"}


def polled(topics):
    records = []
    while not topics.ended:
        records += topics.poll()
    return records


@pytest.mark.lacking(TANSU, RECORDS)
def test_records_that_were_deleted_before_they_were_loaded_stop_the_run(stream, broker):
    stream.send(10)
    run_to_end(stream.plan, stream.address)
    stream.send(10)
    (gone,) = broker.admin.delete_records([TopicPartition("s.orders", 0, 15)]).values()
    gone.result(10)
    with pytest.raises(StopError) as stopped:
        run_to_end(stream.plan, stream.address)
    assert (stopped.value.code, stopped.value.message) == (
        "X916",
        "s.orders[0] goes on at offset 10, and Kafka has 15 to 19",
    )
    going = with_kafka(stream.plan, settings={**stream.plan.source.kafka.settings, "auto.offset.reset": "earliest"})
    assert run_to_end(going, stream.address).events == 5


@pytest.mark.lacking(TANSU, DATA)
def test_a_broker_that_restarts_loses_and_doubles_nothing(stream, broker):
    stream.send(100)
    with member(stream.cut(max_rows=50), stream.address) as one:
        eventually(lambda: one.error or stream.complete())
        broker.stop()
        eventually(lambda: one.error or any(isinstance(what, Cut) for what in one.noting.told))
        broker.start()
        stream.send(100)
        eventually(lambda: one.error or stream.complete())
    assert (stream.complete(), stream.seamless()) == (True, True)


def test_a_run_to_the_end_says_that_no_broker_answers(stream, broker, monkeypatch):
    monkeypatch.setattr("streamplan.runtime.kafka.METADATA_SECONDS", 0.5)
    broker.stop()
    with pytest.raises(StopError, match="Kafka does not answer") as stopped:
        run_to_end(stream.plan, stream.address)
    assert stopped.value.code == "X914"


def test_settings_that_the_client_does_not_take_are_told_without_what_is_secret(stream, monkeypatch):
    monkeypatch.setenv("KAFKA_PROTOCOL", "hunter2")
    wrong = with_kafka(stream.plan, settings={"security.protocol": "${KAFKA_PROTOCOL}"})
    with pytest.raises(StopError) as stopped:
        run_to_end(wrong, stream.address)
    assert stopped.value.code == "X915"
    assert "security.protocol" in stopped.value.message
    assert "hunter2" not in str(stopped.value)


def test_a_secret_that_is_not_set_is_named(stream, monkeypatch):
    monkeypatch.delenv("KAFKA_PASSWORD", raising=False)
    wrong = with_kafka(stream.plan, settings={"sasl.password": "${KAFKA_PASSWORD}"})
    with pytest.raises(StopError) as stopped:
        clients(wrong)
    assert (stopped.value.code, stopped.value.message) == (
        "X901",
        '"source.kafka.settings.sasl.password" needs the environment variable KAFKA_PASSWORD, which is not set',
    )


@pytest.mark.lacking(TANSU, END)
def test_the_lag_of_each_partition_is_known(stream):
    stream.send(30)
    with source(stream.plan, Reading.TO_THE_END) as topics:
        topics.follow(Everything())
        topics.seek({})
        polled(topics)
        topics._lag_at = 0.0  # noqa: SLF001 - looked at once a second
        assert topics.lag() == {ORDERS: 0}
