"""Statements of users, roles and privileges, written with a pen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from pen import Pen, cascades
from streamplan.compiler.lex import tokenize
from streamplan.compiler.statement_access import (
    AllInSchemas,
    AlterUser,
    CreateGroup,
    CreateRole,
    CreateUser,
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
from streamplan.compiler.statement_parts import Name, Tokens


def create_user(pen: Pen) -> CreateUser:
    pen.say("CREATE USER")
    found = CreateUser(user=pen.user(), password=None)
    pen.maybe("WITH")
    found = pen.shuffled(*user_options(pen), value=found)
    found = replace(found, password=password(pen))
    return pen.shuffled(*user_options(pen), value=found)


def password(pen: Pen) -> str | None:
    pen.say("PASSWORD")
    if pen.maybe("DISABLE"):
        return None
    text = pen.draw(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\\\0")))
    pen.words.append("'" + text.replace("'", "''") + "'")
    return text


def user_options(pen: Pen) -> list[Callable[[CreateUser], CreateUser]]:
    def said(text: str, **changes: Any) -> Callable[[CreateUser], CreateUser]:
        def change(it: CreateUser) -> CreateUser:
            pen.words += [token.text for token in tokenize(text)]
            return replace(it, **changes)

        return change

    def groups(it: CreateUser) -> CreateUser:
        pen.say("IN GROUP")
        return replace(it, groups=pen.listed(pen.name))

    silent = ("CREATEDB", "NOCREATEUSER", "SYSLOG ACCESS RESTRICTED", "VALID UNTIL 'x'", "CONNECTION LIMIT 5")
    changes = [said("CREATEUSER", superuser=True), said("EXTERNALID 'i'", external=True), groups]
    return [*(said(text) for text in silent), said("SESSION TIMEOUT 60"), *changes]


def alter_user(pen: Pen) -> AlterUser:
    pen.say("ALTER USER")
    user = pen.user()
    pen.maybe("WITH")
    options = pen.shuffled(*user_options(pen), value=CreateUser(user=user, password=None))
    found = AlterUser(user=user, superuser=options.superuser)
    if not pen.chance():
        return found
    given = password(pen)
    return replace(found, password=given, disabled=given is None)


def create_role(pen: Pen) -> CreateRole:
    pen.say("CREATE ROLE")
    name, external = pen.name(), pen.maybe("EXTERNALID")
    if external:
        pen.say("'i'")
    return CreateRole(role=name, external=external)


def create_group(pen: Pen) -> CreateGroup:
    pen.say("CREATE GROUP")
    name = pen.name()
    pen.maybe("WITH")
    return CreateGroup(group=name, users=pen.listed(pen.user) if pen.maybe("USER") else ())


def privileged(pen: Pen) -> tuple[tuple[Privilege, ...], Objects | AllInSchemas | Scope | System]:
    if pen.chance():
        names = pen.listed(
            lambda: Privilege(name=pen.one("CREATE USER", "VACUUM", "ACCESS SYSTEM TABLE", "IGNORE RLS"))
        )
        return names, System()
    privileges = pen.listed(lambda: privilege(pen))
    return privileges, pen.draw(st.sampled_from((objects, called, everything, scope)))(pen)


def privilege(pen: Pen) -> Privilege:
    name = pen.one("ALL", "ALL PRIVILEGES", "SELECT", "INSERT", "UPDATE", "DROP", "USAGE", "CREATE", "EXECUTE", "TEMP")
    columns = pen.names() if pen.chance() else ()
    return Privilege(name="all" if name == "all privileges" else name, columns=columns)


def objects(pen: Pen) -> Objects:
    kind = pen.one("ON", "ON TABLE", "ON SCHEMA", "ON DATABASE", "ON EXTERNAL SCHEMA", "ON COPY JOB", "ON LANGUAGE")
    return Objects(kind=kind.removeprefix("on").strip() or "table", names=pen.listed(pen.qualified))


def called(pen: Pen) -> Objects:
    def one() -> tuple[Name, Tokens]:
        name = pen.qualified()
        return name, pen.tokens(pen.draw(st.sampled_from(("( )", "( INT , VARCHAR ( 9 ) )"))))[1:-1]

    kind = pen.one("ON FUNCTION", "ON PROCEDURE")
    found = pen.listed(one)
    return Objects(kind=kind[3:], names=tuple(n for n, _ in found), arguments=tuple(a for _, a in found))


def everything(pen: Pen) -> AllInSchemas:
    kind = pen.one("ON ALL TABLES IN SCHEMA", "ON ALL FUNCTIONS IN SCHEMA").split()[2]
    return AllInSchemas(kind=kind, schemas=pen.listed(pen.qualified))


def scope(pen: Pen) -> Scope:
    kind = pen.one("FOR TABLES IN", "FOR SCHEMAS IN", "FOR COPY JOBS IN").removeprefix("for ").removesuffix(" in")
    schema = pen.qualified() if pen.maybe("SCHEMA") else None
    if schema is None or pen.chance():
        pen.say("DATABASE")
        return Scope(kind=kind, schema=schema, database=pen.name())
    return Scope(kind=kind, schema=schema)


def grantee(pen: Pen) -> Grantee:
    match pen.draw(st.sampled_from(GranteeKind)):
        case GranteeKind.PUBLIC as kind:
            pen.say("PUBLIC")
            name = Name(("public",))
        case GranteeKind.USER as kind:
            name = pen.user()
        case kind:
            pen.say(kind.upper())
            name = pen.name()
    passes = pen.chance() and bool(pen.one("WITH GRANT OPTION", "WITH ADMIN OPTION"))
    return Grantee(kind=kind, name=name, may_pass_on=passes)


def grantees(pen: Pen, word: str) -> tuple[Grantee, ...]:
    pen.say(word)
    return pen.listed(lambda: grantee(pen))


def grant(pen: Pen) -> Grant:
    pen.say("GRANT")
    privileges, on = privileged(pen)
    return Grant(privileges=privileges, on=on, to=grantees(pen, "TO"))


def grant_role(pen: Pen) -> GrantRole:
    pen.say("GRANT ROLE")
    return GrantRole(roles=pen.listed(pen.name), to=grantees(pen, "TO"))


def revoke(pen: Pen) -> Revoke:
    pen.say("REVOKE")
    option_only = pen.maybe("GRANT OPTION FOR")
    privileges, on = privileged(pen)
    found = Revoke(privileges=privileges, on=on, of=grantees(pen, "FROM"), option_only=option_only)
    cascades(pen)
    return found


def revoke_role(pen: Pen) -> RevokeRole:
    option_only = pen.one("REVOKE ROLE", "REVOKE ADMIN OPTION FOR ROLE") != "revoke role"
    return RevokeRole(roles=pen.listed(pen.name), of=grantees(pen, "FROM"), option_only=option_only)


def default_privileges(pen: Pen) -> DefaultPrivileges:
    pen.say("ALTER DEFAULT PRIVILEGES")
    users = pen.listed(pen.user) if pen.maybe("FOR USER") else ()
    schemas = pen.listed(pen.name) if pen.maybe("IN SCHEMA") else ()
    revokes = pen.one("GRANT", "REVOKE", "REVOKE GRANT OPTION FOR") != "grant"
    privileges = pen.listed(lambda: privilege(pen))
    pen.say("ON")
    kind = pen.one("TABLES", "FUNCTIONS", "PROCEDURES")
    found = DefaultPrivileges(
        privileges=privileges,
        kind=kind,
        grantees=grantees(pen, "FROM" if revokes else "TO"),
        users=users,
        schemas=schemas,
        revokes=revokes,
    )
    cascades(pen)
    return found
