"""The fields of a key and of a row from the Connect schemas that events carry.

It reads the form of JsonConverter, which `avro.py` gives too. It reads no values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from .observed import ObservedField
from .origin import is_envelope

_NO_ROWS = "io.debezium."  # heartbeats, transactions, changes of the source's schema


@dataclass(frozen=True, slots=True)
class Row:
    """The fields of a row, and whether an envelope holds it."""

    fields: tuple[ObservedField, ...]
    enveloped: bool


def row_of(schema: dict[str, Any]) -> Row | None:
    """The row that a value's schema describes: `after` of an envelope, or the whole; None for what holds no row.

    Raises LookupError, TypeError, AttributeError or msgspec.ValidationError when the schema makes no sense.
    """
    fields = {field.get("field"): field for field in schema.get("fields", ())}
    if is_envelope(fields):
        return Row(fields_of(fields["after"]), enveloped=True) if "after" in fields else None
    if schema.get("type") != "struct" or (schema.get("name") or "").startswith(_NO_ROWS):
        return None
    return Row(fields_of(schema), enveloped=False)


def fields_of(schema: dict[str, Any]) -> tuple[ObservedField, ...]:
    """The fields of a struct but those that a connector adds. Raises as `row_of`."""
    return tuple(msgspec.convert(msgspec.to_builtins(field), ObservedField) for field in _fields(schema))


def _fields(schema: dict[str, Any]) -> Iterator[ObservedField]:
    for field in schema.get("fields", ()):
        if not field["field"].startswith("__"):
            yield ObservedField(
                field=field["field"],
                type=field["type"],
                name=field.get("name") or "",
                parameters=dict(sorted((field.get("parameters") or {}).items())),
                default=field.get("default"),
                optional=bool(field.get("optional")),
            )
