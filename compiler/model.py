"""The relational model: what the warehouse shall hold. A tree of values without back-pointers, equal by value.

Provenance (`origin`, `because`) takes no part in comparison: where a thing was written never makes it look changed.
**A `Model` is always sorted.**
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any

from .diagnostic import NOWHERE, Span
from .redshift import DECIMAL_DIGITS, VARBYTE_BYTES, VARCHAR_BYTES
from .sql import Sql

_TYPE = re.compile(r"\s*([a-z]+(?: [a-z]+)?)\s*(?:\(\s*(\d{1,9}|max)\s*(?:,\s*(\d{1,9})\s*)?\))?\s*", re.IGNORECASE)
_SIMPLE = {
    "SMALLINT": "SMALLINT",
    "INT2": "SMALLINT",
    "INTEGER": "INTEGER",
    "INT": "INTEGER",
    "INT4": "INTEGER",
    "BIGINT": "BIGINT",
    "INT8": "BIGINT",
    "BOOLEAN": "BOOLEAN",
    "BOOL": "BOOLEAN",
    "REAL": "REAL",
    "FLOAT4": "REAL",
    "DOUBLE PRECISION": "DOUBLE PRECISION",
    "FLOAT8": "DOUBLE PRECISION",
    "DATE": "DATE",
    "TIME": "TIME",
    "TIMESTAMP": "TIMESTAMP",
    "TIMESTAMPTZ": "TIMESTAMPTZ",
    "SUPER": "SUPER",
}
TYPE_NAMES = (*sorted(set(_SIMPLE.values())), "NUMERIC(p,s)", "VARBYTE(n)", "VARCHAR(n)")


@dataclass(frozen=True, slots=True, order=True)
class ColumnType:
    """A Redshift column type: `ColumnType("VARCHAR", (256,))`. Lengths are bytes (RS-404)."""

    name: str
    args: tuple[int, ...] = ()

    def __str__(self) -> str:
        """As it is written in SQL."""
        return _spelled(self.name, self.args)

    @property
    def sql(self) -> Sql:
        """As SQL: the vocabulary is closed, so it is safe by construction."""
        return Sql(str(self))


@lru_cache(maxsize=1 << 12)
def _spelled(name: str, args: tuple[int, ...]) -> str:
    return f"{name}({','.join(map(str, args))})" if args else name


@lru_cache(maxsize=1 << 12)
def parse_type(text: str) -> ColumnType | None:
    """The column type that a user wrote, or None when it is not one. Limits: RS-401."""
    found = _TYPE.fullmatch(text)
    if found is None:
        return None
    name, size, scale = found[1].upper(), found[2], found[3]
    if name in _SIMPLE and size is None:
        return ColumnType(_SIMPLE[name])
    if name in ("NUMERIC", "DECIMAL") and size and size.isdigit():
        return _numeric(int(size), int(scale or 0))
    if name in ("VARCHAR", "VARBYTE") and size and scale is None:
        limit = VARCHAR_BYTES if name == "VARCHAR" else VARBYTE_BYTES
        length = limit if size.lower() == "max" else int(size)
        return ColumnType(name, (length,)) if 1 <= length <= limit else None
    return None


def _numeric(precision: int, scale: int) -> ColumnType | None:
    fits = 1 <= precision <= DECIMAL_DIGITS and 0 <= scale <= min(precision, DECIMAL_DIGITS - 1)
    return ColumnType("NUMERIC", (precision, scale)) if fits else None


@dataclass(frozen=True, slots=True)
class Distribution:
    """How rows are spread over the nodes: AUTO, EVEN, ALL, or KEY with its column."""

    style: str
    key: str = ""


AUTO = Distribution("AUTO")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column. `encoding` is "" where Redshift chooses; `because` is what asked for it: a field, a setting."""

    name: str
    type: ColumnType
    nullable: bool = True
    encoding: str = ""
    comment: str = ""
    because: str = field(default="", compare=False)
    origin: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table.

    `key` names the columns that identify a row, in order; they are NOT NULL, but no PRIMARY KEY is declared: Redshift
    does not enforce it, trusts it when planning, and cannot widen a VARCHAR that is part of one (RS-307, RS-322).
    It is empty where every change is a row of its own. `sort_key` is None where Redshift chooses.
    """

    schema: str
    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    distribution: Distribution = AUTO
    sort_key: tuple[str, ...] | None = None
    comment: str = ""
    because: str = field(default="", compare=False)
    origin: Span = field(default=NOWHERE, compare=False)

    @property
    def id(self) -> str:
        """`schema.table`, for messages and paths."""
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class LatestView:
    """A view with the latest state of each key of an appended table.

    Attributes:
        schema: of the view and of its table.
        name: of the view.
        table: whose changes it reads.
        columns: what it shows, in order.
        key: what identifies a row.
        place: the columns that hold topic partition and offset, by which the latest change is found.
        deleted: the column that marks a deleted row, "" where there is none.

    """

    schema: str
    name: str
    table: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    place: tuple[str, str]
    deleted: str

    @property
    def id(self) -> str:
        """`schema.view`, for messages and paths."""
        return f"{self.schema}.{self.name}"


class Privilege(StrEnum):
    """What a grantee may do."""

    ALTER = "ALTER"
    CREATE = "CREATE"
    DELETE = "DELETE"
    INSERT = "INSERT"
    SELECT = "SELECT"
    TEMP = "TEMP"
    UPDATE = "UPDATE"
    USAGE = "USAGE"


class SecurableKind(StrEnum):
    """What a privilege is given on."""

    DATABASE = "DATABASE"
    SCHEMA = "SCHEMA"
    TABLE = "TABLE"


@dataclass(frozen=True, slots=True, order=True)
class Securable:
    """A thing that privileges are given on, by its name's parts."""

    kind: SecurableKind
    name: tuple[str, ...]


class GranteeKind(StrEnum):
    """Who holds privileges; users hold them through roles."""

    ROLE = "ROLE"
    GROUP = "GROUP"


@dataclass(frozen=True, slots=True, order=True)
class Grantee:
    """A role or a group."""

    kind: GranteeKind
    name: str


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Grant:
    """Privileges on one thing for one grantee."""

    on: Securable
    to: Grantee
    privileges: tuple[Privilege, ...]
    because: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, order=True)
class Member:
    """A user that holds a role."""

    user: str
    role: str


class _Sorted(tuple[Grant, ...]):
    """Grants in the order of their fields, each once."""

    __slots__ = ()


def _sorted(grants: tuple[Grant, ...]) -> _Sorted:
    """By keys: there are many, and values compare slowly."""
    if isinstance(grants, _Sorted):
        return grants
    keys = sorted([(g.on.kind, g.on.name, g.to.kind, g.to.name, g.privileges, n) for n, g in enumerate(grants)])
    return _Sorted([grants[key[-1]] for key, before in zip(keys, (None, *keys), strict=False) if _is_new(key, before)])


def _is_new(key: tuple[Any, ...], before: tuple[Any, ...] | None) -> bool:
    return before is None or key[:-1] != before[:-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """All that one connector owns in the warehouse. Sorted at the constructor.

    `control` is the schema that holds history, ledger and quarantine.
    """

    control: str = ""
    schemas: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    views: tuple[LatestView, ...] = ()
    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    members: tuple[Member, ...] = ()
    grants: tuple[Grant, ...] = ()

    def __post_init__(self) -> None:
        for name in ("schemas", "views", "users", "groups", "roles", "members"):
            object.__setattr__(self, name, tuple(sorted(set(getattr(self, name)))))
        object.__setattr__(self, "tables", tuple(sorted(self.tables, key=lambda t: (t.schema, t.name))))
        object.__setattr__(self, "grants", _sorted(self.grants))


EMPTY = Model()
