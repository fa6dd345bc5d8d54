"""Pull, fold, commit, acknowledge. It holds four verbs and the state between them; each is done elsewhere.

**An offset moves only with the transaction that holds its record, in a table or in quarantine.**
"""

from __future__ import annotations

from collections.abc import Sequence

from .committing import Committing
from .errors import StopError
from .holding import Holding
from .inserting import INSERTING
from .ownership import Ownership, Rewound
from .plan import Plan
from .ports import (
    Clock,
    Evolver,
    Loader,
    Never,
    Record,
    Reporter,
    Retry,
    Source,
    Stage,
    Stopping,
    Until,
    Warehouse,
    once,
)
from .program import Letters, unwritten
from .taking import Taking
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
        loader: Loader | None = None,
    ) -> None:
        self._source, self._clock, self._reporter = source, clock, reporter
        self._stopping = stopping or Never()
        committing = Committing(source, warehouse, clock, reporter, retry, stage, letters, loader)
        self._own = Ownership(plan, source, committing, clock, reporter, self._stopping)
        self._taking = Taking(self._own, reporter, evolver or Holding())
        self.summary = self._own.summary

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
            self._reporter.advanced(len(records), sum([record.size for record in records]))
            at_rest = not records and until is Until.END and not self._source.shared
            finished = self._source.ended or self._stopping.asked or at_rest
            if finished:
                self._own.flush_all()
            elif self._own.overdue:
                self._own.hand_over()
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
            self._taking.take(records)
        except StopError:
            self._own.flush_all()
            raise
        return records
