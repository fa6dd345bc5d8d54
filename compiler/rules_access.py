"""The rules of access: what may be said of users, roles and privileges."""

from __future__ import annotations

from collections.abc import Iterator

from .redshift import COLUMN_PRIVILEGES, PASSWORD_CHARACTERS, PASSWORD_HASHES, PASSWORD_NEVER, RESERVED
from .statement_access import CreateRole, CreateUser, Grant, Grantee, GranteeKind, GrantRole, Scope, System
from .statements import Statement
from .violation import SYNTAX, Violation

_NOT_SCOPED = (GranteeKind.GROUP, GranteeKind.PUBLIC)


def access_violations(statement: Statement) -> Iterator[Violation]:
    """What is wrong with a statement about accounts or privileges."""
    match statement:
        case CreateUser():
            yield from _user(statement)
        case CreateRole() if statement.role.last in RESERVED or statement.role.last == "public":
            message = f'role name "{statement.role.last}" is reserved'
            yield Violation(rule="RS-510", message=message, sqlstate="42939", position=statement.role.start)
        case Grant():
            yield from _grant(statement)
        case GrantRole():
            yield from _admin(statement.to)


def _user(statement: CreateUser) -> Iterator[Violation]:
    if statement.password is None:
        if statement.superuser:
            message = "password of a superuser cannot be disabled"
            yield Violation(rule="RS-504", message=message, sqlstate="42601", position=statement.user.start)
        return
    if not statement.password.startswith(PASSWORD_HASHES) and not _composed(statement.password):
        message = "password must contain 8 to 64 characters, with an upper case and a lower case letter and a number"
        yield Violation(rule="RS-503", message=message, sqlstate="22023", position=statement.user.start)


def _composed(password: str) -> bool:
    low, high = PASSWORD_CHARACTERS
    kinds = (str.isupper, str.islower, str.isdigit)
    printable = all("!" <= char <= "~" and char not in PASSWORD_NEVER for char in password)
    return low <= len(password) <= high and printable and all(any(map(kind, password)) for kind in kinds)


def _grant(statement: Grant) -> Iterator[Violation]:
    for grantee in statement.to:
        if isinstance(statement.on, Scope) and grantee.kind in _NOT_SCOPED:
            message = f"scoped privileges cannot be granted to {grantee.kind.value.upper()}"
            yield Violation(rule="RS-505", message=message, sqlstate="0A000", position=grantee.name.start)
        if isinstance(statement.on, System) and grantee.kind is not GranteeKind.ROLE:
            message = "system privileges can only be granted to roles"
            yield Violation(rule="RS-507", message=message, sqlstate="0A000", position=grantee.name.start)
        if grantee.may_pass_on and grantee.kind is not GranteeKind.USER:
            message = f"grant option cannot be given to {grantee.kind.value.upper()}"
            yield Violation(rule="RS-506", message=message, sqlstate="0LP01", position=grantee.name.start)
    passed_on = any(grantee.may_pass_on for grantee in statement.to)
    whole = {privilege.name for privilege in statement.privileges if not privilege.columns}
    for privilege in statement.privileges:
        if privilege.columns and whole & {privilege.name, "all"}:
            message = f"{privilege.name.upper()} cannot be granted on columns beside the whole table"
            yield Violation(rule="RS-508", message=message, sqlstate="0LP01", position=privilege.start)
        if privilege.columns and passed_on:
            message = "grant option cannot be given for privileges on columns"
            yield Violation(rule="RS-508", message=message, sqlstate="0LP01", position=privilege.start)
        if privilege.columns and privilege.name not in COLUMN_PRIVILEGES:
            message = f"invalid privilege type {privilege.name.upper()} for column"
            yield Violation(rule="RS-508", message=message, sqlstate="0LP01", position=privilege.start)


def _admin(grantees: tuple[Grantee, ...]) -> Iterator[Violation]:
    for grantee in grantees:
        if grantee.kind in _NOT_SCOPED:
            message = f'syntax error at or near "{grantee.kind.value.upper()}"'
            yield Violation(rule="RS-509", message=message, sqlstate=SYNTAX, position=grantee.name.start)
