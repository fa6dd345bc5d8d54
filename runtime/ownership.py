"""What a run holds of its partitions: open batches, offsets taken, and the way to commit them.

In a shared source partitions come and go. What is open when one leaves is committed if that works at once; if it does
not, or if another run has moved the ledger, all that is open is dropped and the source goes back.
**Where a partition goes on, the ledger alone decides.**
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .batches import Batches
from .committing import Committing
from .errors import LedgerMoved, WarehouseError
from .offsets import Offsets
from .plan import Plan
from .ports import Clock, Cut, Partition, Reporter, Retry, Source, Stopping, once
from .tally import Summary


class Rewound(Exception):  # noqa: N818 - it says what was done
    """What was open is dropped, and the source stands where the ledger does: what it gave is given again."""


class Ownership:
    """The partitions of one run; is a `moves.Moves`.

    Attributes:
        plan: the version that batches are committed under.

    """

    def __init__(  # noqa: PLR0917 - a run's neighbours
        self, plan: Plan, source: Source, committing: Committing, clock: Clock, reporter: Reporter, stopping: Stopping
    ) -> None:
        self.plan, self.summary = plan, Summary()
        self.batches, self.offsets = Batches(), Offsets()
        self._source, self._committing, self._clock, self._cut_at = source, committing, clock, 0.0
        self._reporter, self._stopping = reporter, stopping
        self._busy = self._dropped = False

    def begin(self) -> None:
        """Every partition stands where the ledger does; raises StopError, WarehouseError."""
        self._source.follow(self)
        self.offsets = Offsets.after(self._committing.begin(self.plan))
        self._cut_at = self._clock.now() + self.plan.batch.max_seconds

    @property
    def overdue(self) -> bool:
        """Whether the batches have been open for as long as they may be."""
        return self._clock.now() >= self._cut_at

    def flush_all(self) -> None:
        """Commits what is open, as `flush`."""
        for topic in self.batches.topics():
            self.flush(topic)
        self._cut_at = self._clock.now() + self.plan.batch.max_seconds

    def flush(self, topic: str) -> None:
        """Commits a topic's batch; raises Rewound, StopError, WarehouseError."""
        try:
            self._commit(topic, None)
        except LedgerMoved:
            if not self._source.shared:
                raise
            self._dropped = True
        self.settle()

    def settle(self) -> None:
        """Goes back to the ledger and raises Rewound, where something that was open has been dropped."""
        if self._dropped:
            self._dropped = False
            self.batches.drop()
            self.offsets = Offsets.after(self._committing.begin(self.plan))
            raise Rewound

    def came(self, partitions: Sequence[Partition]) -> Mapping[Partition, int] | None:
        """Where they stand in the ledger; None while a commit is tried again, after which all go back to it."""
        if self._busy:
            self._dropped = True
            return None
        found = self._stopping.apart(lambda: self._committing.came(self.plan, partitions))
        self.offsets.place(partitions, found)
        return found

    def left(self, partitions: Sequence[Partition]) -> None:
        """What is open of their topics is committed, if the warehouse takes it at the first attempt."""
        self._dropped |= self._busy
        leaving = {at.topic for at in partitions}
        for topic in () if self._dropped else [topic for topic in self.batches.topics() if topic in leaving]:
            try:
                self._stopping.apart(lambda topic=topic: self._commit(topic, once))  # type: ignore[misc]
            except (LedgerMoved, WarehouseError):
                self._dropped = True

    def lost(self, partitions: Sequence[Partition]) -> None:
        """What is open is dropped: others may have taken it."""
        self._dropped |= bool(partitions)

    def cut(self, reason: str) -> None:
        """Is told on."""
        self._reporter.happened(Cut(reason=reason))

    def _commit(self, topic: str, retry: Retry | None) -> None:
        if not (batch := self.batches.pop(topic)).last:
            return
        self._busy = True
        try:
            self.summary.add(self._committing.commit(self.plan, topic, batch, retry))
        finally:
            self._busy = False
