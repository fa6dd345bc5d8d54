"""Folds the events of one table: what both ways share, and the way of one row a key, where the last change wins.

A fold takes an event in, or raises a RecordError and is as it was before. **What is left holds no unchanged mark.**
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from .convert import UNCHANGED, Unchanged
from .envelope import Delete, Upsert
from .errors import RecordError
from .keys import Key, Keyed, Keys, folded
from .modes import Deletes
from .plan import Field, TableProgram
from .rows import Cells, Change, RowConverter, Staged

UPSERT, DELETE = "u", "d"


@dataclass(slots=True)
class Fold(ABC):
    """What a batch collects of one table.

    Attributes:
        truncated: the times that the table was emptied.
        spoilt: the keys of which a change could not be taken in, or whose row is gone: values before it are not
            carried on.

    """

    program: TableProgram
    convert: RowConverter
    truncated: int = 0
    spoilt: set[Key] = field(default_factory=set)
    keys: Keys = field(init=False)

    def __post_init__(self) -> None:
        self.keys = Keys(self.program, self.convert)

    def upsert(self, event: Upsert, keyed: Keyed, change: Change) -> None:
        """A row that is there; raises RecordError."""
        key = self.keys.of_row(event, keyed)
        try:
            cells = self.convert.cells(event.row, event.shape, change)
        except RecordError:
            self.spoilt.add(folded(key))
            raise
        full = self._carried(folded(key), cells)
        moved = self.keys.before(event, key)
        if moved is not None:
            self._delete(moved, change)
        self._put(folded(key), full)
        self.spoilt.discard(folded(key))

    @abstractmethod
    def delete(self, event: Delete, keyed: Keyed, change: Change) -> None:
        """A row that is gone; only its key is looked at. Raises RecordError."""

    @abstractmethod
    def tombstone(self, keyed: Keyed, change: Change) -> None:
        """The row of the record's key is gone; raises RecordError."""

    def truncate(self) -> None:
        """All rows are gone, those of the batch too; or they are marked so."""
        self.truncated += 1
        self.passed_over_all()
        if self.program.deletes is Deletes.SOFT:
            self._mark()
        else:
            self._clear()

    def passed_over(self, key: Key) -> None:
        """A delete of the key that is not taken in: what the key's row held is not carried on to the next."""
        self.spoilt.add(folded(key))

    def passed_over_all(self) -> None:
        """A truncate that is not taken in: no row's values are carried on."""
        self.spoilt |= self._rows().keys()

    @abstractmethod
    def staged(self) -> Iterator[tuple[str, Staged]]:
        """What the stage gets: each row after its operation."""

    @abstractmethod
    def _rows(self) -> Mapping[Key, Any]:
        """What there is, by key."""

    @abstractmethod
    def _put(self, key: Key, row: Staged) -> None:
        """A row that is there, of a key that is folded."""

    @abstractmethod
    def _last(self, key: Key) -> Staged | None:
        """The last row of the batch that is there under the key, which is folded."""

    @abstractmethod
    def _delete(self, key: Key, change: Change) -> None:
        """The row of the key is gone."""

    @abstractmethod
    def _clear(self) -> None:
        """No row is left."""

    @abstractmethod
    def _mark(self) -> None:
        """Every row is marked as deleted."""

    def _carried(self, key: Key, cells: Cells) -> Staged:
        """The row with each unchanged value taken from the batch's earlier row of the key."""
        if UNCHANGED not in cells:
            return cast(Staged, cells)
        return _carried(self.program.fields, cells, None if key in self.spoilt else self._last(key))


def _carried(fields: tuple[Field, ...], cells: Cells, before: Staged | None) -> Staged:
    """The cells with each unchanged value taken from the row before; raises RecordError X926 when there is none."""
    if before is None:
        names = [f.field for f, cell in zip(fields, cells, strict=True) if cell is UNCHANGED]
        message = f"the source did not send {', '.join(names)}, unchanged since an event outside this batch"
        raise RecordError("X926", message)
    return tuple(old if isinstance(cell, Unchanged) else cell for cell, old in zip(cells, before, strict=True))


@dataclass(slots=True)
class State(Fold):
    """The rows of one table so far, one a key, each with its operation."""

    rows: dict[Key, tuple[str, Staged]] = field(default_factory=dict)

    def delete(self, event: Delete, keyed: Keyed, change: Change) -> None:
        """A row that is gone; only its key is looked at. Raises RecordError."""
        self._delete(self.keys.of_deleted(event, keyed), change)

    def tombstone(self, keyed: Keyed, change: Change) -> None:
        """The row of the record's key is gone; raises RecordError."""
        key = self.keys.of_record(keyed)
        _, row = self.rows.get(folded(key), (DELETE, ()))
        if not (row and self.program.deletes is Deletes.SOFT and self.convert.is_marked(row)):
            self._delete(key, change)

    def staged(self) -> Iterator[tuple[str, Staged]]:
        """What the stage gets: each row after its operation."""
        yield from self.rows.values()

    def _rows(self) -> Mapping[Key, Any]:
        return self.rows

    def _put(self, key: Key, row: Staged) -> None:
        self.rows[key] = UPSERT, row

    def _last(self, key: Key) -> Staged | None:
        operation, row = self.rows.get(key, (DELETE, ()))
        return row if operation == UPSERT else None

    def _delete(self, key: Key, change: Change) -> None:
        self.passed_over(key)  # a deleted row's values are not those of the next
        if self.program.deletes is Deletes.IGNORE:
            return
        row = self._last(folded(key))
        if self.program.deletes is Deletes.SOFT and row is not None:
            self._put(folded(key), self.convert.marked(row, change))
        else:
            self.rows[folded(key)] = DELETE, self.convert.gone(key, self.program.key, change)

    def _clear(self) -> None:
        self.rows.clear()

    def _mark(self) -> None:
        for key, (operation, row) in self.rows.items():
            self.rows[key] = operation, self.convert.marked(row, None)
