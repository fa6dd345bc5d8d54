"""Learns the schemas of topics from events: from the schema that an event carries, or by inference from its values.

A second look merges: new fields are added, a widening is recorded, a conflict is reported and changes nothing.
It decides nothing about Redshift.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from .observed import Learnt, Observed, ObservedField, ObservedTopic
from .widening import merge_topics

_TOPIC = re.compile(r"[A-Za-z0-9._-]{1,249}")  # Kafka's rule; the name is that of a file too
_INFERRED = {
    bool: "boolean",
    int: "int64",
    float: "double",
    str: "string",
    list: "array",
    dict: "struct",
    type(None): "null",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One record as its raw JSON bytes; `key` and `value` may be absent."""

    topic: str
    key: bytes | None
    value: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What observing gave: all topics, and what is new, in words, sorted."""

    observed: Observed
    notes: tuple[str, ...]


class _Carried(msgspec.Struct):
    schema: msgspec.Raw
    payload: msgspec.Raw


def observe(samples: Iterable[Sample], topics: tuple[str, ...], before: Observed) -> Observation:
    """Learns from `samples` whose topic matches one of the patterns, on top of what was observed before."""
    known = {topic.topic: topic for topic in before.topics}
    notes: dict[str, None] = {}
    seen: set[tuple[str, bytes, bytes]] = set()
    for sample in samples:
        if any(fnmatchcase(sample.topic, pattern) for pattern in topics):
            news = _take_in(sample, seen, known)
            notes.update(dict.fromkeys(f"{sample.topic}: {text}" for text in news))
    return Observation(
        observed=Observed(topics=tuple(known.values()), folder=before.folder), notes=tuple(sorted(notes))
    )


def _take_in(sample: Sample, seen: set[tuple[str, bytes, bytes]], known: dict[str, ObservedTopic]) -> tuple[str, ...]:
    """Learns from one record, and gives what is new, in words; what makes no sense is passed over, with a note."""
    if not _TOPIC.fullmatch(sample.topic):
        return ("not a topic name that Kafka allows: passed over",)
    try:
        learnt = _learn(sample, seen)
        if learnt is None:
            return ()
        sound = msgspec.convert(msgspec.to_builtins(learnt), ObservedTopic)
        known[sample.topic], news = merge_topics(known.get(sample.topic), sound)
    except (LookupError, TypeError, AttributeError, ValueError, RecursionError, msgspec.MsgspecError):
        return ("a record whose schema makes no sense: passed over",)
    return news


def _learn(sample: Sample, seen: set[tuple[str, bytes, bytes]]) -> ObservedTopic | None:
    if sample.value is None:
        return None
    schema, payload = _split(sample.value)
    key_schema, key = _split(sample.key) if sample.key else (None, None)
    if schema is not None:
        mark = (sample.topic, bytes(schema), bytes(key_schema or b""))
        if mark in seen:
            return None
        seen.add(mark)
        return _carried(sample.topic, msgspec.json.decode(schema), key_schema, payload)
    return _inferred(sample.topic, payload, key)


def _split(raw: bytes) -> tuple[msgspec.Raw | None, Any]:
    """The schema that a document carries, raw, and its payload; (None, the document) when it carries none."""
    try:
        carried = msgspec.json.decode(raw, type=_Carried)
        if bytes(carried.schema) != b"null":
            return carried.schema, msgspec.json.decode(carried.payload)
        return None, msgspec.json.decode(carried.payload)
    except msgspec.DecodeError:
        pass
    try:
        return None, msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return None, None


def _carried(topic: str, carried: dict[str, Any], key_schema: msgspec.Raw | None, payload: Any) -> ObservedTopic | None:
    row = _row_schema(carried)
    if row is None:
        return None
    schema, table = _origin(payload)
    return ObservedTopic(
        topic=topic,
        schema=schema,
        table=table,
        learnt=Learnt(by="envelope"),
        key=tuple(_fields(msgspec.json.decode(key_schema))) if key_schema else (),
        value=tuple(_fields(row)),
    )


def _origin(payload: Any) -> tuple[str, str]:
    """The source's schema (or database) and table, "" where the event does not say."""
    source = payload.get("source") if isinstance(payload, dict) else None
    if not isinstance(source, dict):
        return "", ""
    return source.get("schema") or source.get("db") or "", source.get("table") or ""


def _row_schema(schema: dict[str, Any]) -> dict[str, Any] | None:
    """The schema of a row: of `after` in an envelope, the whole of a flat value; None for what holds no row."""
    fields = {field.get("field"): field for field in schema.get("fields", ())}
    if "op" in fields and "source" in fields:
        return fields.get("after")
    return schema if schema.get("type") == "struct" and not schema.get("name", "").endswith("Heartbeat") else None


def _fields(schema: dict[str, Any]) -> Iterator[ObservedField]:
    for field in schema.get("fields", ()):
        if not field["field"].startswith("__"):
            yield ObservedField(
                field=field["field"],
                type=field["type"],
                name=field.get("name") or "",
                parameters=dict(sorted((field.get("parameters") or {}).items())),
                optional=bool(field.get("optional")),
            )


def _inferred(topic: str, payload: Any, key: Any) -> ObservedTopic | None:
    if not isinstance(payload, dict):
        return None
    row: Any = payload
    if "op" in payload and "source" in payload:
        row = payload.get("after") or (payload.get("before") if payload["op"] == "u" else None)
    if not isinstance(row, dict):
        return None
    schema, table = _origin(payload)
    return ObservedTopic(
        topic=topic,
        schema=schema,
        table=table,
        learnt=Learnt(by="samples", samples=1),
        key=tuple(_guesses(key)) if isinstance(key, dict) else (),
        value=tuple(_guesses(row)),
    )


def _guesses(row: dict[str, Any]) -> Iterator[ObservedField]:
    for name, value in row.items():
        if not name.startswith("__"):
            yield ObservedField(field=name, type=_INFERRED[type(value)], optional=True)
