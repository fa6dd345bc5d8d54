"""Observed schemas as their files' bytes: what they are of is read at once, the rest of one when it is needed.

Ten thousand files take little memory as long as nobody reads them all at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from .diagnostic import CompileError, Diagnostic, Span
from .observed import Observed, ObservedTopic, bad_file, json_files

_decoder = msgspec.json.Decoder(ObservedTopic)
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class _Identity(msgspec.Struct):
    topic: str
    schema: str = ""
    table: str = ""


_identity = msgspec.json.Decoder(_Identity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one file holds: of which topic and source table, and the file's bytes."""

    topic: str
    schema: str
    table: str
    raw: bytes
    place: Span

    def read(self) -> ObservedTopic:
        """The whole schema; raises CompileError O302."""
        try:
            return _decoder.decode(self.raw)
        except _UNREADABLE as error:
            raise CompileError([bad_file(self.place.path, error)]) from None


def seen_in(folder: Path) -> tuple[Seen, ...]:
    """What the files of a folder hold, sorted by topic, schema and table; raises CompileError O302 for each bad file.

    Where a kill left a table under two names, the longer name counts: it was written last.
    """
    found: dict[tuple[str, str, str], Seen] = {}
    problems: list[Diagnostic] = []
    for path in json_files(folder):
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - a Path takes longer than the reading
            raw = file.read()
        try:
            of = _identity.decode(raw)
        except _UNREADABLE as error:
            problems.append(bad_file(path, error))
        else:
            one = Seen(topic=of.topic, schema=of.schema, table=of.table, raw=raw, place=Span(path))
            found[of.topic, of.schema, of.table] = one
    if problems:
        raise CompileError(problems)
    return _sorted(found.values())


def seen_of(observed: Observed) -> tuple[Seen, ...]:
    """The same of schemas that are in memory."""
    return _sorted(
        Seen(
            topic=topic.topic,
            schema=topic.schema,
            table=topic.table,
            raw=msgspec.json.encode(topic),
            place=observed.span(topic),
        )
        for topic in observed.topics
    )


def _sorted(found: Iterable[Seen]) -> tuple[Seen, ...]:
    return tuple(sorted(found, key=lambda one: (one.topic, one.schema, one.table)))
