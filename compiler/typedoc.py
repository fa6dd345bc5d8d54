"""The page on types, `docs/types.md`: the type table in the words of a reader.

It decides nothing: every cell is taken from a row of `typemap.ROWS`. **The same table is the same page.**
"""

from __future__ import annotations

from collections.abc import Iterator

from .typemap import ROWS, Row, Storing

_HEAD = """# Types

This page is printed from `compiler/typemap.py:ROWS` by `compiler/typedoc.py`. Do not edit it: run
`make golden`.

A field's type in the events is Connect's type and the semantic name, if there is one. The first row that fits is taken;
a semantic name that has no row is refused (R407), and a row without a column is refused until the spec chooses one
(R408). A value that its column cannot hold never fails a load: it is stored otherwise, or its record is quarantined
with code X924 and the reason, and nothing is rounded or clamped.
"""
_TITLES = ("In the events", "When", "Column", "Converter", "How it is stored", "May become later", "Beyond the column")
_TAIL = """
A column type in the spec goes before the table:

- an integer type for a whole number, also for a date, a time or a duration that is sent as one;
- NUMERIC(p,s) for a decimal in any form, and for a plain number, whose digits in the event are taken as they stand;
- VARCHAR(n) for what is sent as a text, for a decimal, and for an array, a map or a struct, as the text of its JSON;
- VARBYTE(n) for bytes, REAL or DOUBLE PRECISION for a floating number.

Inside an array, a map or a struct the values keep the event's form. A decimal of `decimal.handling.mode=precise` is
base64 there, and only the event's schema knows its scale; `string`, `double` and JSON numbers can be read as they are.

## Values that were not sent

PostgreSQL does not send a large value that an update left as it was. What the connector sends in its place is never
taken for a value, whatever the type and the setting: `__debezium_unavailable_value` as a text, in base64, as the only
element of a text[] or bytea[], as name and value of an hstore, as a list of character codes (int[], bigint[], date[]),
as a uuid made of it (uuid[]). Where the connector sends null instead, nobody can tell it from a null: float8[] and
timestamp[], bytea under `base64` and `base64-url-safe`, date[] under `connect` and `isostring`; REPLICA IDENTITY FULL
makes the source send every value. A placeholder that the connector's `unavailable.value.placeholder` sets is not known.

## What only the source knows

The connector itself changes some values before anyone sees them. No consumer can undo it; other settings avoid it.

| setting or type | what is lost |
|---|---|
| `time.precision.mode=connect` | digits of a second beyond the third |
| `decimal.handling.mode=double` | digits beyond the 15th to 17th |
| `decimal.handling.mode=precise` | NaN and infinity come as null |
| `interval.handling.mode=numeric` | months (30.4375 days each), and spans beyond 64 bits of microseconds |
| `bigint.unsigned.handling.mode=long` | the sign above 2^63 - 1 |
| `value.converter.replace.null.with.default=true` | a null where the column has a default |
| `name`, line, box, composite and other types without `include.unknown.datatypes` | the value |
| arrays of two and more dimensions | the inner arrays; lower bounds always |
| bit strings of PostgreSQL | zeros in the highest bytes |
| `time.precision.mode=isostring`, and time with time zone | 24:00 comes as 00:00 |
| dates before the year 1 in a snapshot | the era |
"""


def types_page() -> str:
    """The whole page, in Markdown."""
    return "\n".join([_HEAD, *_lines(), _TAIL])


def _lines() -> Iterator[str]:
    yield _line(_TITLES)
    yield "|" + "---|" * len(_TITLES)
    yield from (_line(_cells(row)) for row in ROWS)


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _cells(row: Row) -> tuple[str, ...]:
    return (
        f"`{row.type} {row.name}`" if row.name else f"`{row.type}`",
        row.when.words if row.when else "",
        f"VARCHAR({row.target})" if row.target.isdigit() else row.target,
        row.converter,
        row.storing.value if row.storing is not Storing.AS_STAGED else "",
        row.widens,
        row.beyond,
    )
