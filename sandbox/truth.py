"""Compares a loaded table with the source database's own rows, cell by cell.

A cell is equal when it means the same: a timestamp whatever its digits, a decimal by value, a document by content.
**Nothing is rounded, and a row too many is a difference.**
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A cell that differs, or a whole row: `column` is "" when the row is missing or too many."""

    key: tuple[Any, ...]
    column: str
    source: Any
    warehouse: Any


def differences(
    source: Sequence[Mapping[str, Any]], warehouse: Sequence[Mapping[str, Any]], key: Sequence[str]
) -> tuple[Difference, ...]:
    """Every difference between the source's rows, as JSON gives them, and the warehouse's, as the driver does."""
    wanted, found = _by_key(source, key), _by_key(warehouse, key)
    return tuple(d for k in sorted({*wanted, *found}, key=str) for d in _row(k, wanted.get(k), found.get(k)))


def as_single(rows: Sequence[Mapping[str, Any]], *columns: str) -> list[dict[str, Any]]:
    """The rows with the values of REAL columns as a double spells them, which is how the driver gives them."""
    return [{name: _single(value) if name in columns else value for name, value in row.items()} for row in rows]


def _single(value: float | None) -> float | None:
    return None if value is None else float(struct.unpack("<f", struct.pack("<f", value))[0])


def _by_key(rows: Iterable[Mapping[str, Any]], key: Sequence[str]) -> dict[tuple[Any, ...], Mapping[str, Any]]:
    keyed: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    for row in rows:
        identity = tuple(_plain(row[name]) for name in key)
        while identity in keyed:
            identity = (*identity, "again")
        keyed[identity] = row
    return keyed


def _row(
    key: tuple[Any, ...], source: Mapping[str, Any] | None, warehouse: Mapping[str, Any] | None
) -> Iterable[Difference]:
    if source is None or warehouse is None:
        yield Difference(key=key, column="", source=source, warehouse=warehouse)
        return
    for column, value in source.items():
        if not same(value, warehouse.get(column)):
            yield Difference(key=key, column=column, source=value, warehouse=warehouse.get(column))


def same(source: Any, warehouse: Any) -> bool:
    """Whether a cell of the source, as JSON gives it, means what the driver read back."""
    match source, warehouse:
        case (None, _) | (_, None):
            return source is warehouse
        case bool(), _:
            return source is warehouse
        case str(), datetime():
            return datetime.fromisoformat(source) == warehouse
        case str(), date():
            return date.fromisoformat(source) == warehouse
        case ((int() | float()), Decimal()):
            return Decimal(str(source)) == warehouse
        case ((dict() | list()), str()):
            return bool(source == json.loads(warehouse))
        case _:
            return bool(source == warehouse)


def _plain(value: Any) -> Any:
    """A key cell in one spelling for both sides."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str) and len(value) >= len("2026-01-01T00:00:00") and value[10] == "T":
        return datetime.fromisoformat(value).isoformat()
    return value
