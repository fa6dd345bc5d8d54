"""Changes to the statements of one version's migration, and the idempotent statements that every apply begins with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, assert_never

from streamplan.runtime.plan import Boundary, Migration, Statement

from .change import AddColumn, Change, CreateTable, WidenColumn
from .control import HISTORY, LEDGER, QUARANTINE, control_tables
from .hazard import hazards_of
from .model import Column, Table
from .naming import slug
from .sql import Sql, comment, ident, literal
from .template import fill

_PURPOSE = {
    HISTORY: "What has been applied, statement by statement.",
    LEDGER: "What has been committed: one row a batch and partition, written in the batch's own transaction.",
    QUARANTINE: "Records that could not be taken in, with their raw bytes.",
}
_FOLDER = {HISTORY: "history/020", LEDGER: "ledger/010", QUARANTINE: "quarantine/010"}


def bootstrap(connector: str, schema: str) -> tuple[Statement, ...]:
    """The schema and the control tables: idempotent, run at the start of every apply."""
    lines = (comment(f"The schema of connector {connector}."),)
    create = Statement(
        path="history/010_create_schema.sql", sql=fill("create_schema", lines=lines, schema=ident(schema))
    )
    return (create, *(_control(table) for table in control_tables(schema)))


def _control(table: Table) -> Statement:
    sql = _create(table, (comment(_PURPOSE[table.name]),), repeatable=True)
    return Statement(path=f"{_FOLDER[table.name]}_create_table.sql", sql=sql)


def migration(version: int, changes: Iterable[Change]) -> Migration:
    """The statements of one version, in order. Their files are numbered in tens."""
    statements = (_statement(f"migrations/{version:04}/{n * 10:04}", c) for n, c in enumerate(changes, 1))
    return Migration(version=version, statements=tuple(statements))


def _statement(prefix: str, change: Change) -> Statement:
    hazards = hazards_of(change)
    match change:
        case CreateTable(table):
            lines = _lines(f"Creates {table.id}.", table.because)
            sql = _create(table, lines, repeatable=False)
            return Statement(path=f"{prefix}_create_table.{_slug(table)}.sql", sql=sql, hazards=hazards)
        case AddColumn(table, column):
            sql = _alter("add_column", table, column, f"Adds {column.name} to {table.id}.")
            return Statement(path=f"{prefix}_add_column.{_slug(table, column)}.sql", sql=sql, hazards=hazards)
        case WidenColumn(table, before, after):
            path = f"{prefix}_widen_column.{_slug(table, after)}"
            what = f"Widens {after.name} of {table.id} from {before.type}, outside a transaction: {hazards[0].code}."
            sql, probe = (
                _alter("widen_column", table, after, what),
                _is_wide(f"{path}.probe.sql", table, after),
            )
            return Statement(path=f"{path}.sql", sql=sql, boundary=Boundary.ALONE, hazards=hazards, unless=probe)
        case _:
            assert_never(change)


def _create(table: Table, lines: tuple[Sql, ...], *, repeatable: bool) -> str:
    columns = [
        printed(column.name, column.type.sql, column.because, required=not column.nullable) for column in table.columns
    ]
    name = ident(table.schema, table.name)
    return fill("create_table", lines=lines, table=name, columns=columns, repeatable=repeatable)


def printed(name: str, kind: Sql, note: str, *, required: bool) -> dict[str, Any]:
    """One column of a CREATE TABLE, as its template prints it."""
    return {"name": ident(name), "type": kind, "note": comment(note), "required": required}


def _alter(template: str, table: Table, column: Column, what: str) -> str:
    lines = _lines(what, column.because)
    return fill(
        template,
        lines=lines,
        table=ident(table.schema, table.name),
        column=ident(column.name),
        type=column.type.sql,
    )


def _is_wide(path: str, table: Table, column: Column) -> Statement:
    names = {"schema": literal(table.schema), "table": literal(table.name), "column": literal(column.name)}
    return Statement(path=path, sql=fill("column_is_wide", **names, bytes=column.type.args[0]))


def _lines(what: str, because: str) -> tuple[Sql, ...]:
    return (comment(what), *((comment(f"because: {because}"),) if because else ()))


def _slug(table: Table, column: Column | None = None) -> str:
    names = (table.schema, table.name, *((column.name,) if column else ()))
    return ".".join(slug(name) for name in names)
