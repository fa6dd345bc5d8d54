"""How a record lies in the quarantine's columns, and how it is had back: bytes as hex, headers as JSON.

Of what is longer than a column the first bytes are kept, beside the full length; it is not had back as a record.
**A record that is kept whole comes back as it was, byte for byte.**
"""

from __future__ import annotations

import json

from .errors import RecordError
from .ports import Partition, Record

RAW_BYTES = 1_024_000  # what the quarantine's columns hold, each
_REASON_LENGTH = 400  # characters: with four bytes each they fit the column


def kept(record: Record, error: RecordError, plan_id: str) -> tuple[str | None, ...]:
    """The binds of the quarantine's `insert`."""
    raws = (record.key, record.value, _written(record.headers))
    place = (record.at.topic, str(record.at.number), str(record.offset))
    sizes = (None if raw is None else str(len(raw)) for raw in raws)
    return (*place, error.code, reason(error), *(_hex(raw) for raw in raws), *sizes, plan_id)


def reason(error: RecordError) -> str:
    """The reason as it is kept: not all of a long one, and without a NUL, which no text may hold."""
    return error.message[:_REASON_LENGTH].replace("\0", "\\0")


def had_back(at: Partition, offset: int, key: str | None, value: str | None, headers: str | None) -> Record:
    """The record of a row of `read`: three times hex, or None where it has none."""
    raw_key, raw_value = _raw(key), _raw(value)
    size = len(raw_key or b"") + len(raw_value or b"")
    return Record(at=at, offset=offset, key=raw_key, value=raw_value, headers=_read(_raw(headers)), size=size)


def _hex(raw: bytes | None) -> str | None:
    return None if raw is None else raw[:RAW_BYTES].hex()


def _raw(kept_as: str | None) -> bytes | None:
    return None if kept_as is None else bytes.fromhex(kept_as)


def _written(headers: tuple[tuple[str, str], ...]) -> bytes | None:
    return json.dumps(headers).encode() if headers else None


def _read(raw: bytes | None) -> tuple[tuple[str, str], ...]:
    """The headers; none where they were cut, which leaves no JSON."""
    try:
        return () if raw is None else tuple((name, value) for name, value in json.loads(raw))
    except ValueError:
        return ()
