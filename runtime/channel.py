"""What a task tells the process that started it: lines of JSON on its standard output, each one thing.

They are what reporters are told, the lag, the error that ends the task, and what it did.
**Whoever reads may be gone: a task loses its lines then, and nothing else.**
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Lock
from typing import BinaryIO, TypeAlias, get_args

import msgspec

from .errors import StreamplanError
from .happenings import Happening
from .moves import Measured
from .ports import Partition
from .tally import Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """So many records, of so many bytes, have been read."""

    records: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """Records of each partition that are not read yet; those that are not named are not the task's."""

    behind: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The error that ends the task."""

    code: str
    message: str
    help: str


Message: TypeAlias = Happening | Read | Lag | Failed | Summary
_KINDS = {kind.__name__: kind for kind in (*get_args(Happening), Read, Lag, Failed, Summary)}


class _Line(msgspec.Struct):
    kind: str
    what: msgspec.Raw


def encoded(what: Message) -> bytes:
    """One line."""
    body = msgspec.Raw(msgspec.json.encode(what))
    return msgspec.json.encode(_Line(type(what).__name__, body)) + b"\n"


def decoded(line: bytes) -> Message | None:
    """What a line says; None where it says nothing, as one that a killed task did not end."""
    try:
        said = msgspec.json.decode(line, type=_Line)
        found: Message = msgspec.json.decode(said.what, type=_KINDS[said.kind])
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError):
        return None
    return found


class Channel:
    """A reporter that writes what it is told as lines; has the shape of `observers.Observers`."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._lock = stream, Lock()
        self._source: Measured | None = None
        self._last: Mapping[Partition, int] = {}

    @property
    def early(self) -> Channel:
        """Who is told while there is no source yet."""
        return self

    @contextmanager
    def of(self, source: Measured) -> Iterator[Channel]:
        """Who is told while the source is read."""
        self._source = source
        yield self

    def happened(self, what: Happening) -> None:
        """Writes it."""
        self.tell(what)

    def advanced(self, records: int, size: int) -> None:
        """Writes how much was read, and the lag where it is another one."""
        if records:
            self.tell(Read(records=records, size=size))
        if self._source and (lag := self._source.lag()) is not self._last:
            self._last = lag
            self.tell(Lag(behind=tuple((at.topic, at.number, behind) for at, behind in lag.items())))

    def tell(self, what: Message) -> None:
        """Writes one line, at once."""
        with self._lock, suppress(BrokenPipeError):
            self._stream.write(encoded(what))
            self._stream.flush()


@contextmanager
def reporting(stream: BinaryIO) -> Iterator[Channel]:
    """A channel; an error that ends the task is told by it, and becomes the exit code."""
    channel = Channel(stream)
    try:
        yield channel
    except StreamplanError as error:
        channel.tell(Failed(code=error.code, message=error.message, help=error.help))
        raise SystemExit(error.exit_code) from None
