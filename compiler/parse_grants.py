"""GRANT and REVOKE: privileges on objects, scoped ones, system permissions and roles (r_GRANT, r_REVOKE)."""

from __future__ import annotations

from .cursor import Cursor
from .parse_columns import columns
from .redshift import ONE_WORD, PRIVILEGES, SYSTEM_PERMISSIONS
from .statement_access import (
    AllInSchemas,
    DefaultPrivileges,
    Grant,
    Grantee,
    GranteeKind,
    GrantRole,
    Objects,
    Privilege,
    Revoke,
    RevokeRole,
    Scope,
    System,
)
from .statement_parts import Name, Tokens

_AFTER_PRIVILEGE = frozenset({",", "(", "on", "for", "to", "from"})
_KINDS = (
    ("external", "schema"),
    ("external", "table"),
    ("copy", "job"),
    ("table",),
    ("schema",),
    ("database",),
    ("function",),
    ("procedure",),
    ("language",),
    ("model",),
    ("datashare",),
    ("template",),
)
_CALLED = frozenset({"function", "procedure"})


def grant(cursor: Cursor) -> Grant | GrantRole | None:
    """GRANT, from the word after it on; None for ASSUMEROLE, which the grammar does not know."""
    if cursor.at("assumerole"):
        return None
    if cursor.take("role"):
        roles = cursor.listed(cursor.name)
        return GrantRole(roles=roles, to=_grantees(cursor, "to"))
    privileges = cursor.listed(lambda: _privilege(cursor))
    on = _on(cursor, privileges)
    return Grant(privileges=privileges, on=on, to=_grantees(cursor, "to"))


def revoke(cursor: Cursor) -> Revoke | RevokeRole | None:
    """REVOKE, from the word after it on; None for ASSUMEROLE."""
    if cursor.at("assumerole"):
        return None
    grants = cursor.take("grant", "option", "for")
    admins = not grants and cursor.take("admin", "option", "for")
    if admins or cursor.at("role"):
        cursor.expect("role")
        roles = cursor.listed(cursor.name)
        return RevokeRole(roles=roles, of=_grantees(cursor, "from"), option_only=admins)
    privileges = cursor.listed(lambda: _privilege(cursor))
    on = _on(cursor, privileges)
    found = Revoke(privileges=privileges, on=on, of=_grantees(cursor, "from"), option_only=grants)
    cursor.one_of("cascade", "restrict")
    return found


def default_privileges(cursor: Cursor) -> DefaultPrivileges:
    """ALTER DEFAULT PRIVILEGES, from the word after it on. FOR names users, never roles (RS-514)."""
    if cursor.at("for", "role"):
        raise cursor.error("RS-514", ahead=1)
    users = cursor.listed(cursor.user) if cursor.take("for", "user") else ()
    schemas = cursor.listed(cursor.name) if cursor.take("in", "schema") else ()
    revokes = cursor.at("revoke")
    if not cursor.one_of("grant", "revoke"):
        raise cursor.error()
    cursor.take("grant", "option", "for")
    privileges = cursor.listed(lambda: _privilege(cursor))
    cursor.expect("on")
    kind = cursor.one_of("tables", "functions", "procedures")
    if not kind:
        raise cursor.error()
    to = _grantees(cursor, "from" if revokes else "to")
    cursor.one_of("cascade", "restrict")
    return DefaultPrivileges(
        privileges=privileges, kind=kind, grantees=to, users=users, schemas=schemas, revokes=revokes
    )


def _privilege(cursor: Cursor) -> Privilege:
    """One word or more. What is no privilege is a role, which must be granted with GRANT ROLE (RS-509)."""
    start, words = cursor.start, list[str]()
    if cursor.done:
        raise cursor.error()
    if cursor.at("grant", "option") or cursor.at("admin", "option"):
        raise cursor.error(ahead=2)
    known = cursor.peek() in PRIVILEGES | SYSTEM_PERMISSIONS or cursor.peek(1) not in {*_AFTER_PRIVILEGE, ""}
    if not known or not cursor.peek():
        raise cursor.error("RS-509")
    words.append(cursor.next().word)
    while not (cursor.done or words[0] in ONE_WORD or cursor.at_any(_AFTER_PRIVILEGE)):
        words.append(cursor.next().word)
    name = "all" if words == ["all", "privileges"] else " ".join(words)
    return Privilege(name=name, columns=columns(cursor) if cursor.at("(") else (), start=start)


def _on(cursor: Cursor, privileges: tuple[Privilege, ...]) -> Objects | AllInSchemas | Scope | System:
    if cursor.take("on"):
        return _all_in_schemas(cursor) if cursor.at("all") else _objects(cursor)
    if cursor.take("for"):
        return _scope(cursor)
    if any(p.name in PRIVILEGES for p in privileges):
        raise cursor.error()
    return System()


def _all_in_schemas(cursor: Cursor) -> AllInSchemas:
    cursor.expect("all")
    kind = cursor.next().word
    cursor.expect("in", "schema")
    return AllInSchemas(kind=kind, schemas=cursor.listed(cursor.qualified))


def _objects(cursor: Cursor) -> Objects:
    kind = next((words for words in _KINDS if cursor.take(*words)), ("table",))
    if kind[0] not in _CALLED:
        return Objects(kind=" ".join(kind), names=cursor.listed(cursor.qualified))
    called = cursor.listed(lambda: _called(cursor))
    return Objects(
        kind=kind[0], names=tuple(name for name, _ in called), arguments=tuple(arguments for _, arguments in called)
    )


def _called(cursor: Cursor) -> tuple[Name, Tokens]:
    """A function and its argument list, which must be given (RS-511)."""
    name = cursor.qualified()
    if not cursor.at("("):
        raise cursor.error("RS-511")
    return name, cursor.group()


def _scope(cursor: Cursor) -> Scope:
    kind = "copy jobs" if cursor.take("copy", "jobs") else cursor.next().word
    cursor.expect("in")
    schema = cursor.qualified() if cursor.take("schema") else None
    if cursor.take("database"):
        return Scope(kind=kind, schema=schema, database=cursor.name())
    if schema is None:
        raise cursor.error()
    return Scope(kind=kind, schema=schema)


def _grantees(cursor: Cursor, before: str) -> tuple[Grantee, ...]:
    cursor.expect(before)
    return cursor.listed(lambda: _grantee(cursor))


def _grantee(cursor: Cursor) -> Grantee:
    start = cursor.start
    if cursor.take("public"):
        kind, name = GranteeKind.PUBLIC, Name(("public",), start)
    elif word := cursor.one_of("role", "group"):
        kind, name = GranteeKind(word), cursor.name()
    else:
        kind, name = GranteeKind.USER, cursor.user()
    passes = cursor.take("with", "grant", "option") or cursor.take("with", "admin", "option")
    return Grantee(kind=kind, name=name, may_pass_on=passes)
