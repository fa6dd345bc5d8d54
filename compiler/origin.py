"""Where an event came from, as it says itself: the source's schema and table, and whether a snapshot sent it.

It knows the envelope, and flat rows whose connector adds `op`, `table`, `source.schema` and the like.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec


@dataclass(frozen=True, slots=True)
class Origin:
    """The source's schema (or database) and table, "" where the event does not say; `snapshot` is None then."""

    schema: str = ""
    table: str = ""
    snapshot: bool | None = None


NOWHERE = Origin()


class _Source(msgspec.Struct):
    schema: str | None = None
    db: str | None = None
    table: str | None = None


class _Envelope(msgspec.Struct):
    source: _Source | None = None
    op: str | None = None


class _Flat(msgspec.Struct):
    """What ExtractNewRecordState adds on request, under both spellings of `add.fields`."""

    op: Any = msgspec.field(name="__op", default=None)
    table: Any = msgspec.field(name="__table", default=None)
    source_table: Any = msgspec.field(name="__source_table", default=None)
    schema: Any = msgspec.field(name="__schema", default=None)
    source_schema: Any = msgspec.field(name="__source_schema", default=None)
    db: Any = msgspec.field(name="__db", default=None)
    source_db: Any = msgspec.field(name="__source_db", default=None)


_ENVELOPE = msgspec.json.Decoder(_Envelope | None)
_FLAT = msgspec.json.Decoder(_Flat | None)


def envelope_origin(payload: bytes) -> Origin:
    """Of an envelope's JSON. Raises msgspec.DecodeError when its source makes no sense."""
    return _of_envelope(_ENVELOPE.decode(payload))


def flat_origin(payload: bytes) -> Origin:
    """Of a flat row's JSON. Raises msgspec.DecodeError when it is no row."""
    return _of_flat(_FLAT.decode(payload))


def origin_of(payload: dict[str, Any]) -> Origin:
    """Of an event that was decoded. Raises msgspec.ValidationError when its source makes no sense."""
    if is_envelope(payload):
        return _of_envelope(msgspec.convert(payload, _Envelope))
    return _of_flat(msgspec.convert(payload, _Flat))


def is_envelope(fields: Any) -> bool:
    """Whether these fields, or the fields of this event, are an envelope's."""
    return "op" in fields and "source" in fields


def _of_envelope(event: _Envelope | None) -> Origin:
    if event is None:
        return NOWHERE
    source = event.source or _Source()
    snapshot = None if event.op is None else event.op == "r"
    return Origin(source.schema or source.db or "", source.table or "", snapshot)


def _of_flat(row: _Flat | None) -> Origin:
    if row is None:
        return NOWHERE
    schema = _text(row.schema, row.source_schema, row.db, row.source_db)
    snapshot = row.op == "r" if isinstance(row.op, str) else None
    return Origin(schema, _text(row.table, row.source_table), snapshot)


def _text(*values: Any) -> str:
    return next((value for value in values if isinstance(value, str) and value), "")
