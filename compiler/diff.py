"""What must happen for the warehouse to go from one model to the next, or why it must not.

Dropping a column or a table, changing a type, and changing a key are refused: Redshift punishes them, and they lose
data.
It renders nothing. **`diff(m, m)` is empty.**
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from .change import AddColumn, Change, CreateTable, WidenColumn
from .diagnostic import CompileError, Diagnostic
from .model import Column, Model, Table

_STAYS = "put it back: the column stays, and is NULL for rows that no longer carry it"


def diff(before: Model, after: Model) -> tuple[Change, ...]:
    """The changes in the order in which they run; raises CompileError with every D5xx."""
    problems: list[Diagnostic] = []
    changes: list[Change] = []
    for table in before.tables:
        if after.table(table.schema, table.name) is None:
            message = f'table "{table.id}" would be dropped'
            help_ = "restore its observed schema; a silent topic costs nothing"
            problems.append(Diagnostic(span=table.origin, code="D501", message=message, help=help_))
    for table in after.tables:
        old = before.table(table.schema, table.name)
        changes += [CreateTable(table)] if old is None else _columns(old, table, problems)
    if problems:
        raise CompileError(problems)
    return tuple(sorted(changes, key=_rank))


def _columns(old: Table, new: Table, problems: list[Diagnostic]) -> Iterator[Change]:
    if old.key != new.key:
        message = f'the key of "{new.id}" would change from ({", ".join(old.key)}) to ({", ".join(new.key)})'
        help_ = "keep the old key in the observed schema; events with another key go to quarantine"
        problems.append(Diagnostic(span=new.origin, code="D504", message=message, help=help_))
    for column in old.columns:
        if new.column(column.name) is None:
            message = f'column "{column.name}" of "{new.id}" would be dropped'
            problems.append(Diagnostic(span=new.origin, code="D502", message=message, help=_STAYS))
    for after in new.columns:
        yield from _column(new, old.column(after.name), after, problems)


def _column(table: Table, old: Column | None, new: Column, problems: list[Diagnostic]) -> Iterator[Change]:
    if old is None:
        if new.nullable:
            yield AddColumn(table, new)
        return
    if old.type == new.type:
        return
    if old.type.name == new.type.name == "VARCHAR" and old.type.args < new.type.args:
        yield WidenColumn(table, old, new)
        return
    message = f'column "{new.name}" of "{table.id}" would change from {old.type} to {new.type}'
    help_ = f"keep {old.type} (columns: {{FIELD: {{type: {old.type}}}}}); values that do not fit go to quarantine"
    problems.append(Diagnostic(span=new.origin, code="D503", message=message, help=help_))


def _rank(change: Change) -> tuple[int, str, int]:
    """Tables before columns; columns in the table's own order."""
    match change:
        case CreateTable(table):
            return 0, table.id, 0
        case AddColumn(table, column):
            return 1, table.id, table.columns.index(column)
        case WidenColumn(table, _, column):
            return 2, table.id, table.columns.index(column)
        case _:
            assert_never(change)
