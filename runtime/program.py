"""One batch of one table in one transaction: its statements, its quarantine rows and its ledger rows, or nothing.

It chooses which of the plan's statements a batch needs, and their order; it changes none of them.
**When it returns, the batch is committed; when it raises, nothing of it is.**
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .errors import RecordError, StopError
from .fold import DELETE, UPSERT, Fold
from .plan import Plan, TableProgram
from .ports import Partition, Record, Warehouse

_RAW_BYTES = 1_024_000  # what the quarantine's columns hold
_REASON_LENGTH = 400  # characters: with four bytes each they fit the column


@dataclass(frozen=True, slots=True)
class Refused:
    """A record on its way to quarantine, and why."""

    record: Record
    error: RecordError


@dataclass(slots=True)
class Batch:
    """What one topic has collected since its last commit. It has no folds where the topic feeds no table.

    `folds` are the tables that the topic feeds, by the source's `schema.table`; "" where one takes all.
    """

    folds: dict[str, Fold]
    refused: list[Refused] = field(default_factory=list)
    first: dict[Partition, int] = field(default_factory=dict)
    last: dict[Partition, int] = field(default_factory=dict)
    events: int = 0
    size: int = 0

    def took(self, record: Record) -> None:
        """The record's place is in the batch now."""
        self.first.setdefault(record.at, record.offset)
        self.last[record.at] = record.offset
        self.events += 1
        self.size += record.size


def commit(plan: Plan, warehouse: Warehouse, batch: Batch, positions: Mapping[Partition, int]) -> None:
    """Executes and commits the batch; `positions` is what this run believes to be committed.

    Raises StopError X960 when another run has moved the ledger, WarehouseError when the warehouse fails.
    """
    with warehouse.transaction():
        folds = sorted(batch.folds.values(), key=lambda fold: fold.program.table)
        for fold in folds:
            warehouse.execute(fold.program.lock)
        _fence(plan, warehouse, batch, positions)
        for fold in folds:
            _merge(fold.program, warehouse, fold)
        for refused in batch.refused:
            warehouse.execute(plan.quarantine.insert, _kept(plan, refused))
        for at, to in sorted(batch.last.items(), key=lambda item: (item[0].topic, item[0].number)):
            start = positions[at] + 1 if at in positions else batch.first[at]
            warehouse.execute(plan.ledger.record, (at.topic, str(at.number), str(start), str(to), plan.id))


def positions(plan: Plan, warehouse: Warehouse) -> dict[Partition, int]:
    """Where each partition stands in the ledger."""
    with warehouse.transaction():
        rows = warehouse.execute(plan.ledger.read)
    return {Partition(topic, number): offset for topic, number, offset in rows}


def _fence(plan: Plan, warehouse: Warehouse, batch: Batch, positions: Mapping[Partition, int]) -> None:
    for at in batch.last:
        ((found,),) = warehouse.execute(plan.ledger.check, (at.topic, str(at.number)))
        if found != positions.get(at):
            message = f"another run has committed {at.topic}[{at.number}] up to offset {found}"
            help_ = "this run stopped before it wrote anything twice; let one run read a partition at a time"
            raise StopError("X960", message, help=help_)


def _merge(program: TableProgram, warehouse: Warehouse, fold: Fold) -> None:
    if fold.truncated and program.truncate is not None:
        warehouse.execute(program.truncate)
    rows = [*fold.staged()]
    if not rows:
        return
    operations = {operation for operation, _ in rows}
    warehouse.execute(program.stage)
    warehouse.load(program.load, [(*row, operation) for operation, row in rows])
    if DELETE in operations and program.delete is not None and program.discard is not None:
        warehouse.execute(program.delete)
        warehouse.execute(program.discard)
    if UPSERT in operations:
        warehouse.execute(program.merge)
    warehouse.execute(program.drop)


def _kept(plan: Plan, refused: Refused) -> tuple[str | None, ...]:
    record, error = refused.record, refused.error
    reason = error.message[:_REASON_LENGTH]
    if record.value is not None and len(record.value) > _RAW_BYTES:
        reason += f" (of {len(record.value)} bytes the first {_RAW_BYTES} are kept)"
    place = (record.at.topic, str(record.at.number), str(record.offset))
    return (*place, error.code, reason.replace("\0", "\\0"), _hex(record.key), _hex(record.value), plan.id)


def _hex(raw: bytes | None) -> str | None:
    return None if raw is None else raw[:_RAW_BYTES].hex()
