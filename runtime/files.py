"""Files of events as a source: one JSON object a line, plain or gzip, or standard input.

It reads a block at a time, never a whole file. A line that is no record is given as a broken one, in a topic of its
own, so that nothing is passed over in silence.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from io import BufferedReader
from pathlib import Path
from types import TracebackType
from typing import Annotated, Self, TypeAlias

import msgspec

from .blocks import STANDARD_INPUT, Block, Reading, blocks, matching, opened
from .errors import RecordError
from .moves import Moves
from .ports import Partition, Record

BROKEN_PREFIX = "file:"
Headers: TypeAlias = tuple[tuple[str, str], ...]
_NO_RECORD = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_NULL, _NONE, _NOWHERE = b"null", msgspec.Raw(b"[]"), Partition("", -1)


class _Line(msgspec.Struct, gc=False):
    topic: str
    offset: Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]
    partition: Annotated[int, msgspec.Meta(ge=0, le=(1 << 31) - 1)] = 0
    key: msgspec.Raw = msgspec.Raw(_NULL)
    value: msgspec.Raw = msgspec.Raw(_NULL)
    headers: msgspec.Raw = _NONE


_lines = msgspec.json.Decoder(_Line)
_header_list = msgspec.json.Decoder(list[tuple[str, str | None]])


class FileSource:
    """The records of the files that a glob matches, in the order of their names."""

    shared = False

    def __init__(self, path: str, reading: Reading = Reading.TO_THE_END) -> None:
        self._paths = [STANDARD_INPUT] if path == STANDARD_INPUT else matching(path)
        self._positions: dict[Partition, int] = {}
        self._sizes = [0 if path == STANDARD_INPUT else Path(path).stat().st_size for path in self._paths]
        self._stream: BufferedReader | None = None
        self._done = 0
        self._partitions: dict[tuple[str, int], Partition] = {}  # one object each
        self._blocks = self._read(reading)
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
        """The records of the next block; none at the end, or where there is nothing now."""
        for path, number, block in self._blocks:
            records = self._records(path, number, block)
            block.lines = b""  # a long line is not held while its record is taken in
            known = self._positions
            left = [one for one in records if one.offset > known.get(one.at, -1)] if known else records
            if left or not records:  # a block of which all was committed before is not the end
                return left
        self.ended = True
        return ()

    def acknowledge(self, positions: Mapping[Partition, int]) -> None:
        """A file has nothing to be told: the ledger says where to go on."""

    def _read(self, reading: Reading) -> Generator[tuple[str, int, Block], None, None]:
        """Path, number of the first line from 0, and lines; none when what is followed has nothing now.

        Files of one name in different folders are numbered on, so that no two broken lines have the same place.
        """
        numbers: dict[str, int] = {}
        for path, size in zip(self._paths, self._sizes, strict=True):
            with opened(path) as self._stream:
                follows = reading is Reading.FOLLOWING and path == self._paths[-1]
                number = numbers.get(Path(path).name, 0)
                for block in blocks(self._stream, path, Reading.FOLLOWING if follows else Reading.TO_THE_END):
                    yield path, number, block
                    number += block.count
                numbers[Path(path).name] = number
            self._stream, self._done = None, self._done + size

    def _records(self, path: str, number: int, block: Block) -> Sequence[Record]:
        """The records of a block: of all its lines at once, or where one is blank or no record, one by one."""
        if (records := self._together(block)) is not None:
            return records
        each = enumerate(bytes(block.lines).split(b"\n"), number)
        return [self._apart(path, at, line) for at, raw in each if (line := raw.strip(b"\r"))]

    def _together(self, block: Block) -> Sequence[Record] | None:
        try:
            lines = _lines.decode_lines(block.lines)
            return self._all(lines) if len(lines) == block.count else None
        except _NO_RECORD:
            return None

    def _all(self, lines: Sequence[_Line]) -> list[Record]:
        """The records of lines; raises DecodeError where the headers of one are none. Those of most are the same."""
        topic, number, at = "", -1, _NOWHERE
        told, headers = _NONE, _pairs(_NONE)
        records = []
        for line in lines:
            if line.topic != topic or line.partition != number:
                topic, number = line.topic, line.partition
                at = self._partitions.setdefault((topic, number), Partition(topic, number))
            if line.headers != told:
                told = line.headers
                headers = _pairs(told)
            key, value = bytes(line.key), bytes(line.value)
            size = len(key) + len(value)
            found_key = None if key == _NULL else key
            found_value = None if value == _NULL else value
            records.append(Record(at, line.offset, found_key, found_value, headers, size))
        return records

    def _apart(self, path: str, number: int, raw: bytes) -> Record:
        try:
            return self._all([_lines.decode(raw)])[0]
        except _NO_RECORD as error:
            return self._broken(path, number, raw, str(error))

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
        self._blocks.close()


def _pairs(raw: msgspec.Raw) -> Headers:
    return tuple([(name, text or "") for name, text in _header_list.decode(raw)])
