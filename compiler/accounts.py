"""The model's users, roles and grants as statements.

Redshift has no IF NOT EXISTS for them, so each CREATE has a probe.
"""

from __future__ import annotations

from collections.abc import Iterator

from streamplan.runtime.plan import Statement

from .model import Grant, Member, Model
from .naming import slug
from .sql import Sql, comment, ident, joined, literal
from .template import fill


def accounts(model: Model) -> tuple[Statement, ...]:
    """Users and roles: run before the migrations."""
    return (
        *(
            _create("user", name, "Logs in without a password: through IAM, or give it one by hand.")
            for name in model.users
        ),
        *(_create("role", name, "Holds privileges; users hold it.") for name in model.roles),
    )


def grants(model: Model) -> tuple[Statement, ...]:
    """Who holds which role, and the privileges: run after the migrations. Giving one again changes nothing."""
    return (*(_member(member) for member in model.members), *(_grant(grant) for grant in model.grants))


def _create(kind: str, name: str, what: str) -> Statement:
    path = f"access/{'010' if kind == 'user' else '020'}_{kind}.{slug(name)}"
    probe = Statement(path=f"{path}.probe.sql", sql=fill(f"{kind}_exists", **{kind: literal(name)}))
    sql = fill(f"create_{kind}", lines=(comment(what),), **{kind: ident(name)})
    return Statement(path=f"{path}.sql", sql=sql, unless=probe)


def _member(member: Member) -> Statement:
    lines = (comment(f"{member.user} works with the privileges of {member.role}."),)
    sql = fill("grant_role", lines=lines, role=ident(member.role), user=ident(member.user))
    return Statement(path=f"access/030_member.{slug(member.user)}.{slug(member.role)}.sql", sql=sql)


def _grant(grant: Grant) -> Statement:
    sql = fill(
        "grant",
        lines=(comment(f"because: {grant.because}"),),
        privileges=joined((Sql(privilege.value) for privilege in grant.privileges), ", "),
        kind=Sql(grant.on.kind.value),
        name=ident(*grant.on.name),
        role=ident(grant.role),
    )
    return Statement(path="access/" + ".".join(_parts(grant)) + ".sql", sql=sql)


def _parts(grant: Grant) -> Iterator[str]:
    yield "040_grant"
    yield slug(grant.role)
    yield grant.on.kind.value.lower()
    yield from map(slug, grant.on.name)
