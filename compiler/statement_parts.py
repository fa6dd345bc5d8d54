"""What statements are made of: names, types, and what a query reads.

Names are folded as Redshift folds them; users keep their case. Expressions stay tokens.
**Where a thing stands takes no part in comparison.**
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from .lex import Token

Tokens: TypeAlias = tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Name:
    """A name of one or more parts, `("shop", "orders")`, that stands at `start`."""

    parts: tuple[str, ...]
    start: int = field(default=0, compare=False)

    @property
    def last(self) -> str:
        """The part that names the thing itself."""
        return self.parts[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeName:
    """A type as written: its words in lower case ("character varying") and its arguments ("256", "max")."""

    words: str
    args: tuple[str, ...] = ()
    is_array: bool = False
    start: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A table or view that is read, and its alias."""

    name: Name
    alias: Name | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subquery:
    """A query in brackets that is read, and its alias."""

    query: Tokens
    alias: Name | None = None


Source: TypeAlias = Relation | Subquery
