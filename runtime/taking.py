"""Takes what was polled into the open batches: usual records many at a time, by their topic's lane, others singly.

A topic whose records have a shape that the plan does not know waits here, or the plan goes on to its next version.
**Each record is taken once, in the order of its partition, or waits, or is counted as passed over.**
"""

from __future__ import annotations

from collections.abc import Sequence

from .admitting import admit
from .drift import Drift
from .envelope import Reader
from .files import BROKEN_PREFIX
from .happenings import Held
from .ownership import Ownership
from .plan import Plan
from .ports import Evolver, Record, Reporter
from .tables import Tables


class Taking:
    """What a run knows of its topics: the tables that they feed, and which of them wait."""

    def __init__(self, own: Ownership, reporter: Reporter, evolver: Evolver) -> None:
        self._own, self._reporter, self._evolver = own, reporter, evolver
        self._reader, self._summary = Reader(own.plan.source.format), own.summary
        self._tables = Tables(own.plan, self._summary.dropped)
        self._held: set[str] = set()

    def take(self, records: Sequence[Record]) -> None:
        """Takes all of them in; commits batches that are full. Raises StopError, WarehouseError, Rewound."""
        at = 0
        while at < len(records):
            at += self._usual(records, at) or self._route(records[at])

    def _usual(self, records: Sequence[Record], start: int) -> int:
        """Takes records from `start` on by their topic's lane; how many."""
        own, topic = self._own, records[start].at.topic
        if topic in self._held:
            return 0
        count = own.batches.usual(records, start, self._tables, own.offsets, own.plan.batch)
        if count:
            self._flush_due(topic)
        return count

    def _route(self, record: Record) -> int:
        """Takes one record in, by the general way."""
        topic = record.at.topic
        if topic in self._held:
            self._evolver.waiting(record)
        elif topic not in self._tables.topics and not topic.startswith(BROKEN_PREFIX):
            self._unknown(record)
        elif self._own.offsets.taken(record):
            self._summary.repeated += 1  # another file holds the record too
        else:
            self._admit(record)
        return 1

    def _unknown(self, record: Record) -> None:
        topic = record.at.topic
        if drift := self._tables.unknown(record, self._reader):
            self._drifted(record, drift)
        else:
            self._summary.skipped[topic] = self._summary.skipped.get(topic, 0) + 1

    def _admit(self, record: Record) -> None:
        own, topic = self._own, record.at.topic
        if own.batches.goes_alone(record, own.plan.batch):
            own.flush_all()
        try:
            refusal = admit(record, self._reader, own.batches.of(topic, self._tables))
        except Drift as drift:
            self._drifted(record, drift)
            return
        if refusal:
            self._reporter.happened(refusal)
        own.batches.took(record)
        own.offsets.take(record)
        self._flush_due(topic)

    def _flush_due(self, topic: str) -> None:
        for due in self._own.batches.due(topic, self._own.plan.batch):
            self._own.flush(due)

    def _drifted(self, record: Record, drift: Drift) -> None:
        """The topic waits from here on, or the run goes on with the next version of the plan, from this record on."""
        self._own.flush_all()
        match self._evolver.drifted(record, drift):
            case Held() as held:
                self._held.add(held.topic)
                self._summary.held.append(held)
                self._reporter.happened(held)
            case Plan() as plan:
                self._own.plan, self._tables = plan, Tables(plan, self._summary.dropped)
                self._route(record)
