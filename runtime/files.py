"""Files of events as a source: one JSON object a line, plain or gzip, or standard input.

It reads a chunk at a time, never a whole file; what is followed never makes it wait for more. Lines end at a newline
only: values may hold other line separators. A line that is no record is given as a broken one, in a topic of its own,
so that nothing is passed over in silence.
"""

from __future__ import annotations

import glob
import re
import select
import sys
import zlib
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from gzip import GzipFile
from io import BufferedReader
from pathlib import Path
from types import TracebackType
from typing import IO, Annotated, Self, cast

import msgspec

from .errors import RecordError, StopError
from .moves import Moves
from .ports import Partition, Record

STANDARD_INPUT = "-"
BROKEN_PREFIX = "file:"
_CHUNK_RECORDS = 1_000
_CHUNK_BYTES = 8 * 1024 * 1024
_PIPE_BYTES = 64 * 1024
_GZIP_MAGIC = b"\x1f\x8b"


class _Line(msgspec.Struct):
    topic: str
    offset: Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]
    partition: Annotated[int, msgspec.Meta(ge=0, le=(1 << 31) - 1)] = 0
    key: msgspec.Raw = msgspec.Raw(b"null")
    value: msgspec.Raw = msgspec.Raw(b"null")
    headers: list[tuple[str, str | None]] = []


class Reading(StrEnum):
    """What the end of the last file means: the end, or that more may be written to it."""

    TO_THE_END = "to the end"
    FOLLOWING = "following"


class FileSource:
    """The records of the files that a glob matches, in the order of their names."""

    shared = False

    def __init__(self, path: str, reading: Reading = Reading.TO_THE_END) -> None:
        self._paths = [STANDARD_INPUT] if path == STANDARD_INPUT else _matching(path)
        self._decoder = msgspec.json.Decoder(_Line)
        self._positions: dict[Partition, int] = {}
        self._sizes = [0 if path == STANDARD_INPUT else Path(path).stat().st_size for path in self._paths]
        self._stream: BufferedReader | None = None
        self._done = 0
        self._lines = self._read(reading)
        self.ended = False

    @property
    def total(self) -> int:
        """Bytes on disk of all files; 0 when it cannot be known."""
        return sum(self._sizes)

    @property
    def done(self) -> int:
        """Bytes on disk read so far."""
        stream = self._stream
        return self._done + (stream.tell() if stream and not stream.closed and stream.seekable() else 0)

    def follow(self, moves: Moves) -> None:
        """Nobody takes files away."""

    def lag(self) -> Mapping[Partition, int]:
        """A file's lag is in bytes."""
        return {}

    def seek(self, positions: Mapping[Partition, int]) -> None:
        """Go on after these offsets."""
        self._positions = dict(positions)

    def poll(self) -> Sequence[Record]:
        """The next records, at most a thousand or 8 MiB and one; none at the end, or where there is nothing now."""
        records: list[Record] = []
        size = 0
        while len(records) < _CHUNK_RECORDS and size < _CHUNK_BYTES:
            try:
                line = next(self._lines)
            except StopIteration:
                self.ended = True
                break
            if line is None:
                break
            record = self._record(*line)
            if record.offset > self._positions.get(record.at, -1):
                records.append(record)
                size += record.size
        return records

    def acknowledge(self, positions: Mapping[Partition, int]) -> None:
        """A file has nothing to be told: the ledger says where to go on."""

    def _read(self, reading: Reading) -> Generator[tuple[str, int, bytes] | None, None, None]:
        """Path, line number from 0, and line; None when what is followed has nothing now.

        Files of one name in different folders are numbered on, so that no two broken lines have the same place.
        """
        numbers: dict[str, int] = {}
        for path, size in zip(self._paths, self._sizes, strict=True):
            with _opened(path) as self._stream:
                follows = reading is Reading.FOLLOWING and path == self._paths[-1]
                lines = _lines(self._stream, path, Reading.FOLLOWING if follows else Reading.TO_THE_END)
                number = numbers.get(Path(path).name, 0)
                for line in _readable(lines, path):
                    if line is None:
                        yield None
                        continue
                    line = line.strip(b"\r\n")  # noqa: PLW2901 - so that a large line is not held twice
                    if line:
                        yield path, number, line
                    number += 1
                numbers[Path(path).name] = number
            self._stream, self._done = None, self._done + size

    def _record(self, path: str, number: int, raw: bytes) -> Record:
        try:
            line = self._decoder.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return self._broken(path, number, raw, str(error))
        return Record(
            at=Partition(line.topic, line.partition),
            offset=line.offset,
            key=_present(line.key),
            value=_present(line.value),
            headers=tuple((name, value or "") for name, value in line.headers),
            size=len(raw),
        )

    def _broken(self, path: str, number: int, raw: bytes, why: str) -> Record:
        """A line that is no record. Those of standard input are numbered on from run to run: each stream is another."""
        at = Partition(BROKEN_PREFIX + (path if path == STANDARD_INPUT else Path(path).name), 0)
        base = self._positions.get(at, -1) + 1 if path == STANDARD_INPUT else 0
        error = RecordError("X910", f"not a line of an event file: {why}")
        return Record(at=at, offset=base + number, key=None, value=raw, size=len(raw), broken=error)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lines.close()


def _matching(pattern: str) -> list[str]:
    paths = sorted(glob.glob(pattern, recursive=True), key=_natural)  # noqa: PTH207 - the pattern may be absolute
    if not paths:
        raise StopError(
            "X911", f'no file of events matches "{pattern}"', help="name one with --events, or - for standard input"
        )
    return paths


def _natural(path: str) -> list[tuple[int, str]]:
    """Orders `part-9` before `part-10`."""
    return [(int(piece), "") if piece.isdecimal() else (-1, piece) for piece in re.split(r"(\d+)", path)]


def _lines(stream: BufferedReader, path: str, reading: Reading) -> Iterable[bytes | None]:
    """The lines, None where there is none now. A gzip has an end, so it is never followed."""
    if stream.peek(2)[:2] == _GZIP_MAGIC:
        return GzipFile(fileobj=stream)
    if reading is Reading.TO_THE_END:
        return stream
    return _arriving(stream) if path == STANDARD_INPUT else _growing(stream)


def _arriving(stream: BufferedReader) -> Iterator[bytes | None]:
    """The lines of a pipe; None while nothing is in it. `read1` empties the buffer first, so that `select` sees all."""
    part = bytearray()
    while chunk := stream.read1(_PIPE_BYTES):
        *whole, rest = chunk.split(b"\n")
        for line in whole:
            yield bytes(part + line)
            part.clear()
        part += rest
        while not select.select([stream], [], [], 0)[0]:
            yield None
    yield bytes(part)


def _growing(stream: IO[bytes]) -> Iterator[bytes | None]:
    """The whole lines of a file that is being written; None while there is no further one."""
    part = b""
    while True:
        part += stream.readline()
        if part.endswith(b"\n"):
            yield part
            part = b""
        else:
            yield None


def _readable(lines: Iterable[bytes | None], path: str) -> Iterator[bytes | None]:
    try:
        yield from lines
    except (OSError, EOFError, zlib.error) as error:
        message = f'cannot read "{path}" any further: {error}'
        raise StopError("X911", message, help="mend the file and run again: it goes on from the ledger") from None


def _opened(path: str) -> BufferedReader:
    if path == STANDARD_INPUT:
        return cast(BufferedReader, sys.stdin.buffer)
    try:
        return Path(path).open("rb")
    except OSError as error:
        raise StopError("X911", f'cannot read "{path}": {error.strerror}', help="name a readable file") from None


def _present(raw: msgspec.Raw) -> bytes | None:
    return None if (text := bytes(raw)) == b"null" else text
