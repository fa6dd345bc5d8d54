"""Pull, fold, commit, acknowledge. It holds four verbs and the state between them; each is done elsewhere.

**An offset moves only with the transaction that holds its record, in a table or in quarantine.**
"""

from __future__ import annotations

from collections.abc import Sequence

from .admitting import admit
from .batches import Batches
from .committing import Committing
from .drift import Drift
from .envelope import Reader
from .errors import StopError
from .files import BROKEN_PREFIX
from .holding import Holding
from .offsets import Offsets
from .plan import Plan
from .ports import Clock, Evolver, Held, Never, Record, Reporter, Retry, Source, Stopping, Until, Warehouse, once
from .tables import Tables
from .tally import Summary


class Run:
    """One run of a plan, from where the ledger stands."""

    def __init__(  # noqa: PLR0917 - the plan and its five neighbours
        self,
        plan: Plan,
        source: Source,
        warehouse: Warehouse,
        clock: Clock,
        reporter: Reporter,
        evolver: Evolver | None = None,
        retry: Retry = once,
        stopping: Stopping | None = None,
    ) -> None:
        self._plan, self._source, self._clock, self._reporter = plan, source, clock, reporter
        self._evolver = evolver or Holding()
        self._stopping = stopping or Never()
        self._committing = Committing(source, warehouse, clock, reporter, retry)
        self._reader = Reader(plan.source.format)
        self.summary = Summary()
        self._tables = Tables(plan, self.summary.dropped)
        self._batches, self._offsets, self._cut_at = Batches(), Offsets(), 0.0

    def go(self, until: Until) -> Summary:
        """Runs until the source ends or the run is told to finish; raises StopError, WarehouseError."""
        self._offsets = Offsets.after(self._committing.begin(self._plan))
        self._cut_at = self._clock.now() + self._plan.batch.max_seconds
        while True:
            records = self._pulled()
            self._reporter.advanced(len(records), sum(record.size for record in records))
            if self._source.ended or self._stopping.asked or (not records and until is Until.END):
                self._flush_all()
                return self.summary
            if self._clock.now() >= self._cut_at:
                self._flush_all()
            if not records:
                self._clock.rest()

    def _pulled(self) -> Sequence[Record]:
        """The next records, taken in. What came before a record that stops the run is committed."""
        try:
            records = self._stopping.pull(self._source.poll)
            for record in records:
                self._route(record)
        except StopError:
            self._flush_all()
            raise
        return records

    def _route(self, record: Record) -> None:
        topic = record.at.topic
        if any(held.topic == topic for held in self.summary.held):
            self._evolver.waiting(record)
            return
        if topic not in self._tables.topics and not topic.startswith(BROKEN_PREFIX):
            if drift := self._tables.unknown(record, self._reader):
                self._drifted(record, drift)
            else:
                self.summary.skipped[topic] = self.summary.skipped.get(topic, 0) + 1
            return
        if self._offsets.taken(record):
            self.summary.repeated += 1  # another file holds the record too
            return
        if self._batches.goes_alone(record, self._plan.batch):
            self._flush_all()
        try:
            refusal = admit(record, self._reader, self._batches.of(topic, self._tables))
        except Drift as drift:
            self._drifted(record, drift)
            return
        if refusal:
            self._reporter.happened(refusal)
        self._batches.took(record)
        self._offsets.take(record)
        for due in self._batches.due(topic, self._plan.batch):
            self._flush(due)

    def _drifted(self, record: Record, drift: Drift) -> None:
        """The topic waits from here on, or the run goes on with the next version of the plan, from this record on."""
        self._flush_all()
        match self._evolver.drifted(record, drift):
            case Held() as held:
                self.summary.held.append(held)
                self._reporter.happened(held)
            case Plan() as plan:
                self._plan, self._tables = plan, Tables(plan, self.summary.dropped)
                self._route(record)

    def _flush_all(self) -> None:
        for topic in self._batches.topics():
            self._flush(topic)
        self._cut_at = self._clock.now() + self._plan.batch.max_seconds

    def _flush(self, topic: str) -> None:
        if (batch := self._batches.pop(topic)).last:
            self.summary.add(self._committing.commit(self._plan, topic, batch))
