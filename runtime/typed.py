"""The usual events of one table, decoded and checked in C: types, ranges, lengths, the names of all fields.

What a lane does not take goes the general way, which takes it, holds it or says what is wrong with it. **A lane takes
no event that the general way would refuse, and stages the same values.**
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import chain
from operator import attrgetter
from typing import Annotated, Any, ClassVar, TypeAlias

import msgspec

from . import spelling
from .convert import UNSENT
from .envelope import METADATA_PREFIX, Kind
from .keys import Key
from .spelling import Spell, Texts
from .table_program import Field

_INT64 = 19  # digits of a NUMERIC that is kept in 64 bits
_UTF8 = 4  # bytes of one character, at most
_DAY = 86_400
_FIRST_DAY, _LAST_DAY = -719_162, 2_932_896  # 0001-01-01 and 9999-12-31
_DOUBLE_MAX, _DOUBLE_MIN = 1.7976931348623157e308, 2.2250738585072014e-308
_LONGEST_TIME = len("2026-01-01T00:00:00.000000Z")
_TIMES = ("--T::.", "--T::Z")
_SHORT = min(map(len, UNSENT)) - 1  # characters of a text that is no mark of a value that was not sent

_AS_JSON = (spelling.integer, spelling.text, spelling.boolean, spelling.double)
_KEYS = (spelling.integer, spelling.text)  # whose values are compared as they are staged

Check: TypeAlias = Callable[[Sequence[Any]], bool]  # whether all values of a column are usual


@dataclass(frozen=True, slots=True)
class Usual:
    """How one field is decoded and written, and what is checked of it between; None where nothing is left to check."""

    kind: Any
    spell: Spell
    check: Check | None = None


class UsualRow(msgspec.Struct, gc=False):
    """A row that a lane decoded: an attribute `f0`, `f1` … for each staged field, in their order."""

    spells: ClassVar[tuple[Spell, ...]]

    def texts(self) -> tuple[str | None, ...]:
        """The row as it is staged."""
        return tuple(column[0] for column in columns([self]))


def columns(rows: Sequence[UsualRow]) -> list[Texts]:
    """Rows of one shape as they are staged, a column at a time."""
    spells = type(rows[0]).spells
    return [spell([*map(attrgetter(f"f{number}"), rows)]) for number, spell in enumerate(spells)]


def plain(rows: Sequence[UsualRow]) -> list[tuple[Any, ...]]:
    """Rows of one shape with values that JSON writes as they are staged: what it does not is made a text in its row."""
    spells = type(rows[0]).spells
    for number, spell in enumerate(spells):
        if spell not in _AS_JSON:
            name = f"f{number}"
            for row, text in zip(rows, spell([*map(attrgetter(name), rows)]), strict=True):
                setattr(row, name, text)
    found = [*map(msgspec.structs.astuple, rows)]
    return found if len(found[0]) == len(spells) else [row[: len(spells)] for row in found]


def usual(field: Field, kind: Kind | None) -> Usual | None:
    """How the field's usual values are decoded; None where only the general way knows them."""
    args, parameters = field.args, kind.parameters if kind else {}
    match field.converter:
        case "integer":
            return _whole(int(args["min"]), int(args["max"]))
        case "boolean":
            return Usual(bool, spelling.boolean)
        case "double":
            return Usual(Annotated[float, msgspec.Meta(ge=-_DOUBLE_MAX, le=_DOUBLE_MAX)], spelling.double, _normal)
        case "text" if "too_long" not in args:
            return Usual(str, spelling.text, _fitting(int(args["bytes"])))
        case "date_days":
            return _whole(_FIRST_DAY, _LAST_DAY)
        case "timestamp_millis":
            return _whole(_FIRST_DAY * _DAY * 1_000, (_LAST_DAY + 1) * _DAY * 1_000 - 1)
        case "timestamp_micros":
            return _whole(_FIRST_DAY * _DAY * 1_000_000, (_LAST_DAY + 1) * _DAY * 1_000_000 - 1)
        case "timestamptz":
            return Usual(str, spelling.text, _utc)
        case "decimal" if args.get("read") != "text":
            return _decimal(int(args["precision"]), int(args["scale"]), args, parameters)
        case _:
            return None


def _whole(low: int, high: int) -> Usual:
    return Usual(Annotated[int, msgspec.Meta(ge=low, le=high)], spelling.integer)


def _normal(column: Sequence[float | None]) -> bool:
    small = [value for value in column if value is not None and -_DOUBLE_MIN < value < _DOUBLE_MIN]
    return not any(small) and "-0.0" not in map(str, small)


@cache
def _fitting(limit: int) -> Check:
    """Texts of at most so many bytes, without NUL, none of them a mark of a value that was not sent."""
    short = min(_SHORT, limit // _UTF8)

    def fits(text: str) -> bool:
        return text not in UNSENT and (len(text) * _UTF8 <= limit or len(text.encode()) <= limit)

    def check(column: Sequence[str | None]) -> bool:
        texts = [text for text in column if text]
        if "\0".join(texts).count("\0") >= max(len(texts), 1):
            return False
        return all(map(fits, [text for text in texts if len(text) > short]))

    return check


def _utc(column: Sequence[str | None]) -> bool:
    """Times in UTC, to microseconds at most, as Debezium writes them; raises ValueError where one is none at all."""
    for text in column:
        if text is not None:
            if len(text) > _LONGEST_TIME or text[4:20:3] not in _TIMES or text[-1] != "Z":
                return False
            datetime.fromisoformat(text)
    return True


def _decimal(precision: int, scale: int, args: Mapping[str, Any], parameters: Mapping[str, str]) -> Usual | None:
    """Base64 of a two's complement number of the column's own scale."""
    if str(parameters.get("scale", args.get("read_scale", scale))) != str(scale) or scale < 0:
        return None
    most = min(10**precision, 1 << 63) if precision <= _INT64 else 10**precision
    sure = (most.bit_length() - 1) // 8  # any number of so many bytes fits

    def check(column: Sequence[bytes | None]) -> bool:
        large = [int.from_bytes(raw, "big", signed=True) for raw in column if raw and len(raw) > sure]
        return not large or -most < min(large) <= max(large) < most

    kind = Annotated[bytes, msgspec.Meta(min_length=1, max_length=sure + 1)]
    return Usual(kind, spelling.decimal(scale), check)


def names(fields: tuple[Field, ...]) -> dict[str, str]:
    """The attribute of each field, by the event's name."""
    return {field.field: f"f{number}" for number, field in enumerate(fields)}


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one shape.

    Attributes:
        kind: of each row.
        checks: the attributes that are looked at once they are decoded, and how.
        key: the attributes of the key, in the key's order.

    """

    kind: type[UsualRow]
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
    if any(usuals[attributes[name]].spell not in _KEYS for name in key):
        return None
    keyed = {attributes[name] for name in key}
    staged = [(name, one.kind) if name in keyed else (name, one.kind | None, None) for name, one in usuals.items()]
    passed = [(f"o{number}", msgspec.Raw, msgspec.Raw()) for number, _ in enumerate(sorted(other))]
    renamed = {attribute: name for name, attribute in attributes.items()}
    renamed |= {f"o{number}": name for number, name in enumerate(sorted(other))}
    kind: Any = msgspec.defstruct(
        "Row",
        [*staged, *passed],
        bases=(UsualRow,),
        namespace={"spells": tuple(usuals[attributes[field.field]].spell for field in fields)},
        kw_only=True,
        rename=renamed.get,
        forbid_unknown_fields=True,
        gc=False,
    )
    return Rows(
        kind=kind,
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


def checker(rows: Rows) -> Callable[[Sequence[Any]], bool]:
    """Says whether decoded rows are all usual."""
    names: dict[Check, list[str]] = {}
    for name, one in rows.checks:
        names.setdefault(one, []).append(name)
    checks = [(one, [*map(attrgetter, found)]) for one, found in names.items()]

    def check(decoded: Sequence[Any]) -> bool:
        try:
            return all(one([*chain(*(map(of, decoded) for of in ofs))]) for one, ofs in checks)
        except ValueError:
            return False

    return check


def keys_of(rows: Rows) -> Callable[[Sequence[Any]], list[Key]]:
    """Reads the keys of decoded rows as they are compared: texts, without blanks at their end."""
    parts = [(attrgetter(name), rows.kind.spells[int(name[1:])] is spelling.text) for name in rows.key]

    def read(decoded: Sequence[Any]) -> list[Key]:
        columns = [
            [text.rstrip(" ") for text in map(of, decoded)] if textual else map(str, map(of, decoded))
            for of, textual in parts
        ]
        return [*zip(*columns, strict=True)]

    return read
