"""What can happen to a warehouse from one version to the next: reading this file is learning it.

Consumers `match` and end with `assert_never`, so that a new change breaks the type check wherever it must be known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from .model import Column, Grant, LatestView, Member, Table


@dataclass(frozen=True, slots=True)
class DropView:
    """A view that goes, or that is made again because what it reads changes. A view holds no data."""

    view: LatestView


@dataclass(frozen=True, slots=True)
class CreateSchema:
    """A schema that is not there yet."""

    name: str


@dataclass(frozen=True, slots=True)
class CreateTable:
    """A table that is not there yet."""

    table: Table


@dataclass(frozen=True, slots=True)
class AddColumn:
    """A column at the end of a table that is there."""

    table: Table
    column: Column


@dataclass(frozen=True, slots=True)
class WidenColumn:
    """A VARCHAR column that becomes longer: the one type change that Redshift makes in place (RS-305)."""

    table: Table
    before: Column
    after: Column


@dataclass(frozen=True, slots=True)
class SetDistribution:
    """Rows that are spread in another way."""

    table: Table


@dataclass(frozen=True, slots=True)
class SetSortKey:
    """Rows that are sorted in another way."""

    table: Table


@dataclass(frozen=True, slots=True)
class SetEncoding:
    """A column that is compressed in another way."""

    table: Table
    column: Column


@dataclass(frozen=True, slots=True)
class SetComment:
    """Another comment of a table, or of its column; an empty one is none."""

    table: Table
    column: Column | None


@dataclass(frozen=True, slots=True)
class CreateView:
    """A view that is not there."""

    view: LatestView


@dataclass(frozen=True, slots=True)
class TakePrivileges:
    """Privileges that a grantee no longer has."""

    grant: Grant


@dataclass(frozen=True, slots=True)
class LeaveRole:
    """A user that no longer holds a role."""

    member: Member


@dataclass(frozen=True, slots=True)
class GivePrivileges:
    """Privileges on what is there already. Those on new things are given with the rest, after the migrations."""

    grant: Grant


Change: TypeAlias = (
    DropView
    | CreateSchema
    | CreateTable
    | AddColumn
    | WidenColumn
    | SetDistribution
    | SetSortKey
    | SetEncoding
    | SetComment
    | CreateView
    | TakePrivileges
    | LeaveRole
    | GivePrivileges
)
RANKS: tuple[type[Change], ...] = (
    DropView,
    CreateSchema,
    CreateTable,
    AddColumn,
    WidenColumn,
    SetDistribution,
    SetSortKey,
    SetEncoding,
    SetComment,
    CreateView,
    TakePrivileges,
    LeaveRole,
    GivePrivileges,
)
