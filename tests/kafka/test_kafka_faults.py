"""Requests that fail: what may pass is tried again by the client, and what the brokers refuse stops the run."""

from __future__ import annotations

from pathlib import Path

import pytest
from confluent_kafka import Producer
from members import Everything
from mocking import (
    FETCH,
    HEARTBEAT,
    JOIN_GROUP,
    METADATA,
    NOT_COORDINATOR,
    NOT_LEADER,
    OFFSET_COMMIT,
    PRODUCE,
    REBALANCING,
    TIMED_OUT,
    UNKNOWN_MEMBER,
    mocked,
)
from streamplan.runtime.blocks import Reading
from streamplan.runtime.dead_letters import DeadLetters
from streamplan.runtime.disk import load
from streamplan.runtime.errors import RecordError, StopError
from streamplan.runtime.kafka import Clients
from streamplan.runtime.kafka_source import KafkaSource
from streamplan.runtime.plan import KafkaSettings, SourceSettings
from streamplan.runtime.ports import Partition, Record
from streamplan.runtime.program import Refused

COUNT = 50
GROUP_REFUSED, TOPIC_REFUSED = 30, 29
ORDERS = Partition("s.orders", 0)
PLAN = load(Path(__file__).parents[2] / "golden/orders/01_create/plan")


@pytest.fixture
def mock():
    with mocked() as cluster:
        producer = Producer({"bootstrap.servers": cluster.address, "log_level": 0})
        for number in range(COUNT):
            producer.produce("s.orders", b"%d" % number, partition=0)
        assert producer.flush(30) == 0
        yield cluster


def opened(mock) -> KafkaSource:
    kafka = KafkaSettings(brokers=mock.address, group="g", settings={"heartbeat.interval.ms": "100"})
    settings = SourceSettings(format="debezium-json", topics=("s.*",), kafka=kafka)
    return KafkaSource(settings, Clients.of(kafka, {}), Reading.TO_THE_END)


def read(topics: KafkaSource) -> list[int]:
    topics.follow(Everything())
    topics.seek({})
    found = []
    while not topics.ended:
        found += [record.offset for record in topics.poll()]
    return found


@pytest.mark.parametrize(
    ("request_", "errors"),
    [
        (FETCH, (NOT_LEADER, TIMED_OUT)),
        (METADATA, (TIMED_OUT,)),
        (JOIN_GROUP, (NOT_COORDINATOR, UNKNOWN_MEMBER)),
        (HEARTBEAT, (REBALANCING,)),
    ],
)
def test_a_request_that_fails_for_a_while_loses_and_doubles_nothing(mock, request_: int, errors: tuple[int, ...]):
    with opened(mock) as topics:
        mock.fail(request_, *errors)
        assert read(topics) == list(range(COUNT))


def test_an_offset_that_the_group_does_not_take_is_no_failure(mock):
    with opened(mock) as topics:
        read(topics)
        mock.fail(OFFSET_COMMIT, UNKNOWN_MEMBER)
        topics.acknowledge({ORDERS: COUNT - 1})
        topics.poll()


@pytest.mark.parametrize(("request_", "error"), [(FETCH, TOPIC_REFUSED), (JOIN_GROUP, GROUP_REFUSED)])
def test_what_the_brokers_do_not_allow_stops_the_run(mock, request_: int, error: int):
    with opened(mock) as topics:
        mock.fail(request_, *[error] * 5)
        with pytest.raises(StopError) as stopped:
            read(topics)
    assert stopped.value.code == "X915"


def test_a_letter_that_is_refused_stops_the_run_and_one_that_is_late_arrives(mock):
    clients_ = Clients.of(KafkaSettings(brokers=mock.address, group="g"), {})
    refused = Refused(Record(at=ORDERS, offset=1, key=None, value=b"v"), RecordError("X924", "too long"))
    with DeadLetters(clients_, "s.orders") as letters:
        mock.fail(PRODUCE, NOT_LEADER)
        letters(PLAN, [refused])
        mock.fail(PRODUCE, *[TOPIC_REFUSED] * 3)
        with pytest.raises(StopError) as stopped:
            letters(PLAN, [Refused(Record(at=ORDERS, offset=2, key=None, value=b"v"), refused.error)])
    assert stopped.value.code == "X915"
