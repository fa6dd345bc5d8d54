"""A schema registry's dump: its schemas by id, and the versions of each topic's key and value.

A dump is a JSON object a line, or one JSON array, of what the registry itself answers: subject, version, id, schema.
It asks no registry: whoever dumps it does. Source: Confluent's Schema Registry API, "Subjects" and "Wire format".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from .avro import Connect, Names, connect_schema

_MAGIC, _PREFIX = 0, 5  # a zero byte, four bytes of id, the data
_PARTS = ("key", "value")


class _Reference(msgspec.Struct):
    subject: str
    version: int


class _Entry(msgspec.Struct):
    subject: str
    version: int
    id: int
    schema: Any
    schemaType: str = "AVRO"  # noqa: N815 - the registry's spelling
    references: list[_Reference] = []


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a topic's key or value; `part` is `key` or `value`."""

    id: int
    topic: str
    part: str
    schema: Connect


@dataclass(frozen=True, slots=True)
class Registry:
    """What a dump holds.

    Attributes:
        by_id: each schema that can be read, in Connect's vocabulary.
        versions: those of subjects TOPIC-key and TOPIC-value, in the order in which they were registered.
        notes: what was passed over, in words.

    """

    by_id: dict[int, Connect]
    versions: tuple[Version, ...]
    notes: tuple[str, ...]


def wire_id(raw: bytes | None) -> int | None:
    """The schema's id in a record in Confluent's wire format; None for any other record."""
    if raw is None or len(raw) < _PREFIX or raw[0] != _MAGIC:
        return None
    return int.from_bytes(raw[1:_PREFIX], "big")


def read_registry(raw: bytes) -> Registry:
    """Reads a dump. Raises ValueError, naming the line, when it is none."""
    entries = sorted(_entries(raw), key=lambda entry: (entry.id, entry.subject, entry.version))
    by_id: dict[int, Connect] = {}
    versions: list[Version] = []
    notes: list[str] = []
    known: dict[tuple[str, int], Names] = {}
    for entry in entries:
        try:
            by_id[entry.id] = _connect(entry, known)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            why = f"it has no {error}" if isinstance(error, KeyError) else error
            notes.append(f"{entry.subject} version {entry.version}: passed over: {why}")
            continue
        topic, _, part = entry.subject.rpartition("-")
        if part in _PARTS and topic:
            versions.append(Version(entry.id, topic, part, by_id[entry.id]))
    return Registry(by_id, tuple(versions), tuple(notes))


def _connect(entry: _Entry, known: dict[tuple[str, int], Names]) -> Connect:
    if entry.schemaType != "AVRO":
        raise ValueError(f"a schema of type {entry.schemaType}, not AVRO")
    names: Names = {}
    for reference in entry.references:
        place = reference.subject, reference.version
        if place not in known:
            raise ValueError(f"it refers to {place[0]} version {place[1]}, which was not read before it")
        names |= known[place]
    schema = msgspec.json.decode(entry.schema) if isinstance(entry.schema, str) else entry.schema
    found = connect_schema(schema, names)
    known[entry.subject, entry.version] = names
    return found


def _entries(raw: bytes) -> Iterator[_Entry]:
    if raw.lstrip()[:1] == b"[":
        yield from _decoded(raw, "the array", list[_Entry])
        return
    for number, line in enumerate(raw.split(b"\n"), 1):
        if line.strip():
            yield _decoded(line, f"line {number}", _Entry)


def _decoded(raw: bytes, where: str, kind: Any) -> Any:
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"{where}: {error}") from None
