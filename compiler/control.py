"""The tables of streamplan's own that stand beside the data: history, ledger, quarantine, and at need evolution.

They hold what has been applied, what has been committed, what could not be taken in, and what runs learnt.
"""

from __future__ import annotations

from .model import Column, ColumnType, Table
from .redshift import VARBYTE_BYTES_SAFE, VARCHAR_BYTES

HISTORY = "_streamplan_history"
LEDGER = "_streamplan_ledger"
QUARANTINE = "_streamplan_quarantine"
EVOLUTION = "_streamplan_evolution"
CONTROL_TABLES = (HISTORY, LEDGER, QUARANTINE, EVOLUTION)

_NAME = ColumnType("VARCHAR", (256,))
_TOPIC = ColumnType("VARCHAR", (512,))  # Kafka allows 249 characters, all ASCII; the name of a file may be longer
_HASH = ColumnType("VARCHAR", (64,))
_PATH = ColumnType("VARCHAR", (1024,))
_CODE = ColumnType("VARCHAR", (8,))
_REASON = ColumnType("VARCHAR", (2048,))
_RAW = ColumnType("VARBYTE", (VARBYTE_BYTES_SAFE,))
_TEXT = ColumnType("VARCHAR", (VARCHAR_BYTES,))
_INT = ColumnType("INTEGER")
_BIGINT = ColumnType("BIGINT")
_TIME = ColumnType("TIMESTAMPTZ")


def control_tables(schema: str) -> tuple[Table, ...]:
    """History, ledger and quarantine, in that order."""
    return (
        _table(
            schema,
            HISTORY,
            _column("connector", _NAME),
            _column("version", _INT),
            _column("plan_id", _HASH, "sha256 of the plan's plan.sum"),
            _column("statement", _PATH, "path of the file; plan.sum closes the version"),
            _column("applied_at", _TIME),
            _column("applied_by", _NAME),
        ),
        _table(
            schema,
            LEDGER,
            _column("connector", _NAME),
            _column("topic", _TOPIC),
            _column("topic_partition", _INT),
            _column("from_offset", _BIGINT, "first offset of the batch"),
            _column("to_offset", _BIGINT, "last offset of the batch; the next batch begins after it"),
            _column("plan_id", _HASH, "the plan that wrote the batch"),
            _column("committed_at", _TIME),
        ),
        _table(
            schema,
            QUARANTINE,
            _column("connector", _NAME),
            _column("topic", _TOPIC),
            _column("topic_partition", _INT),
            _column("topic_offset", _BIGINT),
            _column("code", _CODE, "streamplan explain CODE"),
            _column("reason", _REASON),
            _column("record_key", _RAW, "raw bytes", nullable=True),
            _column("record_value", _RAW, "raw bytes", nullable=True),
            _column("record_headers", _RAW, "JSON: a list of names and values", nullable=True),
            _column("key_bytes", _INT, "of all of it; a longer one than fits is cut", nullable=True),
            _column("value_bytes", _INT, nullable=True),
            _column("headers_bytes", _INT, nullable=True),
            _column("plan_id", _HASH),
            _column("quarantined_at", _TIME),
        ),
    )


def evolution_table(schema: str) -> Table:
    """The observed schemas that runs made versions from; there only where some table evolves by itself."""
    return _table(
        schema,
        EVOLUTION,
        _column("connector", _NAME),
        _column("version", _INT),
        _column("plan_id", _HASH, "the version that was made"),
        _column("path", _PATH, "file of the folder of observed schemas"),
        _column("part", _INT, "pieces of a file, in order from 0"),
        _column("text", _TEXT),
    )


def _table(schema: str, name: str, *columns: Column) -> Table:
    return Table(schema=schema, name=name, columns=columns)


def _column(name: str, kind: ColumnType, because: str = "", *, nullable: bool = False) -> Column:
    return Column(name=name, type=kind, nullable=nullable, because=because)
