"""What may hurt when a change runs.

A hazard is data on the statement: the summary, the JSON and the gate of apply read the same.

It does not decide what runs; `runtime.migrate` refuses a hazard until it is allowed by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from streamplan.runtime.statement import Hazard

from .change import (
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
from .model import Grant


def hazards_of(change: Change) -> tuple[Hazard, ...]:
    """The hazards of one change."""
    return tuple(Hazard(code=code, message=message) for code, message in _hazards(change))


def _hazards(change: Change) -> Iterator[tuple[str, str]]:
    match change:
        case CreateSchema() | CreateTable() | AddColumn() | SetComment() | CreateView():
            pass
        case DropView(view):
            yield "H604", f'the view "{view.id}" is not there until it is made again, and views of others on it break'
        case WidenColumn(table, before, after):
            what = f'widening "{table.id}"."{after.name}" from {before.type} to {after.type} runs outside a transaction'
            yield "H601", f"{what} and locks readers and writers of the table while it runs"
        case SetDistribution(table) | SetSortKey(table):
            what = "distribution" if isinstance(change, SetDistribution) else "sort key"
            yield "H602", f'another {what} rewrites all rows of "{table.id}"'
            yield "H603", f'"{table.id}" cannot be read or written while it is altered'
        case SetEncoding(table, column):
            yield "H603", f'"{table.id}" cannot be read or written while the encoding of "{column.name}" is altered'
        case GivePrivileges(grant):
            yield "H605", f"{grant.to.name} may {_on(grant)}, which it could not before"
        case TakePrivileges(grant):
            yield "H606", f"{grant.to.name} may no longer {_on(grant)}"
        case LeaveRole(member):
            yield "H606", f"{member.user} no longer has the privileges of {member.role}"
        case _:
            assert_never(change)


def _on(grant: Grant) -> str:
    return f"{', '.join(grant.privileges)} on {grant.on.kind.value.lower()} {'.'.join(grant.on.name)}"
