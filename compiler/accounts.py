"""The model's users, groups, roles and grants as statements.

Redshift has no IF NOT EXISTS for them, so each CREATE has a probe.
"""

from __future__ import annotations

from collections.abc import Iterator

from streamplan.runtime.statement import Statement

from .migrating import grant, grant_role
from .model import Grant, Grantee, Member, Model, Privilege, SecurableKind
from .naming import slug
from .spec import AccessSpec
from .sql import comment, ident, literal
from .template import fill

_WHAT = {
    "user": "Logs in through IAM, or with the password that the spec takes from the environment.",
    "group": "Reads the tables; users are put into it by hand.",
    "role": "Holds privileges; users hold it.",
}


def accounts(model: Model, access: AccessSpec | None) -> tuple[Statement, ...]:
    """Users, groups and roles: run before the migrations."""
    return (
        *(_create("010", "user", name) for name in model.users),
        *(_passwords(access) if access else ()),
        *(_create("014", "group", name) for name in model.groups),
        *(_create("020", "role", name) for name in model.roles),
    )


def grants(model: Model) -> tuple[Statement, ...]:
    """Who holds which role, and the privileges: run after the migrations. Giving one again changes nothing.

    One statement gives the same privileges on all things of a kind: a table more is a line more.
    """
    alike: dict[tuple[Grantee, SecurableKind, tuple[Privilege, ...]], list[Grant]] = {}
    for one in sorted(model.grants, key=lambda g: (g.to.kind, g.to.name, g.on.kind, g.privileges, g.on.name)):
        alike.setdefault((one.to, one.on.kind, one.privileges), []).append(one)
    return (*(_member(member) for member in model.members), *(_grant(same) for same in alike.values()))


def _create(number: str, kind: str, name: str) -> Statement:
    path = f"access/{number}_{kind}.{slug(name)}"
    probe = Statement(path=f"{path}.probe.sql", sql=fill(f"{kind}_exists", **{kind: literal(name)}))
    sql = fill(f"create_{kind}", lines=(comment(_WHAT[kind]),), **{kind: ident(name)})
    return Statement(path=f"{path}.sql", sql=sql, unless=probe)


def _passwords(access: AccessSpec) -> Iterator[Statement]:
    for account in (access.loader, access.deployer):
        if account is not None and account.password:
            lines = (comment("A salted hash of the password in the environment is put in when it runs."),)
            sql = fill("set_password", lines=lines, user=ident(account.user))
            yield Statement(path=f"access/012_password.{slug(account.user)}.sql", sql=sql, password=account.password)


def _member(member: Member) -> Statement:
    return Statement(path=f"access/030_member.{slug(member.user)}.{slug(member.role)}.sql", sql=grant_role(member))


def _grant(alike: list[Grant]) -> Statement:
    first = alike[0]
    privileges = "_".join(privilege.value.lower() for privilege in first.privileges)
    path = f"access/040_grant.{slug(first.to.name)}.{first.on.kind.value.lower()}.{privileges}.sql"
    return Statement(path=path, sql=grant(alike))
