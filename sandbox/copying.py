"""COPY from S3: reads the manifest and the files it names, and lays their fields out for `copy.sql`, which loads them.

It does what streamplan's own COPY asks for: CSV, plain or gzip, named by a manifest, into named columns. Whatever else
Redshift takes is refused as not done yet. A field that is the mark of NULL is NULL, in quotes too: no page says that
quotes protect it.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from streamplan.compiler.grammar import statement
from streamplan.compiler.statement_data import Copy

from .decision import Copies, NotYet, Refusal, Translation
from .names import LongNames, literal, quoted
from .objects import Objects, Unread
from .spell import Tokens

_DONE = frozenset("compupdate csv dateformat gzip iam_role manifest null region statupdate timeformat".split())
_NULL = "\\N"  # unless NULL AS names another
_ROW_BYTES = 4 << 20  # r_COPY: the largest row
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_ESCAPED = re.compile(r"[\\\t\n\r]")
_ABSENT = "\0\\N\0"
_FAILED = "Load into table '{}' failed.  Check 'sys_load_error_detail' system table for details."


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """The lines of PostgreSQL's COPY into the table of fields, and the files that the numbers in them stand for."""

    data: bytes
    files: tuple[str, ...]


class _BadLine(Exception):  # noqa: N818 - a line that COPY does not take
    """Why a line is refused: a row of sys_load_error_detail."""

    def __init__(self, file: str, line: int, code: int, message: str) -> None:
        super().__init__(message)
        self.row = {"file": file, "line": line, "column": "", "type": "", "code": code, "message": message}


def translated(tokens: Tokens, names: LongNames) -> Translation:
    """A COPY as the call that loads the fields, and what is to be laid out before. Raises NotYet."""
    it = statement(tuple(tokens), tokens[-1].end)
    if not isinstance(it, Copy):
        raise NotYet("this COPY")
    options = {option.name for option in it.options}
    if unknown := sorted(options - _DONE):
        raise NotYet(f"COPY with {unknown[0].upper()}")
    if not (it.columns and {"csv", "manifest"} <= options and it.source.startswith("s3://")):
        raise NotYet("COPY but of CSV files that a manifest names, into named columns")
    table = ".".join(quoted(names.short(part)) for part in it.table.parts)
    columns = ", ".join(literal(names.short(column.last)) for column in it.columns)
    fields = ", ".join(f"c{n} text" for n in range(1, len(it.columns) + 1))
    return Translation(
        sql=f"CALL pg_catalog.sandbox_copy({literal(table)}, ARRAY[{columns}])",
        copies=Copies(
            table=it.table.last,
            source=it.source,
            width=len(it.columns),
            zipped="gzip" in options,
            null=next((option.values[-1] for option in it.options if option.name == "null"), _NULL),
            before=(
                "DROP TABLE IF EXISTS pg_temp.sandbox_copied",
                f"CREATE TEMP TABLE sandbox_copied (file integer, line integer, {fields}) ON COMMIT DROP",
            ),
        ),
    )


def laid_out(copies: Copies, objects: Objects) -> Laid | Refusal:
    """The fields of all files; or why COPY fails before it loads any."""
    try:
        files = [(url, _opened(objects.read(url), copies, size)) for url, size in _entries(objects, copies)]
        lines = [_lines(url, number, text, copies) for number, (url, text) in enumerate(files)]
    except Unread as why:
        return Refusal(sqlstate="XX000", message=str(why))
    except _BadLine as bad:
        return Refusal(sqlstate="XX000", message=_FAILED.format(copies.table), detail=json.dumps(bad.row))
    return Laid(data="".join(lines).encode(), files=tuple(url for url, _ in files))


def _entries(objects: Objects, copies: Copies) -> Iterator[tuple[str, int | None]]:
    """The files of the manifest, with the sizes that it gives; raises Unread."""
    try:
        manifest: Any = json.loads(objects.read(copies.source))
        entries = [(entry["url"], entry.get("meta", {}).get("content_length")) for entry in manifest["entries"]]
        optional = {entry["url"] for entry in manifest["entries"] if not entry.get("mandatory", False)}
    except Unread as why:
        raise Unread(f"Problem reading manifest file - {why}") from None
    except (ValueError, LookupError, TypeError, AttributeError):
        raise Unread("Problem reading manifest file - it is no list of entries") from None
    if not entries:
        raise Unread("The specified S3 prefix does not exist: the manifest names no file")
    for url, size in entries:
        if url in optional and not _is_there(objects, url):
            continue
        yield url, size


def _is_there(objects: Objects, url: str) -> bool:
    try:
        objects.read(url)
    except Unread:
        return False
    return True


def _opened(body: bytes, copies: Copies, size: int | None) -> bytes:
    if size is not None and size != len(body):
        raise Unread(f"content_length is {size}, and the file has {len(body)} bytes")
    if not copies.zipped:
        return body
    try:
        return gzip.decompress(body)
    except (OSError, EOFError, zlib.error):
        raise Unread("the file is not in gzip format") from None


def _lines(url: str, number: int, body: bytes, copies: Copies) -> str:
    """PostgreSQL's COPY lines of a file's records, which begin with the file's number and the line; raises _BadLine.

    Fields stand between NULs, which no field holds, until all are escaped and those that are NULL are marked.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise _BadLine(url, 0, 1220, "String contains invalid or unsupported UTF8 codepoints") from None
    starts, rows = _records(url, text, copies.width)
    fields = ["\0".join(row) for row in rows]
    if "\0" in text or {*map(len, rows)} - {copies.width} or max(map(len, fields), default=0) * 4 > _ROW_BYTES:
        _check(url, starts, rows, copies.width)
    if starts[-1] != len(rows) + 1 or any(char in text for char in "\\\t\r"):
        fields = [line.translate(_ESCAPES) if _ESCAPED.search(line) else line for line in fields]
    lines = "".join([f"{number}\0{start}\0{line}\0\n" for start, line in zip(starts, fields, strict=False)])
    mark = f"\0{copies.null.translate(_ESCAPES)}\0"
    lines = lines.replace(mark, _ABSENT).replace(mark, _ABSENT)  # twice: neighbours share a NUL
    return lines.replace("\0\n", "\n").replace("\0", "\t")


def _records(url: str, text: str, width: int) -> tuple[list[int], list[list[str]]]:
    """The records, and the line at which each begins, with that behind the last one; raises _BadLine."""
    csv.field_size_limit(sys.maxsize)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    starts, rows = [1], list[list[str]]()
    try:
        for row in reader:
            rows.append(row)
            starts.append(reader.line_num + 1)
    except csv.Error:
        _check(url, starts, rows, width)
        raise _BadLine(url, starts[-1], 1214, "Delimiter not found, or a quote is not closed") from None
    return starts, rows


def _check(url: str, starts: list[int], rows: list[list[str]], width: int) -> None:
    """Raises _BadLine for the first record that is none of the table."""
    for line, row in zip(starts, rows, strict=False):
        _check_one(url, line, row, width)


def _check_one(url: str, line: int, row: list[str], width: int) -> None:
    if len(row) != width:
        many = len(row) > width
        raise _BadLine(url, line, 1202 if many else 1203, f"{'Extra' if many else 'Missing'} column(s) found")
    size = sum(len(cell) for cell in row)
    if size * 4 > _ROW_BYTES and sum(len(cell.encode()) for cell in row) > _ROW_BYTES:
        raise _BadLine(url, line, 1216, "Input line is not valid: it is longer than 4 MB")
    if any("\0" in cell for cell in row):
        raise _BadLine(url, line, 1218, "NUL character in the data")
