"""One fold into its table, in the open transaction: which of the plan's statements it needs, in which order.

It changes none of them. **A batch without moved keys, left-out values or guard runs what it would run without these.**
"""

from __future__ import annotations

from collections.abc import Sequence

from .errors import RecordError
from .fold import DELETE, KEEP, MOVED, OLD_KEY, UPSERT, Fold
from .modes import Deletes
from .ports import Record, Warehouse
from .rows import Staged
from .statement import Statement
from .table_program import Guard, Keep, TableProgram

Absent = tuple[tuple[Record, RecordError], ...]


def merge(warehouse: Warehouse, fold: Fold) -> Absent:
    """Executes it; gives the records whose rows the table does not hold, though they leave values out."""
    program, rows = fold.program, [*fold.staged()]
    marks_later = _marks_later(fold, rows)
    if fold.truncated and program.truncate is not None and not marks_later:
        warehouse.execute(program.truncate)
    if not rows:
        return ()
    warehouse.execute(program.stage)
    last = [*fold.last_deletes()]
    warehouse.load(program.load, [(*row, operation) for operation, row in rows if (operation, row) not in last])
    absent = _merge_staged(program, warehouse, fold, rows)
    warehouse.execute(program.drop)
    return absent


def _marks_later(fold: Fold, rows: Sequence[tuple[str, Staged]]) -> bool:
    """Whether a truncate that marks all rows waits until the staged ones are completed from those not marked yet."""
    completes = any(operation[0] in (KEEP, MOVED) for operation, _ in rows)
    return bool(fold.truncated) and completes and fold.program.deletes is Deletes.SOFT


def _merge_staged(
    program: TableProgram, warehouse: Warehouse, fold: Fold, rows: Sequence[tuple[str, Staged]]
) -> Absent:
    kinds = {operation[0] for operation, _ in rows}
    _guard(program.guard, warehouse, fold, rows)
    absent: Absent = ()
    if kinds & {KEEP, MOVED} and program.keep is not None:
        absent = _complete(program.keep, program.load, warehouse, fold)
        _guard(program.guard, warehouse, fold, rows)  # of moved rows, their own keys stand in the stage only now
    if program.truncate is not None and _marks_later(fold, rows):
        warehouse.execute(program.truncate)
    if OLD_KEY in kinds and program.keep is not None:
        _carry(program, program.keep, warehouse, [*fold.last_deletes()])
    if DELETE in kinds:
        _delete(program, warehouse)
    if kinds != {UPSERT} and program.discard is not None:
        warehouse.execute(program.discard)
    if kinds & {UPSERT, KEEP, MOVED}:
        warehouse.execute(program.merge)
    return absent


def _complete(keep: Keep, load: Statement, warehouse: Warehouse, fold: Fold) -> Absent:
    """Takes from the stored rows what the source did not send: those under the rows' own keys, then their old ones."""
    warehouse.execute(keep.fill)
    absent = [operation for (operation,) in warehouse.execute(keep.absent)]
    if elsewhere := [*fold.elsewhere([operation for operation in absent if operation[0] == KEEP])]:
        warehouse.load(load, [(*row, operation) for operation, row in elsewhere])
        warehouse.execute(keep.fill)
        again = {operation[1:9] for operation, _ in elsewhere}
        found = [operation for (operation,) in warehouse.execute(keep.absent)]
        absent = [operation for operation in found if operation[0] == MOVED or operation[1:9] not in again]
    warehouse.execute(keep.rekey)
    return tuple(fold.unsent(absent))


def _carry(program: TableProgram, keep: Keep, warehouse: Warehouse, last: Sequence[tuple[str, Staged]]) -> None:
    """Moved keys take their rows along; what else was stored under the new keys goes before that, `last` after it."""
    if last:
        _delete(program, warehouse)
    warehouse.execute(keep.carry)
    if last and program.discard is not None:
        warehouse.execute(program.discard)
        warehouse.load(program.load, [(*row, operation) for operation, row in last])


def _guard(guard: Guard | None, warehouse: Warehouse, fold: Fold, rows: Sequence[tuple[str, Staged]]) -> None:
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
