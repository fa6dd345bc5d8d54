"""Writes records that go to quarantine to a topic of Kafka too, with headers as Kafka Connect's dead letter queue.

**All are acknowledged by the brokers before the transaction commits**: one that is then rolled back leaves them there,
so that a record may stand in the topic twice, and never not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from . import kafka
from .errors import RecordError, StopError, WarehouseError
from .kept import reason
from .plan import Plan
from .program import Refused

if TYPE_CHECKING:
    from confluent_kafka import KafkaError, Message, Producer

_FLUSH_SECONDS = 30.0
_UNREADABLE = frozenset({"X910", "X920"})  # what Connect's converters would refuse
_TOO_LARGE = frozenset({"MSG_SIZE_TOO_LARGE", "RECORD_LIST_TOO_LARGE"})


class DeadLetters:
    """A topic for records that cannot be taken in; is a `program.Letters`."""

    def __init__(self, clients: kafka.Clients, topic: str, task: int = 0) -> None:
        self._clients, self._topic, self._task = clients, topic, task
        self._producer: Producer | None = None
        self._errors: list[KafkaError] = []
        self._sent: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._producer:
            self._producer.purge()
            self._producer.flush(0)

    def __call__(self, plan: Plan, refusals: Sequence[Refused]) -> None:
        """All of them are in the topic when it returns; those of a batch that is tried again are not sent again.

        Raises WarehouseError X918 when the brokers do not take them in time, StopError X915, X918 when they never will.
        """
        producer = self._producer = self._producer or self._clients.producer()
        places = {refused.record.place for refused in refusals}
        self._sent &= places
        for refused in refusals:
            if refused.record.place not in self._sent:
                self._send(producer, plan, refused)
        left = producer.flush(_FLUSH_SECONDS)
        errors, self._errors = self._errors, []
        if left or errors:
            producer.purge()
            producer.flush(0)
            self._errors.clear()
            raise self._failed(errors)

    def _send(self, producer: Producer, plan: Plan, refused: Refused) -> None:
        record, place = refused.record, refused.record.place

        def arrived(error: KafkaError | None, _: Message) -> None:
            if error:
                self._errors.append(error)
            else:
                self._sent.add(place)

        headers: list[tuple[str, str | bytes | None]] = [*_own(record.headers), *_told(plan, refused, self._task)]
        while True:
            try:
                producer.produce(self._topic, record.value, record.key, headers=headers, on_delivery=arrived)
                producer.poll(0)
            except BufferError:  # the client's queue is full
                producer.poll(0.1)
            except kafka.failure() as error:
                self._errors.append(error.args[0])
                return
            else:
                return

    def _failed(self, errors: Sequence[KafkaError]) -> StopError | WarehouseError:
        said = self._clients.told(errors[0]) if errors else f"nothing arrived in {_FLUSH_SECONDS:.0f} seconds"
        message = f'records for quarantine do not arrive in the topic "{self._topic}": {said}'
        for error in errors:
            if stop := self._clients.stopped(error):
                return stop
            if error.name() in _TOO_LARGE:
                return StopError("X918", message, help="raise the topic's max.message.bytes")
        return WarehouseError("X918", message, help="check the topic of quarantine.kafka_topic, and the brokers")


def _own(headers: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, bytes]]:
    """The record's own, without those of an earlier failure."""
    for name, text in headers:
        if not name.startswith(("__connect.errors.", "__streamplan.errors.")):
            yield name, text.encode("utf-8", "surrogateescape")


def _told(plan: Plan, refused: Refused, task: int) -> Iterator[tuple[str, bytes]]:
    """Where it comes from and why it is here: Connect's names, and the code and plan beside them."""
    at, error = refused.record.at, refused.error
    told = {
        "topic": at.topic,
        "partition": str(at.number),
        "offset": str(refused.record.offset),
        "connector.name": plan.connector,
        "task.id": str(task),
        "stage": "VALUE_CONVERTER" if error.code in _UNREADABLE else "TASK_PUT",
        "class.name": "streamplan.runtime.take",
        "exception.class.name": f"{RecordError.__module__}.{RecordError.__qualname__}",
        "exception.message": reason(error),
    }
    yield from ((f"__connect.errors.{name}", text.encode("utf-8", "replace")) for name, text in told.items())
    yield "__streamplan.errors.code", error.code.encode()
    yield "__streamplan.errors.plan.id", plan.id.encode()
