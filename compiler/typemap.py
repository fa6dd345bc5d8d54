"""The type table: from a field's type in the events to a column type, its converter, and the way it is stored.

One table, `ROWS`, and one lookup. What is not in it is refused: nothing is guessed. `docs/types.md` is printed from it.
**Every converter named here exists in `runtime.convert.CONVERTERS`.**

Sources: Debezium 3.6's documentation of the connectors' type mappings for the names, `redshift-facts` for the limits.
"""

from __future__ import annotations

from functools import lru_cache

from . import typebuild as build
from .model import ColumnType
from .observed import ObservedField
from .redshift import VARBYTE_BYTES_SAFE, VARCHAR_BYTES
from .typebuild import Mapped, Row, Storing
from .widening import DECIMAL

__all__ = ["ROWS", "Mapped", "Row", "Storing", "accepts", "known", "mapped", "overridden"]

TIME = "io.debezium.time."
CONNECT = "org.apache.kafka.connect.data."
DATA = "io.debezium.data."
JSON, HEX = Storing.JSON, Storing.HEX
DAYS, MILLIS, MICROS = Storing.EPOCH_DAYS, Storing.EPOCH_MILLIS, Storing.EPOCH_MICROS

# What happens to a value that the column does not hold. Quarantined: the record stands aside with X924 and the reason.
ALL_FIT = "every value fits"
RANGE = "outside the type's range: quarantined"
FLOATS = "NaN, Infinity and -Infinity are stored; too small or too large: quarantined, never rounded to 0 or Infinity"
DIGITS = "digits that do not fit: quarantined, never rounded; `precise` sends NaN and Infinity as null"
NUMBER_TEXT = (
    "stored otherwise: as the exact decimal text, without an exponent or zeros at its end;"
    f" longer than {VARCHAR_BYTES} bytes: quarantined; NUMERIC(p,s) can be chosen"
)
LENGTH = "longer than the column, or with a NUL: quarantined; cut at a character under `too_long: truncate`"
OCTETS = f"longer than {VARBYTE_BYTES_SAFE} bytes: quarantined"
BITS = f"{OCTETS}; the lowest bits stand in the first byte, as they are sent; PostgreSQL drops zero bytes at the end"
DOCUMENT = (
    "stored otherwise: as the event's JSON, in which base64, epochs and \"NaN\" keep the event's form;"
    f" over 16 MB, a text over {VARCHAR_BYTES} bytes, a NUL, or deeper than 1000 levels: quarantined"
)
YEARS = "outside the years 1 to 9999, and infinity: quarantined, since the driver gives back another value (RS-413)"
NANOS = f"{YEARS}; digits of a second beyond the sixth are cut (RS-407)"
DAY = "24:00 and later, and below 00:00: quarantined, since the driver fails on them; an integer type can be chosen"
ISO_DAY = "24:00 and later: quarantined; digits of a second beyond the sixth are cut (RS-407)"
ISO_TEXT = f"stored otherwise: as the ISO 8601 text that is sent; {LENGTH}"
OCTETS_TEXT = (
    f"{OCTETS}; types that the connector does not know (include.unknown.datatypes) are the bytes of their text"
)
SPANS = "every value fits; the connector counts a month as 30.4375 days, and a longer span as the largest number"
UNKNOWN = "no value was ever seen: the user must choose a type"

ROWS: tuple[Row, ...] = (
    Row("boolean", "", "BOOLEAN", "boolean", build.plain, beyond=ALL_FIT),
    Row("int8", "", "SMALLINT", "integer", build.integer, widens="int16, int32, int64", beyond=ALL_FIT),
    Row("int16", "", "SMALLINT", "integer", build.integer, widens="int32, int64", beyond=ALL_FIT),
    Row("int32", "", "INTEGER", "integer", build.integer, widens="int64", beyond=ALL_FIT),
    Row("int64", "", "BIGINT", "integer", build.integer, widens="where it is inferred: double", beyond=RANGE),
    Row("float", "", "REAL", "real", build.plain, widens="double", beyond=FLOATS),
    Row("double", "", "DOUBLE PRECISION", "double", build.plain, beyond=FLOATS),
    Row("string", "", "VARCHAR", "text", build.text, widens="longer", beyond=LENGTH),
    Row("bytes", "", "VARBYTE", "bytes", build.octets, HEX, beyond=OCTETS_TEXT),
    Row("array", "", "SUPER", "document", build.plain, JSON, beyond=DOCUMENT),
    Row("map", "", "SUPER", "document", build.plain, JSON, beyond=DOCUMENT),
    Row("struct", "", "SUPER", "document", build.plain, JSON, beyond=DOCUMENT),
    Row("null", "", "", "", build.no_home, widens="every type", beyond=UNKNOWN),
    # numbers
    Row(
        "bytes",
        DECIMAL,
        "NUMERIC",
        "decimal",
        build.decimal,
        when=build.NUMERIC_HOLDS,
        widens="more digits",
        beyond=DIGITS,
    ),
    Row("bytes", DECIMAL, "VARCHAR", "decimal_text", build.decimal_text, widens="more digits", beyond=NUMBER_TEXT),
    Row("struct", DATA + "VariableScaleDecimal", "VARCHAR", "decimal_text", build.decimal_text, beyond=NUMBER_TEXT),
    Row("bytes", DATA + "Bits", "VARBYTE", "bytes", build.octets, HEX, beyond=BITS),
    # dates and times: as numbers (adaptive, connect, microseconds, nanoseconds), and as ISO 8601 texts (isostring)
    Row("int32", TIME + "Date", "DATE", "date_days", build.epoch, DAYS, beyond=YEARS),
    Row("int32", CONNECT + "Date", "DATE", "date_days", build.epoch, DAYS, beyond=YEARS),
    Row("string", TIME + "IsoDate", "DATE", "iso_date", build.plain, beyond=YEARS),
    Row("int64", TIME + "Timestamp", "TIMESTAMP", "timestamp_millis", build.epoch, MILLIS, beyond=YEARS),
    Row("int64", CONNECT + "Timestamp", "TIMESTAMP", "timestamp_millis", build.epoch, MILLIS, beyond=YEARS),
    Row("int64", TIME + "MicroTimestamp", "TIMESTAMP", "timestamp_micros", build.epoch, MICROS, beyond=YEARS),
    Row("int64", TIME + "NanoTimestamp", "TIMESTAMP", "timestamp_nanos", build.epoch, MICROS, beyond=NANOS),
    Row("string", TIME + "IsoTimestamp", "TIMESTAMP", "iso_timestamp", build.plain, beyond=NANOS),
    Row("string", TIME + "ZonedTimestamp", "TIMESTAMPTZ", "timestamptz", build.plain, beyond=NANOS),
    Row("int32", TIME + "Time", "TIME", "time_millis", build.plain, beyond=DAY),
    Row("int32", CONNECT + "Time", "TIME", "time_millis", build.plain, beyond=DAY),
    Row("int64", TIME + "MicroTime", "TIME", "time_micros", build.plain, beyond=DAY),
    Row("int64", TIME + "NanoTime", "TIME", "time_nanos", build.plain, beyond=DAY),
    Row("string", TIME + "IsoTime", "TIME", "iso_time", build.plain, beyond=ISO_DAY),
    Row("string", TIME + "ZonedTime", "32", "text", build.text, beyond=f"{ISO_TEXT}; the connector sends it in UTC"),
    Row("int32", TIME + "Year", "INTEGER", "integer", build.integer, beyond=ALL_FIT),
    Row("int64", TIME + "MicroDuration", "BIGINT", "integer", build.integer, beyond=SPANS),
    Row("int64", TIME + "NanoDuration", "BIGINT", "integer", build.integer, beyond=SPANS),
    Row("string", TIME + "Interval", "64", "text", build.text, beyond=ISO_TEXT),
    # texts that have a form
    Row("string", DATA + "Json", "SUPER", "json", build.plain, JSON, beyond=DOCUMENT),
    Row("string", DATA + "Uuid", "36", "text", build.text, beyond=LENGTH),
    Row("string", DATA + "Enum", "VARCHAR", "text", build.text, beyond=LENGTH),
    Row("string", DATA + "EnumSet", "VARCHAR", "text", build.text, beyond=LENGTH),
    Row("string", DATA + "Xml", "VARCHAR", "text", build.text, beyond=LENGTH),
    Row("string", DATA + "Ltree", "VARCHAR", "text", build.text, beyond=LENGTH),
    Row("string", DATA + "Tsvector", "VARCHAR", "text", build.text, beyond=LENGTH),
    # structures
    Row("struct", DATA + "geometry.Point", "SUPER", "document", build.plain, JSON, beyond=DOCUMENT),
    Row("struct", DATA + "geometry.Geometry", "SUPER", "document", build.plain, JSON, beyond=DOCUMENT),
    Row("struct", DATA + "geometry.Geography", "SUPER", "document", build.plain, JSON, beyond=DOCUMENT),
    Row("array", DATA + "DoubleVector", "SUPER", "document", build.plain, JSON, beyond=DOCUMENT),
    Row("array", DATA + "FloatVector", "SUPER", "document", build.plain, JSON, beyond=DOCUMENT),
    Row("struct", DATA + "SparseVector", "SUPER", "document", build.plain, JSON, beyond=DOCUMENT),
)

_KINDS = frozenset((row.type, row.name) for row in ROWS)


def row_of(observed: ObservedField) -> Row | None:
    """The first row of the table that the field satisfies; None when the table has no such type."""
    rows = (row for row in ROWS if (row.type, row.name) == (observed.type, observed.name))
    return next((row for row in rows if row.when is None or row.when.holds(observed)), None)


def known(observed: ObservedField) -> bool:
    """Whether the table has the field's type at all."""
    return (observed.type, observed.name) in _KINDS


def mapped(observed: ObservedField) -> Mapped | None:
    """What the field becomes; None when no column type holds every value of it, so that the user must choose.

    Raises KeyError for a type that is not `known`.
    """
    return _mapped(observed.type, observed.name, (*observed.parameters.items(),))


@lru_cache(maxsize=1 << 14)
def _mapped(kind: str, name: str, parameters: tuple[tuple[str, str], ...]) -> Mapped | None:
    observed = ObservedField(field="", type=kind, name=name, parameters=dict(parameters))
    row = row_of(observed)
    if row is None:
        raise KeyError(observed.kind)
    return row.build(observed, row)


def overridden(observed: ObservedField, wanted: ColumnType) -> Mapped | None:
    """What the field becomes when the user chose the column type; None when that type cannot hold it.

    A date, a time or a duration that is sent as a number may be kept as that number, and one that is sent as a text as
    that text, where its own column refuses values that the user wants to keep.
    """
    row = row_of(observed) or row_of(ObservedField(field=observed.field, type=observed.type))
    match (row.converter if row else None, wanted.name):
        case (_, _) if build.is_integer(wanted) and observed.type in ("int8", "int16", "int32", "int64", "null"):
            return build.integer_of(wanted)
        case ("decimal" | "decimal_text" | "", "NUMERIC"):
            return build.decimal_of(wanted, observed)
        case ("text" | "integer" | "real" | "double", "NUMERIC") if not observed.name:
            return build.decimal_of(wanted, observed)
        case ("decimal" | "decimal_text", "VARCHAR"):
            return build.decimal_text_of(wanted, observed)
        case (_, "VARCHAR") if observed.type in ("string", "null"):
            return build.text_of(wanted)
        case ("document", "VARCHAR"):
            return build.document_of(wanted)
        case ("bytes", "VARBYTE"):
            return build.octets_of(wanted)
        case ("real" | "double", "REAL" | "DOUBLE PRECISION"):
            return build.floating_of(wanted)
        case _:
            natural = mapped(observed) if known(observed) else None
            return natural if natural is not None and natural.type == wanted else None


def accepts(observed: ObservedField) -> tuple[str, ...]:
    """The types of events that the field's converter reads: its own, and those it was widened from."""
    return _accepts(observed.was, observed.type, observed.name)


@lru_cache(maxsize=1 << 14)
def _accepts(was: tuple[str, ...], kind: str, name: str) -> tuple[str, ...]:
    return (*was, f"{kind} {name}" if name else kind)
