"""SQL text that is safe by construction: `Sql`, made by `ident()`, `literal()`, `comment()` and the column types only.

The templates print nothing else. It knows no statement. **No bare string becomes SQL.**
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

_CONTROL = frozenset(map(chr, range(0x20))) | {"\x7f"}
_LINE_ENDS = frozenset("\x85\u2028\u2029")


class Sql(str):
    """A piece of SQL text. Made by the functions of this module and by `model.ColumnType`, nowhere else."""

    __slots__ = ()


def ident(*names: str) -> Sql:
    """A quoted, possibly qualified name: `"shop"."orders"`. A double quote in a name is doubled.

    Raises ValueError for an empty name and for a control character, which Redshift cannot hold in a name (r_names).
    """
    return _qualified(names)


@lru_cache(maxsize=1 << 14)
def _qualified(names: tuple[str, ...]) -> Sql:
    return Sql(".".join([_quoted(name) for name in names]))


def _quoted(name: str) -> str:
    if not name or any(char in _CONTROL for char in name):
        raise ValueError(f"not a name: {name!r}")
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> Sql:
    """A string literal. Quotes are doubled, and backslashes too, which Redshift reads as an escape.

    Raises ValueError for a NUL, which no Redshift string can hold.
    """
    if "\0" in text:
        raise ValueError("a literal cannot hold NUL")
    return Sql("'" + text.replace("\\", "\\\\").replace("'", "''") + "'")


def comment(text: str) -> Sql:
    """The text of a comment line.

    Control characters and line separators become spaces, so that none can end the line.
    """
    if text.isprintable():
        return Sql(text)
    return Sql("".join(" " if char in _CONTROL or char in _LINE_ENDS else char for char in text))


def joined(parts: Iterable[Sql], separator: str) -> Sql:
    """Pieces put together; the separator is written in our own code, never taken from input."""
    return Sql(separator.join(parts))
