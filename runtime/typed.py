"""The usual events of one table, decoded and checked in C: types, ranges, lengths, the names of all fields.

What a lane does not take goes the general way, which takes it, holds it or says what is wrong with it. **A lane takes
no event that the general way would refuse, and stages the same values.**
"""

from __future__ import annotations

from binascii import Error, a2b_base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Annotated, Any, TypeAlias

import msgspec

from .convert import UNSENT
from .envelope import METADATA_PREFIX, Kind
from .table_program import Field

_INT64 = 19  # digits of a NUMERIC that is kept in 64 bits
_UTF8 = 4  # bytes of one character, at most
_DAY = 86_400
_FIRST_DAY, _LAST_DAY = -719_162, 2_932_896  # 0001-01-01 and 9999-12-31
_DOUBLE_MAX, _DOUBLE_MIN = 1.7976931348623157e308, 2.2250738585072014e-308
_LONGEST_TIME = len("2026-01-01T00:00:00.000000Z")

Check: TypeAlias = Callable[[Any], Any]  # gives the value as it is staged; raises ValueError where it is not usual


@dataclass(frozen=True, slots=True)
class Usual:
    """How one field is decoded, and what is checked of it afterwards; None where nothing is left to check."""

    kind: Any
    check: Check | None = None
    text: int = 0  # bytes that the text may have; 0 where it is none


def usual(field: Field, kind: Kind | None) -> Usual | None:
    """How the field's usual values are decoded; None where only the general way knows them."""
    args, parameters = field.args, kind.parameters if kind else {}
    match field.converter:
        case "integer":
            return Usual(_whole(int(args["min"]), int(args["max"])))
        case "boolean":
            return Usual(bool)
        case "double":
            return Usual(Annotated[float, msgspec.Meta(ge=-_DOUBLE_MAX, le=_DOUBLE_MAX)], _double)
        case "text" if "too_long" not in args:
            return Usual(str, text=int(args["bytes"]))
        case "date_days":
            return Usual(_whole(_FIRST_DAY, _LAST_DAY))
        case "timestamp_millis":
            return Usual(_whole(_FIRST_DAY * _DAY * 1_000, (_LAST_DAY + 1) * _DAY * 1_000 - 1))
        case "timestamp_micros":
            return Usual(_whole(_FIRST_DAY * _DAY * 1_000_000, (_LAST_DAY + 1) * _DAY * 1_000_000 - 1))
        case "timestamptz":
            return Usual(str, _utc)
        case "decimal" if args.get("read") != "text":
            return _decimal(int(args["precision"]), int(args["scale"]), args, parameters)
        case _:
            return None


def _whole(low: int, high: int) -> Any:
    return Annotated[int, msgspec.Meta(ge=low, le=high)]


def _double(value: float) -> float:
    if value and -_DOUBLE_MIN < value < _DOUBLE_MIN:
        raise ValueError
    return value + 0.0  # no negative zero


def _utc(text: str) -> str:
    """A time in UTC, to microseconds at most, as Debezium writes it."""
    if len(text) > _LONGEST_TIME or text[4:11:3] != "--T" or text[-1:] != "Z":
        raise ValueError
    datetime.fromisoformat(text)
    return text


def _decimal(precision: int, scale: int, args: Mapping[str, Any], parameters: Mapping[str, str]) -> Usual | None:
    """Base64 of a two's complement number of the column's own scale."""
    if str(parameters.get("scale", args.get("read_scale", scale))) != str(scale) or scale < 0:
        return None
    most = min(10**precision, 1 << 63) if precision <= _INT64 else 10**precision

    def check(text: str) -> str:
        try:
            number = int.from_bytes(a2b_base64(text, strict_mode=True), "big", signed=True)
        except Error:
            raise ValueError from None
        if not text or not -most < number < most:
            raise ValueError
        if not scale:
            return str(number)
        digits = f"{abs(number):0{scale + 1}}"
        return f"{'-' if number < 0 else ''}{digits[:-scale]}.{digits[-scale:]}"

    return Usual(str, check)


def names(fields: tuple[Field, ...]) -> dict[str, str]:
    """The attribute of each field, by the event's name."""
    return {field.field: f"f{number}" for number, field in enumerate(fields)}


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one shape.

    Attributes:
        kind: a msgspec Struct with an attribute `f0`, `f1` … for each staged field, in their order.
        texts: the attributes that are text, and the bytes that each may have.
        checks: what is checked of other attributes.
        key: the attributes of the key, in the key's order.

    """

    kind: type[msgspec.Struct]
    texts: tuple[tuple[str, int], ...]
    checks: tuple[tuple[str, Check], ...]
    key: tuple[str, ...]


def rows_of(
    fields: tuple[Field, ...], key: tuple[str, ...], kinds: Mapping[str, Kind], other: frozenset[str]
) -> Rows | None:
    """How rows of these fields are decoded; `other` names are known and not loaded. None where it cannot be."""
    found = {field.field: _chosen(field, kinds) for field in fields}
    if len(found) < len(fields) or any(one is None for one in found.values()):
        return None
    attributes = names(fields)
    usuals = {attributes[name]: one for name, one in found.items() if one is not None}
    if any(usuals[attributes[name]].check for name in key):
        return None
    required = [(attributes[name], usuals[attributes[name]].kind) for name in key]
    keyed = {attribute for attribute, _ in required}
    optional = [(name, one.kind | None, None) for name, one in usuals.items() if name not in keyed]
    passed = [(f"o{number}", msgspec.Raw, msgspec.Raw()) for number, _ in enumerate(sorted(other))]
    renamed = {attribute: name for name, attribute in attributes.items()}
    renamed |= {f"o{number}": name for number, name in enumerate(sorted(other))}
    kind = msgspec.defstruct(
        "Row", [*required, *optional, *passed], rename=renamed.get, forbid_unknown_fields=True, gc=False
    )
    return Rows(
        kind=kind,
        texts=tuple((name, one.text) for name, one in usuals.items() if one.text),
        checks=tuple((name, one.check) for name, one in usuals.items() if one.check),
        key=tuple(attributes[name] for name in key),
    )


def _chosen(field: Field, kinds: Mapping[str, Kind]) -> Usual | None:
    kind = kinds.get(field.field)
    if kind is not None and kind.text not in field.accepts:
        return None
    return usual(field, kind)


def other_names(excluded: tuple[str, ...], row: Mapping[str, Any]) -> frozenset[str]:
    """The names of a row that are known and not loaded: what the plan excludes, and the transformation's own."""
    return frozenset(excluded) | {name for name in row if name.startswith(METADATA_PREFIX)}


def checker(rows: Rows) -> Callable[[Any], bool]:
    """Says whether a decoded row is usual, and puts its values as they are staged."""
    limits = [(limit, limit // _UTF8) for _, limit in rows.texts]
    texts = _getter(tuple(name for name, _ in rows.texts))
    checks = rows.checks

    def check(row: Any) -> bool:
        for text, (limit, short) in zip(texts(row), limits):  # noqa: B905 - in step by their making
            if text is not None and (
                "\0" in text or text in UNSENT or (len(text) > short and not (len(text) <= limit and text.isascii()))
            ):
                return False
        try:
            for name, one in checks:
                if (value := getattr(row, name)) is not None:
                    setattr(row, name, one(value))
        except ValueError:
            return False
        return True

    return check


def _getter(attributes: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    if len(attributes) > 1:
        return attrgetter(*attributes)
    if attributes:
        one = attrgetter(*attributes)
        return lambda row: (one(row),)
    return lambda _: ()


def key_of(rows: Rows) -> Callable[[Any], tuple[str, ...]]:
    """Reads a row's key as it is compared: texts, without blanks at their end."""
    getter = _getter(rows.key)
    if len(rows.key) == 1 and not any(name == rows.key[0] for name, _ in rows.texts):
        one = attrgetter(rows.key[0])
        return lambda row: (str(one(row)),)
    return lambda row: tuple(str(value).rstrip(" ") for value in getter(row))
