"""Commits one batch after the other, tries again what the warehouse failed, and remembers where each partition is.

Nothing is pulled meanwhile: there is one thread. **The source is told of offsets only after their commit.**
"""

from __future__ import annotations

from .plan import Plan
from .ports import Clock, Committed, Partition, Quarantined, Reporter, Retry, Source, Warehouse
from .program import Batch, commit, positions
from .tally import committed


class Committing:
    """What a run has committed, and the neighbours that take part."""

    def __init__(self, source: Source, warehouse: Warehouse, clock: Clock, reporter: Reporter, retry: Retry) -> None:
        self._source, self._warehouse = source, warehouse
        self._clock, self._reporter, self._retry = clock, reporter, retry
        self._positions: dict[Partition, int] = {}

    def begin(self, plan: Plan) -> dict[Partition, int]:
        """The last committed offset of each partition, as the ledger says; the source goes on after them."""
        standing = self._retry(lambda: positions(plan, self._warehouse))
        self._positions = {at: position.offset for at, position in standing.items()}
        self._source.seek(self._positions)
        return dict(self._positions)

    def commit(self, plan: Plan, topic: str, batch: Batch) -> Committed:
        """Commits a batch; raises StopError, WarehouseError when no attempt is left. Nothing of it is then there."""
        began = self._clock.now()
        self._retry(lambda: commit(plan, self._warehouse, batch, self._positions))
        self._positions |= batch.last
        self._source.acknowledge(batch.last)
        what = committed(topic, batch, plan.version, self._clock.now() - began)
        for refused in batch.absent:
            place, error = refused.record.place, refused.error
            self._reporter.happened(Quarantined(place=place, code=error.code, reason=error.message))
        self._reporter.happened(what)
        return what
