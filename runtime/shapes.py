"""How the records of one shape are read: their keys and their rows, decoded in C and looked at many at a time.

It is learnt from an event that the general way took. Nothing is kept here of what was read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import msgspec

from .envelope import Kind, Upsert, payload_of
from .keys import Key
from .ports import Record
from .table_program import TableProgram
from .typed import Rows, UsualRow, checker, keys_of, other_names, rows_of

NOT_USUAL = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Deleted:
    """The mark of a delete among rows."""


DELETED = Deleted()
_EMPTY = Deleted()  # of an event that should hold a row and does not
Found: TypeAlias = UsualRow | Deleted | None  # None is a tombstone
_Read: TypeAlias = Callable[[Any], Any]  # raises what is in NOT_USUAL


@dataclass(frozen=True, slots=True)
class Shape:
    """Readers of keys and values; `prefix` is the schema that values carry at their beginning, b"" where they do not.

    Attributes:
        read_key: gives a decoded key, `read` a decoded value; both raise what is in NOT_USUAL.
        rows: of decoded values, None for a tombstone, as far as they are rows, deletes or tombstones.
        keys: of decoded keys, as they are compared; `keys_of_rows` of rows.
        usual_keys: whether a column can hold each of them; `usual_rows` of rows.

    """

    prefix: bytes
    read_key: _Read
    read: _Read
    rows: Callable[[Sequence[Any]], list[Found]]
    keys: Callable[[Sequence[Any]], Sequence[Key]]
    usual_keys: Callable[[Sequence[Any]], bool]
    keys_of_rows: Callable[[Sequence[UsualRow]], Sequence[Key]]
    usual_rows: Callable[[Sequence[UsualRow]], bool]

    def usual(self, keys: Sequence[Any], rows: Sequence[Found], live: Sequence[UsualRow]) -> int:
        """How many of them are usual, from the first on; `live` are the rows that are there."""
        if self.usual_keys(keys) and self.usual_rows(live):
            return len(rows)
        for number, (key, row) in enumerate(zip(keys, rows, strict=True)):
            if not (self.usual_keys([key]) and self.usual_rows(living([row]))):
                return number
        return len(rows)


def living(rows: Sequence[Found]) -> list[UsualRow]:
    """The rows that are there."""
    return [row for row in rows if row is not None and row is not DELETED]  # type: ignore[misc]


def learnt(program: TableProgram, record: Record, event: Upsert, *, enveloped: bool) -> Shape | None:
    """The shape of an event that was taken; None where only the general way can read such records."""
    if record.value is None or record.key is None:
        return None
    rows, framed, keyed = _rows(program, event, enveloped=enveloped), payload_of(record.value), payload_of(record.key)
    keys = rows_of(_keyed(program), program.key, {**event.shape.kinds}, frozenset())
    if rows is None or framed is None or keyed is None or keys is None:
        return None
    return Shape(
        prefix=framed,
        read_key=_reader(keyed, keys.kind),
        read=_reader(framed, _envelope(rows) if enveloped else rows.kind),
        rows=_of_envelopes if enveloped else list,
        keys=keys_of(keys),
        usual_keys=checker(keys),
        keys_of_rows=keys_of(rows),
        usual_rows=checker(rows),
    )


def _rows(program: TableProgram, event: Upsert, *, enveloped: bool) -> Rows | None:
    known: Mapping[str, Kind] = event.shape.kinds
    other = other_names(program.excluded, {} if enveloped else event.row)
    if "__deleted" in other or (enveloped and other_names((), event.row)):
        return None
    return rows_of(program.fields, program.key, known, other)


def _keyed(program: TableProgram) -> tuple[Any, ...]:
    return tuple(field for name in program.key for field in program.fields if field.field == name)


def _envelope(rows: Rows) -> Any:
    fields: list[Any] = [("op", Literal["c", "r", "u", "d"]), ("after", rows.kind | None, None)]
    return msgspec.defstruct("Envelope", fields, gc=False)


def _of_envelopes(events: Sequence[Any]) -> list[Found]:
    found = [event and (DELETED if event.op == "d" else event.after or _EMPTY) for event in events]
    return found[: found.index(_EMPTY)] if _EMPTY in found else found


def _reader(prefix: bytes, kind: Any) -> _Read:
    """Reads the payload of documents of one frame: after the schema that they carry; b"" where they carry none."""
    decode, cut = msgspec.json.Decoder(kind).decode, len(prefix)
    if not prefix:
        return decode

    def read(raw: bytes) -> Any:
        if not raw.startswith(prefix):
            raise msgspec.DecodeError
        return decode(memoryview(raw)[cut:-1])

    return read
