"""What is asked of Kafka besides a run: a bounded number of records of each topic to learn from, and the lag.

**It joins no group and commits nothing.**
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, TypeAlias

from . import kafka
from .errors import StopError
from .ports import Partition, Record
from .program import Position

if TYPE_CHECKING:
    from confluent_kafka import Consumer, Message

PER_TOPIC = 2_000
_PATIENCE_SECONDS = 30.0  # without a record
_POLL_RECORDS = 500
_Spans: TypeAlias = dict[Partition, range]


def samples(clients: kafka.Clients, topics: Sequence[str], per_topic: int = PER_TOPIC) -> Iterator[Record]:
    """The first and the last records of each partition of the topics that match, about as many a topic as said.

    Raises StopError X914, X915, X917.
    """
    with closing(clients.reader()) as consumer:
        with clients.asking():
            there = kafka.partitions_of(consumer, topics)
            spans = {at: range(*kafka.span(consumer, at)) for at in there}
        if not there:
            message = f"no topic matches {', '.join(topics)}"
            raise StopError("X917", message, help="check source.kafka.topics, and what the user may describe")
        halves = {at: max(1, per_topic // sum(at.topic == one.topic for one in there) // 2) for at in there}
        first = {at: span[: halves[at]] for at, span in spans.items()}
        last = {at: span[halves[at] :][-halves[at] :] for at, span in spans.items()}
        yield from _read(clients, consumer, first)
        yield from _read(clients, consumer, last)


def lag(clients: kafka.Clients, topics: Sequence[str], positions: Mapping[Partition, Position]) -> dict[Partition, int]:
    """Records of each partition after those that are in the warehouse; raises StopError X914, X915."""
    with closing(clients.reader()) as consumer, clients.asking():
        spans = {at: kafka.span(consumer, at) for at in kafka.partitions_of(consumer, topics)}
    return {
        at: high - max(low, positions[at].offset + 1 if at in positions else low) for at, (low, high) in spans.items()
    }


def _read(clients: kafka.Clients, consumer: Consumer, spans: _Spans) -> Iterator[Record]:
    """The records of these offsets; some may not be there."""
    waiting = {at: span for at, span in spans.items() if span}
    consumer.assign([kafka.place(at, span.start) for at, span in waiting.items()])
    until = time.monotonic() + _PATIENCE_SECONDS
    while waiting:
        messages = consumer.consume(_POLL_RECORDS, 0.2)
        for message in messages:
            if record := _taken(clients, message, waiting):
                yield record
        if messages:
            until = time.monotonic() + _PATIENCE_SECONDS
        elif time.monotonic() > until:
            at = next(iter(waiting))
            raise StopError("X914", f"Kafka gives no records of {at.topic}[{at.number}]", help="check the brokers")


def _taken(clients: kafka.Clients, message: Message, waiting: _Spans) -> Record | None:
    """The record, if its place is waited for; a partition at its end is waited for no longer."""
    at, error = kafka.source_of(message), message.error()
    if error and not kafka.is_end(error):
        if at in waiting or clients.stopped(error):
            raise clients.failed(error)
        return None
    if at not in waiting:
        return None
    span = waiting[at]
    if error or (message.offset() or 0) >= span[-1]:
        del waiting[at]
    return (
        None
        if error or message.offset() not in span
        else kafka.record_of(message, at, kafka.headers_of(message.headers()))
    )
