"""Pull, fold, commit, acknowledge. It holds four verbs and the state between them; each is done elsewhere.

**An offset moves only with the transaction that holds its record, in a table or in quarantine.**
"""

from __future__ import annotations

from collections.abc import Sequence

from .admitting import admit
from .committing import Committing
from .drift import Drift
from .envelope import Reader
from .errors import StopError
from .files import BROKEN_PREFIX
from .holding import Holding
from .ownership import Ownership, Rewound
from .plan import Plan
from .ports import Clock, Evolver, Held, Never, Record, Reporter, Retry, Source, Stage, Stopping, Until, Warehouse, once
from .program import Letters, unwritten
from .staging import INSERTING
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
        stage: Stage = INSERTING,
        letters: Letters = unwritten,
    ) -> None:
        self._source, self._clock, self._reporter = source, clock, reporter
        self._evolver, self._stopping = evolver or Holding(), stopping or Never()
        committing = Committing(source, warehouse, clock, reporter, retry, stage, letters)
        self._own = Ownership(plan, source, committing, clock, reporter, self._stopping)
        self._reader, self.summary = Reader(plan.source.format), self._own.summary
        self._tables = Tables(plan, self.summary.dropped)

    def go(self, until: Until) -> Summary:
        """Runs until the source ends or the run is told to finish; raises StopError, WarehouseError."""
        self._own.begin()
        while not self._finished(until):
            pass
        return self.summary

    def _finished(self, until: Until) -> bool:
        """Takes the next records in; whether that was all."""
        try:
            records = self._pulled()
            self._reporter.advanced(len(records), sum(record.size for record in records))
            at_rest = not records and until is Until.END and not self._source.shared
            finished = self._source.ended or self._stopping.asked or at_rest
            if finished or self._own.overdue:
                self._own.flush_all()
        except Rewound:
            return False
        if not records and not finished:
            self._clock.rest()
        return finished

    def _pulled(self) -> Sequence[Record]:
        """The next records, taken in. What came before a record that stops the run is committed."""
        try:
            records = self._stopping.pull(self._source.poll)
            self._own.settle()
            for record in records:
                self._route(record)
        except StopError:
            self._own.flush_all()
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
        if self._own.offsets.taken(record):
            self.summary.repeated += 1  # another file holds the record too
            return
        if self._own.batches.goes_alone(record, self._own.plan.batch):
            self._own.flush_all()
        try:
            refusal = admit(record, self._reader, self._own.batches.of(topic, self._tables))
        except Drift as drift:
            self._drifted(record, drift)
            return
        if refusal:
            self._reporter.happened(refusal)
        self._own.batches.took(record)
        self._own.offsets.take(record)
        for due in self._own.batches.due(topic, self._own.plan.batch):
            self._own.flush(due)

    def _drifted(self, record: Record, drift: Drift) -> None:
        """The topic waits from here on, or the run goes on with the next version of the plan, from this record on."""
        self._own.flush_all()
        match self._evolver.drifted(record, drift):
            case Held() as held:
                self.summary.held.append(held)
                self._reporter.happened(held)
            case Plan() as plan:
                self._own.plan, self._tables = plan, Tables(plan, self.summary.dropped)
                self._route(record)
