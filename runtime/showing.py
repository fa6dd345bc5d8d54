"""The quarantine's records as a user sees them, in text and as JSON.

What a source wrote may hold anything: **text for a terminal holds no control character but the end of a line.**
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from typing import Any

from .kept import RAW_BYTES
from .ports import Record
from .quarantine import Entry

_REASON = 100  # characters of a reason in a list


def escaped(text: str) -> str:
    """The text with every character that a terminal might obey written out."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def rows(entries: Iterable[Entry]) -> Iterator[str]:
    """A list of records: place, code, size, time and reason, in columns."""
    cells = [("place", "code", "bytes", "since", "reason"), *map(_cells, entries)]
    wide = [max(len(row[column]) for row in cells) for column in range(4)]
    for place, code, size, since, reason in cells:
        shown = (place.ljust(wide[0]), code.ljust(wide[1]), size.rjust(wide[2]), since.ljust(wide[3]), reason)
        yield "  " + "  ".join(shown)


def _cells(entry: Entry) -> tuple[str, str, str, str, str]:
    reason = escaped(entry.reason)
    short = reason if len(reason) <= _REASON else reason[: _REASON - 1] + "…"
    size = f"{entry.size:,}" + ("" if entry.whole else " (cut)")
    return escaped(str(entry.place)), entry.code, size, f"{entry.quarantined_at:%Y-%m-%d %H:%M:%S}", short


def document(entry: Entry) -> dict[str, Any]:
    """A record of a list as JSON."""
    topic, (partition, offset) = entry.place.topic, entry.place.where
    sizes = {"key_bytes": entry.key_bytes, "value_bytes": entry.value_bytes, "headers_bytes": entry.headers_bytes}
    place = {"place": str(entry.place), "topic": topic, "partition": partition, "offset": offset}
    why = {"code": entry.code, "reason": entry.reason, "whole": entry.whole}
    when = {"plan_id": entry.plan_id, "quarantined_at": entry.quarantined_at.isoformat()}
    return place | why | sizes | when


def whole_document(entry: Entry, record: Record) -> dict[str, Any]:
    """A record with its headers, key and value as JSON: bytes as text where they are UTF-8, else as hex."""
    parts = {"key": (record.key, entry.key_bytes), "value": (record.value, entry.value_bytes)}
    headers = [list(header) for header in record.headers]
    return document(entry) | {"headers": headers} | {name: _part(*part) for name, part in parts.items()}


def _part(raw: bytes | None, size: int | None) -> dict[str, str] | None:
    if raw is None:
        return None
    text = _text(raw, size)
    return {"hex": raw.hex()} if text is None else {"text": text}


def told(entry: Entry, record: Record) -> Iterator[str]:
    """All that is known of a record, in lines."""
    yield escaped(str(entry.place))
    yield f"  code         {entry.code} (streamplan explain {entry.code})"
    yield f"  reason       {escaped(entry.reason)}"
    yield f"  quarantined  {entry.quarantined_at:%Y-%m-%d %H:%M:%S}, by plan {entry.plan_id[:12]}"
    yield from (f"  header       {escaped(name)}: {escaped(value)}" for name, value in record.headers)
    if entry.headers_bytes and not record.headers:
        yield f"  headers      {_size(entry.headers_bytes)}"
    for name, raw, size in (("key", record.key, entry.key_bytes), ("value", record.value, entry.value_bytes)):
        yield f"  {name:<11}  {'none' if raw is None else _size(size or 0)}"
        yield from (f"    {escaped(line)}" for line in _lines(raw, size))


def _size(size: int) -> str:
    kept = "" if size <= RAW_BYTES else f", of which the first {RAW_BYTES:,} are kept"
    return f"{size:,} bytes{kept}"


def _lines(raw: bytes | None, size: int | None) -> list[str]:
    """The bytes in lines: as text where they are UTF-8, else as hex."""
    if raw is None:
        return []
    text = _text(raw, size)
    return [f"hex {raw.hex()}"] if text is None else text.split("\n")


def _text(raw: bytes, size: int | None) -> str | None:
    """The bytes as text, None where they are not UTF-8; what was cut may end in the middle of a character."""
    whole = (size or 0) <= len(raw)
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(raw, final=whole)
    except UnicodeDecodeError:
        return None
