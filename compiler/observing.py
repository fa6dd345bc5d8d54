"""The work of `streamplan observe`: reads events and a registry's dump, and says what was learnt.

Nothing is written before all input was read.
"""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from streamplan.runtime.blocks import Block
from streamplan.runtime.errors import StopError
from streamplan.runtime.files import FileSource
from streamplan.runtime.ports import Record
from streamplan.runtime.progress import reading

from .diagnostic import visible
from .noticing import News
from .observe import Observation, Sample, observe, observe_registry
from .observed import Observed
from .registry import Registry, read_registry, wire_id

_SHOWN = 5
_GZIP_MAGIC = b"\x1f\x8b"


class _Encoded(msgspec.Struct):
    key_b64: str | None = None
    value_b64: str | None = None


class EventFile(FileSource):
    """A file of events that may hold keys and values in base64, as `key_b64` and `value_b64`: those of Avro records."""

    def _together(self, block: Block) -> Sequence[Record] | None:
        return None if b'_b64"' in bytes(block.lines) else super()._together(block)

    def _apart(self, path: str, number: int, raw: bytes) -> Record:
        record = super()._apart(path, number, raw)
        if record.broken is not None or record.value is not None or b'_b64"' not in raw:
            return record
        try:
            encoded = msgspec.json.decode(raw, type=_Encoded)
            key, value = _decoded(encoded.key_b64), _decoded(encoded.value_b64)
        except (msgspec.DecodeError, ValueError) as error:
            return self._broken(path, number, raw, str(error))
        return Record(at=record.at, offset=record.offset, key=key, value=value, size=record.size)


def _decoded(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text, validate=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What observing gave, and the lines that were no records: how many, and the first places."""

    observation: Observation
    broken: int = 0
    places: tuple[str, ...] = ()


@dataclass(slots=True)
class _Broken:
    count: int = 0
    places: list[str] = field(default_factory=list)

    def add(self, record: Record) -> None:
        self.count += 1
        if self.count <= _SHOWN:
            self.places.append(f"{record.place}: {record.broken}")


def look(paths: tuple[str, ...], dump: Path | None, topics: tuple[str, ...], before: Observed) -> Found:
    """Learns from files of events, or from a registry's dump alone when there are none.

    Raises StopError X911 when a file cannot be read, or when Avro records come without a registry's dump.
    """
    if not paths and dump:
        return Found(observation=observe_registry(_registry(dump), topics, before))
    return look_at(((path, record) for path in paths for record in _read(path)), dump, topics, before)


def look_at(
    records: Iterable[tuple[str, Record]], dump: Path | None, topics: tuple[str, ...], before: Observed
) -> Found:
    """Learns from records, each with the name of what it was read from; raises StopError as `look`."""
    registry = _registry(dump) if dump else None
    broken = _Broken()
    found = observe(_samples(records, broken, registry), topics, before, registry)
    return Found(observation=found, broken=broken.count, places=tuple(broken.places))


def _read(path: str) -> Iterator[Record]:
    with reading(EventFile(path)) as records:
        yield from records


def _samples(records: Iterable[tuple[str, Record]], broken: _Broken, registry: Registry | None) -> Iterator[Sample]:
    for name, record in records:
        if record.broken is not None:
            broken.add(record)
        elif registry is None and wire_id(record.value) is not None:
            message = f'"{name}" holds Avro records at {record.place}, whose schemas lie in a registry'
            raise StopError("X911", message, help="name the registry's dump with --registry")
        else:
            at = record.at
            yield Sample(topic=at.topic, key=record.key, value=record.value, partition=at.number, offset=record.offset)


def _registry(path: Path) -> Registry:
    try:
        raw = path.read_bytes()
        return read_registry(gzip.decompress(raw) if raw.startswith(_GZIP_MAGIC) else raw)
    except OSError as error:
        raise StopError("X911", f'cannot read "{path}": {error}', help="name a readable file") from None
    except (ValueError, EOFError, zlib.error) as error:
        way = "give one JSON object a line: subject, version, id, schema"
        raise StopError("X911", f'"{path}" is no dump of a registry: {error}', help=way) from None


def as_text(found: Found, folder: Path, changed: list[str]) -> str:
    """For a terminal: a line a table, what a reviewer should know, and what was passed over."""
    observation = found.observation
    lines = [_line(one, observation.observed.label(one.topic)) for one in observation.news]
    lines += [f"  {note}{_times(observation.passed_over.get(note, 1))}" for note in observation.notes]
    lines += [f"  no record: {place}" for place in found.places]
    if found.broken:
        lines.append(
            f"{found.broken} lines are no records" + (", the first are named" if found.broken > _SHOWN else "")
        )
    known = len({topic.topic for topic in observation.observed.topics})
    lines.append(f"{known} topics known; {len(changed)} files written in {folder}")
    return "\n".join(visible(line) for line in lines)


def _times(count: int) -> str:
    return f" ({count:,} times)" if count > 1 else ""


def _line(one: News, label: str) -> str:
    counts = {"new": len(one.added), "widened": len(one.widened), "conflicts": len(one.conflicts)}
    told = [f"{count} {what}" for what, count in counts.items() if count]
    learnt = one.topic.learnt
    by = f"inferred from {learnt.samples:,} samples" if learnt.by == "samples" else f"from the {learnt.by}"
    return f"{label}: {len(one.topic.value)} fields {by}" + "".join(f", {text}" for text in told)


def as_json(found: Found, changed: list[str]) -> str:
    """For a machine: `topics`, `tables`, `notes`, `written`, `passed_over` and `broken`."""
    observation = found.observation
    body = {
        "topics": list(dict.fromkeys(topic.topic for topic in observation.observed.topics)),
        "tables": [_table(one) for one in observation.news],
        "notes": list(observation.notes),
        "written": changed,
        "passed_over": observation.passed_over,
        "broken": {"lines": found.broken, "first": list(found.places)},
    }
    return json.dumps(body, ensure_ascii=False, indent=2)


def _table(one: News) -> dict[str, object]:
    topic = one.topic
    identity = {"topic": topic.topic, "schema": topic.schema, "table": topic.table, "learnt": topic.learnt.by}
    counts = {"samples": topic.learnt.samples, "fields": len(topic.value), "new": one.new}
    news = {"added": one.added, "widened": one.widened, "conflicts": one.conflicts, "gone": one.gone}
    return {**identity, **counts, **news}
