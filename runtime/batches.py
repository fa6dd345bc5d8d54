"""The batches that are open, and the bytes that they hold together.

**A limit of bytes is one of all topics: memory does not grow with their number.**
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .offsets import Offsets
from .plan import BatchSettings
from .ports import Record
from .program import Batch
from .state import State
from .tables import Tables


class Batches:
    """Open batches by topic."""

    def __init__(self) -> None:
        self._open: dict[str, Batch] = {}
        self._size = 0

    def of(self, topic: str, tables: Tables) -> Batch:
        """The topic's batch, a new one where none is open."""
        if topic not in self._open:
            self._open[topic] = Batch(tables.folds(topic), tables.lane(topic))
        return self._open[topic]

    def get(self, topic: str) -> Batch | None:
        """The topic's batch, None where none is open."""
        return self._open.get(topic)

    def usual(
        self, records: Sequence[Record], start: int, tables: Tables, offsets: Offsets, limits: BatchSettings
    ) -> int:
        """Takes records in from `start` on by the lane of their topic, as far as they are usual; says how many."""
        at = records[start].at
        if (lane := tables.lane(at.topic)) is None:
            return 0
        batch, reached = self.of(at.topic, tables), offsets.last.get(at, -1)
        if not isinstance(fold := batch.folds[""], State):
            return 0
        stop = min(len(records), start + limits.max_rows - batch.events)
        count = lane.take(records[start:stop], reached, limits.max_bytes - self._size, fold)
        if count:
            taken = records[start : start + count]
            batch.took_all(taken, size := sum([record.size for record in taken]))
            offsets.last[at] = reached + count
            self._size += size
        return count

    def took(self, record: Record) -> None:
        """The record is in its topic's batch now."""
        self._open[record.at.topic].took(record)
        self._size += record.size

    def goes_alone(self, record: Record, limits: BatchSettings) -> bool:
        """Whether the record is so large that nothing else shall be held beside it."""
        return self._size > 0 and record.size >= limits.max_bytes

    def due(self, topic: str, limits: BatchSettings) -> Iterator[str]:
        """The topics to commit now that this one has grown: itself at its limit of rows, the largest at the bytes'."""
        if self._open[topic].events >= limits.max_rows:
            yield topic
        while self._size >= limits.max_bytes:
            yield max(self._open, key=lambda name: self._open[name].size)

    def drop(self) -> None:
        """None is open any more; their records will come again."""
        self._open.clear()
        self._size = 0

    def topics(self) -> list[str]:
        """The topics of all open batches."""
        return sorted(self._open)

    def pop(self, topic: str) -> Batch:
        """The topic's batch, which is no longer open."""
        batch = self._open.pop(topic)
        self._size -= batch.size
        return batch
