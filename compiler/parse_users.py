"""CREATE and ALTER USER, CREATE ROLE and CREATE GROUP. None has IF NOT EXISTS in Redshift (RS-501)."""

from __future__ import annotations

from dataclasses import replace

from .cursor import Cursor
from .lex import TokenKind
from .statement_access import AlterUser, CreateGroup, CreateRole, CreateUser
from .statement_parts import Name

_FLAGS = frozenset({"createdb", "nocreatedb", "nocreateuser"})


def create_user(cursor: Cursor) -> CreateUser:
    """CREATE USER, from USER on. PASSWORD must be given (RS-502)."""
    cursor.expect("user")
    refuse_if_exists(cursor)
    found, given = CreateUser(user=cursor.user(), password=None), False
    cursor.take("with")
    while not cursor.done:
        if cursor.take("password"):
            found, given = replace(found, password=_password(cursor)), True
        else:
            found = _option(cursor, found)
    if not given:
        raise cursor.error("RS-502")
    return found


def alter_user(cursor: Cursor) -> AlterUser | None:
    """ALTER USER, from USER on; None for RENAME, SET and RESET."""
    cursor.expect("user")
    found, options = AlterUser(user=cursor.user()), CreateUser(user=Name(()), password=None)
    if cursor.at_any(("rename", "set", "reset")):
        return None
    cursor.take("with")
    while not cursor.done:
        if cursor.take("password"):
            password = _password(cursor)
            found = replace(found, password=password, disabled=password is None)
        else:
            options = _option(cursor, options)
    return replace(found, superuser=options.superuser)


def create_role(cursor: Cursor) -> CreateRole:
    """CREATE ROLE, from ROLE on."""
    cursor.expect("role")
    refuse_if_exists(cursor)
    role = cursor.name()
    external = cursor.take("externalid")
    if external:
        cursor.next()
    return CreateRole(role=role, external=external)


def create_group(cursor: Cursor) -> CreateGroup:
    """CREATE GROUP, from GROUP on."""
    cursor.expect("group")
    refuse_if_exists(cursor)
    group, users = cursor.name(), tuple[Name, ...]()
    cursor.take("with")
    if cursor.take("user"):
        users = cursor.listed(cursor.user)
    return CreateGroup(group=group, users=users)


def refuse_if_exists(cursor: Cursor) -> None:
    """Raises GrammarError for IF EXISTS and IF NOT EXISTS: Redshift takes IF for a name (RS-501)."""
    if cursor.at("if", "not", "exists") or cursor.at("if", "exists"):
        raise cursor.error("RS-501", ahead=1)


def _password(cursor: Cursor) -> str | None:
    """The password as written between its quotes; None for DISABLE."""
    if cursor.take("disable"):
        return None
    token = cursor.next()
    if token.kind is not TokenKind.STRING:
        raise cursor.error(ahead=-1)
    return token.text[1:-1].replace("''", "'")


def _option(cursor: Cursor, found: CreateUser) -> CreateUser:
    if cursor.one_of(*_FLAGS):
        return found
    if cursor.take("createuser"):
        return replace(found, superuser=True)
    if cursor.take("externalid"):
        cursor.next()
        return replace(found, external=True)
    if cursor.take("in", "group"):
        return replace(found, groups=cursor.listed(cursor.name))
    for words in (("syslog", "access"), ("valid", "until"), ("connection", "limit"), ("session", "timeout")):
        if cursor.take(*words):
            cursor.next()
            return found
    raise cursor.error()
