"""Observed event schemas as values: one a topic, in Connect's own vocabulary, and their JSON files beside the spec.

It neither reads events nor knows Redshift. **The same observation is the same bytes.**
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from .diagnostic import CompileError, Diagnostic, Span

FOLDER = "observed"


class ObservedField(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One field of a key or a row.

    Attributes:
        field: the name, as the source spells it.
        type: Connect's type: int8, int16, int32, int64, float, double, boolean, string, bytes, array, map, struct.
        name: the semantic name, such as `io.debezium.time.MicroTimestamp`; "" when there is none.
        parameters: the schema's parameters, such as a decimal's scale.
        optional: whether it may be null.
        was: the types it had before it was widened, oldest first.
        conflicts: types seen later that this field cannot take in; their events go to quarantine.

    """

    field: str
    type: str
    name: str = ""
    parameters: dict[str, str] = {}
    optional: bool = False
    was: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """`type` or `type name`: how types are named in messages and in the plan's `accepts`."""
        return f"{self.type} {self.name}" if self.name else self.type


class Learnt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """How a schema was learnt: `envelope` (the events carry it) or `samples` (inferred from this many events)."""

    by: str
    samples: int = 0


class ObservedTopic(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What was seen in one topic. `schema` and `table` are the source's; "" when the events do not say."""

    topic: str
    schema: str = ""
    table: str = ""
    learnt: Learnt
    key: tuple[ObservedField, ...] = ()
    value: tuple[ObservedField, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """All observed topics beside a spec, sorted by topic."""

    topics: tuple[ObservedTopic, ...] = ()
    folder: str = field(default=FOLDER, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "topics", tuple(sorted(self.topics, key=lambda t: t.topic)))

    def span(self, topic: str) -> Span:
        """The file of a topic."""
        return Span(f"{self.folder}/{topic}.json")


def read_observed(folder: Path) -> Observed:
    """Reads every JSON file of a folder; an absent folder is empty. Raises CompileError O302 for each bad file."""
    topics: list[ObservedTopic] = []
    problems: list[Diagnostic] = []
    for path in sorted(folder.glob("*.json")):
        try:
            topics.append(msgspec.json.decode(path.read_bytes(), type=ObservedTopic))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            span = Span(str(path))
            help_ = "run streamplan observe again, or restore the file"
            problems.append(Diagnostic(span=span, code="O302", message=f"not an observed schema: {error}", help=help_))
    if problems:
        raise CompileError(problems)
    return Observed(topics=tuple(topics), folder=str(folder))


def written(topics: Iterable[ObservedTopic]) -> dict[str, str]:
    """The files of a folder: file name to text, one line a field, so that a diff shows the field."""
    return {f"{topic.topic}.json": _text(msgspec.to_builtins(topic)) for topic in topics}


def save(topics: Iterable[ObservedTopic], folder: Path) -> list[str]:
    """Writes the files of a folder that differ, and gives their names. Raises OSError."""
    folder.mkdir(exist_ok=True)
    files = {name: text.encode() for name, text in written(topics).items()}
    changed = [
        name for name, text in files.items() if not (folder / name).exists() or (folder / name).read_bytes() != text
    ]
    for name in changed:
        (folder / name).write_bytes(files[name])
    return changed


def _text(data: dict[str, Any]) -> str:
    lines = []
    for name, value in data.items():
        if name in ("key", "value"):
            rows = ",\n".join("    " + json.dumps(row, ensure_ascii=False) for row in value)
            lines.append(f'  "{name}": [\n{rows}\n  ]')
        else:
            lines.append(f'  "{name}": {json.dumps(value, ensure_ascii=False)}')
    return "{\n" + ",\n".join(lines) + "\n}\n"
