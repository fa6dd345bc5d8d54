"""How a second look at a topic merges with the first: what is new, what is wider, what does not fit, what is gone.

Only a widening that loses nothing is taken in. **Merging what is known already changes nothing.**
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from .observed import ObservedField, ObservedTopic

DECIMAL = "org.apache.kafka.connect.data.Decimal"
SCALE = "scale"
PRECISION = "connect.decimal.precision"
_LENGTH = "__debezium.source.column.length"
_RANKS = ({"int8": 1, "int16": 2, "int32": 3, "int64": 4}, {"float": 1, "double": 2})
_GUESSED = {"int64": 1, "double": 2}  # JSON writes 10 and 10.5 of one column


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One look at the schema of a table: what its events carried, and whether they came from a snapshot.

    Attributes:
        topic: the schema as these events carry it.
        snapshot: whether they are events of a snapshot; None when they do not say.

    """

    topic: ObservedTopic
    snapshot: bool | None = None


def merge_sight(before: ObservedTopic | None, sight: Sight) -> ObservedTopic:
    """The table as known after another look at the schema that its events carry. Raises ValueError for no number.

    A field that these events do not carry is kept, and marked: vanished, or carried by snapshots alone.
    """
    now = sight.topic
    if before is None or before.learnt.by == "samples":  # what was inferred is replaced by what the events say
        learnt = msgspec.structs.replace(now.learnt, snapshot_only=sight.snapshot is True)
        return msgspec.structs.replace(now, learnt=learnt, value=merge_fields((), now.value))
    merged = msgspec.structs.replace(before, value=merge_fields(before.value, now.value))
    merged = with_layout(merged, names_of(now.value), names_of(before.value), snapshot=sight.snapshot)
    learnt = msgspec.structs.replace(merged.learnt, by=_by(before, now))
    schema, table = before.schema or now.schema, before.table or now.table
    return with_key(msgspec.structs.replace(merged, learnt=learnt, schema=schema, table=table), now.key)


def names_of(fields: tuple[ObservedField, ...]) -> frozenset[str]:
    """The names of some fields."""
    return frozenset(field.field for field in fields)


def renamings(before: ObservedTopic, now: ObservedTopic) -> tuple[tuple[str, str], ...]:
    """What may have been renamed between two looks: each field that vanished with each new one of its kind."""
    known = {field.field: field.vanished for field in before.value}
    gone = [field for field in now.value if field.vanished and known.get(field.field) is False]
    new = [field for field in now.value if field.field not in known and not field.vanished]
    return tuple((old.field, fresh.field) for old in gone for fresh in new if old.kind == fresh.kind)


def _by(before: ObservedTopic, now: ObservedTopic) -> str:
    """An envelope says more than a registry: what was once learnt from it stays so."""
    return "envelope" if "envelope" in (before.learnt.by, now.learnt.by) else now.learnt.by


def with_layout(
    topic: ObservedTopic, carried: frozenset[str], known: frozenset[str], *, snapshot: bool | None
) -> ObservedTopic:
    """The table with its fields marked by what events carried. `known` are the fields that earlier events had.

    A snapshot's fields say nothing of the stream's: a generated column stands in snapshots alone.
    """
    only = topic.learnt.snapshot_only
    new = frozenset() if only or snapshot is not True else carried - known
    value = tuple(_marked(field, carried, new, snapshot=snapshot, only=only) for field in topic.value)
    learnt = msgspec.structs.replace(topic.learnt, snapshot_only=only and snapshot is True)
    return msgspec.structs.replace(topic, value=value, learnt=learnt)


def _marked(
    field: ObservedField, carried: frozenset[str], new: frozenset[str], *, snapshot: bool | None, only: bool
) -> ObservedField:
    if field.field in carried:
        return _set(field, vanished=False, only=snapshot is True and (field.snapshot_only or field.field in new))
    if snapshot is True or field.snapshot_only:
        return field
    return _set(field, vanished=not only, only=only and snapshot is False)


def _set(field: ObservedField, *, vanished: bool, only: bool) -> ObservedField:
    if (field.vanished, field.snapshot_only) == (vanished, only):
        return field
    return msgspec.structs.replace(field, vanished=vanished, snapshot_only=only)


def with_key(before: ObservedTopic, key: tuple[ObservedField, ...]) -> ObservedTopic:
    """The key stays as it was first; a record without one (a truncation, a lagging connector) changes nothing."""
    names = tuple(field.field for field in key)
    known = tuple(field.field for field in before.key)
    if not key or names == known:
        return msgspec.structs.replace(before, key=merge_fields(before.key, key))
    if not known:
        return msgspec.structs.replace(before, key=key)
    if names in before.key_became:
        return before
    return msgspec.structs.replace(before, key_became=(*before.key_became, names))


def merge_fields(before: tuple[ObservedField, ...], now: tuple[ObservedField, ...]) -> tuple[ObservedField, ...]:
    """The fields of both: those known first, in their order, then the new ones. Raises ValueError for no number."""
    known = {field.field: field for field in before}
    for field in now:
        old = known.get(field.field)
        known[field.field] = field if old is None else merge_field(old, field)
    return tuple(known.values())


def merge_field(old: ObservedField, new: ObservedField) -> ObservedField:
    """A field as known after another look: wider, or with the kind that it became. Raises ValueError for no number."""
    if new.type == "null" or old.type == "null":
        known = old if new.type == "null" else new
        return msgspec.structs.replace(known, optional=True, seen=_sum(old, new))
    if (old.type, old.name) == (new.type, new.name):
        return _same(old, new)
    for ranks in (_GUESSED,) if new.seen else _RANKS:
        if old.name == new.name == "" and old.type in ranks and new.type in ranks:
            return _wider(old, new, ranks)
    optional = old.optional or new.optional
    became = old.became if new.kind in old.was else (*old.became, *old.conflicts, new.kind)
    became = tuple(dict.fromkeys(became))
    return msgspec.structs.replace(old, became=became, conflicts=(), optional=optional, seen=_sum(old, new))


def _same(old: ObservedField, new: ObservedField) -> ObservedField:
    parameters = _decimal(old, new) if old.name == DECIMAL else {**old.parameters, **new.parameters}
    lengths = [int(field.parameters[_LENGTH]) for field in (old, new) if _LENGTH in field.parameters]
    if lengths:
        parameters[_LENGTH] = str(max(lengths))
    merged = {
        "optional": old.optional or new.optional,
        "parameters": dict(sorted(parameters.items())),
        "default": new.default,
        "seen": _sum(old, new),
        "became": tuple(dict.fromkeys((*old.became, *old.conflicts))),
        "conflicts": (),
    }
    return msgspec.structs.replace(old, **merged)


def _wider(old: ObservedField, new: ObservedField, ranks: dict[str, int]) -> ObservedField:
    wide, narrow = (new, old) if ranks[new.type] > ranks[old.type] else (old, new)
    was = tuple(sorted({*old.was, *new.was, narrow.type}, key=lambda kind: ranks.get(kind, 0)))
    optional, seen = old.optional or new.optional, _sum(old, new)
    return msgspec.structs.replace(
        old, type=wide.type, was=was, optional=optional, seen=seen, default=new.default, parameters=wide.parameters
    )


def _sum(old: ObservedField, new: ObservedField) -> dict[str, int]:
    kinds = sorted({*old.seen, *new.seen})
    return {kind: old.seen.get(kind, 0) + new.seen.get(kind, 0) for kind in kinds}


def _decimal(old: ObservedField, new: ObservedField) -> dict[str, str]:
    """The smallest precision and scale that hold both: enough digits before the point and after it."""
    merged = {**old.parameters, **new.parameters}
    scale = max(int(old.parameters[SCALE]), int(new.parameters[SCALE]))
    whole = [int(f.parameters[PRECISION]) - int(f.parameters[SCALE]) for f in (old, new) if PRECISION in f.parameters]
    merged[SCALE] = str(scale)
    if len(whole) == 2:  # noqa: PLR2004 - both have a precision
        merged[PRECISION] = str(max(whole) + scale)
    else:
        merged.pop(PRECISION, None)
    return merged
