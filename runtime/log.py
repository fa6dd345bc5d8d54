"""Collects the events of one table that appends every change: a row a change, in no order that the table would keep.

Hard deletes take the rows of a key away, those of the batch and those of the table; soft deletes append a row that
holds the key and the mark.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from .convert import UNCHANGED
from .envelope import MOVED_FROM, Delete
from .fold import DELETE, UPSERT, Fold, filled, sent, unsent
from .keys import Key, Keyed, folded
from .modes import Deletes
from .rows import Cells, Change, Staged


@dataclass(slots=True)
class Log(Fold):
    """The changes of one table so far, by key; all under the key () where nothing says which row is meant.

    `gone` holds the keys whose rows in the table are to be removed.
    """

    rows: dict[Key, list[Staged]] = field(default_factory=dict)
    gone: dict[Key, Staged] = field(default_factory=dict)

    def delete(self, event: Delete, keyed: Keyed, change: Change) -> None:
        """A row that is gone; only its key is looked at. Raises RecordError."""
        if self.program.deletes is Deletes.IGNORE:
            return
        if self.program.key_from.of_the_row:
            self._delete(self.keys.of_deleted(event, keyed), change)
        else:
            self._put((), self._unkeyed(event, keyed, change))

    def tombstone(self, keyed: Keyed, change: Change) -> None:
        """The row of the record's key is gone; raises RecordError."""
        if self.program.deletes is Deletes.IGNORE:
            return
        if self.program.key_from.of_the_row:
            self._delete(self.keys.of_record(keyed), change)
        elif self.program.key:
            self._put((), self._keyed(keyed, change))

    def passed_over(self, key: Key) -> None:
        """A delete of the key that is not taken in: what its last row held is not carried on to the next."""
        self.spoilt.add(folded(key))

    def passed_over_all(self) -> None:
        """A truncate that is not taken in: no row's values are carried on."""
        self.spoilt |= self.rows.keys()

    def staged(self) -> Iterator[tuple[str, Staged]]:
        """What the stage gets: each row after its operation."""
        yield from ((DELETE, row) for row in self.gone.values())
        yield from ((UPSERT, row) for rows in self.rows.values() for row in rows)

    def sizes(self) -> tuple[int, int]:
        """How many rows are there, and how many are gone."""
        return sum(map(len, self.rows.values())), len(self.gone)

    def moved_away(self, old: Key, new: Key, change: Change) -> None:
        """The source changed a key: rows of a log stay."""

    def _rows(self) -> Mapping[Key, Any]:
        return self.rows

    def _put(self, key: Key, row: Staged) -> None:
        self.rows.setdefault(key, []).append(row)

    def _row(self, key: Key, cells: Cells, change: Change) -> Staged:
        """The row with each unchanged value taken from the batch's last of the key; raises RecordError X926."""
        if UNCHANGED not in cells:
            return cast(Staged, cells)
        known = key and folded(key) not in self.spoilt and self.keys.moved(change, MOVED_FROM) is None
        rows = self.rows.get(folded(key)) if known else None
        found = filled(cells, rows[-1] if rows else None)
        if UNCHANGED in found:
            raise unsent(self.program.fields, found)
        return cast(Staged, found)

    def _delete(self, key: Key, change: Change) -> None:
        self.passed_over(key)  # a deleted row's values are not those of the next
        row = self.convert.gone(key, self.program.key, change)
        if self.program.deletes is Deletes.SOFT:
            self._put(folded(key), row)
        elif self.program.deletes is Deletes.HARD:
            self.rows.pop(folded(key), None)
            self.gone[folded(key)] = row

    def _clear(self) -> None:
        self.rows.clear()
        self.gone.clear()

    def _mark(self) -> None:
        for rows in self.rows.values():
            rows[:] = [self.convert.marked(row, None) for row in rows]

    def _unkeyed(self, event: Delete, keyed: Keyed, change: Change) -> Staged:
        """A deleted row without a key of its own: the record's key; without one, the old values: all true then."""
        if self.program.key:
            return self._keyed(keyed, change)
        if event.before is not None and event.shape is not None:
            cells = self.convert.cells(event.before, event.shape, change)
            return self.convert.marked(sent(cells), change)
        return self.convert.gone((), (), change)

    def _keyed(self, keyed: Keyed, change: Change) -> Staged:
        """A deleted row with the record's key; raises RecordError."""
        return self.convert.gone(self.keys.of_record(keyed), self.program.key, change)
