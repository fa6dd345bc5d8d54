"""What the statements say that make users, roles and groups, and give them rights."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from .statement_parts import Name, Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateUser:
    """CREATE USER. The name keeps its case. `password` is None after PASSWORD DISABLE, and never shown."""

    user: Name
    password: str | None = field(repr=False)
    superuser: bool = False
    external: bool = False
    groups: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterUser:
    """ALTER USER with options. `password` is None unless given, and never shown; `disabled` is PASSWORD DISABLE."""

    user: Name
    password: str | None = field(default=None, repr=False)
    disabled: bool = False
    superuser: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateRole:
    """CREATE ROLE."""

    role: Name
    external: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateGroup:
    """CREATE GROUP, with its users, whose names keep their case."""

    group: Name
    users: tuple[Name, ...] = ()


class GranteeKind(StrEnum):
    """Who gets a right."""

    USER = "user"
    ROLE = "role"
    GROUP = "group"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grantee:
    """One who gets a right; a user's name keeps its case. `may_pass_on` is WITH GRANT or ADMIN OPTION."""

    kind: GranteeKind
    name: Name
    may_pass_on: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Privilege:
    """A privilege in lower case ("select", "all", "create table"), on columns where some are named."""

    name: str
    columns: tuple[Name, ...] = ()
    start: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Objects:
    """ON what: `kind` is table, schema, database, function, procedure, language or another word of the grammar.

    `arguments` holds the argument list of each function or procedure.
    """

    kind: str
    names: tuple[Name, ...]
    arguments: tuple[Tokens, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AllInSchemas:
    """ON ALL TABLES IN SCHEMA: `kind` is tables, functions or procedures."""

    kind: str
    schemas: tuple[Name, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """FOR TABLES IN SCHEMA s DATABASE d: `kind` is tables, schemas, functions, procedures, languages or copy jobs."""

    kind: str
    schema: Name | None = None
    database: Name | None = None


@dataclass(frozen=True, slots=True)
class System:
    """No object: a system permission, such as CREATE USER."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """GRANT of privileges."""

    privileges: tuple[Privilege, ...]
    on: Objects | AllInSchemas | Scope | System
    to: tuple[Grantee, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRole:
    """GRANT ROLE."""

    roles: tuple[Name, ...]
    to: tuple[Grantee, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoke:
    """REVOKE of privileges. `option_only` is GRANT OPTION FOR, which leaves the privilege."""

    privileges: tuple[Privilege, ...]
    on: Objects | AllInSchemas | Scope | System
    of: tuple[Grantee, ...]
    option_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeRole:
    """REVOKE ROLE. `option_only` is ADMIN OPTION FOR, which leaves the membership."""

    roles: tuple[Name, ...]
    of: tuple[Grantee, ...]
    option_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultPrivileges:
    """ALTER DEFAULT PRIVILEGES: `kind` is tables, functions or procedures; `users` is empty without FOR USER."""

    privileges: tuple[Privilege, ...]
    kind: str
    grantees: tuple[Grantee, ...]
    users: tuple[Name, ...] = ()
    schemas: tuple[Name, ...] = ()
    revokes: bool = False


AccessStatement: TypeAlias = (
    CreateUser | AlterUser | CreateRole | CreateGroup | Grant | GrantRole | Revoke | RevokeRole | DefaultPrivileges
)
