"""How a second look at a topic merges with the first: what is new, what is wider, and what does not fit.

Only a widening that loses nothing is taken in. **Merging what is known already changes nothing.**
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from .observed import Learnt, ObservedField, ObservedTopic

DECIMAL = "org.apache.kafka.connect.data.Decimal"
SCALE = "scale"
PRECISION = "connect.decimal.precision"
_RANKS = ({"int8": 1, "int16": 2, "int32": 3, "int64": 4}, {"float": 1, "double": 2})


@dataclass(frozen=True, slots=True)
class _Merged:
    fields: tuple[ObservedField, ...]
    notes: tuple[str, ...]


def merge_topics(before: ObservedTopic | None, now: ObservedTopic) -> tuple[ObservedTopic, tuple[str, ...]]:
    """The topic as known after another look, and what is new about it, in words."""
    if before is None:
        return now, (f"new topic, {len(now.value)} fields",)
    if before.learnt.by == "envelope" and now.learnt.by == "samples":
        return before, ()
    if before.learnt.by == "samples" and now.learnt.by == "envelope":
        return now, ("its events carry a schema now: what was inferred is replaced",)
    value = _merge_fields(before.value, now.value)
    key, key_notes = _merge_keys(before.key, now.key)
    learnt = Learnt(by=now.learnt.by, samples=before.learnt.samples + now.learnt.samples)
    schema, table = before.schema or now.schema, before.table or now.table
    merged = msgspec.structs.replace(before, learnt=learnt, key=key, value=value.fields, schema=schema, table=table)
    return merged, value.notes + key_notes


def _merge_keys(
    before: tuple[ObservedField, ...], now: tuple[ObservedField, ...]
) -> tuple[tuple[ObservedField, ...], tuple[str, ...]]:
    names = [field.field for field in before], [field.field for field in now]
    if not now or names[0] == names[1]:
        return _merge_fields(before, now).fields, ()
    if not before:
        return now, (f"key: {', '.join(names[1])}",)
    return before, (f"conflict: the key was ({', '.join(names[0])}), now ({', '.join(names[1])}): kept as it was",)


def _merge_fields(before: tuple[ObservedField, ...], now: tuple[ObservedField, ...]) -> _Merged:
    known = {field.field: field for field in before}
    notes: list[str] = []
    for field in now:
        old = known.get(field.field)
        known[field.field], note = (
            (field, f'new field "{field.field}", {field.kind}') if old is None else _merge(old, field)
        )
        notes += [note] if note else []
    return _Merged(tuple(known.values()), tuple(notes))


def _merge(old: ObservedField, new: ObservedField) -> tuple[ObservedField, str]:
    optional = old.optional or new.optional
    if new.type == "null":
        return old, ""
    if old.type == "null":
        return new, f'field "{old.field}" is {new.kind}'
    if (old.type, old.name) == (new.type, new.name):
        parameters = _decimal(old, new) if old.name == DECIMAL else {**old.parameters, **new.parameters}
        merged = msgspec.structs.replace(old, optional=optional, parameters=parameters)
        return merged, _parameter_note(old, merged)
    for ranks in _RANKS:
        if old.name == new.name == "" and old.type in ranks and new.type in ranks:
            return _wider(old, new, ranks)
    if new.kind in old.conflicts or new.kind in old.was:
        return old, ""
    conflicts = (*old.conflicts, new.kind)
    text = f'conflict: field "{old.field}" was {old.kind}, now {new.kind}: kept as it was'
    return msgspec.structs.replace(old, conflicts=conflicts), text


def _wider(old: ObservedField, new: ObservedField, ranks: dict[str, int]) -> tuple[ObservedField, str]:
    if ranks[new.type] < ranks[old.type]:
        was = tuple(sorted({*old.was, new.type}, key=lambda kind: ranks[kind]))
        return msgspec.structs.replace(old, was=was), ""
    was = tuple(sorted({*old.was, old.type}, key=lambda kind: ranks[kind]))
    merged = msgspec.structs.replace(new, was=was, optional=old.optional or new.optional)
    return merged, f'field "{old.field}" widened from {old.type} to {new.type}'


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


def _parameter_note(old: ObservedField, new: ObservedField) -> str:
    if old.name != DECIMAL or old.parameters == new.parameters:
        return ""
    return f'field "{old.field}" widened from {_digits(old)} to {_digits(new)}'


def _digits(field: ObservedField) -> str:
    return f"decimal({field.parameters.get(PRECISION, '?')},{field.parameters.get(SCALE, '?')})"
