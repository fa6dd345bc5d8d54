"""Observed event schemas as values: one a source table of a topic, in Connect's own vocabulary, and their JSON files.

It neither reads events nor knows Redshift. **The same observation is the same bytes.**
**A full disk or a kill loses nothing that was observed before.**
"""

from __future__ import annotations

import hashlib
import json
import os
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from .diagnostic import CompileError, Diagnostic, Span
from .looks import Look, look_of
from .replacing import replace_files

FOLDER = "observed"
# gc=False below: no value here refers back to another, and the collector takes four times as long as the decoder.
_FILE_NAME_BYTES = 255  # of Linux, macOS and Windows
_SUFFIX = ".json"
_ROWS = ("key", "value")


class ObservedField(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False
):
    """One field of a key or a row.

    Attributes:
        field: the name, as the source spells it.
        type: Connect's type: int8, int16, int32, int64, float, double, boolean, string, bytes, array, map, struct.
        name: the semantic name, such as `io.debezium.time.MicroTimestamp`; "" when there is none.
        parameters: the schema's parameters, such as a decimal's scale.
        default: the schema's default, as its events write it; None when there is none. Debezium's are often nonsense.
        seen: where it was inferred: how many values were of each type, `null` among them.
        optional: whether it may be null.
        was: the types it had before it was widened, narrowest first.
        became: the kinds that came later and that this one cannot take in, in the order of their coming.
        conflicts: as `became`, in files that were written before there was `became`; merged into it by another look.
        vanished: whether the newest events no longer carry it.
        snapshot_only: whether snapshots alone carry it, as they do a generated column.

    """

    field: str
    type: str
    name: str = ""
    parameters: dict[str, str] = {}
    default: Any = None
    seen: dict[str, int] = {}
    optional: bool = False
    was: tuple[str, ...] = ()
    became: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    vanished: bool = False
    snapshot_only: bool = False

    @property
    def kind(self) -> str:
        """`type` or `type name`: how types are named in messages and in the plan's `accepts`."""
        return f"{self.type} {self.name}" if self.name else self.type


class Learnt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """How a schema was learnt.

    Attributes:
        by: `envelope` (the events carry it), `registry` (their Avro schema) or `samples` (inferred).
        samples: from how many events it was inferred.
        upto: the last offset that was counted, by partition, so that no event counts twice.
        snapshot_only: whether all events so far came from a snapshot.

    """

    by: str
    samples: int = 0
    upto: dict[str, int] = {}
    snapshot_only: bool = False


class ObservedTopic(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False
):
    """What was seen of one source table in one topic.

    Attributes:
        topic: the topic.
        schema: the source's schema, or its database; "" when the events do not say.
        table: the source's table; "" when the events do not say.
        learnt: how it was learnt.
        key: the fields of the key, as they were first.
        value: the fields of a row, also those that vanished.
        key_became: the names of the key's fields after each change of them, in the order of their coming.

    """

    topic: str
    schema: str = ""
    table: str = ""
    learnt: Learnt
    key: tuple[ObservedField, ...] = ()
    value: tuple[ObservedField, ...] = ()
    key_became: tuple[tuple[str, ...], ...] = ()

    @property
    def identity(self) -> tuple[str, str, str]:
        """Topic, schema, table: what tells it from all others."""
        return self.topic, self.schema, self.table


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """All observed topics beside a spec, sorted by topic, schema and table. A topic of several tables stands often."""

    topics: tuple[ObservedTopic, ...] = ()
    folder: str = field(default=FOLDER, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "topics", tuple(sorted(self.topics, key=lambda t: t.identity)))

    def span(self, topic: ObservedTopic) -> Span:
        """The file of a table."""
        return Span(f"{self.folder}/{file_name(topic, several=self._several(topic))}")

    def label(self, topic: ObservedTopic) -> str:
        """How a table is named in messages: by its topic, and by schema and table where the topic has several."""
        return f"{topic.topic} ({topic.schema}.{topic.table})" if self._several(topic) else topic.topic

    def _several(self, topic: ObservedTopic) -> bool:
        """Whether the topic has several tables: they stand side by side."""
        place = bisect_left(self.topics, topic.topic, key=lambda other: other.topic)
        return [other.topic for other in self.topics[place : place + 2]] == [topic.topic] * 2


def file_name(topic: ObservedTopic, *, several: bool) -> str:
    """`TOPIC.json`, or `TOPIC@SCHEMA.TABLE.json` where the topic has several tables.

    No two tables have one name: a topic holds no @, and schema and table are quoted as in a URL, dots too. A name
    that no file can have is cut, and ends with a checksum. No name leads out of the folder.
    """
    if not several:
        return topic.topic + _SUFFIX
    name = f"{topic.topic}@{_quoted(topic.schema)}.{_quoted(topic.table)}"
    if len(name) + len(_SUFFIX) > _FILE_NAME_BYTES:
        checksum = hashlib.sha256("\0".join(topic.identity).encode()).hexdigest()[:32]
        name = f"{topic.topic[:200]}@{checksum}"
    return name + _SUFFIX


def file_names(topics: Iterable[ObservedTopic]) -> dict[str, ObservedTopic]:
    """The files of a folder: file name to what it holds."""
    several: dict[str, list[ObservedTopic]] = {}
    for topic in topics:
        several.setdefault(topic.topic, []).append(topic)
    return {file_name(t, several=len(those) > 1): t for those in several.values() for t in those}


def _quoted(name: str) -> str:
    return quote(name, safe="", errors="replace").replace(".", "%2E").replace("~", "%7E")


def read_observed(folder: Path) -> Observed:
    """Reads every JSON file of a folder; an absent folder is empty. Raises CompileError O302 for each bad file.

    Where a kill left a table under two names, the longer name counts: it was written last.
    """
    topics: dict[tuple[str, str, str], ObservedTopic] = {}
    problems: list[Diagnostic] = []
    decoder = msgspec.json.Decoder(ObservedTopic)
    for path in json_files(folder):
        try:
            with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - a Path takes longer than the decoding
                topic = decoder.decode(file.read())
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            problems.append(bad_file(path, error))
        else:
            topics[topic.topic, topic.schema, topic.table] = topic
    if problems:
        raise CompileError(problems)
    return Observed(topics=tuple(topics.values()), folder=str(folder))


def json_looks(folder: Path) -> list[tuple[str, Look]]:
    """The JSON files of a folder, and how each looks; sorted as `json_files`."""
    return sorted((entry.path, look_of(entry)) for entry in _json(folder))


def json_files(folder: Path) -> list[str]:
    """The JSON files of a folder; of two names of one topic the shorter comes first, since "@" follows "."."""
    return sorted(entry.path for entry in _json(folder))


def _json(folder: Path) -> list[os.DirEntry[str]]:
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        return [entry for entry in entries if entry.name.endswith(".json")]


def bad_file(path: str, error: Exception) -> Diagnostic:
    """O302: a file that is not an observed schema."""
    help_ = "run streamplan observe again, or restore the file"
    return Diagnostic(span=Span(path), code="O302", message=f"not an observed schema: {error}", help=help_)


def written(topics: Iterable[ObservedTopic]) -> dict[str, str]:
    """The files of a folder: file name to text, one line a field, so that a diff shows the field."""
    return {name: _text(msgspec.to_builtins(topic)) for name, topic in file_names(topics).items()}


def save(topics: Iterable[ObservedTopic], folder: Path) -> list[str]:
    """Writes the files of a folder that differ, and gives their names. Raises OSError.

    All new text is on disk before the first file is replaced. Where a topic turned out to hold several tables, the
    file that had the topic's own name goes last.
    """
    folder.mkdir(exist_ok=True)
    files = written(topics)
    changed = [name for name, text in files.items() if _differs(folder / name, text.encode())]
    replace_files({folder / name: files[name] for name in changed})
    for name in {f"{name.partition('@')[0]}.json" for name in files if "@" in name} - set(files):
        (folder / name).unlink(missing_ok=True)
    return changed


def _differs(path: Path, text: bytes) -> bool:
    try:
        return path.read_bytes() != text
    except FileNotFoundError:
        return True


def _text(data: dict[str, Any]) -> str:
    return "{\n" + ",\n".join(_entries(data)) + "\n}\n"


def _entries(data: dict[str, Any]) -> Iterator[str]:
    for name, value in data.items():
        if name in _ROWS:
            rows = ",\n".join("    " + json.dumps(row, ensure_ascii=False) for row in value)
            yield f'  "{name}": [\n{rows}\n  ]'
        else:
            yield f'  "{name}": {json.dumps(value, ensure_ascii=False)}'
