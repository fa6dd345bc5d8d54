"""The way of usual events into a table's fold: decoded one by one, looked at and put in many at a time.

It learns a shape from the first event of it that the general way took. **What it does not take, it leaves untouched.**
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .envelope import MOVED_TO, Upsert
from .keys import Key
from .modes import Deletes, KeySource, Mode, Origin
from .ports import Record
from .shapes import DELETED, NOT_USUAL, Deleted, Found, Shape, learnt, living
from .state import State
from .table_program import TableProgram
from .typed import UsualRow

_MANY = 1_000
_LEAST, _MOST = 8, 4_096  # records that are looked at together


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


class Lane:
    """The lane of one table, for events in envelopes or flat ones."""

    def __init__(self, program: TableProgram, *, enveloped: bool) -> None:
        self._program, self._enveloped = program, enveloped
        self._hard = program.deletes is Deletes.HARD
        self._shape: Shape | None = None
        self._span, self._missed = _LEAST, 0

    def take(self, records: Sequence[Record], reached: int, room: int, fold: State) -> int:
        """Takes records from the first on, and says how many: as far as they are usual, and some thousands at most.

        They are of one partition, each with the offset after the one before (the first after `reached`), and together
        of no more bytes than there is room for.
        """
        if (shape := self._shape) is None:
            return 0
        span = records[: self._span]
        keys, rows = self._decoded(shape, span, reached, room)
        live = living(rows)
        if (count := shape.usual(keys, rows, live)) < len(rows):
            keys, rows = keys[:count], rows[:count]
            live = living(rows)
        taken = self._put(shape, span, keys, rows, live, fold)
        self._span = min(2 * self._span, _MOST) if taken == len(span) else max(taken, _LEAST)
        return taken

    def learn(self, record: Record, event: Upsert) -> None:
        """Learns the shape of an event that the general way took."""
        if self._shape is None or record.value is None or not record.value.startswith(self._shape.prefix):
            found = learnt(self._program, record, event, enveloped=self._enveloped)
            self._shape = found or self._shape

    def _decoded(
        self, shape: Shape, records: Sequence[Record], reached: int, room: int
    ) -> tuple[list[Any], list[Found]]:
        """Their keys and rows, as far as they follow on each other and can be decoded."""
        at, read_key, read = records[0].at, shape.read_key, shape.read
        keys: list[Any] = []
        events: list[Any] = []
        try:
            for record in records:
                reached += 1
                room -= record.size
                if record.offset != reached or record.at is not at or room < 0 or record.key is None:
                    break
                key = read_key(record.key)
                events.append(None if record.value is None else read(record.value))
                keys.append(key)
        except NOT_USUAL:
            self._miss()
        rows = shape.rows(events)
        return keys[: len(rows)], rows

    def _miss(self) -> None:
        """After many misses the shape is another, and is learnt anew."""
        self._missed += 1
        if self._missed > _MANY:
            self._shape, self._missed = None, 0

    def _put(  # noqa: PLR0917 - records in their parts
        self,
        shape: Shape,
        records: Sequence[Record],
        keys: Sequence[Any],
        rows: Sequence[Found],
        live: Sequence[UsualRow],
        fold: State,
    ) -> int:
        """Puts them into the fold, up to a delete or a tombstone that says more than that its row is removed."""
        known = shape.keys_of_rows(live)
        if len(live) == len(rows):
            fold.usual(known, live)
            return len(rows)
        gone = [number for number, row in enumerate(rows) if row is None or row is DELETED]
        told = dict(zip(gone, shape.keys([keys[number] for number in gone]), strict=True))
        usual = [self._removes(records[n]) if rows[n] is DELETED else _follows(rows, told, n, fold) for n in gone]
        count = len(rows) if all(usual) else gone[usual.index(False)]
        put_keys: list[Key] = []
        put: list[UsualRow | None] = []
        of_live = iter(known)
        for number, row in enumerate(rows[:count]):
            if row is not None:
                put_keys.append(told[number] if row is DELETED else next(of_live))
                put.append(None if isinstance(row, Deleted) else row)
        fold.usual(put_keys, put)
        return count

    def _removes(self, record: Record) -> bool:
        """Whether a delete removes its row, which lives under no other key."""
        return self._hard and not any(name == MOVED_TO for name, _ in record.headers)


def _follows(rows: Sequence[Found], told: Mapping[int, Key], number: int, fold: State) -> bool:
    """Whether a tombstone only follows the delete of its row."""
    if not number:
        return fold.is_gone(told[number])
    return rows[number - 1] is DELETED and told[number - 1] == told[number]
