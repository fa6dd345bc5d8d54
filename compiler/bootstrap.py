"""What every apply begins with: the schema and the control tables, idempotent."""

from __future__ import annotations

from streamplan.runtime.statement import Statement

from .control import EVOLUTION, HISTORY, LEDGER, QUARANTINE, control_tables, evolution_table
from .migrating import create_schema, create_table
from .model import Table
from .sql import comment

_PURPOSE = {
    HISTORY: "What has been applied, statement by statement.",
    LEDGER: "What has been committed: one row a batch and partition, written in the batch's own transaction.",
    QUARANTINE: "Records that could not be taken in, with their raw bytes.",
    EVOLUTION: "The observed schemas that runs made versions from, in pieces.",
}
_FOLDER = {HISTORY: "history/020", LEDGER: "ledger/010", QUARANTINE: "quarantine/010", EVOLUTION: "history/030"}


def bootstrap(connector: str, schema: str, *, evolving: bool) -> tuple[Statement, ...]:
    """The schema and the control tables; that of evolution where some table evolves by itself."""
    create = create_schema(schema, f"The schema of connector {connector}.")
    schema_statement = Statement(path="history/010_create_schema.sql", sql=create)
    tables = (*control_tables(schema), *([evolution_table(schema)] if evolving else []))
    return (schema_statement, *(_control(table) for table in tables))


def _control(table: Table) -> Statement:
    sql = create_table(table, (comment(_PURPOSE[table.name]),), repeatable=True)
    return Statement(path=f"{_FOLDER[table.name]}_create_table.sql", sql=sql)
