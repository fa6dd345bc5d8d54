"""What a source does to one table, the events that it sends of that, and what each combination of settings then holds.

A source has rows of a key, a note that it leaves out where it did not change (TOAST), and a size that it always sends.
`Source` does operations and keeps the events; `Shelf` does the same events to a table by the words of its settings,
with every value known. **The two share nothing with the runtime.**
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TypeAlias

from modes import Table

Values: TypeAlias = tuple[str, int]
GONE = ("d", "0")
STEP = 8


@dataclass(frozen=True, kw_only=True)
class Event:
    """One event. `values` are those of the row, of which `unsent` says that the note is left out.

    `moved` is the other key of a change of the key. `position` is the source's, None where it tells none.
    `repeats` says that it was sent before.
    """

    op: str
    key: int = 0
    values: Values = ("", 0)
    unsent: bool = False
    moved: int | None = None
    position: int | None = None
    repeats: bool = False

    @property
    def keys(self) -> set[int]:
        """The keys that it is about."""
        return {self.key} if self.moved is None else {self.key, self.moved}


_WORD = re.compile(r"([crud0t])(\d)?(~)?([a-z]+)?(?:\.(\d+))?(?:[>^](\d))?(')?@(\d)")


def events_of(story: str) -> tuple[list[Event], list[int]]:
    """Events written as words, and their partitions: `c2~a.124^1'@0` creates row 2 with the note a at position 124.

    The note is not sent (~), the key was 1 (^; in a delete > says what it becomes), and it was sent before ('); all in
    partition 0.
    """
    found = [_WORD.fullmatch(word) for word in story.split()]
    return [_event(*word.groups()[:-1]) for word in found if word], [int(word[8]) for word in found if word]


def _event(op: str, key: str, unsent: str, note: str, position: str, moved: str, repeats: str) -> Event:  # noqa: PLR0917
    values = (note or "", int(position or 0))
    at, other = (int(text) if text else None for text in (position, moved))
    said = {"unsent": bool(unsent), "moved": other, "position": at, "repeats": bool(repeats)}
    return Event(op=op, key=int(key or 0), values=values, **said)


@dataclass(kw_only=True)
class Source:
    """A table of a source, and the events of what was done to it. What cannot be done is not done."""

    leaves_out: bool = True
    moves_again: bool = False
    rows: dict[int, Values] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    moved: set[int] = field(default_factory=set)
    position: int = 100

    def do(self, what: str, key: int, other: int, note: str | None) -> None:
        """One operation; a note of None is left as it is."""
        self.position += STEP
        match what:
            case "put" if key in self.rows:
                self._sent("u", key, note)
            case "put":
                self._sent("c", key, note or "new")
            case "drop" if key in self.rows:
                self._gone(key)
            case "move" if key in self.rows and other not in self.rows and key not in self.moved:
                self._moved(key, other, note)
            case "read" if key in self.rows:
                self.events.append(Event(op="r", key=key, values=self.rows[key]))
            case "empty":
                self.rows.clear()
                self.events.append(Event(op="t", position=self.position))

    def crash(self, back: int) -> None:
        """The last events are sent again, as after a crash, but for rows of a snapshot, which are read again."""
        again = [event for event in self.events[len(self.events) - back :] if event.op != "r"]
        self.events += [replace(event, repeats=True) for event in again]

    def _sent(self, op: str, key: int, note: str | None, moved: int | None = None) -> None:
        unsent = note is None and self.leaves_out
        values = (self.rows[key][0] if note is None else note, self.position)
        self.rows[key] = values
        event = Event(op=op, key=key, values=values, unsent=unsent, moved=moved, position=self.position)
        self.events.append(event)

    def _gone(self, key: int, moved: int | None = None) -> None:
        del self.rows[key]
        self.moved.discard(key)
        self.events.append(Event(op="d", key=key, moved=moved, position=self.position))
        self.events.append(Event(op="0", key=key, moved=moved))

    def _moved(self, key: int, other: int, note: str | None) -> None:
        before = self.rows[key]
        self._gone(key, moved=other)
        self.rows[other] = before
        self.moved |= set() if self.moves_again else {other}
        self._sent("c", other, note, moved=key)


@dataclass(frozen=True, kw_only=True)
class Held:
    """A row of a table: its values, and whether it is marked as deleted. `key` as the source has it."""

    key: int
    values: Values
    marked: bool = False


@dataclass
class Shelf:
    """What a table of these settings holds after events, each change of a row in its order."""

    table: Table
    rows: list[Held] = field(default_factory=list)

    def take(self, event: Event) -> None:
        """One event does to the table what its settings say."""
        match event.op:
            case "t" if self.table.truncates == "apply":
                soft = self.table.deletes == "soft"
                self.rows = [replace(row, marked=True) for row in self.rows] if soft else []
            case "d":
                self._delete(event.key)
            case "c" | "u" | "r":
                if self._one_a_key:
                    self.rows = [row for row in self.rows if row.key != event.key]
                self.rows.append(Held(key=event.key, values=event.values))

    @property
    def _one_a_key(self) -> bool:
        return self.table.mode == "upsert" and self.keyed

    @property
    def keyed(self) -> bool:
        """Whether a later change finds the row again."""
        return "keyed" in self.table.words

    def _delete(self, key: int) -> None:
        if self.table.deletes == "soft" and self._one_a_key:
            self.rows = [replace(row, marked=row.marked or row.key == key) for row in self.rows]
        elif self.table.deletes == "soft":
            self.rows.append(Held(key=key, values=("", 0), marked=True))
        elif self.table.deletes == "hard":
            self.rows = [row for row in self.rows if row.key != key]

    def latest(self) -> dict[int, Values]:
        """The last state of each key that is not deleted."""
        last = {row.key: row for row in self.rows}
        return {key: row.values for key, row in last.items() if not row.marked}


@dataclass(frozen=True)
class Order:
    """Which events may come before others: those of one partition keep their order, and so does all about a truncate.

    `joined` says that no other change of either key comes between the events of a change of a key that leaves a value
    out, though they may stand in two partitions, and come in either order then.
    """

    events: Sequence[Event]
    places: Sequence[int]
    joined: bool

    def delivered(self, turns: Iterable[int]) -> list[int]:
        """An order in which the events may come, by their numbers: each turn takes one of those that may be next."""
        left, order, turn = set(range(len(self.events))), [], iter(turns)
        before = [self._before(number) for number in range(len(self.events))]
        while left:
            free = sorted(number for number in left if not before[number] & left)
            order.append(free[next(turn, 0) % len(free)])
            left.discard(order[-1])
        return order

    def _before(self, number: int) -> set[int]:
        event = self.events[number]
        found = {
            at
            for at in range(number)
            if self.places[at] == self.places[number] or "t" in (self.events[at].op, event.op)
        }
        return found | self._apart(number) if self.joined else found

    def _apart(self, number: int) -> set[int]:
        """What comes before a group, or is a group that comes before, where they touch one key."""
        groups = _groups(self.events)
        mine = groups[number]
        keys = {key for at in mine for key in self.events[at].keys}
        touching = {at for at in range(min(mine)) if keys & {key for n in groups[at] for key in self.events[n].keys}}
        return {at for at in touching if len(mine) > 1 or len(groups[at]) > 1}


def _groups(events: Sequence[Event]) -> dict[int, range]:
    """By number, the events of one change of a key; each other event alone."""
    starts = [number for number in range(len(events)) if not _goes_on(events, number)]
    spans = [range(start, end) for start, end in pairwise([*starts, len(events)])]
    return {number: span for span in spans for number in span}


def _goes_on(events: Sequence[Event], number: int) -> bool:
    """Whether the event belongs to the change of a key that the one before it belongs to."""
    event, before = events[number], events[number - 1] if number else None
    if before is None or event.moved is None or event.repeats != before.repeats:
        return False
    return event.op == "0" or (event.op == "c" and before.op in GONE and before.moved == event.key)
