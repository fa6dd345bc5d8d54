"""Staged rows as the compressed files that COPY reads: CSV, every value in quotes, NULL as `\\N`.

CSV is the one text format of COPY that is documented for all staged types, SUPER and VARBYTE among them. What it would
not read exactly is told apart here and goes by INSERT: a text that is the mark of NULL, values that the plan names,
and rows longer than COPY takes. **A converter lets no NUL pass, so that NUL can stand between the values.**
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from isal import isal_zlib

from .table_program import Copy

Row: TypeAlias = Sequence[str | None]

NULL = "\\N"
_ROW_BYTES = 4_000_000  # COPY takes 4 MB a row (r_COPY, RS-216)
_WORST = 8  # bytes of a character: four of UTF-8, doubled where it is a quote
_BLOCK = 512  # rows that are encoded at a time: larger ones leave the cache
_RAW_BYTES = 256 << 20  # of one file: about 64 MB compressed
_LEAST_BYTES = 4 << 20  # of one of several files: about 1 MB compressed (performance.md, COPY files)
_BETWEEN, _ABSENT = "\0\0", "\0N"
_GZIP = 16 + isal_zlib.MAX_WBITS
_LEVEL = 1


def parted(copy: Copy, columns: Sequence[str], rows: Sequence[Row]) -> tuple[Sequence[Row], Sequence[Row]]:
    """The rows that COPY reads exactly, and those to be inserted; `columns` are the names of their cells."""
    places = [(columns.index(name), frozenset(texts)) for name, texts in copy.inserted.items()]
    aside = {n for n, row in enumerate(rows) if NULL in row or _is_long(row)}
    for place, texts in places:
        aside |= {n for n, row in enumerate(rows) if row[place] in texts}
    if not aside:
        return rows, ()
    return [row for n, row in enumerate(rows) if n not in aside], [rows[n] for n in sorted(aside)]


def _is_long(row: Row) -> bool:
    size = sum([len(cell) for cell in row if cell])
    return size * _WORST > _ROW_BYTES and len(_encoded([row])) > _ROW_BYTES


def files(rows: Sequence[Row], wanted: int) -> Iterator[bytes]:
    """The rows in as many gzip files as wanted, as far as each is worth it; in more where one would be too large."""
    size = len(_encoded(rows[:_BLOCK])) * len(rows) // max(1, min(_BLOCK, len(rows)))
    count = max(1, min(wanted, size // _LEAST_BYTES), -(-size // _RAW_BYTES))
    each = -(-len(rows) // count)
    for start in range(0, len(rows), each):
        yield _compressed(rows[start : start + each])


def _compressed(rows: Sequence[Row]) -> bytes:
    stream = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _GZIP)
    parts = [stream.compress(_encoded(rows[at : at + _BLOCK])) for at in range(0, len(rows), _BLOCK)]
    return b"".join([*parts, stream.flush()])


def _encoded(rows: Sequence[Row]) -> bytes:
    """CSV. An absent value is marked by NUL until all are in quotes."""
    if not rows:
        return b""
    columns = [_column(cells) for cells in zip(*rows, strict=True)]
    lines = '"\n"'.join(map('","'.join, zip(*columns, strict=True)))
    return f'"{lines}"\n'.replace(f'"{_ABSENT}"', NULL).encode()


def _column(cells: Sequence[str | None]) -> Sequence[str]:
    """The values of a column, the quotes in them doubled: all at once, where there are any."""
    known = [_ABSENT if cell is None else cell for cell in cells] if None in cells else cells
    text = _BETWEEN.join(known)  # type: ignore[arg-type]
    return text.replace('"', '""').split(_BETWEEN) if '"' in text else known  # type: ignore[return-value]
