"""Column definitions: types, defaults, keys and encodings. What PostgreSQL has beyond Redshift is refused (RS-316)."""

from __future__ import annotations

from dataclasses import replace

from .cursor import Cursor
from .lex import TokenKind
from .redshift import COLUMN_ATTRIBUTES
from .statement_parts import Name, TypeName
from .statement_tables import Column, Identity, IdentityKind

_SECOND_WORDS = {
    "double": ("precision",),
    "character": ("varying",),
    "char": ("varying",),
    "nchar": ("varying",),
    "binary": ("varying",),
    "bit": ("varying",),
    "national": ("character varying", "char varying", "character", "char"),
    "interval": ("year to month", "day to second"),
}
_ZONES = ("with time zone", "without time zone")
_ZONED = frozenset({"time", "timestamp"})
_AFTER_DEFAULT = (*sorted(COLUMN_ATTRIBUTES), "constraint", "check", ",")


def type_name(cursor: Cursor) -> TypeName:
    """A type as written. Whether Redshift has it is not judged here (RS-403)."""
    start, first = cursor.start, cursor.next()
    if first.kind not in {TokenKind.WORD, TokenKind.QUOTED}:
        raise cursor.error(ahead=-1)
    words = _longest(cursor, first.name, _SECOND_WORDS.get(first.name, ()))
    args = cursor.in_brackets(lambda: _argument(cursor)) if cursor.at("(") else ()
    words = _longest(cursor, words, _ZONES if words in _ZONED else ())
    is_array = cursor.take("array")
    while cursor.take("["):
        is_array = True
        cursor.until()
        cursor.expect("]")
    return TypeName(words=words, args=args, is_array=is_array, start=start)


def column(cursor: Cursor) -> Column:
    """A column definition: a name, a type and attributes in any order."""
    found = Column(name=cursor.name(), type=type_name(cursor))
    while not cursor.done and not cursor.at_any((",", ")")):
        found = _with_attribute(cursor, found)
    return found


def columns(cursor: Cursor) -> tuple[Name, ...]:
    """The names in round brackets."""
    return cursor.in_brackets(cursor.name)


def _argument(cursor: Cursor) -> str:
    """A type's length, precision or scale, or MAX."""
    return "max" if cursor.take("max") else str(cursor.unsigned())


def _longest(cursor: Cursor, words: str, endings: tuple[str, ...]) -> str:
    """The words with the first of these endings that stands next."""
    for ending in endings:
        if cursor.take(*ending.split()):
            return f"{words} {ending}"
    return words


def _with_attribute(cursor: Cursor, it: Column) -> Column:
    if cursor.take("constraint"):
        cursor.name()
    match cursor.peek():
        case "default" | "identity" | "generated" | "encode" | "collate":
            return _with_value(cursor, it)
        case "not" | "null" | "unique" | "primary" | "references":
            return _with_constraint(cursor, it)
        case "distkey":
            cursor.next()
            return replace(it, distkey=True)
        case "sortkey":
            cursor.next()
            return replace(it, sortkey=True)
        case "check":
            raise cursor.error("RS-316")
    raise cursor.error()


def _with_value(cursor: Cursor, it: Column) -> Column:
    match cursor.next().word:
        case "default":
            return replace(it, default=cursor.default(*_AFTER_DEFAULT))
        case "encode":
            return replace(it, encode=cursor.word())
        case "collate":
            return replace(it, collate=cursor.word())
        case "generated":
            if cursor.at("always"):
                raise cursor.error("RS-330")
            cursor.expect("by", "default", "as", "identity")
            return replace(it, identity=_identity(cursor, IdentityKind.BY_DEFAULT))
    return replace(it, identity=_identity(cursor, IdentityKind.PLAIN))


def _identity(cursor: Cursor, kind: IdentityKind) -> Identity:
    cursor.expect("(")
    seed = cursor.integer()
    cursor.expect(",")
    step = cursor.integer()
    cursor.expect(")")
    return Identity(kind=kind, seed=seed, step=step)


def _with_constraint(cursor: Cursor, it: Column) -> Column:
    match cursor.next().word:
        case "not":
            cursor.expect("null")
            return replace(it, not_null=True)
        case "unique":
            return replace(it, unique=True)
        case "primary":
            cursor.expect("key")
            return replace(it, primary_key=True)
        case "references":
            table = cursor.qualified()
            if cursor.at("("):
                columns(cursor)
            return replace(it, references=table)
    return it
