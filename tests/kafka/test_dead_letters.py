"""Quarantine in a topic: what a record looks like there, and that it is there before the warehouse says it is taken."""

from __future__ import annotations

import pytest
from brokers import TANSU
from members import clients, run_to_end
from streamplan.runtime.dead_letters import DeadLetters
from streamplan.runtime.errors import RecordError, StopError, WarehouseError
from streamplan.runtime.ports import Partition, Record
from streamplan.runtime.program import Refused
from streams import Stream, envelope

END = "its watermarks are wrong, so that the end is not known"
LETTERS = "dead.letters"
BAD = b"\x00{not json"
BOTH = f"quarantine: {{kafka_topic: {LETTERS}}}\n"
TOPIC_ONLY = f"quarantine: {{warehouse: false, kafka_topic: {LETTERS}}}\n"


def spoilt(tmp_path, broker, warehouse, quarantine: str) -> Stream:
    """A stream with a good record, a bad one with headers and a bad key, and a good one."""
    stream = Stream(tmp_path, broker, warehouse, spec=quarantine)
    broker.topic(LETTERS)
    stream.send(1)
    broker.send("s.orders", b"\xffkey", BAD, headers=[("trace", b"\xfe1"), ("__connect.errors.topic", b"old")])
    broker.send("s.orders", b'{"id": 1}', envelope({"id": 1, "note": "n"}))
    broker.sent()
    return stream


@pytest.mark.lacking(TANSU, END)
def test_a_record_in_the_topic_is_as_it_was_with_headers_that_say_why(tmp_path, broker, warehouse):
    stream = spoilt(tmp_path, broker, warehouse, BOTH)
    assert run_to_end(stream.plan, warehouse).quarantined == 1
    (letter,) = broker.read(LETTERS, 1)
    assert (letter.key(), letter.value()) == (b"\xffkey", BAD)
    headers = dict(letter.headers())
    reason = headers.pop("__connect.errors.exception.message").decode()
    assert headers == {
        "trace": b"\xfe1",
        "__connect.errors.topic": b"s.orders",
        "__connect.errors.partition": b"0",
        "__connect.errors.offset": b"1",
        "__connect.errors.connector.name": b"stream",
        "__connect.errors.task.id": b"0",
        "__connect.errors.stage": b"VALUE_CONVERTER",
        "__connect.errors.class.name": b"streamplan.runtime.take",
        "__connect.errors.exception.class.name": b"streamplan.runtime.errors.RecordError",
        "__streamplan.errors.code": b"X920",
        "__streamplan.errors.plan.id": stream.plan.id.encode(),
    }
    assert stream.ask("SELECT topic_offset, code, reason FROM s._streamplan_quarantine") == [(1, "X920", reason)]


@pytest.mark.lacking(TANSU, END)
def test_the_topic_can_take_the_place_of_the_warehouses_table(tmp_path, broker, warehouse):
    stream = spoilt(tmp_path, broker, warehouse, TOPIC_ONLY)
    run_to_end(stream.plan, warehouse)
    assert len(broker.read(LETTERS, 1)) == 1
    assert stream.ask("SELECT count(*) FROM s._streamplan_quarantine") == [(0,)]
    assert stream.ledger() == [(0, 0, 2)]


@pytest.mark.lacking(TANSU, END)
def test_nothing_is_committed_when_the_topic_cannot_be_written(tmp_path, broker, warehouse, monkeypatch):
    stream = spoilt(tmp_path, broker, warehouse, BOTH)
    monkeypatch.setattr("streamplan.runtime.dead_letters._FLUSH_SECONDS", 0.0)
    with pytest.raises(WarehouseError) as failed:
        run_to_end(stream.plan, warehouse)
    assert (failed.value.code, failed.value.exit_code) == ("X918", 4)
    assert (stream.ledger(), stream.stored()) == ([], {})


def refused(offset: int, value: bytes = b"v") -> Refused:
    record = Record(at=Partition("s.orders", 0), offset=offset, key=None, value=value)
    return Refused(record, RecordError("X924", "too long"))


def test_a_batch_that_is_tried_again_is_not_written_again(tmp_path, broker, warehouse):
    stream = Stream(tmp_path, broker, warehouse, spec=BOTH)
    broker.topic(LETTERS)
    with DeadLetters(clients(stream.plan), LETTERS) as letters:
        letters(stream.plan, [refused(1)])
        letters(stream.plan, [refused(1), refused(2)])
        letters(stream.plan, [refused(3)])
    offsets = [dict(letter.headers())["__connect.errors.offset"] for letter in broker.read(LETTERS, 3)]
    assert offsets == [b"1", b"2", b"3"]


def test_a_record_that_the_topic_never_takes_stops_the_run(tmp_path, broker, warehouse):
    kafka = {"settings": {"message.max.bytes": "2000"}}
    stream = Stream(tmp_path, broker, warehouse, spec=BOTH)
    tight = clients(stream.plan)
    tight.settings.settings.update(kafka["settings"])
    with DeadLetters(tight, LETTERS) as letters, pytest.raises(StopError) as stopped:
        letters(stream.plan, [refused(1, b"v" * 5000)])
    assert stopped.value.code == "X918"
