"""Converters of numbers: whole, floating, exact. Ranges are checked; only a double passes through a double."""

from __future__ import annotations

import base64
import binascii
import re
import struct
from collections.abc import Callable, Mapping
from decimal import Context, Decimal
from typing import Any

from .wrong import shown, unexpected

_EXACT = Context(prec=200_000, Emax=999_999, Emin=-999_999)  # more digits than PostgreSQL's numeric can hold
_REAL_MAX, _REAL_MIN = Decimal("3.4028235677973366E38"), Decimal("1.17549435E-38")
_DOUBLE_MAX, _DOUBLE_MIN = Decimal("1.7976931348623158E308"), Decimal("2.2250738585072014E-308")
_INT64_DIGITS = 19  # a NUMERIC of up to so many digits is kept in 64 bits
_WRITTEN = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d{1,4})?", re.ASCII)
_NOT_FINITE = {"NaN": "NaN", "Infinity": "Infinity", "-Infinity": "-Infinity"}


def boolean(_: Mapping[str, int | str], __: Mapping[str, str]) -> Callable[[Any], str]:
    """True or false."""

    def convert(value: Any) -> str:
        if value is True or value is False:
            return "true" if value else "false"
        raise unexpected(value, "a boolean")

    return convert


def integer(args: Mapping[str, int | str], _: Mapping[str, str]) -> Callable[[Any], str]:
    """A whole number from `min` to `max`."""
    low, high = int(args["min"]), int(args["max"])

    def convert(value: Any) -> str:
        if type(value) is not int:
            raise unexpected(value, "an integer")
        if not low <= value <= high:
            raise ValueError(f"{shown(value)} is outside {low} to {high}")
        return str(value)

    return convert


def _single(number: float) -> float:
    """The number as four bytes hold it."""
    return float(struct.unpack("<f", struct.pack("<f", number))[0])


def _floating(
    high: Decimal, low: Decimal, held: Callable[[float], float]
) -> Callable[[Mapping[str, int | str], Mapping[str, str]], Callable[[Any], str]]:
    def factory(_: Mapping[str, int | str], __: Mapping[str, str]) -> Callable[[Any], str]:
        def convert(value: Any) -> str:
            if isinstance(value, str) and value in _NOT_FINITE:
                return _NOT_FINITE[value]
            if type(value) is int or isinstance(value, Decimal):
                return _in_range(Decimal(value))
            raise unexpected(value, "a number")

        return convert

    def _in_range(number: Decimal) -> str:
        size = number.copy_abs()
        if size > high or 0 < size < low:
            raise ValueError(f"{shown(number)} is outside what the column holds")
        return repr(held(float(number)) + 0.0)  # one text for one value, since keys are compared as texts

    return factory


def decimal(args: Mapping[str, int | str], parameters: Mapping[str, str]) -> Callable[[Any], str]:
    """An exact number of `precision` digits, `scale` of them after the point.

    Read from base64 with the record's own scale, else with `read_scale`; with `read` = "text" from a plain decimal
    text (`decimal.handling.mode=string`); from a JSON number; or from a VariableScaleDecimal. Digits beyond the scale
    are refused, not rounded, unless they are zeros.
    """
    precision, scale = int(args["precision"]), int(args["scale"])
    read = _reader(args, parameters, scale)
    most, unit = _most(precision).scaleb(-scale, _EXACT), Decimal(1).scaleb(-scale)

    def convert(value: Any) -> str:
        number = read(value)
        if number.copy_abs() >= most or _digits_after(number) > scale:
            raise ValueError(f"{shown(number)} does not fit NUMERIC({precision},{scale})")
        return format(number.quantize(unit, context=_EXACT) if number else unit - unit, "f")

    return convert


def _most(precision: int) -> Decimal:
    """The first unscaled number that does not fit: up to 19 digits are kept in 64 bits (redshift-facts, 4)."""
    return Decimal(min(10**precision, 1 << 63) if precision <= _INT64_DIGITS else 10**precision)


def decimal_text(args: Mapping[str, int | str], parameters: Mapping[str, str]) -> Callable[[Any], str]:
    """An exact number as text of at most `bytes` bytes: no exponent, no zeros at its end, one text a value.

    Read as `decimal` does.
    """
    limit = int(args["bytes"])
    read = _reader(args, parameters, 0)

    def convert(value: Any) -> str:
        number = read(value)
        after, before = _digits_after(number), max(number.adjusted() + 1, 1) if number else 1
        size = before + bool(after) + after + (number < 0)
        if size > limit:
            raise ValueError(f"{shown(number)} has {size} characters, more than VARCHAR({limit}) holds")
        text = format(number, "f") if number else "0"
        return text.rstrip("0").rstrip(".") if "." in text else text

    return convert


def _reader(args: Mapping[str, int | str], parameters: Mapping[str, str], scale: int) -> Callable[[Any], Decimal]:
    if args.get("read") == "text":
        return _plain
    read_scale = int(parameters.get("scale", args.get("read_scale", scale)))
    return lambda value: _exact(value, read_scale)


def _plain(value: Any) -> Decimal:
    """A number written out as text; the texts of NaN and infinity are none."""
    if not isinstance(value, str):
        return _exact(value, 0)
    if not _WRITTEN.fullmatch(value):
        raise unexpected(value, "a finite decimal")
    return Decimal(value)


def _exact(value: Any, scale: int) -> Decimal:
    match value:
        case bool():
            raise unexpected(value, "a decimal")
        case int() | Decimal():
            return Decimal(value)
        case dict() if type(value.get("scale")) is int and isinstance(value.get("value"), str):
            return _unscaled(value["value"], value["scale"])
        case str():
            return _unscaled(value, scale)
        case _:
            raise unexpected(value, "a decimal")


def _unscaled(text: str, scale: int) -> Decimal:
    """Base64 of a big-endian two's complement number without its point (Connect's Decimal)."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise unexpected(text, "a decimal") from None
    if not raw:
        raise unexpected(text, "a decimal")
    try:
        return Decimal(int.from_bytes(raw, "big", signed=True)).scaleb(-scale, _EXACT)
    except ArithmeticError:
        raise ValueError(f"a decimal of scale {shown(scale)} is more than any column holds") from None


def _digits_after(number: Decimal) -> int:
    """How many digits after the point matter."""
    _, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int):
        raise unexpected(number, "a finite decimal")
    if not number:
        return 0
    zeros = next((i for i, digit in enumerate(reversed(digits)) if digit), len(digits))
    return max(0, -exponent - zeros)


NUMBERS = {
    "boolean": boolean,
    "integer": integer,
    "real": _floating(_REAL_MAX, _REAL_MIN, _single),
    "double": _floating(_DOUBLE_MAX, _DOUBLE_MIN, float),
    "decimal": decimal,
    "decimal_text": decimal_text,
}
