"""Folds the events of one table to one row a key: the last change wins.

It takes an event in, or raises a RecordError and is as it was before. **What is left holds one row a key, and no
unchanged mark.**
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol, cast

from .convert import UNCHANGED, Unchanged
from .envelope import Delete, Upsert
from .errors import RecordError
from .keys import Key, Keyed, Keys, folded
from .modes import Deletes
from .plan import Field, TableProgram
from .rows import Cells, Change, RowConverter, Staged

UPSERT, DELETE = "u", "d"


class Fold(Protocol):
    """What a batch collects of one table."""

    program: TableProgram
    convert: RowConverter
    truncated: int

    def upsert(self, event: Upsert, keyed: Keyed, change: Change) -> None:
        """A row that is there; raises RecordError."""

    def delete(self, event: Delete, keyed: Keyed, change: Change) -> None:
        """A row that is gone; raises RecordError."""

    def tombstone(self, keyed: Keyed, change: Change) -> None:
        """The row of the record's key is gone; raises RecordError."""

    def truncate(self) -> None:
        """All rows are gone, those of the batch too; or they are marked so."""

    def passed_over(self, key: Key) -> None:
        """A delete of the key that is not taken in: what the key's row held is not carried on to the next."""

    def passed_over_all(self) -> None:
        """A truncate that is not taken in: no row's values are carried on."""

    def staged(self) -> Iterator[tuple[str, Staged]]:
        """What the stage gets: each row after its operation."""


@dataclass(slots=True)
class State:
    """The rows of one table so far, one a key.

    Attributes:
        truncated: the times that the table was emptied.
        spoilt: the keys of which a change could not be taken in, so that the values before it cannot be carried on.

    """

    program: TableProgram
    convert: RowConverter
    rows: dict[Key, tuple[str, Staged]] = field(default_factory=dict)
    truncated: int = 0
    spoilt: set[Key] = field(default_factory=set)

    def upsert(self, event: Upsert, keyed: Keyed, change: Change) -> None:
        """A row that is there; raises RecordError."""
        keys = Keys(self.program, self.convert)
        key = keys.of_row(event, keyed)
        try:
            cells = self.convert.cells(event.row, event.shape, change)
        except RecordError:
            self.spoilt.add(folded(key))
            raise
        full = self._carried(folded(key), cells)
        moved = keys.before(event, key)
        if moved is not None:
            self._delete(moved, change)
        self.rows[folded(key)] = UPSERT, full
        self.spoilt.discard(folded(key))

    def delete(self, event: Delete, keyed: Keyed, change: Change) -> None:
        """A row that is gone; only its key is looked at. Raises RecordError."""
        self._delete(Keys(self.program, self.convert).of_deleted(event, keyed), change)

    def tombstone(self, keyed: Keyed, change: Change) -> None:
        """The row of the record's key is gone; raises RecordError."""
        key = Keys(self.program, self.convert).of_record(keyed)
        _, row = self.rows.get(folded(key), (DELETE, ()))
        if not (row and self.program.deletes is Deletes.SOFT and self.convert.is_marked(row)):
            self._delete(key, change)

    def truncate(self) -> None:
        """All rows are gone, those of the batch too; or they are marked so."""
        self.truncated += 1
        self.spoilt |= self.rows.keys()
        if self.program.deletes is not Deletes.SOFT:
            self.rows.clear()
            return
        for key, (operation, row) in self.rows.items():
            self.rows[key] = operation, self.convert.marked(row, None)

    def staged(self) -> Iterator[tuple[str, Staged]]:
        """What the stage gets: each row after its operation."""
        yield from self.rows.values()

    def passed_over(self, key: Key) -> None:
        """A delete of the key that is not taken in: what the key's row held is not carried on to the next."""
        self.spoilt.add(folded(key))

    def passed_over_all(self) -> None:
        """A truncate that is not taken in: no row's values are carried on."""
        self.spoilt |= self.rows.keys()

    def _delete(self, key: Key, change: Change) -> None:
        self.spoilt.add(folded(key))  # a deleted row's values are not those of the next
        if self.program.deletes is Deletes.IGNORE:
            return
        operation, row = self.rows.get(folded(key), (DELETE, ()))
        if self.program.deletes is Deletes.SOFT and operation == UPSERT:
            self.rows[folded(key)] = UPSERT, self.convert.marked(row, change)
        else:
            self.rows[folded(key)] = DELETE, self.convert.gone(key, self.program.key, change)

    def _carried(self, key: Key, cells: Cells) -> Staged:
        """The row with each unchanged value taken from the batch's earlier row of the key."""
        if UNCHANGED not in cells:
            return cast(Staged, cells)
        operation, before = self.rows.get(key, (DELETE, ()))
        return carried(self.program.fields, cells, None if operation == DELETE or key in self.spoilt else before)


def carried(fields: tuple[Field, ...], cells: Cells, before: Staged | None) -> Staged:
    """The cells with each unchanged value taken from the row before; raises RecordError X926 when there is none."""
    if before is None:
        names = [f.field for f, cell in zip(fields, cells, strict=True) if cell is UNCHANGED]
        message = f"the source did not send {', '.join(names)}, unchanged since an event outside this batch"
        raise RecordError("X926", message)
    return tuple(old if isinstance(cell, Unchanged) else cell for cell, old in zip(cells, before, strict=True))
