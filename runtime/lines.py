"""Staged rows as the compressed files that COPY reads: CSV, texts in quotes, NULL as the word `null`.

CSV is the one text format of COPY that is documented for all staged types, SUPER and VARBYTE among them. What a lane
decoded is written by JSON's encoder, in C: a row of values without an escape is the same in both. What COPY would not
read exactly is told apart here and goes by INSERT: a text that is the mark of NULL, values that the plan names, and
rows longer than COPY takes. **A converter lets no NUL pass, so that NUL can stand between the values.**
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, TypeAlias

import msgspec
from isal import isal_zlib

from . import spelling
from .load import UPSERT, Load
from .rows import Columns
from .table_program import Copy
from .typed import plain

Row: TypeAlias = Sequence[str | None]

NULL = "null"
_ROW_BYTES = 4_000_000  # COPY takes 4 MB a row (r_COPY, RS-216)
_BLOCK = 512  # rows that are encoded at a time: larger ones leave the cache
_RAW_BYTES = 256 << 20  # of one file: about 64 MB compressed
_LEAST_BYTES = 4 << 20  # of one of several files: about 1 MB compressed (performance.md, COPY files)
_BETWEEN, _ABSENT = "\0\0", "\0N"
_GZIP = 16 + isal_zlib.MAX_WBITS
_LEVEL = 1


_QUICK_END = f',"{UPSERT}"\n'.encode()
_QUOTED_NULL = f'"{NULL}"'.encode()
_SPELLS = {bool: spelling.boolean, int: spelling.integer, float: spelling.double}
_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class File:
    """A gzip file: how many rows it holds, and those of its share that are to be inserted."""

    body: bytes
    rows: int
    aside: Sequence[Row]


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some rows as CSV: how many, and those that are to be inserted."""

    body: bytes
    rows: int
    aside: Sequence[Row] = ()


@dataclass(slots=True)
class _Writing:
    """A file that is being written."""

    rows: int = 0
    aside: list[Row] = field(default_factory=list)
    parts: list[bytes] = field(default_factory=list)
    stream: Any = field(default_factory=lambda: isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _GZIP))

    def add(self, piece: _Piece) -> None:
        self.rows += piece.rows
        self.aside += piece.aside
        self.parts.append(self.stream.compress(piece.body))

    def done(self) -> File:
        return File(b"".join([*self.parts, self.stream.flush()]), self.rows, self.aside)


def files(copy: Copy, names: Sequence[str], load: Load, wanted: int) -> Iterator[File]:
    """The rows in as many files as wanted, as far as each is worth it; in more where one would be too large.

    `names` are those of the stage's columns.
    """
    pieces = _pieces(copy, names, load)
    if (first := next(pieces, None)) is None:
        return
    size = len(first.body) * len(load) // max(1, first.rows)
    each = -(-len(load) // max(1, min(wanted, size // _LEAST_BYTES), -(-size // _RAW_BYTES)))
    writing = _Writing()
    for piece in chain([first], pieces):
        writing.add(piece)
        if writing.rows >= each:
            yield writing.done()
            writing = _Writing()
    if writing.rows or writing.aside:
        yield writing.done()


def _pieces(copy: Copy, names: Sequence[str], load: Load) -> Iterator[_Piece]:
    """All rows, some hundreds at a time."""
    for rows in load.decoded:
        odd: list[bytes] = []
        for at in range(0, len(rows), _BLOCK):
            body, apart = _quick(plain(block := rows[at : at + _BLOCK]))
            odd += apart
            yield _Piece(body, len(block) - len(apart))
        if odd:
            yield from _carefully(copy, names, [*zip(*map(_texts, odd), strict=True)])
    if load.others:
        yield from _carefully(copy, names, load.others)


def _quick(rows: Sequence[tuple[Any, ...]]) -> tuple[bytes, Sequence[bytes]]:
    """CSV by JSON's encoder, and the lines of rows that are not so: JSON's escapes are none in CSV."""
    body = _encoder.encode_lines(rows).replace(b"]\n[", _QUICK_END)[1:-2] + _QUICK_END
    if len(body) > _ROW_BYTES:  # a row may be longer than COPY takes
        return b"", body.splitlines()
    starts = sorted({body.rfind(b"\n", 0, at) + 1 for mark in (b"\\", _QUOTED_NULL) for at in _lines_with(mark, body)})
    if not starts:
        return body, ()
    ends = [body.find(b"\n", start) + 1 for start in starts]
    usual = [body[end:start] for end, start in zip([0, *ends], [*starts, len(body)], strict=True)]
    return b"".join(usual), [body[start : end - 1] for start, end in zip(starts, ends, strict=True)]


def _lines_with(mark: bytes, body: bytes) -> Iterator[int]:
    """Where the mark stands, once a line."""
    at = body.find(mark)
    while at >= 0:
        yield at
        at = body.find(mark, body.find(b"\n", at))


def _texts(line: bytes) -> Row:
    """The values of a line that JSON's encoder wrote, as they would be inserted."""
    values: list[Any] = msgspec.json.decode(b"[" + line + b"]")
    return [text for (text,) in [_SPELLS.get(type(value), spelling.text)([value]) for value in values]]


def _carefully(copy: Copy, names: Sequence[str], columns: Columns) -> Iterator[_Piece]:
    """CSV of any texts."""
    columns, inserted = parted(copy, names, columns)
    for at in range(0, len(columns[0]), _BLOCK):
        block = _cut(columns, at, at + _BLOCK)
        long: Sequence[Row] = ()
        body = _encoded(block)
        if len(body) > _ROW_BYTES:  # else no row of it is so long
            block, long = _without(block, _beyond(block))
            body = _encoded(block)
        yield _Piece(body, len(block[0]), long)
    if inserted:
        yield _Piece(b"", 0, inserted)


def parted(copy: Copy, names: Sequence[str], columns: Columns) -> tuple[Columns, Sequence[Row]]:
    """The rows whose every value COPY reads exactly, and those to be inserted; `names` are those of the columns."""
    aside = {n for column in columns if NULL in column for n, cell in enumerate(column) if cell == NULL}
    for name, texts in copy.inserted.items():
        aside |= {n for n, cell in enumerate(columns[names.index(name)]) if cell in texts}
    return _without(columns, aside) if aside else (columns, ())


def _beyond(columns: Columns) -> set[int]:
    return {n for n in range(len(columns[0])) if len(_encoded(_cut(columns, n, n + 1))) > _ROW_BYTES}


def _without(columns: Columns, aside: set[int]) -> tuple[Columns, Sequence[Row]]:
    """The other rows, and these."""
    kept = [[cell for n, cell in enumerate(column) if n not in aside] for column in columns]
    return kept, [tuple([column[n] for column in columns]) for n in sorted(aside)]


def _cut(columns: Columns, start: int, stop: int) -> Columns:
    return [column[start:stop] for column in columns]


def _encoded(columns: Columns) -> bytes:
    """CSV. An absent value is marked by NUL until all are in quotes."""
    if not columns[0]:
        return b""
    lines = '"\n"'.join(map('","'.join, zip(*map(_quoted, columns), strict=True)))
    return f'"{lines}"\n'.replace(f'"{_ABSENT}"', NULL).encode()


def _quoted(cells: Sequence[str | None]) -> Sequence[str]:
    """The values of a column, the quotes in them doubled: all at once, where there are any."""
    known = [_ABSENT if cell is None else cell for cell in cells] if None in cells else cells
    text = _BETWEEN.join(known)  # type: ignore[arg-type]
    return text.replace('"', '""').split(_BETWEEN) if '"' in text else known  # type: ignore[return-value]
