"""Where in the source's log a change was made, as a text that sorts as the log does.

PostgreSQL tells a log sequence number, which rises with each change of one key but is shared by changes of a
transaction; MySQL and MariaDB a binlog file, a position and a row; Oracle a system change number; SQL Server a commit
and a change within it. Rows of an incremental snapshot tell none. Positions of different servers do not compare.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

_DIGITS = 20  # of the largest 64-bit number
_MOST = 10**_DIGITS
_BYTES = 256  # of a position, as its column holds it
_FILE = re.compile(rf"(.*?)([0-9]{{1,{_DIGITS}}})", re.DOTALL)


class Place(msgspec.Struct):
    """The source's own words about a change. What is not of the type expected is as good as absent."""

    ts_ms: Any = None
    db: Any = None
    schema: Any = None
    table: Any = None
    lsn: Any = None
    file: Any = None
    pos: Any = None
    row: Any = None
    scn: Any = None
    commit_lsn: Any = None
    change_lsn: Any = None
    event_serial_no: Any = None


def position(place: Place) -> str | None:
    """The position, None where the source does not tell one, or one that cannot be a place in a log."""
    told = _told(place)
    return told if told is not None and "\0" not in told and len(told.encode()) <= _BYTES else None


def _told(place: Place) -> str | None:
    if _is_number(place.lsn):
        return _padded(place.lsn)
    if isinstance(place.file, str) and _is_number(place.pos) and (found := _FILE.fullmatch(place.file)):
        return ":".join((found[1], _padded(int(found[2])), _padded(place.pos), _padded(_whole(place.row))))
    if isinstance(place.scn, str) and place.scn.isdecimal() and len(place.scn) <= _DIGITS:
        return _padded(int(place.scn))
    if isinstance(place.commit_lsn, str):
        change = place.change_lsn if isinstance(place.change_lsn, str) else ""
        return ":".join((place.commit_lsn, change, _padded(_whole(place.event_serial_no))))
    return None


def _padded(number: int) -> str:
    return f"{number:0{_DIGITS}}"


def _is_number(value: Any) -> bool:
    return type(value) is int and 0 <= value < _MOST


def _whole(value: Any) -> int:
    return value if _is_number(value) else 0
