"""The type table: from a field's type in the events to a column type, the converter that reads it.

The SQL that stores it.

One table, `ROWS`, and one lookup. What is not in it is refused: nothing is guessed.
**Every converter named here exists in `runtime.convert.CONVERTERS`.**
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from .model import ColumnType
from .observed import ObservedField
from .redshift import DECIMAL_DIGITS, VARBYTE_BYTES_SAFE, VARCHAR_BYTES
from .widening import DECIMAL, PRECISION, SCALE

_DIGITS = 10  # a longer number is none that a column could have
UTF8_BYTES = 4  # the most that one character takes (RS-404)
SOURCE_LENGTH = "__debezium.source.column.length"  # set by the connector's column.propagate.source.type


class Storing(StrEnum):
    """How a staged value becomes the column's value. The SQL of each stands in `storing.py`."""

    AS_STAGED = "as staged"
    EPOCH_DAYS = "days since 1970-01-01"
    EPOCH_MILLIS = "milliseconds since 1970-01-01"
    EPOCH_MICROS = "microseconds since 1970-01-01"
    JSON = "parsed by JSON_PARSE when it is staged"
    HEX = "decoded by TO_VARBYTE when it is staged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """What a field becomes: its column type, its type in the stage, and how it gets there."""

    type: ColumnType
    staged: ColumnType
    converter: str
    args: dict[str, int | str] = field(default_factory=dict)
    storing: Storing = Storing.AS_STAGED


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the type table: a Connect type and semantic name, and what becomes of it."""

    type: str
    name: str
    target: str
    converter: str
    build: Callable[[ObservedField, Row], Mapped | None]
    storing: Storing = Storing.AS_STAGED


_INTEGERS = {"SMALLINT": 15, "INTEGER": 31, "BIGINT": 63}  # value bits
BIGINT = ColumnType("BIGINT")
INTEGER = ColumnType("INTEGER")


def _plain(_: ObservedField, row: Row) -> Mapped:
    kind = ColumnType(row.target)
    return Mapped(type=kind, staged=kind, converter=row.converter, storing=row.storing)


def _integer(_: ObservedField, row: Row) -> Mapped:
    return _integer_of(ColumnType(row.target))


def _integer_of(kind: ColumnType) -> Mapped:
    bits = _INTEGERS[kind.name]
    return Mapped(type=kind, staged=kind, converter="integer", args={"min": -(1 << bits), "max": (1 << bits) - 1})


def _epoch(_: ObservedField, row: Row) -> Mapped:
    staged = INTEGER if row.storing is Storing.EPOCH_DAYS else BIGINT
    return Mapped(type=ColumnType(row.target), staged=staged, converter=row.converter, storing=row.storing)


def _number(observed: ObservedField, parameter: str, absent: int) -> int:
    """A parameter that is a whole number; -1 when it is none, which no type takes."""
    text = observed.parameters.get(parameter, str(absent))
    return int(text) if text.isascii() and text.lstrip("-").isdecimal() and len(text) < _DIGITS else -1


def _decimal(observed: ObservedField, _: Row) -> Mapped | None:
    scale = _number(observed, SCALE, 0)
    precision = _number(observed, PRECISION, DECIMAL_DIGITS)
    if not 0 < precision <= DECIMAL_DIGITS or not 0 <= scale < DECIMAL_DIGITS:
        return None
    return _decimal_of(ColumnType("NUMERIC", (max(precision, scale), scale)), observed)


def _decimal_of(kind: ColumnType, observed: ObservedField) -> Mapped:
    precision, scale = kind.args
    read = _number(observed, SCALE, scale)
    args: dict[str, int | str] = {"precision": precision, "scale": scale, "read_scale": read}
    return Mapped(type=kind, staged=kind, converter="decimal", args=args)


def _text(observed: ObservedField, row: Row) -> Mapped:
    if row.target != "VARCHAR":
        return _text_of(ColumnType("VARCHAR", (int(row.target),)))
    length = 0 if row.name else _number(observed, SOURCE_LENGTH, 0)  # that of an enum is not the length of its texts
    return _text_of(ColumnType("VARCHAR", (min(length * UTF8_BYTES, VARCHAR_BYTES) if length > 0 else VARCHAR_BYTES,)))


def _text_of(kind: ColumnType) -> Mapped:
    return Mapped(type=kind, staged=kind, converter="text", args={"bytes": kind.args[0]})


def _bytes(_: ObservedField, row: Row) -> Mapped:
    return _bytes_of(ColumnType(row.target, (VARBYTE_BYTES_SAFE,)))


def _bytes_of(kind: ColumnType) -> Mapped:
    return Mapped(type=kind, staged=kind, converter="bytes", args={"bytes": kind.args[0]}, storing=Storing.HEX)


def _no_home(_: ObservedField, __: Row) -> None:
    return None


DEBEZIUM_TIME = "io.debezium.time."
CONNECT = "org.apache.kafka.connect.data."
DATA = "io.debezium.data."

ROWS: tuple[Row, ...] = (
    Row("boolean", "", "BOOLEAN", "boolean", _plain),
    Row("int8", "", "SMALLINT", "integer", _integer),
    Row("int16", "", "SMALLINT", "integer", _integer),
    Row("int32", "", "INTEGER", "integer", _integer),
    Row("int64", "", "BIGINT", "integer", _integer),
    Row("float", "", "REAL", "real", _plain),
    Row("double", "", "DOUBLE PRECISION", "double", _plain),
    Row("string", "", "VARCHAR", "text", _text),
    Row("bytes", "", "VARBYTE", "bytes", _bytes, Storing.HEX),
    Row("array", "", "SUPER", "document", _plain, Storing.JSON),
    Row("map", "", "SUPER", "document", _plain, Storing.JSON),
    Row("struct", "", "SUPER", "document", _plain, Storing.JSON),
    Row("null", "", "", "", _no_home),
    Row("bytes", DECIMAL, "NUMERIC", "decimal", _decimal),
    Row("struct", DATA + "VariableScaleDecimal", "", "decimal", _no_home),
    Row("int32", DEBEZIUM_TIME + "Date", "DATE", "date_days", _epoch, Storing.EPOCH_DAYS),
    Row("int32", CONNECT + "Date", "DATE", "date_days", _epoch, Storing.EPOCH_DAYS),
    Row("int64", DEBEZIUM_TIME + "Timestamp", "TIMESTAMP", "timestamp_millis", _epoch, Storing.EPOCH_MILLIS),
    Row("int64", CONNECT + "Timestamp", "TIMESTAMP", "timestamp_millis", _epoch, Storing.EPOCH_MILLIS),
    Row(
        "int64",
        DEBEZIUM_TIME + "MicroTimestamp",
        "TIMESTAMP",
        "timestamp_micros",
        _epoch,
        Storing.EPOCH_MICROS,
    ),
    Row("int64", DEBEZIUM_TIME + "NanoTimestamp", "TIMESTAMP", "timestamp_nanos", _epoch, Storing.EPOCH_MICROS),
    Row("string", DEBEZIUM_TIME + "ZonedTimestamp", "TIMESTAMPTZ", "timestamptz", _plain),
    Row("int32", DEBEZIUM_TIME + "Time", "TIME", "time_millis", _plain),
    Row("int32", CONNECT + "Time", "TIME", "time_millis", _plain),
    Row("int64", DEBEZIUM_TIME + "MicroTime", "TIME", "time_micros", _plain),
    Row("int64", DEBEZIUM_TIME + "NanoTime", "TIME", "time_nanos", _plain),
    Row("string", DEBEZIUM_TIME + "ZonedTime", "32", "text", _text),
    Row("int32", DEBEZIUM_TIME + "Year", "INTEGER", "integer", _integer),
    Row("int64", DEBEZIUM_TIME + "MicroDuration", "BIGINT", "integer", _integer),
    Row("string", DEBEZIUM_TIME + "Interval", "64", "text", _text),
    Row("string", DATA + "Json", "SUPER", "json", _plain, Storing.JSON),
    Row("string", DATA + "Uuid", "36", "text", _text),
    Row("string", DATA + "Enum", "VARCHAR", "text", _text),
    Row("string", DATA + "EnumSet", "VARCHAR", "text", _text),
    Row("string", DATA + "Xml", "VARCHAR", "text", _text),
    Row("string", DATA + "Ltree", "VARCHAR", "text", _text),
    Row("bytes", DATA + "Bits", "VARBYTE", "bytes", _bytes, Storing.HEX),
    Row("struct", DATA + "geometry.Point", "SUPER", "document", _plain, Storing.JSON),
    Row("struct", DATA + "geometry.Geometry", "SUPER", "document", _plain, Storing.JSON),
    Row("struct", DATA + "geometry.Geography", "SUPER", "document", _plain, Storing.JSON),
)

_BY_KIND = {(row.type, row.name): row for row in ROWS}


def known(observed: ObservedField) -> bool:
    """Whether the table has the field's type at all."""
    return (observed.type, observed.name) in _BY_KIND


def mapped(observed: ObservedField) -> Mapped | None:
    """What the field becomes; None when no column type holds every value of it, so that the user must choose."""
    row = _BY_KIND[(observed.type, observed.name)]
    return row.build(observed, row)


def overridden(observed: ObservedField, wanted: ColumnType) -> Mapped | None:
    """What the field becomes when the user chose the column type; None when that type cannot hold it."""
    row = _BY_KIND.get((observed.type, observed.name)) or _BY_KIND.get((observed.type, ""))
    converter = row.converter if row else None
    match (converter, wanted.name):
        case ("integer" | "", name) if name in _INTEGERS:
            return _integer_of(wanted)
        case ("decimal" | "", "NUMERIC"):
            return _decimal_of(wanted, observed)
        case ("text" | "", "VARCHAR"):
            return _text_of(wanted)
        case ("bytes", "VARBYTE"):
            return _bytes_of(wanted)
        case ("real" | "double", "REAL" | "DOUBLE PRECISION"):
            return Mapped(type=wanted, staged=wanted, converter="real" if wanted.name == "REAL" else "double")
        case _:
            natural = mapped(observed) if known(observed) else None
            return natural if natural is not None and natural.type == wanted else None


def accepts(observed: ObservedField) -> tuple[str, ...]:
    """The types of events that the field's converter reads: its own, and those it was widened from."""
    return (*observed.was, observed.kind)
