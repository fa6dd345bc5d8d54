"""What was handed over to be committed, and how that goes: the part of a commit that may be done beside the loop.

It touches neither the source nor open batches, and it tells only of retries. **A flight that has failed says what of it
is not committed; nothing that came later is.**
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from .errors import LedgerMoved, StopError, StreamplanError, WarehouseError
from .loading import Left
from .plan import Plan
from .ports import Clock, Loader, Partition, Retry, Stage, Warehouse, once
from .program import Group, Letters, commit

_OF_ALL = frozenset({"X950", "X951", "X952", "X980", "X981", "X915"})  # warehouse, S3 or Kafka: no table's fault


@dataclass(slots=True)
class Flight:
    """Groups that were handed over.

    Attributes:
        positions: where their partitions stood then.
        missing: the topics that are not committed.
        landed: groups that are committed and not told yet, and the seconds that each took.
        failing: whether the warehouse has failed, and is tried again or given up.
        error: the first one that no attempt is left for.
        over: whether nothing is done any more.

    """

    plan: Plan
    groups: Sequence[Group]
    positions: Mapping[Partition, int]
    retry: Retry
    missing: set[str] = field(init=False)
    landed: deque[tuple[Group, float]] = field(default_factory=deque)
    failing: bool = False
    error: Exception | None = None
    over: bool = False

    def __post_init__(self) -> None:
        self.missing = {topic for group in self.groups for topic in group}


@dataclass(frozen=True, slots=True)
class Pilot:
    """Flies: commits the groups one after the other, each in a transaction."""

    warehouse: Warehouse
    stage: Stage
    letters: Letters
    clock: Clock
    loader: Loader

    def fly(self, flight: Flight) -> None:
        """Commits what can be committed; what cannot is in the flight, and why."""
        try:
            for group in flight.groups:
                self._group(flight, group)
                if flight.error and not _of_tables(flight.error):
                    break
        except Exception as error:  # noqa: BLE001 - whatever it is, the loop raises it
            flight.error = error
        finally:
            flight.over = True

    def _group(self, flight: Flight, group: Group) -> None:
        """One group; batch by batch, where one that is together with others may be what fails."""
        error = self._failed(flight, group, flight.retry)
        if error is None or len(group) == 1 or _of_all(error):
            flight.error = flight.error or error
            return
        for topic, batch in group.items():
            alone = self._failed(flight, {topic: batch}, once)
            flight.error = flight.error or alone
            if alone and _of_all(alone):
                return

    def _failed(self, flight: Flight, group: Group, retry: Retry) -> StreamplanError | None:
        """Commits it, or says why not."""
        began = self.clock.now()
        try:
            retry(self._attempt(flight, group))
        except (StopError, WarehouseError) as error:
            return error
        flight.landed.append((group, self.clock.now() - began))
        flight.missing -= group.keys()
        return None

    def _attempt(self, flight: Flight, group: Group) -> Callable[[], None]:
        def attempt() -> None:
            self._going()
            try:
                commit(flight.plan, self.warehouse, group, flight.positions, self.stage, self.letters, last=self._going)
            except WarehouseError:
                flight.failing = True
                raise
            flight.failing = False

        return attempt

    def _going(self) -> None:
        if self.loader.left:
            raise Left


def _of_all(error: StreamplanError) -> bool:
    """Whether another batch would fail alike."""
    return isinstance(error, LedgerMoved) or error.code in _OF_ALL


def _of_tables(error: Exception) -> bool:
    """Whether other groups may be committed all the same: what failed is of some tables, and would fail again."""
    return isinstance(error, StopError) and not isinstance(error, LedgerMoved)
