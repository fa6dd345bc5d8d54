"""Every kind of statement that a plan has, and `Other` for the rest.

**`Statement` is closed: a new kind breaks every `match` that must know it.**
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from .statement_access import AccessStatement
from .statement_data import DataStatement
from .statement_parts import Name, Tokens
from .statement_tables import TableStatement


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateSchema:
    """CREATE SCHEMA. The owner keeps its case; `quota` is what follows QUOTA."""

    name: Name | None
    if_not_exists: bool = False
    authorization: Name | None = None
    quota: Tokens = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DropSchema:
    """DROP SCHEMA of one or more schemas."""

    schemas: tuple[Name, ...]
    if_exists: bool = False
    cascade: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """LOCK of one or more tables."""

    tables: tuple[Name, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Truncate:
    """TRUNCATE. It commits the transaction it stands in."""

    table: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Vacuum:
    """VACUUM of one table, or of all. `mode` is full, sort only, delete only, reindex, recluster or empty."""

    table: Name | None = None
    mode: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Analyze:
    """ANALYZE of one table, or of all."""

    table: Name | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """COMMENT ON: `kind` is table, column, schema or another word; `text` is the literal, or NULL."""

    kind: str
    name: Name
    text: Tokens


@dataclass(frozen=True, slots=True)
class Begin:
    """BEGIN or START TRANSACTION."""


@dataclass(frozen=True, slots=True)
class Commit:
    """COMMIT or END."""


@dataclass(frozen=True, slots=True)
class Rollback:
    """ROLLBACK or ABORT."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """SET of a parameter for the session; `value` as written."""

    name: str
    value: Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """SHOW, with what follows it."""

    what: Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """A statement that the grammar does not know: its first words in upper case, "" when it is empty."""

    words: str
    tokens: Tokens = ()


Statement: TypeAlias = (
    TableStatement
    | DataStatement
    | AccessStatement
    | CreateSchema
    | DropSchema
    | Lock
    | Truncate
    | Vacuum
    | Analyze
    | Comment
    | Begin
    | Commit
    | Rollback
    | Set
    | Show
    | Other
)
