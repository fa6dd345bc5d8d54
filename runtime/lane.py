"""The way of usual events into a table's fold: one decode, a few checks, one assignment.

It learns a shape from the first event of it that the general way took. **What it does not take, it leaves untouched.**
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from .envelope import MOVED_TO, Kind, Upsert, payload_of
from .keys import Key
from .modes import Deletes, KeySource, Mode, Origin
from .ports import Record
from .state import State
from .table_program import TableProgram
from .typed import Rows, checker, key_of, other_names, rows_of

_NOT_USUAL = (msgspec.DecodeError, UnicodeDecodeError)
_MANY = 1_000
_ROWS, _DELETE = frozenset({"c", "r", "u"}), "d"


def has_lane(program: TableProgram) -> bool:
    """Whether a lane can take usual events of the table: one row a key, and no column about the change."""
    of_rows = all(field.origin is Origin.VALUE for field in program.fields)
    return (
        program.mode is Mode.UPSERT
        and program.key_from is KeySource.RECORD_KEY
        and program.guard is None
        and not program.source
        and of_rows
    )


@dataclass(slots=True)
class _Framed:
    """Documents of one frame: the schema that they carry, up to the payload; b"" where they carry none."""

    prefix: bytes
    decode: Callable[[Any], Any]

    def read(self, raw: bytes) -> Any:
        """The payload; raises DecodeError, UnicodeDecodeError."""
        if not self.prefix:
            return self.decode(raw)
        if not raw.startswith(self.prefix):
            raise msgspec.DecodeError
        return self.decode(memoryview(raw)[len(self.prefix) : -1])


class Lane:
    """The lane of one table, for events in envelopes or flat ones."""

    def __init__(self, program: TableProgram, *, enveloped: bool) -> None:
        self._program, self._enveloped = program, enveloped
        self._value: _Framed | None = None
        self._key: _Framed | None = None
        self._usual: Callable[[Any], bool] = lambda _: False
        self._key_of_row: Callable[[Any], Key] = lambda _: ()
        self._key_of_key: Callable[[Any], Key] = lambda _: ()
        self._missed = 0

    def take(self, record: Record, fold: State) -> bool:
        """Takes the record in; False where it is not usual, and nothing was done."""
        if self._value is None or self._key is None or record.key is None:
            return False
        try:
            key = self._key.read(record.key)
            if record.value is None:
                return fold.is_gone(self._key_of_key(key))
            event = self._value.read(record.value)
        except _NOT_USUAL:
            self._miss()
            return False
        return self._taken(event, key, record, fold)

    def _taken(self, event: Any, key: Any, record: Record, fold: State) -> bool:
        row = event.after if self._enveloped else event
        if self._enveloped and event.op == _DELETE:
            if self._program.deletes is not Deletes.HARD or any(name == MOVED_TO for name, _ in record.headers):
                return False
            fold.usual_delete(self._key_of_key(key))
            return True
        if row is None or (self._enveloped and event.op not in _ROWS) or not self._usual(row):
            return False
        fold.usual(self._key_of_row(row), row)
        return True

    def _miss(self) -> None:
        """After many misses in a row the shape is another, and is learnt anew."""
        self._missed += 1
        if self._missed > _MANY:
            self._value = self._key = None
            self._missed = 0

    def learn(self, record: Record, event: Upsert) -> None:
        """Learns the shape of an event that the general way took."""
        if record.value is None or record.key is None or (self._value and self._known(record)):
            return
        rows = self._rows(event)
        framed, keyed = payload_of(record.value), payload_of(record.key)
        if rows is None or framed is None or keyed is None:
            return
        kinds = {**event.shape.kinds}
        keys = rows_of(self._keyed(), self._program.key, kinds, frozenset())
        if keys is None:
            return
        self._value = _Framed(framed, msgspec.json.Decoder(self._document(rows)).decode)
        self._key = _Framed(keyed, msgspec.json.Decoder(keys.kind).decode)
        self._usual = checker(rows)
        self._key_of_row, self._key_of_key = key_of(rows), key_of(keys)

    def _known(self, record: Record) -> bool:
        value = self._value
        return value is not None and bool(record.value) and (record.value or b"").startswith(value.prefix)

    def _rows(self, event: Upsert) -> Rows | None:
        known: Mapping[str, Kind] = event.shape.kinds
        other = other_names(self._program.excluded, {} if self._enveloped else event.row)
        if "__deleted" in other or (self._enveloped and other_names((), event.row)):
            return None
        return rows_of(self._program.fields, self._program.key, known, other)

    def _keyed(self) -> tuple[Any, ...]:
        return tuple(field for name in self._program.key for field in self._program.fields if field.field == name)

    def _document(self, rows: Rows) -> Any:
        if not self._enveloped:
            return rows.kind
        return msgspec.defstruct("Envelope", [("op", str), ("after", rows.kind | None, None)], gc=False)
