"""Pull, fold, commit, acknowledge. It holds four verbs and the state between them; each is done elsewhere.

**An offset moves only with the transaction that holds its record, in a table or in quarantine.**
"""

from __future__ import annotations

from collections.abc import Sequence

from .envelope import Reader
from .errors import RecordError, StopError
from .files import BROKEN_PREFIX
from .modes import Policy
from .offsets import Offsets
from .plan import Plan
from .ports import Clock, Held, Partition, Quarantined, Record, Reporter, Source, Until, Warehouse
from .program import Batch, Refused, commit, positions
from .rows import Drift
from .tables import Tables
from .take import stopped, take
from .tally import Summary, committed


class Run:
    """One run of a plan, from where the ledger stands."""

    def __init__(self, plan: Plan, source: Source, warehouse: Warehouse, clock: Clock, reporter: Reporter) -> None:
        self._plan, self._source, self._warehouse = plan, source, warehouse
        self._clock, self._reporter = clock, reporter
        self._reader = Reader(plan.source.format)
        self._tables = Tables(plan)
        self._batches: dict[str, Batch] = {}
        self._cut_at = 0.0
        self._positions: dict[Partition, int] = {}
        self._offsets = Offsets()
        self.summary = Summary()

    def go(self, until: Until) -> Summary:
        """Runs until the source ends or the process is told to stop; raises StopError, WarehouseError."""
        self._positions = positions(self._plan, self._warehouse)
        self._offsets = Offsets.after(self._positions)
        self._source.seek(self._positions)
        self._cut_at = self._clock.now() + self._plan.batch.max_seconds
        while True:
            records = self._pulled()
            self._reporter.advanced(len(records), sum(record.size for record in records))
            if self._source.ended or (not records and until is Until.END):
                self._flush_all()
                return self.summary
            if self._clock.now() >= self._cut_at:
                self._flush_all()
            if not records:
                self._clock.rest()

    def _pulled(self) -> Sequence[Record]:
        """The next records, taken in. What came before a record that stops the run is committed."""
        try:
            records = self._source.poll()
            for record in records:
                self._route(record)
        except StopError:
            self._flush_all()
            raise
        return records

    def _route(self, record: Record) -> None:
        topic = record.at.topic
        if any(held.topic == topic for held in self.summary.held):
            return
        if topic not in self._tables.topics and not topic.startswith(BROKEN_PREFIX):
            self.summary.skipped[topic] = self.summary.skipped.get(topic, 0) + 1
            return
        if topic not in self._batches:
            self._batches[topic] = Batch(self._tables.folds(topic))
        batch = self._batches[topic]
        if self._offsets.taken(record):
            self.summary.repeated += 1  # another file holds the record too
            return
        try:
            self._take(record, batch)
        except Drift as drift:
            self._hold(record, drift)
            return
        batch.took(record)
        self._offsets.take(record)
        if batch.events >= self._plan.batch.max_rows or batch.size >= self._plan.batch.max_bytes:
            self._flush(topic)

    def _take(self, record: Record, batch: Batch) -> None:
        try:
            if not batch.folds:
                raise record.broken or RecordError("X910", "not a line of an event file")
            take(record, self._reader, batch.folds)
        except RecordError as error:
            batch.refused.append(Refused(record, error))
            self._reporter.happened(Quarantined(place=record.place, code=error.code, reason=error.message))

    def _hold(self, record: Record, drift: Drift) -> None:
        if drift.policy is not Policy.REVIEW:
            raise stopped(record, drift)
        self.summary.held.append(Held(topic=record.at.topic, place=record.place, fields=drift.fields))
        self._reporter.happened(self.summary.held[-1])

    def _flush_all(self) -> None:
        for topic in sorted(self._batches):
            self._flush(topic)
        self._cut_at = self._clock.now() + self._plan.batch.max_seconds

    def _flush(self, topic: str) -> None:
        batch = self._batches.pop(topic)
        if not batch.last:
            return
        commit(self._plan, self._warehouse, batch, self._positions)
        self._positions |= batch.last
        self._source.acknowledge(batch.last)
        what = committed(topic, batch)
        self._reporter.happened(what)
        self.summary.add(what)
