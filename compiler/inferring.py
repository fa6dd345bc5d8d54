"""Infers a schema from events that carry none, and counts how many events said what.

What is inferred is a guess, and the counts say how good it is. It decides nothing about Redshift.
"""

from __future__ import annotations

from typing import Any

import msgspec

from .observed import Learnt, ObservedField, ObservedTopic
from .origin import is_envelope
from .widening import merge_fields, names_of, renamings, with_key, with_layout

_KINDS = {
    bool: "boolean",
    int: "int64",
    float: "double",
    str: "string",
    list: "array",
    dict: "struct",
    type(None): "null",
}
_INT64 = 1 << 63
_NO_NUMBERS = frozenset(("NaN", "Infinity", "-Infinity"))  # what JsonConverter writes, as strings, for a double
_Counts = dict[str, dict[str, int]]  # field -> type -> how many


class Tally:
    """What the events of one table said, counted. `upto` holds the offsets that were counted in an earlier look.

    `renamings` holds, once merged, the pairs of fields of which one vanished as the other came.
    """

    def __init__(self, upto: dict[str, int]) -> None:
        self._upto, self._last = upto, dict(upto)
        self._samples = 0
        self.renamings: tuple[tuple[str, str], ...] = ()
        self._key: _Counts = {}
        self._keys: dict[tuple[str, ...], None] = {}
        self._value: _Counts = {}
        self._layouts: dict[tuple[frozenset[str], bool | None], None] = {}
        self._names: tuple[tuple[str, ...], bool | None] = ((), None)

    def add(self, row: dict[str, Any], key: Any, at: tuple[int, int | None], *, snapshot: bool | None) -> None:
        """Counts one event at a partition and offset; one that was counted before is looked at and not counted."""
        count = self._counts(*at)
        self._samples += count
        _count(self._value, row, count)
        if isinstance(key, dict):
            self._keys[tuple(key)] = None
            _count(self._key, key, count)
        if (names := (tuple(row), snapshot)) != self._names:
            self._names = names
            layout = frozenset(row), snapshot
            self._layouts.pop(layout, None)
            self._layouts[layout] = None

    def _counts(self, partition: int, offset: int | None) -> int:
        if offset is None:
            return 1
        number = str(partition)
        self._last[number] = max(offset, self._last.get(number, -1))
        return int(offset > self._upto.get(number, -1))

    def merged(self, before: ObservedTopic) -> ObservedTopic:
        """The table as known after these events."""
        value = merge_fields(before.value, _fields(self._value))
        topic = self._marked(msgspec.structs.replace(before, learnt=self._learnt(before), value=value), before)
        fields = {field.field: field for field in _fields(self._key)}
        for names in self._keys:
            topic = with_key(topic, tuple(fields[name] for name in names if name in fields))
        return topic

    def _learnt(self, before: ObservedTopic) -> Learnt:
        started = next(iter(self._layouts))[1] is True
        only = before.learnt.snapshot_only if before.value else started
        return Learnt(by="samples", samples=before.learnt.samples + self._samples, upto=self._last, snapshot_only=only)

    def _marked(self, topic: ObservedTopic, before: ObservedTopic) -> ObservedTopic:
        """The fields marked by one layout after another, each at its last event."""
        known = names_of(before.value)
        for names, snapshot in self._layouts:
            marked = with_layout(topic, names, known or names, snapshot=snapshot)
            self.renamings += renamings(_of(topic, known), _of(marked, known | names))
            topic, known = marked, known | names
        return topic


def _of(topic: ObservedTopic, names: frozenset[str]) -> ObservedTopic:
    return msgspec.structs.replace(topic, value=tuple(field for field in topic.value if field.field in names))


def row_in(payload: dict[str, Any]) -> dict[str, Any] | None:
    """The row of an event that says what all its columns are; None of one that does not, as a delete."""
    row = payload.get("after") if is_envelope(payload) else payload
    return row if isinstance(row, dict) else None


def _count(counts: _Counts, row: dict[str, Any], count: int) -> None:
    for name, value in row.items():
        kind = _KINDS[type(value)]
        if kind == "int64" and not -_INT64 <= value < _INT64:
            kind = "double"
        elif kind == "string" and value in _NO_NUMBERS:
            kind = "NaN"
        kinds = counts.get(name)
        if kinds is None:
            counts[name] = {kind: count}
        else:
            kinds[kind] = kinds.get(kind, 0) + count


def _fields(counts: _Counts) -> tuple[ObservedField, ...]:
    guesses = (
        ObservedField(field=name, type=kind, seen={kind: count}, optional=True)
        for name, kinds in counts.items()
        if not name.startswith("__")
        for kind, count in _resolved(kinds).items()
    )
    return merge_fields((), tuple(guesses))


def _resolved(kinds: dict[str, int]) -> dict[str, int]:
    """Strings such as NaN are numbers where the field has other doubles, and strings where it has none."""
    if "NaN" not in kinds:
        return kinds
    true = "double" if "double" in kinds else "string"
    found: dict[str, int] = {}
    for kind, count in kinds.items():
        name = true if kind == "NaN" else kind
        found[name] = found.get(name, 0) + count
    return found
