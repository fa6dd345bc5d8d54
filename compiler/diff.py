"""What must happen for the warehouse to go from one model to the next, or why it must not.

Dropping a column or a table, changing a type, and changing a key are refused: Redshift punishes them, and they lose
data. It renders nothing. **`diff(m, m)` is empty.**
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from .change import (
    RANKS,
    AddColumn,
    Change,
    CreateSchema,
    CreateTable,
    CreateView,
    DropView,
    GivePrivileges,
    LeaveRole,
    SetComment,
    SetDistribution,
    SetEncoding,
    SetSortKey,
    TakePrivileges,
    WidenColumn,
)
from .diagnostic import NOWHERE, CompileError, Diagnostic
from .model import EMPTY, Column, Grant, Model, Privilege, Securable, SecurableKind, Table
from .redshift import NEVER_WIDER

_STAYS = "put it back: the column stays, and is NULL for rows that no longer carry it"


def diff(before: Model, after: Model, untouched: frozenset[tuple[str, str]] = frozenset()) -> tuple[Change, ...]:
    """The changes in the order in which they run; raises CompileError with every D5xx.

    `untouched` names tables that both models have alike, and that stand in neither.
    """
    problems = [*_moved(before, after)]
    changes: list[Change] = [
        CreateSchema(name) for name in after.schemas if name not in (*before.schemas, after.control)
    ]
    old, new = ({(t.schema, t.name): t for t in model.tables} for model in (before, after))
    for table in (table for name, table in old.items() if name not in new):
        message = f'table "{table.id}" would be dropped'
        help_ = "restore its observed schema; a silent topic costs nothing"
        problems.append(Diagnostic(span=table.origin, code="D501", message=message, help=help_))
    for name, table in new.items():
        if old.get(name) != table:
            changes += _created(table) if name not in old else _altered(old[name], table, problems)
    changes += _views(before, after, {c.table.id for c in changes if isinstance(c, WidenColumn)})
    changes += _access(before, after, untouched)
    if problems:
        raise CompileError(problems)
    return tuple(sorted(changes, key=lambda change: RANKS.index(type(change))))


def _moved(before: Model, after: Model) -> Iterator[Diagnostic]:
    if before.control not in ("", after.control):
        message = f'history and ledger would move from schema "{before.control}" to "{after.control}", and begin anew'
        way = f"keep destination.schema: {before.control}; tables can have another: naming: {{schema: ...}}"
        yield Diagnostic(span=NOWHERE, code="D506", message=message, help=way)


def _created(table: Table) -> Iterator[Change]:
    yield CreateTable(table)
    if table.comment:
        yield SetComment(table, None)
    yield from (SetComment(table, column) for column in table.columns if column.comment)


def _altered(old: Table, new: Table, problems: list[Diagnostic]) -> Iterator[Change]:
    if old.key != new.key:
        message = f'the key of "{new.id}" would change from ({", ".join(old.key)}) to ({", ".join(new.key)})'
        help_ = "keep the old key in the observed schema; events with another key go to quarantine"
        problems.append(Diagnostic(span=new.origin, code="D504", message=message, help=help_))
    there = {column.name: column for column in old.columns}
    for name in there.keys() - {column.name for column in new.columns}:
        message = f'column "{name}" of "{new.id}" would be dropped'
        problems.append(Diagnostic(span=new.origin, code="D502", message=message, help=_STAYS))
    for column in new.columns:
        yield from _column(new, there.get(column.name), column, problems)
    if old.distribution != new.distribution:
        yield SetDistribution(new)
    if old.sort_key != new.sort_key:
        yield SetSortKey(new)
    if old.comment != new.comment:
        yield SetComment(new, None)


def _column(table: Table, old: Column | None, new: Column, problems: list[Diagnostic]) -> Iterator[Change]:
    if old is None:
        if new.nullable:
            yield AddColumn(table, new)
            yield from [SetComment(table, new)] if new.comment else []
        return
    if old.type != new.type:
        yield from _retyped(table, old, new, problems)
    if old.encoding != new.encoding:
        yield SetEncoding(table, new)
    if old.comment != new.comment:
        yield SetComment(table, new)


def _retyped(table: Table, old: Column, new: Column, problems: list[Diagnostic]) -> Iterator[Change]:
    where = f'column "{new.name}" of "{table.id}"'
    if not (old.type.name == new.type.name == "VARCHAR" and old.type.args < new.type.args):
        message = f"{where} would change from {old.type} to {new.type}"
        way = f"keep {old.type} (columns: {{FIELD: {{type: {old.type}}}}}); values that do not fit go to quarantine"
        problems.append(Diagnostic(span=new.origin, code="D503", message=message, help=way))
    elif old.encoding in NEVER_WIDER:
        message = f"{where} cannot be made longer: it is encoded {old.encoding} (RS-307)"
        way = f"keep {old.type}, or first give it another encoding, in a version of its own"
        problems.append(Diagnostic(span=new.origin, code="D505", message=message, help=way))
    else:
        yield WidenColumn(table, old, new)


def _views(before: Model, after: Model, widened: set[str]) -> Iterator[Change]:
    """A view is made again when it changes, and when a column that it reads is widened: it is bound to its type."""
    bound = {view for view in after.views if f"{view.schema}.{view.table}" in widened}
    yield from (DropView(view) for view in before.views if view not in after.views or view in bound)
    yield from (CreateView(view) for view in after.views if view not in before.views or view in bound)


def _access(before: Model, after: Model, untouched: frozenset[tuple[str, str]]) -> Iterator[Change]:
    if before == EMPTY or (before.grants == after.grants and before.members == after.members):
        return
    held, wanted = ({(g.on, g.to): g for g in model.grants} for model in (before, after))
    there, stays = _Things(before, untouched), _Things(after, untouched)
    moved = _databases(before) - _databases(after) if after.grants else set()  # another database: another warehouse
    for place, grant in held.items():
        if grant.on not in moved and stays.holds(grant.on) and (lost := _without(grant.privileges, wanted.get(place))):
            yield TakePrivileges(replace(grant, privileges=lost))
    yield from (LeaveRole(member) for member in before.members if member not in after.members)
    for place, grant in wanted.items():
        if there.holds(grant.on) and (gained := _without(grant.privileges, held.get(place))):
            yield GivePrivileges(replace(grant, privileges=gained))


def _databases(model: Model) -> set[Securable]:
    return {grant.on for grant in model.grants if grant.on.kind is SecurableKind.DATABASE}


def _without(privileges: tuple[Privilege, ...], other: Grant | None) -> tuple[Privilege, ...]:
    return tuple(p for p in privileges if other is None or p not in other.privileges)


class _Things:
    """What a model has already."""

    def __init__(self, model: Model, untouched: frozenset[tuple[str, str]]) -> None:
        self._names: set[tuple[str, ...]] = {*untouched}
        self._names |= {(table.schema, table.name) for table in model.tables}
        self._names |= {(view.schema, view.name) for view in model.views}
        self._schemas, self._control, self._databases = model.schemas, model.control, _databases(model)

    def holds(self, on: Securable) -> bool:
        match on.kind:
            case SecurableKind.DATABASE:
                return on in self._databases
            case SecurableKind.SCHEMA:
                return on.name[0] in self._schemas
            case SecurableKind.TABLE:
                return on.name in self._names or (on.name[0] == self._control and on.name[1].startswith("_streamplan_"))
