"""Folds the events of one table into what a batch stages: what both ways of it share.

`state.py` holds one row a key, `log.py` every change. **A fold takes an event in, or raises a RecordError and is as it
was before.**
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .convert import UNCHANGED, Unchanged
from .envelope import MOVED_TO, Delete, Upsert
from .errors import RecordError
from .keys import Key, Keyed, Keys, folded
from .modes import Deletes
from .ports import Record
from .rows import Cells, Change, RowConverter, Staged
from .table_program import Field, TableProgram
from .typed import UsualRow

UPSERT, DELETE, KEEP, MOVED, OLD_KEY, NEW_KEY = "u", "d", "k", "m", "o", "n"


@dataclass(slots=True)
class Fold(ABC):
    """What a batch collects of one table.

    Attributes:
        truncated: the times that the table was emptied.
        spoilt: the keys whose row is not known: a change of it could not be taken in. Its values are not carried on.

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
        if self.outdated(key, change):
            return
        try:
            cells = self.convert.cells(event.row, event.shape, change)
        except RecordError:
            self.spoilt.add(folded(key))
            raise
        row = self._row(key, cells, change)
        moved = self.keys.before(event, key)
        if moved is not None:
            self._delete(moved, change)
        self._put(folded(key), row)
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
        self.spoilt |= self._rows().keys()
        if self.program.deletes is Deletes.SOFT:
            self._mark()
        else:
            self._clear()

    @abstractmethod
    def passed_over(self, key: Key) -> None:
        """A delete of the key that is not taken in."""

    @abstractmethod
    def passed_over_all(self) -> None:
        """A truncate that is not taken in."""

    def decoded(self) -> Sequence[Sequence[UsualRow]]:
        """What the stage gets of the rows that a lane decoded: those of one shape together."""
        return ()

    @abstractmethod
    def staged(self) -> Iterator[tuple[str, Staged]]:
        """What the stage gets: each row after its operation, whose first letter says what is done with it."""

    @abstractmethod
    def sizes(self) -> tuple[int, int]:
        """How many rows are there, and how many are gone."""

    @abstractmethod
    def _rows(self) -> Mapping[Key, Any]:
        """What there is, by key."""

    @abstractmethod
    def _row(self, key: Key, cells: Cells, change: Change) -> Any:
        """The row as it is kept, with what the source did not send where that is known; raises RecordError X926."""

    @abstractmethod
    def _put(self, key: Key, row: Any) -> None:
        """A row that is there, of a key that is folded."""

    @abstractmethod
    def _delete(self, key: Key, change: Change) -> None:
        """The row of the key is gone."""

    @abstractmethod
    def _clear(self) -> None:
        """No row is left."""

    @abstractmethod
    def _mark(self) -> None:
        """Every row is marked as deleted."""

    def last_deletes(self) -> Iterator[tuple[str, Staged]]:
        """The staged deletes that have to wait until moved keys have taken their rows along."""
        return iter(())

    def elsewhere(self, operations: Sequence[str]) -> Iterator[tuple[str, Staged]]:  # noqa: ARG002 - whole rows
        """What the stage gets again of the rows with these operations: those that may be stored under their old key."""
        return iter(())

    def unsent(self, operations: Sequence[str]) -> Iterator[tuple[Record, RecordError]]:  # noqa: ARG002 - whole rows
        """The records of the staged rows with these operations, which the table does not hold, and why that matters."""
        return iter(())

    def leaves(self, key: Key, change: Change) -> None:
        """A delete or a tombstone of this key, which may say that its row lives on under another."""
        if self.program.keep and (new := self.keys.moved(change, MOVED_TO)) is not None:
            self.moved_away(key, new, change)

    @abstractmethod
    def moved_away(self, old: Key, new: Key, change: Change) -> None:
        """The source changed a key: what the old one's row holds is that of the new one."""

    def outdated(self, key: Key, change: Change) -> bool:  # noqa: ARG002 - a log holds every change
        """Whether the batch holds a newer change of the row; only a position guard asks."""
        return False


def filled(cells: Cells, before: Cells | None) -> Cells:
    """The cells, each unchanged one taken from the row before, where there is one."""
    if before is None:
        return cells
    return tuple(old if cell is UNCHANGED else cell for cell, old in zip(cells, before, strict=True))


def left_out(fields: tuple[Field, ...], cells: Cells) -> list[Field]:
    """The fields that the source did not send."""
    return [field for field, cell in zip(fields, cells, strict=True) if cell is UNCHANGED]


def sent(cells: Cells) -> Staged:
    """The cells, with nothing where the source did not send a value."""
    return tuple(None if isinstance(cell, Unchanged) else cell for cell in cells)


def unsent(fields: tuple[Field, ...], cells: Cells) -> RecordError:
    """Why a row cannot be taken in: the source did not send a value, and nobody knows it."""
    names = ", ".join(field.field for field in left_out(fields, cells))
    return RecordError("X926", f"the source did not send {names}, unchanged since an event that is not known")


def in_order(folds: Mapping[str, Fold]) -> list[Fold]:
    """The folds in the order in which their tables are locked, the same for everybody."""
    return sorted(folds.values(), key=lambda fold: fold.program.table)
