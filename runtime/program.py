"""One batch of one table in one transaction: its statements, its quarantine rows and its ledger rows, or nothing.

It chooses which of the plan's statements a batch needs, and their order; it changes none of them.
**When it returns, the batch is committed; when it raises, nothing of it is.**
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from .errors import LedgerMoved, RecordError
from .fold import Fold, in_order
from .kept import kept
from .lane import Lane
from .merging import merge
from .plan import Plan
from .ports import Partition, Record, Stage, Warehouse
from .staging import INSERTING


@dataclass(frozen=True, slots=True)
class Refused:
    """A record on its way to quarantine, and why."""

    record: Record
    error: RecordError


Letters: TypeAlias = Callable[[Plan, Sequence[Refused]], None]


def unwritten(_: Plan, __: Sequence[Refused]) -> None:
    """Nobody is written to of records that go to quarantine."""


@dataclass(slots=True)
class Batch:
    """What one topic has collected since its last commit. It has no folds where the topic feeds no table.

    `folds` are the tables that the topic feeds, by the source's `schema.table`; "" where one takes all. `absent` are
    records refused while it was committed, since their rows are not in the table. `sent` says that its
    COMMIT was sent: when no answer came, it may be in the warehouse.
    """

    folds: dict[str, Fold]
    lane: Lane | None = None
    refused: list[Refused] = field(default_factory=list)
    absent: list[Refused] = field(default_factory=list)
    first: dict[Partition, int] = field(default_factory=dict)
    last: dict[Partition, int] = field(default_factory=dict)
    events: int = 0
    size: int = 0
    sent: bool = False

    def took(self, record: Record) -> None:
        """The record's place is in the batch now."""
        self.first.setdefault(record.at, record.offset)
        self.last[record.at] = record.offset
        self.events += 1
        self.size += record.size


def commit(  # noqa: PLR0917 - a batch and where each of its parts goes
    plan: Plan,
    warehouse: Warehouse,
    batch: Batch,
    positions: Mapping[Partition, int],
    stage: Stage = INSERTING,
    letters: Letters = unwritten,
) -> None:
    """Executes and commits the batch; `positions` is what this run believes to be committed.

    `letters` is given the refused records before the COMMIT; it returns when they are where it brings them.

    Raises LedgerMoved X960 when another run has moved the ledger, WarehouseError when the warehouse fails. It may then
    be called again with the same batch: one whose COMMIT arrived though its answer did not is in the ledger, under this
    plan and up to its own last offsets, and is left as it is.
    """
    with stage.attempt(warehouse), warehouse.transaction():
        folds = in_order(batch.folds)
        for lock in [fold.program.lock for fold in folds] or [plan.quarantine.lock]:
            warehouse.execute(lock)
        if batch.sent and _arrived(plan, warehouse, batch):
            return
        _fence(plan, warehouse, batch, positions)
        batch.absent = [Refused(*found) for fold in folds for found in merge(warehouse, stage, fold)]
        if plan.quarantine.warehouse:
            for refused in (*batch.refused, *batch.absent):
                warehouse.execute(plan.quarantine.insert, kept(refused.record, refused.error, plan.id))
        for at, to in sorted(batch.last.items()):
            start = positions[at] + 1 if at in positions else batch.first[at]
            warehouse.execute(plan.ledger.record, (at.topic, str(at.number), str(start), str(to), plan.id))
        if refusals := (*batch.refused, *batch.absent):
            letters(plan, refusals)
        batch.sent = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """How far a partition is: the last committed offset, the plan that wrote it, and when."""

    offset: int
    plan_id: str
    committed_at: datetime


def positions(plan: Plan, warehouse: Warehouse) -> dict[Partition, Position]:
    """Where each partition stands in the ledger."""
    with warehouse.transaction():
        return _standing(plan, warehouse)


def _standing(plan: Plan, warehouse: Warehouse) -> dict[Partition, Position]:
    return {
        Partition(topic, number): Position(offset=offset, plan_id=plan_id, committed_at=committed_at)
        for topic, number, offset, plan_id, committed_at in warehouse.execute(plan.ledger.read)
    }


def _arrived(plan: Plan, warehouse: Warehouse, batch: Batch) -> bool:
    """Whether the ledger, read under the tables' locks, stands exactly where this batch would have brought it."""
    standing = _standing(plan, warehouse)
    found = {at: (standing[at].offset, standing[at].plan_id) for at in batch.last if at in standing}
    return found == {at: (offset, plan.id) for at, offset in batch.last.items()}


def _fence(plan: Plan, warehouse: Warehouse, batch: Batch, positions: Mapping[Partition, int]) -> None:
    for at in batch.last:
        ((found,),) = warehouse.execute(plan.ledger.check, (at.topic, str(at.number)))
        if found != (own := positions.get(at)):
            raise _overtaken(at, found, own)


def _overtaken(at: Partition, found: int | None, own: int | None) -> LedgerMoved:
    """The ledger is not where this run left it: behind what another committed, or before it, since it was set back."""
    if found is not None and (own is None or found > own):
        message = f"another run has committed {at.topic}[{at.number}] up to offset {found}"
        help_ = "this run stopped before it wrote anything twice; let one run read a partition at a time"
        return LedgerMoved("X960", message, help=help_)
    stands = "nothing" if found is None else f"offset {found}"
    message = f"the ledger of {at.topic}[{at.number}] went back to {stands}, and this run had committed offset {own}"
    return LedgerMoved("X960", message, help="what the warehouse lost is read again: run it again")
