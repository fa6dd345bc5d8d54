"""What a source's text means: one reader for each kind of source type, PostgreSQL's and MariaDB's own text forms.

A meaning is a plain value that compares equal exactly when two cells mean the same: exact numbers are Decimal, dates
are days and times are microseconds since 1970 (whole numbers, for any year), NaN and infinity are their names.
"""

from __future__ import annotations

import ipaddress
import json
import re
import struct
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from vectors import Vector

MICROS = 1_000_000
DAY = 86_400 * MICROS
MONTH = DAY * 304375 // 10_000  # a month of 30.4375 days
FINITE = re.compile(r"[+-]?[\d.]+([eE][+-]?\d+)?")
NAMES = {"nan": "NaN", "infinity": "Infinity", "positive_infinity": "Infinity", "-infinity": "-Infinity"}
NAMES |= {"negative_infinity": "-Infinity"}
_DATE = re.compile(r"(\d+)-(\d\d)-(\d\d)")
_TIME = re.compile(r"(-?)(\d+):(\d\d):(\d\d)(\.\d+)?")
_OFFSET = re.compile(r"([+-])(\d\d)(?::?(\d\d))?(?: BC)?$")
_UNITS = {"year": (12, 0), "mon": (1, 0), "day": (0, 1)}
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")


def number(text: str) -> Decimal | str:
    """An exact number, or the name of what is none."""
    return Decimal(text) if FINITE.fullmatch(text) else NAMES[text.lower()]


def money(text: str) -> Decimal:
    """PostgreSQL's money in dollars."""
    return Decimal(re.sub(r"[$,]", "", text))


def double(text: str) -> float | str:
    """A floating number of eight bytes."""
    found = number(text)
    return found if isinstance(found, str) else float(found)


def single(text: Any) -> float | str:
    """A floating number of four bytes."""
    found = double(str(text))
    return found if isinstance(found, str) else struct.unpack("<f", struct.pack("<f", found))[0]


def days(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 in the Gregorian calendar, for any year; the year before 1 is 0."""
    year -= month <= 2
    era, of_era = divmod(year, 400)
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


def date(text: str) -> int | str:
    """Days since 1970-01-01, the name of an infinity, or "zero" for MariaDB's 0000-00-00."""
    if text.lower() in NAMES:
        return NAMES[text.lower()]
    found = _DATE.match(text)
    assert found, text
    year, month, day = map(int, found.groups())
    if (year, month, day) == (0, 0, 0):
        return "zero"
    return days(1 - year if text.endswith(" BC") else year, month, day)


def time(text: str) -> int:
    """Microseconds of a time of day or a span of hours."""
    found = _TIME.search(text)
    assert found, text
    seconds = int(found[2]) * 3600 + int(found[3]) * 60 + int(found[4])
    micros = seconds * MICROS + int((found[5] or ".0")[1:7].ljust(6, "0"))
    return -micros if found[1] else micros


def timestamp(text: str) -> int | str:
    """Microseconds since 1970-01-01 in UTC; without an offset as if it were UTC."""
    day = date(text)
    if isinstance(day, str):
        return day
    found = _TIME.search(text, 11)
    return day * DAY + (time(text[found.start() :]) if found else 0) - _offset(text)


def _offset(text: str) -> int:
    found = _OFFSET.search(text)
    if found is None or ":" not in text[: found.start()]:
        return 0
    minutes = int(found[2]) * 60 + int(found[3] or 0)
    return (1 if found[1] == "+" else -1) * minutes * 60 * MICROS


def timetz(text: str) -> int:
    """Microseconds in UTC, of one day; 24:00 lies a day after 00:00."""
    local = time(text)
    return (local - _offset(text)) % DAY + (DAY if local == DAY else 0)


def interval(text: str) -> tuple[int, int, int]:
    """Months, days and microseconds of PostgreSQL's interval."""
    months = whole_days = 0
    for sign, amount, unit in re.findall(r"([+-]?)(\d+) (year|mon|day)s?", text):
        count = -int(amount) if sign == "-" else int(amount)
        months, whole_days = months + count * _UNITS[unit][0], whole_days + count * _UNITS[unit][1]
    return months, whole_days, time(text) if ":" in text else 0


def array(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """The elements of PostgreSQL's array; lower bounds say nothing of them."""

    def meaning(text: str) -> list[Any]:
        items, end = _items(text.partition("=")[2] if text.startswith("[") else text, 1)
        assert end
        return _each(items, read)

    return meaning


def _each(items: list[Any], read: Callable[[str], Any]) -> list[Any]:
    return [_each(i, read) if isinstance(i, list) else None if i is None else read(i) for i in items]


def _items(text: str, at: int) -> tuple[list[Any], int]:
    """The raw elements of an array's text from the place after its brace, and the place after the array."""
    items: list[Any] = []
    while text[at] != "}":
        if text[at] == "{":
            item, at = _items(text, at + 1)
        elif text[at] == '"':
            found = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL).match(text, at)
            item, at = re.sub(r"\\(.)", r"\1", found[1]), found.end()
        else:
            found = re.compile(r"[^,}]*").match(text, at)
            item, at = None if found[0] == "NULL" else found[0], found.end()
        items.append(item)
        at += text[at] == ","
    return items, at + 1


def hstore(text: str) -> dict[str, str | None]:
    """PostgreSQL's hstore."""
    pairs = re.findall(r'"((?:[^"\\]|\\.)*)"=>(?:"((?:[^"\\]|\\.)*)"|(NULL))', text)
    plain = [(re.sub(r"\\(.)", r"\1", k), None if null else re.sub(r"\\(.)", r"\1", v)) for k, v, null in pairs]
    return dict(plain)


def document(text: str) -> Any:
    """JSON with exact numbers; of a name that comes twice the last."""
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


def xml(text: str) -> str:
    """XML; its declaration is no content."""
    return re.sub(r"^<\?xml.*?\?>\s*", "", text)


def network(text: str) -> str:
    """An address with its prefix; the prefix of a single host may be left out."""
    return str(ipaddress.ip_interface(text))


def padded(text: str) -> str:
    """A text of fixed length: blanks at its end say nothing."""
    return text.rstrip(" ")


def loose(text: str) -> str:
    """What PostgreSQL prints of its unusual types: every number in one spelling, no schema before a name."""
    return _NUMBER.sub(lambda found: repr(float(found[0])), re.sub(r"^\w+\.(?=[a-z_]+$)", "", text))


def point(text: str) -> tuple[float, ...]:
    """The x and y of PostgreSQL's point."""
    return tuple(float(n) for n in text.strip("()").split(","))


def well_known_text(text: str) -> tuple[str, tuple[float, ...]]:
    """The kind and the numbers of MariaDB's geometry."""
    kind, _, rest = text.partition("(")
    return kind.lower(), tuple(float(n) for n in _NUMBER.findall(rest))


def _postgres_bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("\\x"))


def _binary(text: str) -> int:
    return int(text or "0", 2)


def _boolean(text: str) -> bool:
    return text in ("true", "t", "1")


POSTGRES: tuple[tuple[str, str, Callable[[str], Any]], ...] = (
    (r"smallint|integer|bigint|oid|dom_int", "number", number),
    (r"numeric.*|dom_pct|dom_dom", "number", number),
    (r"money", "number", money),
    (r"real", "single", single),
    (r"double precision", "double", double),
    (r"boolean|bit\(1\)", "boolean", _boolean),
    (r"bit\(.*|bit varying.*", "bits", _binary),
    (r"character\(.*", "padded", padded),
    (r"bytea", "bytes", _postgres_bytes),
    (r"date", "date", date),
    (r"time(\(\d\))? without time zone", "time", time),
    (r"time(\(\d\))? with time zone", "timetz", timetz),
    (r"timestamp.*|dom_ts", "timestamp", timestamp),
    (r"interval.*", "interval", interval),
    (r"jsonb?", "json", document),
    (r"hstore", "hstore", hstore),
    (r"xml", "xml", xml),
    (r"inet|cidr", "network", network),
    (r"point", "point", point),
    (r"geometry.*|geography.*", "wkb", bytes.fromhex),
    (r"uuid|text|character varying.*|name|citext|macaddr8?|ltree|isbn|tsvector|mood|dom_email", "text", str),
    (r"(int4|int8|num|ts|tstz|date)range", "text", str),
    (
        r"tsquery|int4multirange|line|lseg|box|path|polygon|circle|comp|xid8|pg_lsn|regclass|jsonpath",
        "loose",
        loose,
    ),
)
MARIADB: tuple[tuple[str, str, Callable[[str], Any]], ...] = (
    (r"(tiny|small|medium|big)?int\(.*|year.*|decimal.*", "number", number),
    (r"float.*", "single", single),
    (r"double.*", "double", double),
    (r"bit\(1\)", "boolean", _boolean),
    (r"bit\(.*", "bits", lambda text: int(text, 16)),
    (r"(var)?binary.*|(tiny|medium|long)?blob", "bytes", bytes.fromhex),
    (r"date", "date", date),
    (r"time(\(\d\))?", "time", time),
    (r"(datetime|timestamp).*", "timestamp", timestamp),
    (r"geometry|point|linestring", "shape", well_known_text),
    (r"(var)?char.*|(tiny|medium|long)?text|enum.*|set.*", "text", str),
)


def reader(source: str, type_: str) -> tuple[str, Callable[[str], Any]]:
    """The kind of a source type, and what reads its text; an array's kind is that of its elements with [] behind."""
    if type_.endswith("[]"):
        kind, read = reader(source, type_.removesuffix("[]"))
        return kind + "[]", array(read)
    for pattern, kind, read in POSTGRES if source == "postgres" else MARIADB:
        if re.fullmatch(pattern, type_):
            return kind, read
    raise LookupError(f"no reader for {source}'s {type_}")


def truth(vector: Vector) -> Any:
    """What the database held; None for null."""
    return None if vector.text is None else reader(vector.source, vector.type)[1](vector.text)
