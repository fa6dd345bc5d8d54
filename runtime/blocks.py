"""Whole lines of files and of standard input, many at a time: plain or gzip, finished or still being written.

It knows nothing of what a line holds. Lines end at a newline only: values may hold other line separators.
**What is followed never makes it wait for more.**
"""

from __future__ import annotations

import glob
import re
import select
import sys
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from gzip import GzipFile
from io import BufferedIOBase, BufferedReader
from pathlib import Path
from typing import IO, cast

from .errors import StopError

STANDARD_INPUT = "-"
_BLOCK_BYTES = 512 * 1024  # stays in the processor's cache
_PIPE_BYTES = 64 * 1024
_GZIP_MAGIC = b"\x1f\x8b"


class Reading(StrEnum):
    """What the end of the last file means: the end, or that more may be written to it."""

    TO_THE_END = "to the end"
    FOLLOWING = "following"


def matching(pattern: str) -> list[str]:
    """The files of a glob, in the order of their names; raises StopError X911 where there is none."""
    paths = sorted(glob.glob(pattern, recursive=True), key=_natural)  # noqa: PTH207 - the pattern may be absolute
    if not paths:
        raise StopError(
            "X911", f'no file of events matches "{pattern}"', help="name one with --events, or - for standard input"
        )
    return paths


def opened(path: str) -> BufferedReader:
    """The file, or standard input; raises StopError X911."""
    if path == STANDARD_INPUT:
        return cast(BufferedReader, sys.stdin.buffer)
    try:
        return Path(path).open("rb")
    except OSError as error:
        raise StopError("X911", f'cannot read "{path}": {error.strerror}', help="name a readable file") from None


@dataclass(slots=True)
class Block:
    """Whole lines and how many these are, none where what is followed has none now. The next block overwrites them."""

    lines: bytes | memoryview
    count: int


def blocks(stream: BufferedReader, path: str, reading: Reading) -> Iterator[Block]:
    """The lines; raises StopError X911 when they cannot be read on."""
    try:
        yield from _blocks(stream, path, reading)
    except (OSError, EOFError, zlib.error) as error:
        message = f'cannot read "{path}" any further: {error}'
        raise StopError("X911", message, help="mend the file and run again: it goes on from the ledger") from None


def _blocks(stream: BufferedReader, path: str, reading: Reading) -> Iterator[Block]:
    """A gzip has an end, so it is never followed."""
    if stream.peek(2)[:2] == _GZIP_MAGIC:
        return _finished(GzipFile(fileobj=stream))
    if reading is Reading.TO_THE_END:
        return _finished(stream)
    return _gathered(_arriving(stream) if path == STANDARD_INPUT else _growing(stream))


def _finished(stream: BufferedIOBase) -> Iterator[Block]:
    """Blocks in the same memory, one after the other: to ask for more each time costs more than to read."""
    memory = bytearray(_BLOCK_BYTES)
    rest = 0  # bytes of a line that has begun, at the beginning of the memory
    while size := stream.readinto(memoryview(memory)[rest:]):
        size += rest
        end = memory.rfind(b"\n", rest, size) + 1
        if end:
            yield Block(memoryview(memory)[:end], _count(memory, end))
            memory[: size - end] = memory[end:size]
        elif size == len(memory):
            yield Block(_long_line(stream, memory), 1)
            size = 0
        rest = size - end
    if rest:
        yield Block(memoryview(memory)[:rest], 1)


def _long_line(stream: BufferedIOBase, beginning: bytearray) -> memoryview:
    """A line that is longer than a block; it grows in place, so that it is not held twice."""
    line = bytearray(beginning)
    while piece := stream.readline(_BLOCK_BYTES):
        line += piece
        if piece.endswith(b"\n"):
            break
    return memoryview(line)


def _count(lines: bytearray, end: int) -> int:
    """How many lines end before this place."""
    count, at, find = 0, -1, lines.find  # faster than `count`, which looks at each byte
    while (at := find(b"\n", at + 1, end)) >= 0:
        count += 1
    return count


def _gathered(lines: Iterable[bytes | None]) -> Iterator[Block]:
    """As many lines as there are now, about a block of them."""
    block: list[bytes] = []
    size = 0
    for line in lines:
        if line:
            block.append(line)
            size += len(line)
        if line is None or size >= _BLOCK_BYTES:
            yield Block(b"".join(block), len(block))
            block.clear()
            size = 0
    if block:
        yield Block(b"".join(block), len(block))


def _arriving(stream: BufferedReader) -> Iterator[bytes | None]:
    """The lines of a pipe; None while nothing is in it. `read1` empties the buffer first, so that `select` sees all."""
    part = bytearray()
    while chunk := stream.read1(_PIPE_BYTES):
        *whole, rest = chunk.split(b"\n")
        for line in whole:
            yield bytes(part + line + b"\n")
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


def _natural(path: str) -> list[tuple[int, str]]:
    """Orders `part-9` before `part-10`."""
    return [(int(piece), "") if piece.isdecimal() else (-1, piece) for piece in re.split(r"(\d+)", path)]
