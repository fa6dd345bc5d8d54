"""Commits one batch after the other, tries again what the warehouse failed, and remembers where each partition is.

Nothing is pulled meanwhile: there is one thread. **The source is told of offsets only after their commit.**
"""

from __future__ import annotations

from collections.abc import Collection

from .plan import Plan
from .ports import Clock, Committed, Partition, Quarantined, Reporter, Retry, Source, Stage, Warehouse
from .program import Batch, Letters, commit, positions, unwritten
from .staging import INSERTING
from .tally import committed


class Committing:
    """What a run has committed, and the neighbours that take part."""

    def __init__(  # noqa: PLR0917 - a run's neighbours
        self,
        source: Source,
        warehouse: Warehouse,
        clock: Clock,
        reporter: Reporter,
        retry: Retry,
        stage: Stage = INSERTING,
        letters: Letters = unwritten,
    ) -> None:
        self._source, self._warehouse, self._letters = source, warehouse, letters
        self._clock, self._reporter, self._retry, self._stage = clock, reporter, retry, stage
        self._positions: dict[Partition, int] = {}

    def begin(self, plan: Plan) -> dict[Partition, int]:
        """The last committed offset of each partition, as the ledger says; the source goes on after them."""
        standing = self._retry(lambda: positions(plan, self._warehouse))
        self._positions = {at: position.offset for at, position in standing.items()}
        self._source.seek(self._positions)
        return dict(self._positions)

    def came(self, plan: Plan, partitions: Collection[Partition]) -> dict[Partition, int]:
        """The last committed offsets of these partitions, read anew: others may have moved them."""
        standing = self._retry(lambda: positions(plan, self._warehouse))
        found = {at: standing[at].offset for at in partitions if at in standing}
        self._positions = {at: offset for at, offset in self._positions.items() if at not in partitions} | found
        return found

    def commit(self, plan: Plan, topic: str, batch: Batch, retry: Retry | None = None) -> Committed:
        """Commits a batch; raises StopError, WarehouseError when no attempt is left. Nothing of it is then there."""
        began = self._clock.now()
        attempts, where = retry or self._retry, (self._stage, self._letters)
        attempts(lambda: commit(plan, self._warehouse, batch, self._positions, *where))
        self._positions |= batch.last
        self._source.acknowledge(batch.last)
        what = committed(topic, batch, plan.version, self._clock.now() - began)
        for refused in batch.absent:
            place, error = refused.record.place, refused.error
            self._reporter.happened(Quarantined(place=place, code=error.code, reason=error.message))
        self._reporter.happened(what)
        return what
