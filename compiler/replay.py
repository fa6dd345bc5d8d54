"""Runs DDL on a model, as the warehouse would, and tells what tables it leaves. Nothing is executed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from .grammar import parse
from .model import Model, parse_type
from .statement_parts import Name, TypeName
from .statement_tables import AddColumn, AlterColumnType, Column, CreateTable

Columns: TypeAlias = dict[str, tuple[str, bool]]  # name -> (type, nullable)


def replayed(before: Model, ddl: Iterable[str]) -> dict[tuple[str, str], Columns]:
    """Table to columns after the statements; raises ValueError for a statement that would fail, or is none of ours."""
    tables = {
        (table.schema, table.name): {c.name: (str(c.type), c.nullable) for c in table.columns}
        for table in before.tables
    }
    for text in ddl:
        _run(tables, text)
    return tables


def _run(tables: dict[tuple[str, str], Columns], text: str) -> None:
    match parse(text):
        case CreateTable(name=name, columns=created):
            if _pair(name.parts) in tables:
                raise ValueError(f"relation {name.parts} already exists")
            tables[_pair(name.parts)] = dict(_column(column) for column in created)
        case AddColumn(table=table, column=column):
            columns = _existing(tables, table)
            if column.name.last in columns:
                raise ValueError(f"column {column.name.last} already exists")
            columns |= [_column(column)]
        case AlterColumnType(table=table, column=name, type=kind):
            columns = _existing(tables, table)
            if name.last not in columns:
                raise ValueError(f"column {name.last} does not exist")
            columns[name.last] = (_type(kind), columns[name.last][1])
        case other:
            raise ValueError(f"{type(other).__name__} is not a statement of a migration")


def _existing(tables: dict[tuple[str, str], Columns], table: Name) -> Columns:
    if table.parts not in tables:
        raise ValueError(f"relation {table.parts} does not exist")
    return tables[_pair(table.parts)]


def _pair(parts: tuple[str, ...]) -> tuple[str, str]:
    schema, name = parts
    return schema, name


def _column(column: Column) -> tuple[str, tuple[str, bool]]:
    return column.name.last, (_type(column.type), not column.not_null)


def _type(kind: TypeName) -> str:
    written = f"{kind.words}({','.join(kind.args)})" if kind.args else kind.words
    return str(parse_type(written) or written)
