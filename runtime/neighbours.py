"""Which records out of quarantine may share a batch: between them lie changes that were taken in long ago.

A fold carries a row's values from one change to the next, which is true only while no change of the row is missing.
**Two changes of a row share a batch only where every record between them does.**
"""

from __future__ import annotations

from collections.abc import Collection

from .envelope import MOVED_FROM, MOVED_TO
from .modes import KeySource
from .ports import Record
from .table_program import TableProgram


class Neighbours:
    """The records of one batch so far. Rows are told apart by the bytes of the records' keys."""

    def __init__(self, programs: Collection[TableProgram]) -> None:
        sources = {program.key_from for program in programs if program.key_from.of_the_row}
        self._related, self._by_key = bool(sources), sources == {KeySource.RECORD_KEY}
        self._earlier: set[bytes | None] = set()  # those from before the last gap
        self._stretch: set[bytes | None] = set()
        self._next: tuple[int, int] | None = None

    def parts(self, record: Record) -> bool:
        """Whether the record begins another batch."""
        if (record.at.number, record.offset) != self._next:
            self._earlier |= self._stretch
            self._stretch = set()
        if not (self._earlier and self._related):
            return False
        moves = any(name in (MOVED_TO, MOVED_FROM) for name, _ in record.headers)
        return not self._by_key or moves or record.key is None or record.key in self._earlier

    def add(self, record: Record) -> None:
        """The record is in the batch."""
        self._stretch.add(record.key)
        self._next = record.at.number, record.offset + 1

    def miss(self, record: Record) -> None:
        """The record is not in the batch: it lies between what is before it and what comes."""
        if self._next is not None:
            self._next = record.at.number, -1
