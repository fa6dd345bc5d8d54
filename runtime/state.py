"""Folds the events of one table to one row a key: the last change wins, wherever the row's values came from.

A value that the source did not send is taken from the batch's earlier row; where there is none, from the row that is
stored (the operation `k`). A key that the source changed takes its row along, in the batch (here) or in the table (the
operations `m`, `o` and `n`). **What is staged under `u` is a whole row.**
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from .convert import UNCHANGED
from .envelope import MOVED_FROM, Delete
from .errors import RecordError
from .fold import DELETE, KEEP, MOVED, NEW_KEY, OLD_KEY, UPSERT, Fold, filled, left_out, sent, unsent
from .keys import Key, Keyed, folded
from .modes import Deletes, Origin
from .ports import Record
from .rows import Cells, Change, Staged
from .standing import Gone, Live, Move
from .typed import UsualRow

_NOT_DECODED = (Live, Gone)


@dataclass(slots=True)
class State(Fold):
    """The rows of one table so far, one a key, and the moves of stored rows by their folded new key.

    `ended` are keys whose row is gone at the source though it stays here, since deletes are ignored.
    """

    rows: dict[Key, Live | Gone | UsualRow] = field(default_factory=dict)
    moves: dict[Key, Move] = field(default_factory=dict)
    ended: set[Key] = field(default_factory=set)

    def usual(self, keys: Sequence[Key], rows: Sequence[UsualRow | None]) -> None:
        """Rows that a lane decoded, whole or removed (None), in their order; their keys are folded."""
        if self.moves or self.spoilt or self.ended:
            for key in keys:
                self.moves.pop(key, None)
            self.spoilt.difference_update(keys)
            self.ended.difference_update(keys)
        held = self.rows
        for key, row in zip(keys, rows, strict=True):
            held[key] = Gone(self.convert.keyed(key), lost=key in held) if row is None else row

    def is_gone(self, key: Key) -> bool:
        """Whether the batch knows already that the row is gone."""
        return isinstance(self.rows.get(key), Gone)

    def delete(self, event: Delete, keyed: Keyed, change: Change) -> None:
        """A row that is gone; only its key is looked at. Raises RecordError."""
        key = self.keys.of_deleted(event, keyed)
        if not self.outdated(key, change):
            self.leaves(key, change)
            self._delete(key, change)

    def tombstone(self, keyed: Keyed, change: Change) -> None:
        """The row of the record's key is gone; raises RecordError."""
        key = self.keys.of_record(keyed)
        if folded(key) in self.rows and self._living(folded(key)) is None:
            return  # the delete before it said more
        if not change.reader.tells_deletes:
            self.leaves(key, change)
        self._delete(key, change)

    def passed_over(self, key: Key) -> None:
        """A delete that is not taken in: the row stays, here as in the table."""
        self.ended.add(folded(key))

    def passed_over_all(self) -> None:
        """A truncate that is not taken in: all rows stay."""

    def moved_away(self, old: Key, new: Key, change: Change) -> None:
        """The source changed a key: what the old one's row holds is that of the new one."""
        source, target = folded(old), folded(new)
        if source == target or target in self.moves or self._living(target) is not None or self._taken(new, change):
            return
        if source in self.moves:
            self.moves[target] = Move(self.moves[source].old, new, change)
        elif source in self.spoilt:
            self.spoilt.add(target)  # what the row holds is not known
        elif (row := self._living(source)) is not None:
            self.rows[target] = self._rekeyed(row, old, new)
            self.spoilt.discard(target)
            self.ended.discard(target)
        else:
            self.moves[target] = Move(old, new, change)

    def decoded(self) -> Sequence[Sequence[UsualRow]]:
        """What the stage gets of the rows that a lane decoded: those of one shape together."""
        kinds = [kind for kind in dict.fromkeys(map(type, self.rows.values())) if issubclass(kind, UsualRow)]
        return [cast(list[UsualRow], [row for row in self.rows.values() if type(row) is kind]) for kind in kinds]

    def staged(self) -> Iterator[tuple[str, Staged]]:
        """What the stage gets else: each row after its operation, whose first letter says what is done with it."""
        others = [(number, row) for number, row in enumerate(self.rows.values()) if type(row) in _NOT_DECODED]
        for number, row in others:
            match row:
                case Gone(cells):
                    yield DELETE, cells
                case Live(cells, only=True) if UNCHANGED in cells:
                    yield from self._moved(number, row)
                case Live(cells) if UNCHANGED in cells:
                    yield f"{KEEP}{number:08}{self._marks(cells)}", sent(cells)
                case Live(cells):
                    yield UPSERT, cast(Staged, cells)
        for number, move in enumerate(self.moves.values(), len(self.rows)):
            yield f"{OLD_KEY}{number:08}", self.convert.gone(move.old, self.program.key, move.change)
            yield f"{NEW_KEY}{number:08}", self.convert.gone(move.new, self.program.key, move.change)

    def sizes(self) -> tuple[int, int]:
        """How many rows are there, and how many are gone."""
        gone = len([1 for row in self.rows.values() if type(row) is Gone])
        return len(self.rows) - gone, gone

    def last_deletes(self) -> Iterator[tuple[str, Staged]]:
        """Where a row of the batch was deleted under the key that a stored one moves to: deletes of the moved ones."""
        if any(isinstance(self.rows.get(target), Gone) for target in self.moves):
            for move in self.moves.values():
                if isinstance(row := self.rows.get(folded(move.old)), Gone):
                    yield DELETE, row.cells

    def elsewhere(self, operations: Sequence[str]) -> Iterator[tuple[str, Staged]]:
        """What the stage gets again of the rows with these operations: those that may be stored under their old key."""
        for number, row in self._numbered(operations):
            if row.moved is not None and not row.only:
                yield from self._moved(number, row)

    def unsent(self, operations: Sequence[str]) -> Iterator[tuple[Record, RecordError]]:
        """The records of the staged rows with these operations, which the table does not hold, and why that matters."""
        for _, row in self._numbered(operations):
            error = unsent(self.program.fields, row.cells)
            yield from ((record, error) for record in row.records)

    def _numbered(self, operations: Sequence[str]) -> Iterator[tuple[int, Live]]:
        rows = [*self.rows.values()]
        for number in (int(operation[1:9]) for operation in operations):
            if isinstance(row := rows[number], Live):
                yield number, row

    def _moved(self, number: int, row: Live) -> Iterator[tuple[str, Staged]]:
        """A row as it is looked for under its old key, and its own key."""
        if row.moved is not None:
            old = self.convert.rekeyed(row.cells, row.moved)
            yield f"{MOVED}{number:08}{self._marks(row.cells)}", sent(old)
            yield f"{NEW_KEY}{number:08}", sent(row.cells)

    def _marks(self, cells: Cells) -> str:
        unchanged = {field.column for field in left_out(self.program.fields, cells)}
        return "".join("u" if name in unchanged else "-" for name in self._keeping())

    def _at(self, key: Key) -> Live | Gone | None:
        row = self.rows.get(key)
        return Live(row.texts()) if isinstance(row, UsualRow) else row

    def _rows(self) -> Mapping[Key, Any]:
        return self.rows

    def _put(self, key: Key, row: Live) -> None:
        self.moves.pop(key, None)
        self.ended.discard(key)
        self.rows[key] = row

    def _row(self, key: Key, cells: Cells, change: Change) -> Live:
        """The row with what the source did not send, from the batch, or to be completed; raises RecordError X926."""
        if self.program.guard is not None:
            cells = self._standing(cells, self._at(folded(key)))
        if UNCHANGED not in cells:
            return Live(cells)
        base = self._base(key, change)
        found = filled(cells, base.cells) if base and base.cells else cells
        if UNCHANGED in found and (base is None or not self._kept(found)):
            raise unsent(self.program.fields, found)
        return replace(base, cells=found, records=(*base.records, change.record)) if base else Live(found)

    def _base(self, key: Key, change: Change) -> Live | None:
        """Where the values lie that the source did not send: in a row of the batch or, without cells, in the table.

        None where nobody can tell: a change before it could not be taken in, or the row before it was another.
        """
        own = folded(key)
        old = self.keys.moved(change, MOVED_FROM) if self.program.keep else None
        if own in self.moves:  # only its create says that the row begins here: an update comes after one that did
            return Live((), moved=self.moves[own].old, only=old is not None and self._ended(own))
        if old is not None and folded(old) != own and self._living(own) is None:
            return self._moved_base(old, key, change)
        if own in self.spoilt:
            return None
        row = self._at(own)
        return row if isinstance(row, Live) and not self._marked(row) else None if row else Live(())

    def _moved_base(self, old: Key, new: Key, change: Change) -> Live | None:
        source = folded(old)
        match None if self.outdated(old, change) else self._at(source):
            case _ if source in self.spoilt:
                return None
            case Live() as row:
                return self._rekeyed(row, old, new)
            case Gone(lost=True):
                return None
            case _:
                return Live((), moved=old, only=self._ended(folded(new)))

    def _rekeyed(self, row: Live, old: Key, new: Key) -> Live:
        cells, only = self.convert.rekeyed(row.cells, new), self._ended(folded(new))
        return replace(row, cells=cells, moved=row.moved or old, only=only)

    def _living(self, key: Key) -> Live | None:
        """The batch's row that is there at the source too, as far as is known."""
        row = self._at(key)
        return row if isinstance(row, Live) and key not in self.ended and not self._marked(row) else None

    def _ended(self, key: Key) -> bool:
        """Whether what is stored under the key is of a row that ended, or may be since deletes are ignored."""
        return self.program.deletes is Deletes.IGNORE or (key in self.rows and self._living(key) is None)

    def _marked(self, row: Live) -> bool:
        return self.program.deletes is Deletes.SOFT and self.convert.is_marked(row.cells)

    def outdated(self, key: Key, change: Change) -> bool:
        """Whether the batch holds a newer change of the row; only a position guard asks."""
        told, held = self._positions(key, change)
        return told < held

    def _taken(self, key: Key, change: Change) -> bool:
        """Whether the batch holds this change of the row, or a newer one; only a position guard asks."""
        told, held = self._positions(key, change)
        return told <= held and held != ""

    def _positions(self, key: Key, change: Change) -> tuple[str, str]:
        """The position of the change and that of the batch's row, both empty where they do not compare."""
        if self.program.guard is None or (row := self._at(folded(key))) is None:
            return "", ""
        told, held = change.cell(Origin.SOURCE_POSITION, deleted=False), self.convert.position(row.cells)
        return ("", "") if told is None or held is None else (told, held)

    def _standing(self, cells: Cells, before: Live | Gone | None) -> Cells:
        """The row with the position of the one before, where the change tells none."""
        if before is None or self.convert.position(cells) is not None:
            return cells
        return self.convert.at(cells, self.convert.position(before.cells))

    def _kept(self, cells: Cells) -> bool:
        """Whether the stored row knows each value that was not sent."""
        return all(field.column in self._keeping() for field in left_out(self.program.fields, cells))

    def _keeping(self) -> tuple[str, ...]:
        """The columns that a stored row can complete."""
        return self.program.keep.columns if self.program.keep else ()

    def _delete(self, key: Key, change: Change) -> None:
        self.spoilt.discard(folded(key))
        self.moves.pop(folded(key), None)
        if self.program.deletes is Deletes.IGNORE:
            return
        row = self._at(folded(key))
        if self.program.deletes is Deletes.SOFT and isinstance(row, Live):
            self.rows[folded(key)] = replace(row, cells=self.convert.marked(row.cells, change))
        else:
            gone = self.convert.gone(key, self.program.key, change)
            self.rows[folded(key)] = Gone(gone, lost=isinstance(row, Live))

    def _clear(self) -> None:
        self.rows.clear()
        self.moves.clear()

    def _mark(self) -> None:
        for key in self.rows:
            if isinstance(row := self._at(key), Live):
                self.rows[key] = replace(row, cells=self.convert.marked(row.cells, None))
