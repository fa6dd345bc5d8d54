"""What the statements say that read and write rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from .statement_parts import Name, Source, Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """VALUES (a, b), (c, d): each value's tokens, row by row."""

    rows: tuple[tuple[Tokens, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query that gives the rows."""

    tokens: Tokens


@dataclass(frozen=True, slots=True)
class DefaultValues:
    """DEFAULT VALUES."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Insert:
    """INSERT INTO. `columns` is empty when none are named."""

    table: Name
    source: Rows | Query | DefaultValues
    columns: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """`column` = `value` after SET."""

    column: Name
    value: Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete:
    """DELETE FROM. `with_queries` is what stands before DELETE; `where` is empty without a condition."""

    table: Name
    using: tuple[Source, ...] = ()
    where: Tokens = ()
    with_queries: Tokens = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """UPDATE. `sources` are what FROM names; `joined` is what stands in FROM beyond a list of them."""

    table: Name
    assignments: tuple[Assignment, ...]
    alias: Name | None = None
    sources: tuple[Source, ...] = ()
    joined: Tokens = ()
    where: Tokens = ()
    with_queries: Tokens = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateMatched:
    """WHEN MATCHED THEN UPDATE SET."""

    assignments: tuple[Assignment, ...]


@dataclass(frozen=True, slots=True)
class DeleteMatched:
    """WHEN MATCHED THEN DELETE."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clauses:
    """The one WHEN MATCHED and the one WHEN NOT MATCHED of a MERGE: INSERT (`columns`) VALUES (`values`)."""

    matched: UpdateMatched | DeleteMatched
    columns: tuple[Name, ...]
    values: tuple[Tokens, ...]


@dataclass(frozen=True, slots=True)
class RemoveDuplicates:
    """REMOVE DUPLICATES, the short form of a MERGE."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """MERGE INTO `target` USING `source` ON `condition`."""

    target: Name
    source: Source
    condition: Tokens
    action: Clauses | RemoveDuplicates


@dataclass(frozen=True, slots=True, kw_only=True)
class Select:
    """A query: SELECT, or WITH and SELECT. `grammar.relations` and `grammar.references` read its names."""

    tokens: Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyOption:
    """An option of COPY: its word in lower case, and the literals or words behind it."""

    name: str
    values: tuple[str, ...] = field(default=(), repr=False)
    start: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """COPY. `source` is the text between the quotes behind FROM, which begins at `source_start`."""

    table: Name
    source: str
    options: tuple[CopyOption, ...] = ()
    columns: tuple[Name, ...] = ()
    source_start: int = field(default=0, compare=False)


DataStatement: TypeAlias = Insert | Delete | Update | Merge | Select | Copy
