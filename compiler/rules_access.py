"""The rules of access: what may be said of users, roles and privileges."""

from __future__ import annotations

from collections.abc import Iterator

from .redshift import COLUMN_PRIVILEGES, PASSWORD_CHARACTERS, PASSWORD_HASHES, PASSWORD_NEVER, RESERVED
from .statement_access import (
    AlterUser,
    CreateRole,
    CreateUser,
    DefaultPrivileges,
    Grant,
    Grantee,
    GranteeKind,
    GrantRole,
    Privilege,
    Revoke,
    RevokeRole,
    Scope,
    System,
)
from .statement_parts import Name
from .statements import Statement
from .violation import SYNTAX, Violation

_NOT_SCOPED = (GranteeKind.GROUP, GranteeKind.PUBLIC)


def access_violations(statement: Statement) -> Iterator[Violation]:
    """What is wrong with a statement about accounts or privileges."""
    match statement:
        case CreateUser():
            disabled = statement.password is None
            yield from _password(statement.user, statement.password, superuser=statement.superuser, disabled=disabled)
        case AlterUser(user=user, password=password, disabled=disabled):
            yield from _password(user, password, superuser=statement.superuser, disabled=disabled)
        case CreateRole() if statement.role.last in RESERVED or statement.role.last == "public":
            message = f'role name "{statement.role.last}" is reserved'
            yield Violation(rule="RS-510", message=message, sqlstate="42939", position=statement.role.start)
        case Grant():
            yield from _grantees(statement.to, statement.on)
            yield from _columns(statement.privileges, passed_on=any(grantee.may_pass_on for grantee in statement.to))
        case Revoke():
            yield from _grantees(statement.of, statement.on)
            yield from _columns(statement.privileges, passed_on=False)
        case DefaultPrivileges():
            yield from _passing(statement.grantees)
        case GrantRole():
            yield from _admin(statement.to)
        case RevokeRole():
            yield from _admin(statement.of)


def _password(user: Name, password: str | None, *, superuser: bool, disabled: bool) -> Iterator[Violation]:
    if superuser and disabled:
        message = "password of a superuser cannot be disabled"
        yield Violation(rule="RS-504", message=message, sqlstate="42601", position=user.start)
    if password is not None and not password.startswith(PASSWORD_HASHES) and not _composed(password):
        message = "password must contain 8 to 64 characters, with an upper case and a lower case letter and a number"
        yield Violation(rule="RS-503", message=message, sqlstate="22023", position=user.start)


def _composed(password: str) -> bool:
    low, high = PASSWORD_CHARACTERS
    kinds = (str.isupper, str.islower, str.isdigit)
    printable = all("!" <= char <= "~" and char not in PASSWORD_NEVER for char in password)
    return low <= len(password) <= high and printable and all(any(map(kind, password)) for kind in kinds)


def _grantees(grantees: tuple[Grantee, ...], on: object) -> Iterator[Violation]:
    for grantee in grantees:
        if isinstance(on, Scope) and grantee.kind in _NOT_SCOPED:
            message = f"scoped privileges cannot be granted to {grantee.kind.value.upper()}"
            yield Violation(rule="RS-505", message=message, sqlstate="0A000", position=grantee.name.start)
        if isinstance(on, System) and grantee.kind is not GranteeKind.ROLE:
            message = "system privileges can only be granted to roles"
            yield Violation(rule="RS-507", message=message, sqlstate="0A000", position=grantee.name.start)
    yield from _passing(grantees)


def _passing(grantees: tuple[Grantee, ...]) -> Iterator[Violation]:
    for grantee in grantees:
        if grantee.may_pass_on and grantee.kind is not GranteeKind.USER:
            message = f"grant option cannot be given to {grantee.kind.value.upper()}"
            yield Violation(rule="RS-506", message=message, sqlstate="0LP01", position=grantee.name.start)


def _columns(privileges: tuple[Privilege, ...], *, passed_on: bool) -> Iterator[Violation]:
    whole = {privilege.name for privilege in privileges if not privilege.columns}
    for privilege in (privilege for privilege in privileges if privilege.columns):
        if whole & {privilege.name, "all"}:
            yield _column(privilege, f"{privilege.name.upper()} cannot be granted on columns beside the whole table")
        if passed_on:
            yield _column(privilege, "grant option cannot be given for privileges on columns")
        if privilege.name not in COLUMN_PRIVILEGES:
            yield _column(privilege, f"invalid privilege type {privilege.name.upper()} for column")


def _column(privilege: Privilege, message: str) -> Violation:
    return Violation(rule="RS-508", message=message, sqlstate="0LP01", position=privilege.start)


def _admin(grantees: tuple[Grantee, ...]) -> Iterator[Violation]:
    for grantee in grantees:
        if grantee.kind in _NOT_SCOPED:
            message = f'syntax error at or near "{grantee.kind.value.upper()}"'
            yield Violation(rule="RS-509", message=message, sqlstate=SYNTAX, position=grantee.name.start)
