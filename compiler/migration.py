"""Changes to the statements of one version's migration: one file a change, numbered in the order in which they run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from streamplan.runtime.plan import Migration
from streamplan.runtime.statement import Boundary, Statement

from . import migrating as sql
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
from .hazard import hazards_of
from .naming import slug


def migration(version: int, changes: Iterable[Change]) -> Migration:
    """The statements of one version, in order. Their files are numbered in tens."""
    statements = (_statement(f"migrations/{version:04}/{n * 10:04}", c) for n, c in enumerate(changes, 1))
    return Migration(version=version, statements=tuple(statements))


def _statement(prefix: str, change: Change) -> Statement:
    """A change's statement; its path says what happens to what."""
    what, names, text = _written(change)
    path = f"{prefix}_{what}.{'.'.join(map(slug, names))}"
    alone = isinstance(change, WidenColumn)
    return Statement(
        path=f"{path}.sql",
        boundary=Boundary.ALONE if alone else Boundary.TRANSACTION,
        hazards=hazards_of(change),
        unless=Statement(path=f"{path}.probe.sql", sql=sql.is_wide(change)) if alone else None,
        sql=text,
    )


def _written(change: Change) -> tuple[str, tuple[str, ...], str]:  # noqa: C901, PLR0912 - one line a change
    """A change's verb, the names that it is about, and its SQL."""
    match change:
        case DropView(view):
            return "drop_view", (view.schema, view.name), sql.drop_view(view)
        case CreateSchema(name):
            return "create_schema", (name,), sql.create_schema(name, "A schema that tables of the connector land in.")
        case CreateTable(table):
            return "create_table", (table.schema, table.name), sql.create_table(table)
        case AddColumn(table, column):
            return "add_column", (table.schema, table.name, column.name), sql.add_column(table, column)
        case WidenColumn(table, before, after):
            return "widen_column", (table.schema, table.name, after.name), sql.widen_column(table, before, after)
        case SetDistribution(table):
            return "set_distribution", (table.schema, table.name), sql.set_distribution(table)
        case SetSortKey(table):
            return "set_sort_key", (table.schema, table.name), sql.set_sort_key(table)
        case SetEncoding(table, column):
            return "set_encoding", (table.schema, table.name, column.name), sql.set_encoding(table, column)
        case SetComment(table, column):
            of = (column.name,) if column else ()
            return "set_comment", (table.schema, table.name, *of), sql.set_comment(table, column)
        case CreateView(view):
            return "create_view", (view.schema, view.name), sql.create_view(view)
        case TakePrivileges(grant):
            return "revoke", (grant.to.name, *grant.on.name), sql.revoke(grant)
        case LeaveRole(member):
            return "revoke_role", (member.role, member.user), sql.revoke_role(member)
        case GivePrivileges(grant):
            return "grant", (grant.to.name, *grant.on.name), sql.grant((grant,))
        case _:
            assert_never(change)
