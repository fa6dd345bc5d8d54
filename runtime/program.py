"""Batches of one or more tables in one transaction: their statements, quarantine and ledger rows, or nothing.

It chooses which of the plan's statements a batch needs, and their order; it changes none of them.
**When it returns, all batches are committed; when it raises, nothing of any is.**
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from .errors import LedgerMoved, RecordError
from .fold import Fold, in_order
from .inserting import INSERTING
from .kept import kept
from .lane import Lane
from .merging import Encoded, encoded, merge
from .plan import Plan
from .ports import Partition, Record, Stage, Stages, Warehouse
from .statement import Statement


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
    encoded: tuple[Encoded, ...] | None = None

    def took(self, record: Record) -> None:
        """The record's place is in the batch now."""
        self.first.setdefault(record.at, record.offset)
        self.last[record.at] = record.offset
        self.events += 1
        self.size += record.size
        self.encoded = None

    def took_all(self, records: Sequence[Record], size: int) -> None:
        """The places of these are in the batch now, of one partition, in their order, of so many bytes together."""
        self.first.setdefault(records[0].at, records[0].offset)
        self.last[records[-1].at] = records[-1].offset
        self.events += len(records)
        self.size += size
        self.encoded = None

    def encode(self, stage: Stage) -> tuple[Encoded, ...]:
        """Its folds, encoded once, unless it takes in a record afterwards."""
        if self.encoded is None:
            self.encoded = tuple([encoded(stage, fold) for fold in in_order(self.folds)])
        return self.encoded


Group: TypeAlias = Mapping[str, Batch]  # by topic
_Laid: TypeAlias = tuple[Batch, Encoded, Stages]


def nothing() -> None:
    """Nothing stands against the COMMIT."""


def commit(  # noqa: PLR0917 - a group and where each of its parts goes
    plan: Plan,
    warehouse: Warehouse,
    group: Group,
    positions: Mapping[Partition, int],
    stage: Stage = INSERTING,
    letters: Letters = unwritten,
    last: Callable[[], None] = nothing,
) -> None:
    """Executes and commits the batches in one transaction; `positions` is what this run believes to be committed.

    Rows are laid out before the transaction, while no table is locked. `letters` is given the refused records before
    the COMMIT; it returns when they are where it brings them. What `last`, called then, raises undoes the transaction.

    Raises LedgerMoved X960 when another run has moved the ledger, WarehouseError when the warehouse fails. It may then
    be called again with the same batches: those whose COMMIT arrived though its answer did not are in the ledger, under
    this plan and up to their own last offsets, and are left as they are.
    """
    batches = [*group.values()]
    with stage.attempt(warehouse):
        laid = [(batch, one, one.lay_out()) for batch, one in _in_order(batches, stage)]
        with warehouse.transaction():
            for lock in _locks(plan, laid, batches):
                warehouse.execute(lock)
            if all(batch.sent for batch in batches) and _arrived(plan, warehouse, batches):
                return
            _fence(plan, warehouse, batches, positions)
            _merge(warehouse, laid)
            _record(plan, warehouse, batches, positions)
            if refusals := [refused for batch in batches for refused in (*batch.refused, *batch.absent)]:
                letters(plan, refusals)
            last()
            for batch in batches:
                batch.sent = True


def _in_order(batches: Sequence[Batch], stage: Stage) -> list[tuple[Batch, Encoded]]:
    """All folds, in the order in which their tables are locked; a table that several topics feed has several."""
    folds = [(batch, one) for batch in batches for one in batch.encode(stage)]
    return sorted(folds, key=lambda one: one[1].fold.program.table)


def _locks(plan: Plan, laid: Sequence[_Laid], batches: Sequence[Batch]) -> list[Statement]:
    """The locks of all tables, by name, and the quarantine's last: one order for everybody, so that none deadlocks."""
    locks = {one.fold.program.table: one.fold.program.lock for _, one, _ in laid}
    return [*locks.values(), *([] if all(batch.folds for batch in batches) else [plan.quarantine.lock])]


def _merge(warehouse: Warehouse, laid: Sequence[_Laid]) -> None:
    for batch, _, _ in laid:
        batch.absent = []
    for batch, one, stages in laid:
        batch.absent += [Refused(*found) for found in merge(warehouse, one, stages)]


def _record(plan: Plan, warehouse: Warehouse, batches: Sequence[Batch], positions: Mapping[Partition, int]) -> None:
    """Writes the rows of quarantine, then those of the ledger."""
    for batch in batches if plan.quarantine.warehouse else ():
        for refused in (*batch.refused, *batch.absent):
            warehouse.execute(plan.quarantine.insert, kept(refused.record, refused.error, plan.id))
    for batch in batches:
        for at, to in sorted(batch.last.items()):
            start = positions[at] + 1 if at in positions else batch.first[at]
            warehouse.execute(plan.ledger.record, (at.topic, str(at.number), str(start), str(to), plan.id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """How far a partition is: the last committed offset, the plan that wrote it, and when."""

    offset: int
    plan_id: str
    committed_at: datetime


def positions(plan: Plan, warehouse: Warehouse) -> dict[Partition, Position]:
    """Where each partition stands in the ledger."""
    with warehouse.transaction():
        return _standing(warehouse.execute(plan.ledger.read))


def _standing(rows: Sequence[tuple[Any, ...]]) -> dict[Partition, Position]:
    return {
        Partition(topic, number): Position(offset=offset, plan_id=plan_id, committed_at=committed_at)
        for topic, number, offset, plan_id, committed_at in rows
    }


def _arrived(plan: Plan, warehouse: Warehouse, batches: Sequence[Batch]) -> bool:
    """Whether the ledger, read under the tables' locks, stands exactly where these batches would have brought it."""
    standing = _standing(warehouse.aside(plan.ledger.read))
    last = {at: offset for batch in batches for at, offset in batch.last.items()}
    found = {at: (standing[at].offset, standing[at].plan_id) for at in last if at in standing}
    return found == {at: (offset, plan.id) for at, offset in last.items()}


def _fence(plan: Plan, warehouse: Warehouse, batches: Sequence[Batch], positions: Mapping[Partition, int]) -> None:
    """Raises LedgerMoved unless the ledger, read under the tables' locks, stands where this run left it.

    It is read aside: a transaction that only writes the ledger, which others write too, conflicts with none of them.
    """
    for at in [at for batch in batches for at in batch.last]:
        ((found,),) = warehouse.aside(plan.ledger.check, (at.topic, str(at.number)))
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
