"""What a run holds of its partitions: open batches, offsets taken, and the way to commit them.

At most one hand-over is under way, whose commits are made while the next batches are collected: a run holds up to twice
`max_bytes`. A batch that is full waits for it, so that batches are committed in the order in which they were collected.

In a shared source partitions come and go. What is open when one leaves is committed if that works at once; if it does
not, or if another run has moved the ledger, all that is open is dropped and the source goes back.
**Where a partition goes on, the ledger alone decides.**
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from .batches import Batches
from .committing import Committing
from .errors import LedgerMoved, WarehouseError
from .groups import grouped
from .happenings import Cut
from .offsets import Offsets
from .plan import Plan
from .ports import Clock, Partition, Reporter, Retry, Source, Stopping, once
from .tally import Summary

_PATIENCE_SECONDS = 60  # of a group whose partitions move


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
        self._dropped = False

    def begin(self) -> None:
        """Every partition stands where the ledger does; raises StopError, WarehouseError."""
        self._source.follow(self)
        self.offsets = Offsets.after(self._committing.begin(self.plan))
        self._cut_at = self._clock.now() + self.plan.batch.max_seconds

    @property
    def overdue(self) -> bool:
        """Whether the batches have been open for as long as they may be, and the warehouse could take them."""
        return self._clock.now() >= self._cut_at and not self._committing.busy

    def flush_all(self) -> None:
        """Commits what is open, small batches together, and returns when it is committed; raises as `flush`."""
        self.hand_over()
        self._join()

    def hand_over(self) -> None:
        """As `flush_all`, and returns when it is under way."""
        self._join()
        self._begin(self.batches.topics(), None)
        self._cut_at = self._clock.now() + self.plan.batch.max_seconds
        self.settle()

    def flush(self, topic: str) -> None:
        """Commits a topic's batch, and returns when that is under way, and all before it is committed.

        Raises Rewound, and what became of the latter: LedgerMoved, StopError, WarehouseError. No later one is then.
        """
        if batch := self.batches.get(topic):
            self._committing.encode(batch)
        self._join()
        self._begin([topic], None)
        self.settle()

    def settle(self) -> None:
        """Does what follows the commits that are done, and raises as `flush` where they have failed.

        Goes back to the ledger and raises Rewound, where something that was open has been dropped.
        """
        self._land()
        if self._dropped:
            self._committing.wait()
            self._land()
            self._dropped = False
            self.batches.drop()
            self.offsets = Offsets.after(self._committing.begin(self.plan))
            raise Rewound

    def came(self, partitions: Sequence[Partition]) -> Mapping[Partition, int] | None:
        """Where they stand in the ledger; None while a commit is tried again, after which all go back to it."""
        if not self._rests():
            self._dropped = True
            return None
        found = self._stopping.apart(lambda: self._committing.came(self.plan, partitions))
        self.offsets.place(partitions, found)
        return found

    def left(self, partitions: Sequence[Partition]) -> None:
        """What is open of their topics is committed, if the warehouse takes it at the first attempt."""
        self._dropped |= not self._rests()
        leaving = {at.topic for at in partitions}
        if not self._dropped:
            try:
                self._stopping.apart(lambda: self._commit_at_once(leaving))
            except (LedgerMoved, WarehouseError):
                self._dropped = True

    def lost(self, partitions: Sequence[Partition]) -> None:
        """What is open is dropped: others may have taken it."""
        self._dropped |= bool(partitions)

    def cut(self, reason: str) -> None:
        """Is told on."""
        self._reporter.happened(Cut(reason=reason))

    def _rests(self) -> bool:
        """Whether all that was handed over is committed: waits for it, but not for what fails, nor for long.

        The loop raises later what has failed: here the source calls, in the middle of a poll.
        """
        return self._stopping.apart(self._rested)

    def _rested(self) -> bool:
        end, committing = self._clock.now() + _PATIENCE_SECONDS, self._committing
        committing.wait(lambda: committing.failing or self._clock.now() >= end)
        if committing.busy or committing.failed:
            return False
        self._land()
        return True

    def _join(self) -> None:
        """Waits for what is under way, then does as `settle`."""
        self._committing.wait()
        self.settle()

    def _begin(self, topics: Collection[str], retry: Retry | None) -> None:
        """Hands over what is open of the topics, unless an earlier batch of theirs could not be committed."""
        wanted = [topic for topic in self.batches.topics() if topic in topics]
        popped = {topic: self.batches.pop(topic) for topic in wanted}
        whole = {topic: batch for topic, batch in popped.items() if topic not in self._committing.lacking}
        if groups := [*grouped(whole, self.plan.batch)]:
            self._committing.hand_over(self.plan, groups, retry)
            if any(batch.events == 1 and batch.size >= self.plan.batch.max_bytes for batch in whole.values()):
                self._committing.wait()  # an event as large as the limit: nothing else is held beside it

    def _commit_at_once(self, topics: Collection[str]) -> None:
        self._begin(topics, once)
        self._committing.wait()
        for what in self._committing.land():
            self.summary.add(what)

    def _land(self) -> None:
        try:
            for what in self._committing.land():
                self.summary.add(what)
        except LedgerMoved:
            if not self._source.shared:
                raise
            self._dropped = True
