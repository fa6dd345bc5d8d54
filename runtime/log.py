"""Collects the events of one table that appends every change: a row a change, in no order that the table would keep.

Hard deletes take the rows of a key away, those of the batch and those of the table; soft deletes append a row that
holds the key and the mark. It takes an event in, or raises a RecordError and is as it was before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from .convert import UNCHANGED
from .envelope import Delete, Upsert
from .errors import RecordError
from .fold import DELETE, UPSERT, carried
from .keys import Key, Keyed, Keys, folded
from .modes import Deletes
from .plan import TableProgram
from .rows import Cells, Change, RowConverter, Staged


@dataclass(slots=True)
class Log:
    """The changes of one table so far, by key; all under the key () where nothing says which row is meant.

    `gone` holds the keys whose rows in the table are to be removed; `spoilt` as in `State`.
    """

    program: TableProgram
    convert: RowConverter
    rows: dict[Key, list[Staged]] = field(default_factory=dict)
    gone: dict[Key, Staged] = field(default_factory=dict)
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
        self.rows.setdefault(folded(key), []).append(full)
        self.spoilt.discard(folded(key))

    def delete(self, event: Delete, keyed: Keyed, change: Change) -> None:
        """A row that is gone; only its key is looked at. Raises RecordError."""
        keys = Keys(self.program, self.convert)
        if self.program.deletes is Deletes.IGNORE:
            return
        if self.program.key_from.of_the_row:
            self._delete(keys.of_deleted(event, keyed), change)
        else:
            self._append((), self._unkeyed(event, keyed, change))

    def tombstone(self, keyed: Keyed, change: Change) -> None:
        """The row of the record's key is gone; raises RecordError."""
        if self.program.deletes is Deletes.IGNORE:
            return
        if self.program.key_from.of_the_row:
            self._delete(Keys(self.program, self.convert).of_record(keyed), change)
        elif self.program.key:
            key = Keys(self.program, self.convert).of_record(keyed)
            self._append((), self.convert.gone(key, self.program.key, change))

    def truncate(self) -> None:
        """All rows are gone, those of the batch too; or they are marked so."""
        self.truncated += 1
        self.spoilt |= self.rows.keys()
        if self.program.deletes is not Deletes.SOFT:
            self.rows.clear()
            self.gone.clear()
            return
        for rows in self.rows.values():
            rows[:] = [self.convert.marked(row, None) for row in rows]

    def staged(self) -> Iterator[tuple[str, Staged]]:
        """What the stage gets: each row after its operation."""
        yield from ((DELETE, row) for row in self.gone.values())
        yield from ((UPSERT, row) for rows in self.rows.values() for row in rows)

    def passed_over(self, key: Key) -> None:
        """A delete of the key that is not taken in: what the key's row held is not carried on to the next."""
        self.spoilt.add(folded(key))

    def passed_over_all(self) -> None:
        """A truncate that is not taken in: no row's values are carried on."""
        self.spoilt |= self.rows.keys()

    def _delete(self, key: Key, change: Change) -> None:
        self.spoilt.add(folded(key))  # a deleted row's values are not those of the next
        row = self.convert.gone(key, self.program.key, change)
        if self.program.deletes is Deletes.SOFT:
            self._append(folded(key), row)
        elif self.program.deletes is Deletes.HARD:
            self.rows.pop(folded(key), None)
            self.gone[folded(key)] = row

    def _append(self, key: Key, row: Staged) -> None:
        self.rows.setdefault(key, []).append(row)

    def _unkeyed(self, event: Delete, keyed: Keyed, change: Change) -> Staged:
        """A deleted row without a key of its own: the record's key; without one, the old values: all true then."""
        if self.program.key:
            return self.convert.gone(Keys(self.program, self.convert).of_record(keyed), self.program.key, change)
        if event.before is not None and event.shape is not None:
            cells = self.convert.cells(event.before, event.shape, change)
            known = tuple(None if cell is UNCHANGED else cell for cell in cells)
            return self.convert.marked(cast(Staged, known), change)
        return self.convert.gone((), (), change)

    def _carried(self, key: Key, cells: Cells) -> Staged:
        """The row with each unchanged value taken from the batch's earlier row of the key."""
        if UNCHANGED not in cells:
            return cast(Staged, cells)
        rows = self.rows.get(key) if key and key not in self.spoilt else None
        return carried(self.program.fields, cells, rows[-1] if rows else None)
