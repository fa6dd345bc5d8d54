"""What is new about the observed tables, in words: a comparison of what was known with what is known now.

It changes nothing and guesses nothing: what looks like a renaming or a partition is only said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .observed import ObservedField, ObservedTopic
from .widening import DECIMAL, PRECISION, SCALE

_SHOWN = 4
POLICY = "on_type_change: stop sends its values to quarantine, new_column gives them a column of their own"


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What a look changed about one table, in words that name the field.

    Attributes:
        topic: the table, as it is known now.
        new: whether nothing was known of it.
        added: fields that were not known.
        widened: fields whose type takes more values than before.
        conflicts: fields and keys that became what their first type cannot take in.
        gone: fields that events no longer carry, or that came back.

    """

    topic: ObservedTopic
    new: bool
    added: tuple[str, ...] = ()
    widened: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """All of it, one sentence each."""
        first = (f"new topic, {len(self.topic.value)} fields",) if self.new else ()
        return (*first, *self.added, *self.widened, *self.conflicts, *self.gone)


def news_of(before: ObservedTopic | None, now: ObservedTopic, renamings: Iterable[tuple[str, str]] = ()) -> News:
    """What `now` says that `before` did not. `renamings` are pairs of fields: one vanished as the other came."""
    known = {field.field: field for field in before.value} if before else {}
    keys = {field.field: field for field in before.key} if before else {}
    added = tuple(f'new field "{f.field}", {f.kind}' for f in now.value if f.field not in known) if before else ()
    return News(
        topic=now,
        new=before is None,
        added=(*_learnt(before, now), *added),
        widened=tuple(
            dict.fromkeys((*_widened(known, now.value), *(f"key: {text}" for text in _widened(keys, now.key))))
        ),
        conflicts=(*_became(known, now.value), *_key_became(before, now)),
        gone=(*_gone(known, now.value), *_renamed(now, renamings)),
    )


def _learnt(before: ObservedTopic | None, now: ObservedTopic) -> Iterator[str]:
    if before and before.learnt.by == "samples" != now.learnt.by:
        yield "its events carry a schema now: what was inferred is replaced"
    if before and now.key and not before.key:
        yield f"key: {', '.join(field.field for field in now.key)}"


def _widened(known: dict[str, ObservedField], now: Iterable[ObservedField]) -> Iterator[str]:
    for field in now:
        old = known.get(field.field)
        if old is None:
            if field.was:
                yield f'field "{field.field}" widened from {field.was[0]} to {field.type}'
        elif old.type not in {field.type, *field.was}:  # nothing was known of it, or it was guessed
            yield f'field "{field.field}" is {field.kind}' + _not(old)
        elif old.type != field.type:
            yield f'field "{field.field}" widened from {old.kind} to {field.kind}'
        elif field.name == old.name == DECIMAL and _digits(old) != _digits(field):
            yield f'field "{field.field}" widened from {_digits(old)} to {_digits(field)}'
        elif field.optional and not old.optional:
            yield f'field "{field.field}" may be null now'


def _not(old: ObservedField) -> str:
    return "" if old.type == "null" else f", not {old.kind}"


def _digits(field: ObservedField) -> str:
    return f"decimal({field.parameters.get(PRECISION, '?')},{field.parameters.get(SCALE, '?')})"


def _became(known: dict[str, ObservedField], now: Iterable[ObservedField]) -> Iterator[str]:
    for field in now:
        old = known.get(field.field)
        for kind in field.became[len(old.became) if old else 0 :]:
            if old is None or kind not in old.conflicts:
                yield f'conflict: field "{field.field}" was {field.kind}, now {kind}: kept as it was; {POLICY}'


def _key_became(before: ObservedTopic | None, now: ObservedTopic) -> Iterator[str]:
    first = ", ".join(field.field for field in now.key)
    for names in now.key_became[len(before.key_became) if before else 0 :]:
        way = "rows are found by the old key: their records go to quarantine until the table is loaded anew"
        yield f"conflict: the key was ({first}), now ({', '.join(names)}): kept as it was; {way}"


def _gone(known: dict[str, ObservedField], now: Iterable[ObservedField]) -> Iterator[str]:
    for field in now:
        old = known.get(field.field)
        if field.vanished and not (old and old.vanished):
            yield f'field "{field.field}" vanished: its column stays, and is NULL from then on'
        if field.snapshot_only and not (old and old.snapshot_only):
            yield f'field "{field.field}" stands in snapshots alone: generated at the source, or dropped after them'
        if old and old.vanished and not field.vanished:
            yield f'field "{field.field}" is back'


def _renamed(now: ObservedTopic, pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    """A field that vanished as others of its kind came may be a renamed one: nothing in the events says so."""
    names: dict[str, list[str]] = {}
    gone = {field.field for field in now.value if field.vanished}
    for old, fresh in pairs:
        if old in gone and fresh not in gone:
            names.setdefault(old, []).append(f'"{fresh}"')
    for old, fresh_ones in names.items():
        some = " or ".join(dict.fromkeys(fresh_ones))
        yield f'was "{old}" renamed to {some}? they are two columns: nothing in the events says so'


@dataclass(frozen=True, slots=True)
class Looked:
    """A table with the numbers of the first and the last record that this look saw of it, and whether it is new."""

    topic: ObservedTopic
    new: bool
    first: int
    last: int


def resemblances(looked: Iterable[Looked]) -> Iterator[str]:
    """New tables with exactly the fields and key of another one: a partition of it, or the same table renamed."""
    alike: dict[object, list[Looked]] = {}
    for one in looked:
        fields = tuple((f.field, (f.kind, *f.became)[-1]) for f in one.topic.value if not f.vanished)
        if len(fields) > 1:
            alike.setdefault((frozenset(fields), tuple(f.field for f in one.topic.key)), []).append(one)
    for group in alike.values():
        for one in group if len(group) > 1 else ():
            yield from _partitions(one, group)
            yield from _renamings(one, group)


def _partitions(whole: Looked, group: list[Looked]) -> Iterator[str]:
    name = _name(whole.topic)
    parts = [p for p in group if p.topic.schema == whole.topic.schema and _name(p.topic).startswith(f"{name}_")]
    if any(part.new for part in parts):
        yield (
            f"{whole.topic.topic}: {_listed(parts)} the same fields and key: if they are its partitions, a snapshot"
            " sends each row twice; set publish_via_partition_root, or route them to one topic. Nothing is merged"
        )


def _renamings(fresh: Looked, group: list[Looked]) -> Iterator[str]:
    old = [o for o in group if fresh.new and o.last < fresh.first and not _related(o.topic, fresh.topic)]
    if old and fresh.first:
        yield (
            f"{fresh.topic.topic}: {_listed(old)} the same fields and key, and ended before it began: if the table was"
            " renamed, its rows stay in the old one; nothing is carried over"
        )


def _related(one: ObservedTopic, other: ObservedTopic) -> bool:
    return _name(one).startswith(f"{_name(other)}_") or _name(other).startswith(f"{_name(one)}_")


def _name(topic: ObservedTopic) -> str:
    return topic.table or topic.topic.rpartition(".")[2]


def _listed(some: list[Looked]) -> str:
    names = [f'"{_name(one.topic)}"' for one in some]
    more = [f"{len(names) - _SHOWN} more"] if len(names) > _SHOWN else []
    return ", ".join(names[:_SHOWN] + more) + (" have" if len(names) > 1 else " has")
