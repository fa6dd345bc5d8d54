"""SQL text that is safe by construction: `Sql`, made by `ident()`, `literal()`, `comment()` and the column types only.

The templates print nothing else. It knows no statement. **No bare string becomes SQL.**
"""

from __future__ import annotations

from collections.abc import Iterable


class Sql(str):
    """A piece of SQL text. Made by the functions of this module and by `model.ColumnType`, nowhere else."""

    __slots__ = ()


def ident(*names: str) -> Sql:
    """A quoted, possibly qualified name: `"shop"."orders"`. A double quote in a name is doubled.

    Raises ValueError for an empty name and for a control character, which Redshift cannot hold in a name (r_names).
    """
    for name in names:
        if not name or any(ord(char) < 0x20 or ord(char) == 0x7F for char in name):
            raise ValueError(f"not a name: {name!r}")
    return Sql(".".join('"' + name.replace('"', '""') + '"' for name in names))


def literal(text: str) -> Sql:
    """A string literal. Quotes are doubled, and backslashes too, which Redshift reads as an escape.

    Raises ValueError for a NUL, which no Redshift string can hold.
    """
    if "\0" in text:
        raise ValueError("a literal cannot hold NUL")
    return Sql("'" + text.replace("\\", "\\\\").replace("'", "''") + "'")


def comment(text: str) -> Sql:
    """The text of a comment line: control characters and line separators become spaces, so that none can end the line."""
    return Sql("".join(" " if ord(c) < 0x20 or c in "\x7f\x85\u2028\u2029" else c for c in text))


def joined(parts: Iterable[Sql], separator: str) -> Sql:
    """Pieces put together; the separator is written in our own code, never taken from input."""
    return Sql(separator.join(parts))
