"""What is in quarantine: which records, why, and their bytes; and how they leave it when somebody drops them.

It takes nothing in: that is replaying's work. **It removes the records that were chosen, and no other.**
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from typing import Self, TypeAlias

from .kept import RAW_BYTES, had_back
from .plan import Plan
from .ports import Partition, Record, Warehouse

_READ_BYTES = 16 * 1024 * 1024  # of records that one statement reads
Where: TypeAlias = tuple[int, int]  # partition, offset: what orders the records of a topic
START: Where = (-1, -1)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a record stood at the source."""

    topic: str
    where: Where

    def __str__(self) -> str:
        """`topic[partition]@offset`."""
        return f"{self.topic}[{self.where[0]}]@{self.where[1]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A record in quarantine, without its bytes; of these the full sizes, None where there are none."""

    place: Place
    code: str
    reason: str
    key_bytes: int | None
    value_bytes: int | None
    headers_bytes: int | None
    plan_id: str
    quarantined_at: datetime

    @property
    def size(self) -> int:
        """Bytes of all of it."""
        return sum(self._sizes)

    @property
    def whole(self) -> bool:
        """Whether all of its bytes are kept."""
        return max(self._sizes) <= RAW_BYTES

    @property
    def _sizes(self) -> tuple[int, ...]:
        return tuple(size or 0 for size in (self.key_bytes, self.value_bytes, self.headers_bytes))


@dataclass(frozen=True, slots=True)
class Named:
    """The records at some places: by topic, sorted."""

    places: Mapping[str, tuple[Where, ...]]

    @classmethod
    def of(cls, places: Iterable[Place]) -> Self:
        """The records at these places."""
        ordered = sorted(set(places))
        return cls({topic: tuple(p.where for p in found) for topic, found in groupby(ordered, lambda p: p.topic)})

    def has(self, entry: Entry) -> bool:
        """Whether the record is chosen."""
        found = self.places.get(entry.place.topic, ())
        at = bisect_left(found, entry.place.where)
        return found[at : at + 1] == (entry.place.where,)

    def takes(self, topic: str, code: str) -> bool:  # noqa: ARG002 - places say nothing of codes
        """Whether records of the topic with this code may be chosen."""
        return topic in self.places

    def onward(self, topic: str, after: Where) -> Where | None:
        """Right before the topic's next place; None when there is none."""
        found = self.places.get(topic, ())
        at = bisect_right(found, after)
        return (found[at][0], found[at][1] - 1) if at < len(found) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """All records; those of a topic, or with a code, where these are said."""

    topic: str = ""
    code: str = ""

    def has(self, entry: Entry) -> bool:
        """Whether the record is chosen."""
        return self.takes(entry.place.topic, entry.code)

    def takes(self, topic: str, code: str) -> bool:
        """Whether records of the topic with this code are chosen."""
        return self.topic in ("", topic) and self.code in ("", code)

    def onward(self, topic: str, after: Where) -> Where | None:  # noqa: ARG002 - the same for all topics
        """Right after where the search stands."""
        return after


Chosen: TypeAlias = Named | Matching
Run: TypeAlias = tuple[Entry, ...]


def counts(plan: Plan, warehouse: Warehouse, chosen: Chosen) -> dict[str, int]:
    """How many records of each topic are chosen; of topics with chosen places, how many there are in all."""
    found: dict[str, int] = {}
    with warehouse.transaction():
        for topic, code, count in warehouse.execute(plan.quarantine.count):
            if chosen.takes(topic, code):
                found[topic] = found.get(topic, 0) + count
    return found


def entries(plan: Plan, warehouse: Warehouse, chosen: Chosen, most: int | None = None) -> tuple[Entry, ...]:
    """The chosen records by topic, partition and offset, at most so many."""
    topics = sorted(counts(plan, warehouse, chosen))
    with warehouse.transaction():
        found = (e for topic in topics for run in runs(plan, warehouse, topic, chosen) for e in run)
        return tuple(islice(found, most))


def one(plan: Plan, warehouse: Warehouse, place: Place) -> tuple[Entry, Record] | None:
    """The record at a place, as far as it is kept; None when there is none in quarantine."""
    with warehouse.transaction():
        for run in runs(plan, warehouse, place.topic, Named.of([place])):
            return next(records(plan, warehouse, run))
    return None


def runs(plan: Plan, warehouse: Warehouse, topic: str, chosen: Chosen, after: Where = START) -> Iterator[Run]:
    """The chosen records of a topic in order, read in the open transaction, a page at a time.

    Each run lies in one partition, and no other record in quarantine lies between its first and its last.
    """
    while (begin := chosen.onward(topic, after)) is not None:
        page = _page(plan, warehouse, topic, begin)
        if not page:
            return
        for (has, _), run in groupby(page, lambda entry: (chosen.has(entry), entry.place.where[0])):
            if has:
                yield tuple(run)
        after = page[-1].place.where


def _page(plan: Plan, warehouse: Warehouse, topic: str, after: Where) -> tuple[Entry, ...]:
    partition, offset = map(str, after)
    rows = warehouse.execute(plan.quarantine.list, (topic, partition, partition, offset))
    found: dict[Where, Entry] = {}
    for number, at, code, reason, key, value, headers, plan_id, quarantined_at in rows:
        found[number, at] = Entry(
            place=Place(topic, (number, at)),
            code=code,
            reason=reason,
            key_bytes=key,
            value_bytes=value,
            headers_bytes=headers,
            plan_id=plan_id,
            quarantined_at=quarantined_at,
        )
    return tuple(found.values())


def records(plan: Plan, warehouse: Warehouse, run: Run) -> Iterator[tuple[Entry, Record]]:
    """The records of a run, each as far as it is kept, in the open transaction; not all bytes at once."""
    for part in _readable(run):
        topic, (number, _) = part[0].place.topic, part[0].place.where
        rows = warehouse.execute(plan.quarantine.read, _span(part))
        raws = {offset: raw for offset, *raw in rows}
        for entry in part:
            offset = entry.place.where[1]
            yield entry, had_back(Partition(topic, number), offset, *raws[offset])


def _readable(run: Run) -> Iterator[Run]:
    part: list[Entry] = []
    size = 0
    for entry in run:
        if part and size + entry.size > _READ_BYTES:
            yield tuple(part)
            part, size = [], 0
        part.append(entry)
        size += entry.size
    yield tuple(part)


def remove(plan: Plan, warehouse: Warehouse, run: Run) -> None:
    """Takes the records of a run out of quarantine, in the open transaction."""
    warehouse.execute(plan.quarantine.remove, _span(run))


def _span(run: Run) -> tuple[str, str, str, str]:
    (partition, first), (_, last) = run[0].place.where, run[-1].place.where
    return run[0].place.topic, str(partition), str(first), str(last)


def drop(plan: Plan, warehouse: Warehouse, chosen: Chosen) -> int:
    """Removes the chosen records for good, in one transaction; gives how many they were."""
    topics = sorted(counts(plan, warehouse, chosen))
    dropped = 0
    with warehouse.transaction():
        warehouse.execute(plan.quarantine.lock)
        for topic in topics:
            for run in runs(plan, warehouse, topic, chosen):
                remove(plan, warehouse, run)
                dropped += len(run)
    return dropped
