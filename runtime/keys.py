"""Which row an event means: its key, from the record or from the row, or none."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias

from .envelope import METADATA_PREFIX, Delete, Row, Shape, Upsert
from .errors import RecordError
from .modes import KeySource
from .rows import Change, RowConverter
from .table_program import TableProgram

Key: TypeAlias = tuple[str, ...]
Keyed: TypeAlias = tuple[Row, Shape] | None


def folded(key: Key) -> Key:
    """The key as it is compared: Redshift ignores blanks at the end of a text."""
    return tuple(part.rstrip(" ") for part in key)


@dataclass(frozen=True, slots=True)
class Keys:
    """Reads the keys of one table."""

    program: TableProgram
    convert: RowConverter

    def of_row(self, event: Upsert, keyed: Keyed) -> Key:
        """The key of a row that is there; raises RecordError."""
        match self.program.key_from:
            case KeySource.RECORD_KEY:
                self.of_record(keyed)
                return self.convert.key(event.row, event.shape)
            case KeySource.RECORD_VALUE:
                return self.convert.key(event.row, event.shape)
            case _:
                return ()

    def of_deleted(self, event: Delete, keyed: Keyed) -> Key:
        """The key of a row that is gone; only its key is looked at. Raises RecordError."""
        match self.program.key_from:
            case KeySource.RECORD_KEY:
                return self.of_record(keyed)
            case KeySource.RECORD_VALUE if event.before is not None and event.shape is not None:
                return self.convert.key(event.before, event.shape)
            case KeySource.RECORD_VALUE:
                raise RecordError("X921", "the delete does not say which row: the source sends no old values")
            case _:
                return ()

    def of_record(self, keyed: Keyed) -> Key:
        """The record's key; raises RecordError X921 to X925."""
        if keyed is None:
            raise RecordError("X921", "the record has no key")
        row, shape = keyed
        named = [name for name in row if not name.startswith(METADATA_PREFIX) and name not in self.program.excluded]
        if len(named) > len(self.program.key):
            wanted = ", ".join(self.program.key)
            raise RecordError("X923", f"the key has the fields ({', '.join(row)}), the plan has ({wanted})")
        return self.convert.key(row, shape)

    def moved(self, change: Change, header: str) -> Key | None:
        """The other key of a change of the key, where a header tells it in a way that can be read."""
        with suppress(RecordError):
            keyed = change.moved(header) if self.program.key_from.of_the_row else None
            return None if keyed is None else self.convert.key(*keyed)
        return None

    def before(self, event: Upsert, key: Key) -> Key | None:
        """The key that an update moved the row away from, where the row's own values are the key."""
        if event.before is None or self.program.key_from is not KeySource.RECORD_VALUE:
            return None
        old = self.convert.key(event.before, event.shape)
        return old if folded(old) != folded(key) else None
