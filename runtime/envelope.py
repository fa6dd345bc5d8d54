"""Bytes to events: what a record says, in either form of Debezium's JSON, with or without schemas.

A schema that a record carries is read once for each distinct text of it, so that its types cost nothing per record.
It knows no table. **A record is an event or a RecordError; nothing else leaves this module.**
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

import msgspec

from .errors import RecordError
from .ports import Record
from .position import Place

MOVED_TO, MOVED_FROM = "__debezium.newkey", "__debezium.oldkey"  # headers of a delete and a create, one change of a key
METADATA_PREFIX = "__"  # ExtractNewRecordState's own fields: __op, __deleted, __lsn …


@dataclass(frozen=True, slots=True)
class Kind:
    """A field's type as its record's schema says it; `parameters` as Connect gives them."""

    text: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """The fields of a row and, where the record carries a schema, their kinds. Compared by identity."""

    names: frozenset[str]
    kinds: Mapping[str, Kind]


Row: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """What an event says of itself; None where it does not.

    Attributes:
        op: c create, u update, d delete, r read by a snapshot, t truncate.
        event_ms: when the connector saw the change, milliseconds since 1970.
        source_ms: when the source made it.
        source: the source's `schema.table`, "" when the event does not say.
        place: all that the source says of where the change was made.

    """

    op: str | None = None
    event_ms: int | None = None
    source_ms: int | None = None
    source: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Upsert:
    """A row is there now: created, read by a snapshot, or updated. `before` only where the source sent it."""

    row: Row
    before: Row | None
    shape: Shape
    told: Told


@dataclass(frozen=True, slots=True)
class Delete:
    """A row is gone. Only the key's fields of `before` can be trusted, and not even those everywhere."""

    before: Row | None
    shape: Shape | None
    told: Told


@dataclass(frozen=True, slots=True)
class Truncate:
    """All rows of the table are gone."""

    told: Told


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A record without a value: after a delete in an envelope, or the delete itself in the flat form."""


@dataclass(frozen=True, slots=True)
class Aside:
    """A record that says nothing about a row: a logical message."""


Event: TypeAlias = Upsert | Delete | Truncate | Tombstone | Aside


class _Carried(msgspec.Struct):
    schema: msgspec.Raw
    payload: msgspec.Raw


class _Envelope(msgspec.Struct):
    op: str
    before: Row | None = None
    after: Row | None = None
    ts_ms: Any = None
    source: Place | None = None


class _Declared(msgspec.Struct):
    type: str
    field: str = ""
    name: str | None = None
    parameters: dict[str, str] | None = None
    fields: list[_Declared] | None = None


_OPERATIONS = ("c", "u", "d", "r", "t", "m")
_PLACED = ("lsn", "file", "pos", "row", "scn", "commit_lsn", "change_lsn", "event_serial_no")
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ArithmeticError)  # too deep; an absurd exponent
_carried = msgspec.json.Decoder(_Carried)
_envelope = msgspec.json.Decoder(_Envelope, float_hook=Decimal)  # a decimal's digits are kept as they were sent
_declared = msgspec.json.Decoder(_Declared)
_anything = msgspec.json.Decoder(float_hook=Decimal)


class Reader:
    """Reads the records of one format. It remembers the shapes it has seen.

    And whether deletes come as rows of their own (`__deleted`): then a tombstone only follows one.
    """

    def __init__(self, form: str) -> None:
        self.enveloped = not form.startswith("flat")
        self.rewrites = False
        self._carried: dict[bytes, Shape] = {}
        self._bare: dict[tuple[str, ...], Shape] = {}

    @property
    def tells_deletes(self) -> bool:
        """Whether deletes are records of their own, so that one without a value only follows a delete."""
        return self.enveloped or self.rewrites

    def event(self, record: Record) -> Event:
        """What the record says; raises RecordError X920 when it is not JSON of this format."""
        if record.broken is not None:
            raise record.broken
        if record.value is None:
            return Tombstone()
        schema, payload = _split(record.value)
        try:
            return self._enveloped(schema, payload) if self.enveloped else self._flat(schema, payload)
        except _UNREADABLE as error:
            raise RecordError("X920", f"the value is not a change event: {error}") from None

    def key(self, record: Record) -> tuple[Row, Shape] | None:
        """The record's key, None when it has none; raises RecordError X920 when it is not a JSON object."""
        if record.key is None:
            return None
        schema, payload = _split(record.key)
        try:
            row = _anything.decode(payload)
        except _UNREADABLE as error:
            raise RecordError("X920", f"the key is not JSON: {error}") from None
        if not isinstance(row, dict):
            raise RecordError("X920", "the key is not a JSON object")
        return row, self._shape(schema, row, "")

    def moved(self, record: Record, header: str) -> tuple[Row, Shape] | None:
        """The other key of a change of the key, as a header of the record tells it; None when none does."""
        told = next((text for name, text in record.headers if name == header), None)
        if told is None or record.key is None:
            return None
        schema, payload = _split(told.encode())
        try:
            row = _anything.decode(payload)
        except _UNREADABLE:
            return None
        own = schema or _split(record.key)[0]  # a header of plain JSON is of the key's own types
        return (row, self._shape(own, row, "")) if isinstance(row, dict) else None

    def _enveloped(self, schema: bytes, payload: bytes) -> Event:
        found = _envelope.decode(payload)
        told = _told(found)
        match found.op:
            case "c" | "r" | "u" if found.after is not None:
                return Upsert(found.after, found.before, self._shape(schema, found.after, "after"), told)
            case "d":
                return Delete(found.before, self._shape(schema, found.before or {}, "before"), told)
            case "t":
                return Truncate(told)
            case "m":
                return Aside()
            case _:
                raise RecordError("X920", f'the value is not a change event: operation "{found.op[:20]}"')

    def _flat(self, schema: bytes, payload: bytes) -> Event:
        row = _anything.decode(payload)
        if not isinstance(row, dict):
            raise RecordError("X920", "the value is not a JSON object")
        if row.get("op") == "m" and isinstance(row.get("source"), dict) and "message" in row:
            return Aside()
        shape = self._shape(schema, row, "")
        if "__deleted" in row:
            self.rewrites = True
        if row.get("__deleted") in ("true", True):
            return Delete(row, shape, _told_flat(row, "d"))
        return Upsert(row, None, shape, _told_flat(row, None))

    def _shape(self, schema: bytes, row: Row, part: str) -> Shape:
        if schema:
            shape = self._carried.get(mark := part.encode() + schema)
            return shape or self._carried.setdefault(mark, _read_shape(schema, part))
        names = tuple(row)
        return self._bare.get(names) or self._bare.setdefault(names, Shape(_columns(names), {}))


def _told(found: _Envelope) -> Told:
    place = found.source or Place()
    source = _source(place.schema or place.db, place.table)
    return Told(found.op, _whole(found.ts_ms), _whole(place.ts_ms), source, place)


def _told_flat(row: Row, op: str | None) -> Told:
    """What ExtractNewRecordState was told to add: `add.fields=op,ts_ms,source.ts_ms,schema,table,lsn`."""
    said = row.get("__op")
    schema = row.get("__schema") or row.get("__source_schema") or row.get("__db") or row.get("__source_db")
    return Told(
        op=said if said in _OPERATIONS else op,
        event_ms=_whole(row.get("__ts_ms")),
        source_ms=_whole(row.get("__source_ts_ms")),
        source=_source(schema, row.get("__table") or row.get("__source_table")),
        place=Place(**{name: row.get(f"__{name}", row.get(f"__source_{name}")) for name in _PLACED}),
    )


def _whole(value: Any) -> int | None:
    return value if type(value) is int else None


def _source(schema: Any, table: Any) -> str:
    return f"{schema}.{table}" if isinstance(schema, str) and isinstance(table, str) else ""


def _split(raw: bytes) -> tuple[bytes, bytes]:
    """The schema that a document carries, b"" when it carries none, and its payload."""
    try:
        carried = _carried.decode(raw)
    except _UNREADABLE:
        return b"", raw
    schema = bytes(carried.schema)
    if schema != b"null" and not schema.startswith(b"{"):
        return b"", raw  # a row with columns of these names
    return (b"" if schema == b"null" else schema), bytes(carried.payload)


def payload_of(raw: bytes) -> bytes | None:
    """What stands before a document's payload: b"" where it carries no schema; None where the payload is not last."""
    schema, payload = _split(raw)
    if not schema:
        return b"" if payload is raw else None
    frame = raw[: -1 - len(payload)]
    return frame if raw == frame + payload + b"}" else None


def _read_shape(schema: bytes, part: str) -> Shape:
    try:
        struct = _declared.decode(schema)
    except _UNREADABLE as error:
        raise RecordError("X920", f"the schema that the record carries is broken: {error}") from None
    found = [struct] if not part else [inner for inner in struct.fields or () if inner.field == part]
    if not found or found[0].fields is None:
        raise RecordError("X920", f'the schema that the record carries is broken: no struct "{part}"')
    kinds = {inner.field: _kind(inner) for inner in found[0].fields}
    return Shape(_columns(tuple(kinds)), kinds)


def _kind(declared: _Declared) -> Kind:
    return Kind(f"{declared.type} {declared.name}" if declared.name else declared.type, declared.parameters or {})


def _columns(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name for name in names if not name.startswith(METADATA_PREFIX))
