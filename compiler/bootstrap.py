"""What every apply begins with: the schema and the control tables, idempotent."""

from __future__ import annotations

from streamplan.runtime.plan import Statement

from .control import HISTORY, LEDGER, QUARANTINE, control_tables
from .migrating import create_schema, create_table
from .model import Table
from .sql import comment

_PURPOSE = {
    HISTORY: "What has been applied, statement by statement.",
    LEDGER: "What has been committed: one row a batch and partition, written in the batch's own transaction.",
    QUARANTINE: "Records that could not be taken in, with their raw bytes.",
}
_FOLDER = {HISTORY: "history/020", LEDGER: "ledger/010", QUARANTINE: "quarantine/010"}


def bootstrap(connector: str, schema: str) -> tuple[Statement, ...]:
    """The schema and the control tables."""
    create = create_schema(schema, f"The schema of connector {connector}.")
    schema_statement = Statement(path="history/010_create_schema.sql", sql=create)
    return (schema_statement, *(_control(table) for table in control_tables(schema)))


def _control(table: Table) -> Statement:
    sql = create_table(table, (comment(_PURPOSE[table.name]),), repeatable=True)
    return Statement(path=f"{_FOLDER[table.name]}_create_table.sql", sql=sql)
