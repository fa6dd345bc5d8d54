"""How a field's column is built: the pieces that the rows of the type table are made of.

Each builder is a pure function from an observed field and its row to what the field becomes. **Which field uses which
builder stands in `typemap.ROWS`, and nowhere else.**
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from .model import ColumnType
from .observed import ObservedField
from .redshift import DECIMAL_DIGITS, DECIMAL_SCALE, VARBYTE_BYTES_SAFE, VARCHAR_BYTES
from .widening import PRECISION, SCALE

_DIGITS = 10  # a longer number is none that a column could have
_SIGN_AND_POINT = 3  # "-0." before the digits of a number
_INT64_DIGITS = 19  # a NUMERIC of so many digits is kept in 64 bits, which do not hold all of them (redshift-facts 4)
UTF8_BYTES = 4  # the most that one character takes (RS-404)
SOURCE_TYPE = "__debezium.source.column.type"  # set by the connector's column.propagate.source.type
SOURCE_LENGTH = "__debezium.source.column.length"


class Storing(StrEnum):
    """How a staged value becomes the column's value. The SQL of each stands in `storing.py`."""

    AS_STAGED = "as staged"
    EPOCH_DAYS = "days since 1970-01-01"
    EPOCH_MILLIS = "milliseconds since 1970-01-01"
    EPOCH_MICROS = "microseconds since 1970-01-01"
    JSON = "parsed by JSON_PARSE when it is staged"
    HEX = "decoded by TO_VARBYTE when it is staged"
    TIME_TEXT = "a time of day as a text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """What a field becomes: its column type, its type in the stage, and how it gets there."""

    type: ColumnType
    staged: ColumnType
    converter: str
    args: dict[str, int | str] = field(default_factory=dict)
    storing: Storing = Storing.AS_STAGED


@dataclass(frozen=True, slots=True)
class When:
    """A condition on a field, in words that a reviewer reads and as the predicate that decides."""

    words: str
    holds: Callable[[ObservedField], bool]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the type table: a field's type in the events, and what becomes of it.

    Attributes:
        type: Connect's type.
        name: the semantic name, "" when there is none.
        target: the Redshift type, or for a VARCHAR of known size its bytes.
        converter: the runtime's converter, "" when the user must choose a column type.
        build: makes the column, its stage and the converter's arguments.
        storing: how the staged value becomes the column's.
        when: what else must hold of the field; the first row that holds is taken.
        widens: the kinds of events that the field may become later without a loss.
        beyond: what happens to values that the column cannot hold.

    """

    type: str
    name: str
    target: str
    converter: str
    build: Callable[[ObservedField, Row], Mapped | None]
    storing: Storing = Storing.AS_STAGED
    when: When | None = None
    widens: str = ""
    beyond: str = ""


_INTEGERS = {"SMALLINT": 15, "INTEGER": 31, "BIGINT": 63}  # value bits
_BIGINT = ColumnType("BIGINT")
_INTEGER = ColumnType("INTEGER")


def plain(_: ObservedField, row: Row) -> Mapped:
    """A column of the row's target, staged as it is."""
    kind = ColumnType(row.target)
    return Mapped(type=kind, staged=kind, converter=row.converter, storing=row.storing)


def integer(_: ObservedField, row: Row) -> Mapped:
    """A whole number in the row's target."""
    return integer_of(ColumnType(row.target))


def integer_of(kind: ColumnType) -> Mapped:
    """A whole number in a column of this type, checked against its bits."""
    bits = _INTEGERS[kind.name]
    return Mapped(type=kind, staged=kind, converter="integer", args={"min": -(1 << bits), "max": (1 << bits) - 1})


def is_integer(kind: ColumnType) -> bool:
    """Whether a column type holds whole numbers."""
    return kind.name in _INTEGERS


def epoch(_: ObservedField, row: Row) -> Mapped:
    """A date or a timestamp that is staged as the number that the event holds."""
    staged = _INTEGER if row.storing is Storing.EPOCH_DAYS else _BIGINT
    return Mapped(type=ColumnType(row.target), staged=staged, converter=row.converter, storing=row.storing)


def _number(observed: ObservedField, parameter: str, absent: int) -> int | None:
    """A parameter that is a whole number; None when it is none, which no type takes."""
    text = observed.parameters.get(parameter, str(absent))
    digits = text.removeprefix("-")
    return int(text) if text.isascii() and digits.isdecimal() and len(text) < _DIGITS else None


def _numeric(observed: ObservedField) -> ColumnType | None:
    """The NUMERIC that holds every value of a decimal, None when there is none.

    A scale below zero means zeros before the point. One digit more is taken where 64 bits would not hold all (RS-406).
    """
    scale, precision = _number(observed, SCALE, 0), _number(observed, PRECISION, DECIMAL_DIGITS)
    if scale is None or precision is None or precision < 1:
        return None
    digits = max(precision - min(scale, 0) if PRECISION in observed.parameters else precision, scale)
    if digits > DECIMAL_DIGITS or scale > DECIMAL_SCALE:
        return None
    return ColumnType("NUMERIC", (digits + (digits == _INT64_DIGITS), max(scale, 0)))


NUMERIC_HOLDS = When("precision and scale fit NUMERIC(38,37)", lambda observed: _numeric(observed) is not None)


def decimal(observed: ObservedField, _: Row) -> Mapped | None:
    """An exact number in the NUMERIC of its precision and scale."""
    kind = _numeric(observed)
    return decimal_of(kind, observed) if kind else None


def decimal_of(kind: ColumnType, observed: ObservedField) -> Mapped:
    """An exact number in this NUMERIC; from a plain number or a plain text where the events do not send its bytes."""
    precision, scale = kind.args
    args: dict[str, int | str] = {"precision": precision, "scale": scale, "read_scale": _read_scale(observed, scale)}
    if observed.type not in ("bytes", "struct", "null"):
        args["read"] = "text"
    return Mapped(type=kind, staged=kind, converter="decimal", args=args)


def _read_scale(observed: ObservedField, absent: int) -> int:
    scale = _number(observed, SCALE, absent)
    return absent if scale is None else scale


def decimal_text(observed: ObservedField, _: Row) -> Mapped:
    """A number of more digits than NUMERIC has, or of a scale that differs from row to row: its exact text."""
    precision = _number(observed, PRECISION, 0) or 0
    size = precision + abs(_read_scale(observed, 0)) + _SIGN_AND_POINT if precision > 0 else VARCHAR_BYTES
    return decimal_text_of(ColumnType("VARCHAR", (min(size, VARCHAR_BYTES),)), observed)


def decimal_text_of(kind: ColumnType, observed: ObservedField) -> Mapped:
    """A number's exact text in this VARCHAR."""
    args: dict[str, int | str] = {"bytes": kind.args[0], "read_scale": _read_scale(observed, 0)}
    return Mapped(type=kind, staged=kind, converter="decimal_text", args=args)


def text(observed: ObservedField, row: Row) -> Mapped:
    """A text in a VARCHAR of the row's size; of four bytes a character where the source's length is known."""
    if row.target != "VARCHAR":
        return text_of(ColumnType("VARCHAR", (int(row.target),)))
    length = _number(observed, SOURCE_LENGTH, 0) or 0
    size = min(length * UTF8_BYTES, VARCHAR_BYTES) if length > 0 and _is_text(observed) else VARCHAR_BYTES
    return text_of(ColumnType("VARCHAR", (size,)))


def _is_text(observed: ObservedField) -> bool:
    """Whether the source's length counts the characters of the text: not that of an enum, of bytes or a number."""
    return not observed.name and "CHAR" in observed.parameters.get(SOURCE_TYPE, "CHAR").upper()


def text_of(kind: ColumnType) -> Mapped:
    """A text in this VARCHAR."""
    return Mapped(type=kind, staged=kind, converter="text", args={"bytes": kind.args[0]})


def document_of(kind: ColumnType) -> Mapped:
    """An array, a map or a struct as the text of its JSON in this VARCHAR."""
    return Mapped(type=kind, staged=kind, converter="document", args={"bytes": kind.args[0]})


def octets(_: ObservedField, row: Row) -> Mapped:
    """Bytes in a VARBYTE that every cluster takes."""
    return octets_of(ColumnType(row.target, (VARBYTE_BYTES_SAFE,)))


def octets_of(kind: ColumnType) -> Mapped:
    """Bytes in this VARBYTE."""
    return Mapped(type=kind, staged=kind, converter="bytes", args={"bytes": kind.args[0]}, storing=Storing.HEX)


def floating_of(kind: ColumnType) -> Mapped:
    """A floating number in this REAL or DOUBLE PRECISION."""
    return Mapped(type=kind, staged=kind, converter="real" if kind.name == "REAL" else "double")


def no_home(_: ObservedField, __: Row) -> None:
    """Nothing is known of the values: the user must choose."""
