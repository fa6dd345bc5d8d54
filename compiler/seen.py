"""Observed schemas as their files' bytes: what they are of is read at once, the rest of one when it is needed.

Ten thousand files take little memory as long as nobody reads them all at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import msgspec

from .diagnostic import CompileError, Diagnostic, Span
from .looks import Look, SeenFile, settled
from .observed import Observed, ObservedTopic, bad_file

_decoder = msgspec.json.Decoder(ObservedTopic)
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class _Identity(msgspec.Struct):
    topic: str
    schema: str = ""
    table: str = ""


_identity = msgspec.json.Decoder(_Identity)


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What one file holds: of which topic and source table, and the file's bytes.

    `raw` is None as long as nobody needs the bytes: then `file` is what was remembered of it.
    """

    topic: str
    schema: str
    table: str
    place: Span
    raw: bytes | None
    digest: str
    file: SeenFile | None = None

    def read(self) -> ObservedTopic:
        """The whole schema; raises CompileError O302."""
        try:
            return _decoder.decode(_bytes(self.place.path) if self.raw is None else self.raw)
        except _UNREADABLE as error:
            raise CompileError([bad_file(self.place.path, error)]) from None


def seen_files(files: Iterable[tuple[str, Look]], known: Mapping[str, SeenFile], now: int) -> tuple[Seen, ...]:
    """What files hold, sorted by topic, schema and table; raises CompileError O302 for each bad file.

    A file that looks as it is `known` to look is not read. Where a kill left a table under two names, the longer name
    counts: it was written last.
    """
    found: dict[tuple[str, str, str], Seen] = {}
    problems: list[Diagnostic] = []
    for path, look in files:
        old = known.get(path)
        try:
            one = _remembered(path, old) if old and (old.size, old.changed) == look else _looked_at(path, look, now)
        except _UNREADABLE as error:
            problems.append(bad_file(path, error))
        else:
            found[one.topic, one.schema, one.table] = one
    if problems:
        raise CompileError(problems)
    return _sorted(found.values())


def _remembered(path: str, old: SeenFile) -> Seen:
    return Seen(
        topic=old.topic,
        schema=old.schema,
        table=old.table,
        place=Span(path),
        raw=None,
        digest=old.digest,
        file=old,
    )


def _looked_at(path: str, look: Look, now: int) -> Seen:
    raw = _bytes(path)
    of, digest = _identity.decode(raw), hashlib.sha256(raw).hexdigest()
    size, changed = settled(look, now)
    file = SeenFile(size, changed, of.topic, of.schema, of.table, digest)
    return Seen(topic=of.topic, schema=of.schema, table=of.table, place=Span(path), raw=raw, digest=digest, file=file)


def _bytes(path: str) -> bytes:
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - a Path takes longer than the reading
        return file.read()


def seen_of(observed: Observed) -> tuple[Seen, ...]:
    """The same of schemas that are in memory."""
    return _sorted(
        Seen(
            topic=topic.topic,
            schema=topic.schema,
            table=topic.table,
            place=observed.span(topic),
            raw=(raw := msgspec.json.encode(topic)),
            digest=hashlib.sha256(raw).hexdigest(),
        )
        for topic in observed.topics
    )


def _sorted(found: Iterable[Seen]) -> tuple[Seen, ...]:
    return tuple(sorted(found, key=lambda one: (one.topic, one.schema, one.table)))
