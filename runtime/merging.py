"""One fold into its table: its rows encoded, then in the open transaction the statements of the plan that it needs.

It changes none of them. **A batch without moved keys, left-out values or guard runs what it would run without these.**
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .errors import RecordError
from .fold import DELETE, KEEP, MOVED, OLD_KEY, UPSERT, Fold
from .load import Load
from .modes import Deletes
from .ports import Lays, Record, Stage, Stages, Warehouse
from .rows import Staged
from .statement import Statement
from .table_program import Guard, Keep, TableProgram

Absent = tuple[tuple[Record, RecordError], ...]
_Row = tuple[str, Staged]  # the operation, and the row in the order of the stage's columns


@dataclass(frozen=True, slots=True)
class Encoded:
    """A fold whose rows are ready to be laid out.

    Attributes:
        lay_out: brings the rows, but for `last`, to where they are staged from; gives what stages them.
        kinds: the first letters of the rows' operations; empty where there are no rows.
        last: the deletes that are staged only when moved keys have taken their rows along.
        standing: whether some rows tell no position.

    """

    fold: Fold
    lay_out: Lays
    kinds: frozenset[str]
    last: Sequence[_Row]
    standing: bool


def encoded(stage: Stage, fold: Fold) -> Encoded:
    """Encodes the fold's rows; the fold takes in nothing afterwards."""
    decoded, rows, last = fold.decoded(), [*fold.staged()], [*fold.last_deletes()]
    waiting = frozenset(last)
    first = [row for row in rows if row not in waiting] if waiting else rows
    load = Load(decoded, [*zip(*[(*row, operation) for operation, row in first], strict=True)])
    return Encoded(
        fold,
        stage.encode(fold.program, load) if load else lambda: lambda _: None,
        frozenset([UPSERT] * bool(decoded) + [operation[0] for operation, _ in rows]),
        last,
        standing=fold.program.guard is not None and any(fold.convert.position(row) is None for _, row in rows),
    )


def merge(warehouse: Warehouse, laid: Encoded, stages: Stages) -> Absent:
    """Executes it; `stages` is what laying it out gave.

    Gives the records whose rows the table does not hold, though they leave values out.
    """
    program = laid.fold.program
    truncate = program.truncate if laid.fold.truncated else None
    if truncate is not None and not _marks_later(program, laid.kinds):
        warehouse.execute(truncate)
        truncate = None
    if not laid.kinds:
        return ()
    warehouse.execute(program.stage)
    absent = _merge_staged(warehouse, laid, stages, truncate)
    warehouse.execute(program.drop)
    return absent


def _marks_later(program: TableProgram, kinds: frozenset[str]) -> bool:
    """Whether a truncate that marks all rows waits until the staged ones are completed from those not marked yet."""
    return program.deletes is Deletes.SOFT and not kinds.isdisjoint({KEEP, MOVED})


def _merge_staged(warehouse: Warehouse, laid: Encoded, stages: Stages, truncate: Statement | None) -> Absent:
    """Stages and merges the rows; the truncate is one that has waited."""
    program, kinds, fold, last = laid.fold.program, laid.kinds, laid.fold, laid.last
    stages(warehouse)
    _guard(program.guard, warehouse, laid)
    absent: Absent = ()
    if kinds & {KEEP, MOVED} and program.keep is not None:
        absent = _complete(program.keep, program.load, warehouse, fold)
        _guard(program.guard, warehouse, laid)  # of moved rows, their own keys stand in the stage only now
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


def _guard(guard: Guard | None, warehouse: Warehouse, laid: Encoded) -> None:
    if guard is None:
        return
    if laid.standing:
        warehouse.execute(guard.standing)
    warehouse.execute(guard.outdated)


def _delete(program: TableProgram, warehouse: Warehouse) -> None:
    if program.delete is not None:
        warehouse.execute(program.delete)
    if program.guard is not None and program.guard.bury is not None:
        warehouse.execute(program.guard.bury)
