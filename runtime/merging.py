"""One fold into its table, in the open transaction: which of the plan's statements it needs, in which order.

It changes none of them. **A batch without moved keys, left-out values or guard runs what it would run without these.**
"""

from __future__ import annotations

from collections.abc import Sequence

from .errors import RecordError
from .fold import DELETE, KEEP, MOVED, OLD_KEY, UPSERT, Fold
from .modes import Deletes
from .ports import Record, Stage, Warehouse
from .rows import Staged
from .statement import Statement
from .table_program import Guard, Keep, TableProgram

Absent = tuple[tuple[Record, RecordError], ...]
_Row = tuple[str, Staged]  # the operation, and the row in the order of the stage's columns


def merge(warehouse: Warehouse, stage: Stage, fold: Fold) -> Absent:
    """Executes it; gives the records whose rows the table does not hold, though they leave values out."""
    program, rows = fold.program, [*fold.staged()]
    kinds = {operation[0] for operation, _ in rows}
    truncate = program.truncate if fold.truncated else None
    if truncate is not None and not _marks_later(program, kinds):
        warehouse.execute(truncate)
        truncate = None
    if not rows:
        return ()
    warehouse.execute(program.stage)
    absent = _merge_staged(program, warehouse, stage, fold, rows, kinds, truncate)
    warehouse.execute(program.drop)
    return absent


def _marks_later(program: TableProgram, kinds: set[str]) -> bool:
    """Whether a truncate that marks all rows waits until the staged ones are completed from those not marked yet."""
    return program.deletes is Deletes.SOFT and not kinds.isdisjoint({KEEP, MOVED})


def _merge_staged(  # noqa: PLR0917 - a fold, its stage, what is staged, and the truncate that waits
    program: TableProgram,
    warehouse: Warehouse,
    stage: Stage,
    fold: Fold,
    rows: Sequence[_Row],
    kinds: set[str],
    truncate: Statement | None,
) -> Absent:
    last = [*fold.last_deletes()]
    waiting = frozenset(last)
    first = [row for row in rows if row not in waiting] if waiting else rows
    stage.load(program, warehouse, [(*row, operation) for operation, row in first])
    _guard(program.guard, warehouse, fold, rows)
    absent: Absent = ()
    if kinds & {KEEP, MOVED} and program.keep is not None:
        absent = _complete(program.keep, program.load, warehouse, fold)
        _guard(program.guard, warehouse, fold, rows)  # of moved rows, their own keys stand in the stage only now
    if truncate is not None:
        warehouse.execute(truncate)
    if OLD_KEY in kinds and program.keep is not None:
        _carry(program, program.keep, warehouse, last)
    if DELETE in kinds:
        _delete(program, warehouse)
    if kinds != {UPSERT} and program.discard is not None:
        warehouse.execute(program.discard)
    if kinds & {UPSERT, KEEP, MOVED}:
        warehouse.execute(program.merge)
    return absent


def _load(load: Statement, warehouse: Warehouse, rows: Sequence[_Row]) -> None:
    warehouse.load(load, [(*row, operation) for operation, row in rows])


def _complete(keep: Keep, load: Statement, warehouse: Warehouse, fold: Fold) -> Absent:
    """Takes from the stored rows what the source did not send: those under the rows' own keys, then their old ones."""
    warehouse.execute(keep.fill)
    absent = [operation for (operation,) in warehouse.execute(keep.absent)]
    if elsewhere := [*fold.elsewhere([operation for operation in absent if operation[0] == KEEP])]:
        _load(load, warehouse, elsewhere)
        warehouse.execute(keep.fill)
        again = {operation[1:9] for operation, _ in elsewhere}
        found = [operation for (operation,) in warehouse.execute(keep.absent)]
        absent = [operation for operation in found if operation[0] == MOVED or operation[1:9] not in again]
    warehouse.execute(keep.rekey)
    return tuple(fold.unsent(absent))


def _carry(program: TableProgram, keep: Keep, warehouse: Warehouse, last: Sequence[_Row]) -> None:
    """Moved keys take their rows along; what else was stored under the new keys goes before that, `last` after it."""
    if last:
        _delete(program, warehouse)
    warehouse.execute(keep.carry)
    if last and program.discard is not None:
        warehouse.execute(program.discard)
        _load(program.load, warehouse, last)


def _guard(guard: Guard | None, warehouse: Warehouse, fold: Fold, rows: Sequence[_Row]) -> None:
    if guard is None:
        return
    if any(fold.convert.position(row) is None for _, row in rows):
        warehouse.execute(guard.standing)
    warehouse.execute(guard.outdated)


def _delete(program: TableProgram, warehouse: Warehouse) -> None:
    if program.delete is not None:
        warehouse.execute(program.delete)
    if program.guard is not None and program.guard.bury is not None:
        warehouse.execute(program.guard.bury)
