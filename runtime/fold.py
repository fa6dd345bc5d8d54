"""Folds the events of one table to one row a key: the last change wins.

It takes an event in, or raises a RecordError and is as it was before. Redshift ignores blanks at the end of a text when
it compares, so keys are compared without them. **What is left holds one row a key, and no unchanged mark.**
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias, cast

from .convert import UNCHANGED, Unchanged
from .envelope import METADATA_PREFIX, Delete, Row, Shape, Upsert
from .errors import RecordError
from .plan import KeySource, TableProgram
from .rows import Cells, RowConverter

Key: TypeAlias = tuple[str, ...]
Keyed: TypeAlias = tuple[Row, Shape] | None
Staged: TypeAlias = tuple[str | None, ...]

UPSERT, DELETE = "u", "d"


@dataclass(slots=True)
class Fold:
    """The rows of one table so far.

    Attributes:
        truncated: the times that the table was emptied.
        spoilt: the keys of which a change could not be taken in, so that the values before it cannot be carried on.

    """

    program: TableProgram
    convert: RowConverter
    rows: dict[Key, tuple[str, Staged]] = field(default_factory=dict)
    truncated: int = 0
    spoilt: set[Key] = field(default_factory=set)

    def upsert(self, event: Upsert, keyed: Keyed) -> None:
        """A row that is there; raises RecordError."""
        key = self._upsert_key(event, keyed)
        try:
            cells = self.convert.cells(event.row, event.shape)
        except RecordError:
            self.spoilt.add(_folded(key))
            raise
        full = self._carried(_folded(key), cells)
        if event.before is not None and self.program.key_from is KeySource.RECORD_VALUE:
            self._moved(event.before, event.shape, key)
        self.rows[_folded(key)] = UPSERT, full
        self.spoilt.discard(_folded(key))

    def delete(self, event: Delete, keyed: Keyed) -> None:
        """A row that is gone; only its key is looked at. Raises RecordError."""
        if self.program.key_from is KeySource.RECORD_KEY:
            self._delete(self._record_key(keyed))
        elif event.before is None or event.shape is None:
            raise RecordError("X921", "the delete does not say which row: the source sends no old values")
        else:
            self._delete(self.convert.key(event.before, event.shape))

    def tombstone(self, keyed: Keyed) -> None:
        """The row of the record's key is gone; raises RecordError."""
        self._delete(self._record_key(keyed))

    def truncate(self) -> None:
        """All rows are gone, those of the batch too."""
        self.rows.clear()
        self.truncated += 1

    def _upsert_key(self, event: Upsert, keyed: Keyed) -> Key:
        if self.program.key_from is KeySource.RECORD_VALUE:
            return self.convert.key(event.row, event.shape)
        self._record_key(keyed)
        return self.convert.key(event.row, event.shape)

    def _record_key(self, keyed: Keyed) -> Key:
        if keyed is None:
            raise RecordError("X921", "the record has no key")
        row, shape = keyed
        if sum(not name.startswith(METADATA_PREFIX) for name in row) > len(self.program.key):
            wanted = ", ".join(self.program.key)
            raise RecordError("X923", f"the key has the fields ({', '.join(row)}), the plan has ({wanted})")
        return self.convert.key(row, shape)

    def _moved(self, before: Row, shape: Shape, key: Key) -> None:
        """An update that changed the key is a delete of the old one."""
        old = self.convert.key(before, shape)
        if _folded(old) != _folded(key):
            self._delete(old)

    def _delete(self, key: Key) -> None:
        named = dict(zip(self.program.key, key, strict=True))
        self.rows[_folded(key)] = DELETE, tuple(named.get(f.field) for f in self.program.fields)

    def _carried(self, key: Key, cells: Cells) -> Staged:
        """The row with each unchanged value taken from the batch's earlier row of the key."""
        if UNCHANGED not in cells:
            return cast(Staged, cells)
        operation, before = self.rows.get(key, (DELETE, ()))
        if operation == DELETE or key in self.spoilt:
            names = [f.field for f, cell in zip(self.program.fields, cells, strict=True) if cell is UNCHANGED]
            message = f"the source did not send {', '.join(names)}, unchanged since an event outside this batch"
            raise RecordError("X926", message)
        return tuple(old if isinstance(cell, Unchanged) else cell for cell, old in zip(cells, before, strict=True))


def _folded(key: Key) -> Key:
    return tuple(part.rstrip(" ") for part in key)
