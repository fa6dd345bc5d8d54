"""Hands batches over to be committed, does what follows a commit, and remembers where each partition is.

A `ports.Loader` does the warehouse's work, so that the loop may go on meanwhile; what follows is done by the loop.
**The source is told of offsets only after their commit.**
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from .flights import Flight, Pilot
from .happenings import Committed, Quarantined
from .inserting import INSERTING
from .loading import InLine
from .plan import Plan
from .ports import Clock, Loader, Partition, Reporter, Retry, Source, Stage, Warehouse
from .program import Batch, Group, Letters, Position, positions, unwritten
from .tally import committed


class Committing:
    """What a run has committed, and the neighbours that take part.

    Attributes:
        lacking: topics of which a batch could not be committed, so that no later one may be.

    """

    def __init__(  # noqa: PLR0917 - a run's neighbours
        self,
        source: Source,
        warehouse: Warehouse,
        clock: Clock,
        reporter: Reporter,
        retry: Retry,
        stage: Stage = INSERTING,
        letters: Letters = unwritten,
        loader: Loader | None = None,
    ) -> None:
        self._source, self._warehouse, self._reporter, self._retry = source, warehouse, reporter, retry
        self._loader: Loader = loader or InLine()
        self._stage = stage
        self._pilot = Pilot(warehouse, stage, letters, clock, self._loader)
        self._positions: dict[Partition, int] = {}
        self._flight: Flight | None = None
        self.lacking: set[str] = set()

    def begin(self, plan: Plan) -> dict[Partition, int]:
        """The last committed offset of each partition, as the ledger says; the source goes on after them."""
        self._positions = {at: position.offset for at, position in self._standing(plan).items()}
        self.lacking.clear()
        self._source.seek(self._positions)
        return dict(self._positions)

    def came(self, plan: Plan, partitions: Collection[Partition]) -> dict[Partition, int]:
        """The last committed offsets of these partitions, read anew: others may have moved them."""
        standing = self._standing(plan)
        found = {at: standing[at].offset for at in partitions if at in standing}
        self._positions = {at: offset for at, offset in self._positions.items() if at not in partitions} | found
        return found

    def _standing(self, plan: Plan) -> dict[Partition, Position]:
        """The ledger; raises StopError, WarehouseError. The loader asks, since the loop has other things to do."""
        found: list[dict[Partition, Position]] = []
        failed: list[Exception] = []

        def ask() -> None:
            try:
                found.append(self._retry(lambda: positions(plan, self._warehouse)))
            except Exception as error:  # noqa: BLE001 - it is raised below, in the loop
                failed.append(error)

        self._loader.wait()
        self._loader.start(ask)
        self._loader.wait()
        for error in failed:
            raise error
        return found[0]

    @property
    def busy(self) -> bool:
        """Whether something that was handed over is under way."""
        return self._loader.busy

    @property
    def failing(self) -> bool:
        """Whether the warehouse has failed what was handed over last, and it is tried again or given up."""
        return self._flight is not None and self._flight.failing

    @property
    def failed(self) -> bool:
        """Whether what was handed over last has failed for good, and has not landed yet."""
        return self._flight is not None and self._flight.error is not None

    def wait(self, enough: Callable[[], bool] = lambda: False) -> None:
        """Returns when nothing is under way, or it is enough."""
        self._loader.wait(enough)

    def encode(self, batch: Batch) -> None:
        """Encodes a batch that will be handed over next: beside the loader, which works on another one then."""
        batch.encode(self._stage)

    def hand_over(self, plan: Plan, groups: Sequence[Group], retry: Retry | None = None) -> None:
        """Begins to commit the groups, one after the other. What was handed over before has landed."""
        partitions = [at for group in groups for batch in group.values() for at in batch.last]
        known = {at: self._positions[at] for at in partitions if at in self._positions}
        flight = self._flight = Flight(plan, groups, known, retry or self._retry)
        self._loader.start(lambda: self._pilot.fly(flight))

    def land(self) -> Iterator[Committed]:
        """What follows each commit: the source is told, then whoever else is; gives what was committed of each topic.

        Raises LedgerMoved, StopError, WarehouseError when nothing is under way any more and something has failed; what
        it could not commit is `lacking` then.
        """
        flight = self._flight
        if flight is None:
            return
        over = flight.over
        while flight.landed:
            yield from self._landed(flight.plan, *flight.landed.popleft())
        if over:
            self._loader.wait()
            self._flight = None
            if flight.error:
                self.lacking |= flight.missing
                raise flight.error

    def _landed(self, plan: Plan, group: Group, seconds: float) -> Iterator[Committed]:
        last = {at: offset for batch in group.values() for at, offset in batch.last.items()}
        self._positions |= last
        self._source.acknowledge(last)
        for topic, batch in group.items():
            what = committed(topic, batch, plan.version, seconds)
            for refused in batch.absent:
                place, error = refused.record.place, refused.error
                self._reporter.happened(Quarantined(place=place, code=error.code, reason=error.message))
            self._reporter.happened(what)
            yield what
