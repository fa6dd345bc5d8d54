"""Partitions that a group has taken away without asking: what is open of them is dropped, and read again."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from brokers import eventually
from confluent_kafka import Producer
from members import QUICK, Everything
from mocking import HEARTBEAT, OLD_GENERATION, mocked
from streamplan.runtime.blocks import Reading
from streamplan.runtime.clock import SystemClock
from streamplan.runtime.disk import load
from streamplan.runtime.kafka import Clients
from streamplan.runtime.kafka_source import KafkaSource
from streamplan.runtime.loop import Run
from streamplan.runtime.plan import KafkaSettings, SourceSettings
from streamplan.runtime.ports import Partition, Silent, Until

COUNT, COMMITTED = 50, 20
ORDERS = Partition("s.orders", 0)
ONE = load(Path(__file__).parents[2] / "golden/orders/01_create/plan")
TABLES = tuple(msgspec.structs.replace(table, topics=(ORDERS.topic,)) for table in ONE.tables[:1])
PLAN = msgspec.structs.replace(ONE, tables=TABLES)


@pytest.fixture
def mock():
    with mocked() as cluster:
        producer = Producer({"bootstrap.servers": cluster.address, "log_level": 0})
        for number in range(COUNT):
            value = json.dumps({"op": "c", "after": {"id": number, "note": "n"}})
            producer.produce(ORDERS.topic, value=value, key=json.dumps({"id": number}), partition=0)
        assert producer.flush(30) == 0
        yield cluster


def opened(mock) -> KafkaSource:
    kafka = KafkaSettings(brokers=mock.address, group="g", settings=QUICK)
    settings = SourceSettings(format="debezium-json", topics=("s.*",), kafka=kafka)
    return KafkaSource(settings, Clients.of(kafka, {}), Reading.FOLLOWING)


class Moving(Everything):
    """A run whose ledger stands somewhere, and that notes what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def came(self, partitions):
        self.told.append("came")
        return dict.fromkeys(partitions, COMMITTED - 1)

    def left(self, _):
        self.told.append("left")

    def lost(self, partitions):
        assert partitions == [ORDERS]
        self.told.append("lost")


def test_a_member_that_the_group_forgot_is_told_of_its_loss_and_begins_again_where_the_ledger_stands(mock):
    moving, found = Moving(), []
    with opened(mock) as topics:
        topics.follow(moving)
        topics.seek({})
        eventually(lambda: found.extend(topics.poll()) or len(found) == COUNT - COMMITTED)
        mock.fail(HEARTBEAT, OLD_GENERATION)
        eventually(lambda: found.extend(topics.poll()) or len(found) == 2 * (COUNT - COMMITTED))
    assert moving.told == ["came", "lost", "came"]
    assert [record.offset for record in found] == [*range(COMMITTED, COUNT)] * 2


class Ledger:
    """A warehouse that holds the ledger of one partition, and nothing else."""

    def __init__(self) -> None:
        self.spans: list[tuple[int, int]] = []

    @contextmanager
    def transaction(self):
        yield

    def execute(self, statement, binds=()) -> tuple[tuple[Any, ...], ...]:
        match statement.path:
            case PLAN.ledger.record.path:
                self.spans.append((int(binds[2]), int(binds[3])))
        return ()

    def aside(self, statement, binds=()) -> tuple[tuple[Any, ...], ...]:
        assert (statement.path, len(binds)) == (PLAN.ledger.check.path, 2)
        return ((None,),)

    def load(self, statement, rows) -> None:
        """Nothing is kept."""


class Losing:
    """Makes the group forget the member when all has been read, and ends the run when it was read again."""

    def __init__(self, mock) -> None:
        self.mock, self.seen, self.asked = mock, 0, False

    def pull(self, poll: Callable[[], Any]) -> Any:
        records = poll()
        self.seen += len(records)
        if records and self.seen == COUNT:
            self.mock.fail(HEARTBEAT, OLD_GENERATION)
        self.asked = self.seen == 2 * COUNT
        return records

    def apart(self, work: Callable[[], Any]) -> Any:
        return work()


def test_what_is_open_of_a_lost_partition_is_dropped_and_taken_once(mock):
    ledger = Ledger()
    with opened(mock) as topics:
        summary = Run(PLAN, topics, ledger, SystemClock(), Silent(), stopping=Losing(mock)).go(Until.STOPPED)
    assert (summary.events, summary.repeated, ledger.spans) == (COUNT, 0, [(0, COUNT - 1)])
