"""Topics of Kafka as a source: a member of a consumer group, whose partitions come and go.

A partition goes on where the ledger stands; what the group has committed is for those who watch the group's lag.
Rebalances are answered within a poll. **Offsets are committed to Kafka after the warehouse has them.**
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from . import kafka
from .blocks import Reading
from .errors import StopError, StreamplanError
from .moves import Moves
from .plan import SourceSettings, Start
from .ports import Partition, Record

if TYPE_CHECKING:
    from confluent_kafka import Consumer, KafkaError, Message, TopicPartition

_BEGINNING = -2  # librdkafka's own number
_POLL_SECONDS = 0.1
_POLL_RECORDS = 1_000
_POLL_BYTES = 8 * 1024 * 1024
_LAG_SECONDS = _ASKED_SECONDS = 1.0
_Result = TypeVar("_Result")


@dataclass(slots=True)
class _Own:
    """A partition that is this member's: where it begins without a ledger, and up to where it was read."""

    at: Partition  # one object, whichever record it is of
    start: int
    reached: int


class KafkaSource:
    """The records of the topics that match, of the partitions that the group gives this member."""

    shared = True
    total = done = 0

    def __init__(self, settings: SourceSettings, clients: kafka.Clients, reading: Reading) -> None:
        self._settings, self._clients, self._reading = settings, clients, reading
        self._consumer: Consumer = clients.member(error_cb=self._erred)
        self._moves: Moves | None = None
        self._owned: dict[Partition, _Own] = {}
        self._ends: dict[Partition, int] | None = None
        self._early: deque[Message] = deque()
        self._failed: Exception | None = None
        self._told = ""
        self._begun = self._assigned = self._called = self._paused = False
        self._size, self._lag_at, self._asked_at = _POLL_BYTES // 100, 0.0, 0.0
        self._lag: dict[Partition, int] = {}
        self._raw_headers: object = None
        self._headers: kafka.Headers = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._moves = None
        self._consumer.close()

    def follow(self, moves: Moves) -> None:
        """Whom to ask and to tell, within a poll."""
        self._moves = moves

    def seek(self, positions: Mapping[Partition, int]) -> None:
        """All partitions go on after these offsets, or from where they began; the first time the group is joined.

        Raises StopError X914, X915.
        """
        if not self._begun:
            self._begin()
        self._early.clear()
        for at, own in self._owned.items():
            self._go(at, positions[at] + 1 if at in positions else own.start)

    def poll(self) -> Sequence[Record]:
        """The next records, about a thousand or 8 MiB; none after a tenth of a second without any.

        Raises StopError X914, X915, X916, and what the run raises when partitions come and go.
        """
        self._resume()
        count = max(1, min(_POLL_RECORDS, _POLL_BYTES // self._size))
        messages = [*self._early, *self._consumer.consume(count, _POLL_SECONDS)]
        self._early.clear()
        if self._failed:
            raise self._failed
        records = [record for message in messages if (record := self._taken(message))]
        if records:
            self._told = ""
            self._size = max(1, sum(record.size for record in records) // len(records))
        return records

    @property
    def ended(self) -> bool:
        """Whether each partition was read up to where it ended when the run began; never where the run goes on.

        Those of other members are theirs to read, but none may be on its way to this one.
        """
        if self._ends is None or not (self._assigned or not self._ends):
            return False
        if any(own.reached < self._ends.get(at, 0) for at, own in self._owned.items()):
            return False
        return self._ends.keys() <= self._owned.keys() or self._given_out(self._ends.keys())

    def _given_out(self, partitions: Collection[Partition]) -> bool:
        """Whether the group is at rest and each of them is some member's; it is asked once a second."""
        if (now := time.monotonic()) < self._asked_at + _ASKED_SECONDS:
            return False
        self._asked_at = now
        shares = self._clients.shares()
        mine = shares.get(self._consumer.memberid() or "")  # None while the group does not know of it yet
        return mine == self._owned.keys() and frozenset(partitions) <= frozenset().union(*shares.values())

    def acknowledge(self, positions: Mapping[Partition, int]) -> None:
        """Tells the group, which may fail: the ledger decides."""
        places = [kafka.place(at, offset + 1) for at, offset in positions.items() if at in self._owned]
        try:
            if places:
                self._consumer.commit(offsets=places, asynchronous=True)
        except kafka.failure():
            return

    def idle(self) -> None:
        """To be called while nothing is polled, so that the group knows of this member; gives no records."""
        if self._called or not self._begun:
            return
        if not self._paused and self._owned:
            self._consumer.pause([kafka.place(at, 0) for at in self._owned])
            self._paused = True
        if message := self._consumer.poll(0):
            self._early.append(message)

    def lag(self) -> Mapping[Partition, int]:
        """Records of each partition that are not read yet, as far as it is known; looked at once a second."""
        if (now := time.monotonic()) >= self._lag_at + _LAG_SECONDS:
            self._lag_at = now
            self._lag = {at: max(0, high - self._owned[at].reached) for at, high in self._highs()}
        return self._lag

    def _highs(self) -> list[tuple[Partition, int]]:
        known = ((at, self._consumer.get_watermark_offsets(kafka.place(at, 0), cached=True)) for at in self._owned)
        return [(at, found[1]) for at, found in known if found and found[1] >= 0]

    def _begin(self) -> None:
        if self._reading is Reading.TO_THE_END:
            with self._clients.asking():
                ends = ((at, kafka.span(self._consumer, at)) for at in self._existing())
                self._ends = {at: high for at, (low, high) in ends if high > low}
        self._consumer.subscribe(
            kafka.subscription(self._settings.topics), on_assign=self._came, on_revoke=self._left, on_lost=self._lost
        )
        self._begun = True

    def _existing(self) -> list[Partition]:
        return kafka.partitions_of(self._consumer, self._settings.topics)

    def _resume(self) -> None:
        if self._paused:
            self._paused = False
            self._consumer.resume([kafka.place(at, 0) for at in self._owned])

    def _taken(self, message: Message) -> Record | None:
        """The record of a message; None for one of a partition that is gone, and for one that only tells something."""
        own = self._owned.get(kafka.source_of(message))
        if error := message.error():
            self._message_erred(message, own, error)
            return None
        if own is None:
            return None
        if (raw := message.headers()) != self._raw_headers:  # those of most records are the same
            self._raw_headers, self._headers = raw, kafka.headers_of(raw)
        record = kafka.record_of(message, own.at, self._headers)
        own.reached = record.offset + 1
        return record

    def _message_erred(self, message: Message, own: _Own | None, error: KafkaError) -> None:
        if kafka.is_end(error):
            if own:
                own.reached = max(own.reached, message.offset() or 0)
        elif kafka.is_gone(error):
            raise self._gone(message)
        elif stop := self._clients.stopped(error):
            raise stop
        else:
            self._cut(self._clients.told(error))

    def _gone(self, message: Message) -> StopError:
        at, offset = kafka.source_of(message), message.offset()
        with self._clients.asking():
            low, high = kafka.span(self._consumer, at)
        text = f"{at.topic}[{at.number}] goes on at offset {offset}, and Kafka has {low} to {high - 1}"
        help_ = "what is missing was deleted before it was loaded: take a new snapshot, and run once with "
        return StopError("X916", text, help=help_ + "source.kafka.settings auto.offset.reset: earliest")

    def _erred(self, error: KafkaError) -> None:
        """A client's own error, told within a poll."""
        if stop := self._clients.stopped(error):
            self._failed = self._failed or stop
        else:
            self._cut(self._clients.told(error))

    def _cut(self, reason: str) -> None:
        """Told once, until records come again."""
        if self._moves and not self._told:
            self._told = reason
            self._moves.cut(reason)

    def _came(self, consumer: Consumer, places: list[TopicPartition]) -> None:
        partitions = [kafka.partition_of(place) for place in places]
        moves = self._moves
        if moves is None:
            return
        found = self._answered(lambda: self._starts(partitions, moves.came(partitions)))
        if found is None:
            return
        for at, own in found.items():
            self._owned[at] = own
        placed = [kafka.place(at, own.reached) for at, own in found.items()]
        consumer.incremental_assign(placed)
        if placed:  # one that was paused when it left still is
            (consumer.pause if self._paused else consumer.resume)(placed)
        self._assigned = True

    def _starts(self, partitions: list[Partition], positions: Mapping[Partition, int] | None) -> dict[Partition, _Own]:
        known = positions or {}
        return {at: self._own(at, known.get(at)) for at in partitions}

    def _own(self, at: Partition, position: int | None) -> _Own:
        """A partition as it comes. One that the ledger knows never begins anew."""
        start = _BEGINNING
        if position is None and self._kafka_start is Start.LATEST:
            with self._clients.asking():
                _, start = kafka.span(self._consumer, at)
        return _Own(at=at, start=start, reached=start if position is None else position + 1)

    @property
    def _kafka_start(self) -> Start:
        return self._settings.kafka.start if self._settings.kafka else Start.EARLIEST

    def _left(self, consumer: Consumer, places: list[TopicPartition]) -> None:
        self._went(consumer, places, lambda moves, partitions: moves.left(partitions))

    def _lost(self, consumer: Consumer, places: list[TopicPartition]) -> None:
        self._went(consumer, places, lambda moves, partitions: moves.lost(partitions))

    def _went(
        self, consumer: Consumer, places: list[TopicPartition], tell: Callable[[Moves, list[Partition]], None]
    ) -> None:
        partitions = [kafka.partition_of(place) for place in places]
        if moves := self._moves:
            self._answered(lambda: tell(moves, partitions))
        for at in partitions:
            self._owned.pop(at, None)
        consumer.incremental_unassign(places)

    def _answered(self, work: Callable[[], _Result]) -> _Result | None:
        """What the work gives. Its error is raised by the poll: the client must not see it."""
        self._called = True
        try:
            return work()
        except StreamplanError as error:
            self._failed = self._failed or error
            return None
        finally:
            self._called = False

    def _go(self, at: Partition, offset: int) -> None:
        """The partition goes on at the offset. One that is not read yet cannot seek: it is assigned anew."""
        self._owned[at].reached = offset
        try:
            self._consumer.seek(kafka.place(at, offset))
        except kafka.failure():
            self._consumer.incremental_unassign([kafka.place(at, offset)])
            self._consumer.incremental_assign([kafka.place(at, offset)])
            if self._paused:
                self._consumer.pause([kafka.place(at, offset)])
