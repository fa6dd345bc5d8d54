"""What cannot stand in one connector: names that Redshift does not hold, and two things of one name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .access import deployer_role, loader_role
from .diagnostic import Diagnostic, Span
from .lex import fold
from .model import Model
from .naming import unholdable, unholdable_schema
from .redshift import RESERVED
from .spec import Spec
from .unit import Unit


def unholdable_names(spec: Spec) -> Iterator[Diagnostic]:
    """The names of schema, database and accounts that cannot stand in Redshift: R402."""
    access = spec.access
    users = (access.loader, *([access.deployer] if access.deployer else [])) if access else ()
    accounts = (*(account.user for account in users), *(access.readers + access.groups if access else ()))
    named = [
        ("schema", spec.schema),
        ("database", spec.destination.database),
        *(("account", name) for name in accounts),
    ]
    for what, name in named:
        why = unholdable_schema(name) if what == "schema" else unholdable(name)
        if why is not None:
            message = f'{what} "{name}" {why}'
            yield Diagnostic(span=Span(spec.path), code="R402", message=message, help="give it another name")


def account_conflicts(spec: Spec, model: Model) -> Iterator[Diagnostic]:
    """Roles that are reserved words, accounts that are PUBLIC: R413; roles that are users and groups too: R412."""
    for name in sorted({name for name in model.roles if fold(name) in RESERVED | {"public"}}):
        message = f'role "{name}" is a reserved word, which Redshift refuses (RS-510)'
        yield Diagnostic(span=Span(spec.path), code="R413", message=message, help="rename the role under access")
    for name in sorted({name for name in (*model.users, *model.groups) if fold(name) == "public"}):
        message = f'no user and no group can be "{name}", which means everybody'
        yield Diagnostic(span=Span(spec.path), code="R413", message=message, help="rename it under access")
    for message in _one_account_twice(spec):
        yield Diagnostic(span=Span(spec.path), code="R412", message=message, help="rename one under access")
    for name in sorted({*model.users, *model.groups} & set(model.roles)):
        message = f'"{name}" is a role and a user or group; Redshift wants them to differ (RS-510)'
        yield Diagnostic(span=Span(spec.path), code="R412", message=message, help="rename one under access")


def _one_account_twice(spec: Spec) -> Iterator[str]:
    access = spec.access
    accounts = {(one.user, one.password) for one in (access.loader, access.deployer) if one} if access else set()
    if access and len({user for user, _ in accounts}) < len(accounts):
        yield f'"{access.loader.user}" is deployer and loader, with two passwords'
    own = {loader_role(spec.connector), deployer_role(spec.connector)}
    yield from (
        f'reader "{name}" is a role of streamplan\'s own'
        for name in (access.readers if access else ())
        if fold(name) in own
    )


def collisions(units: Iterable[Unit]) -> Iterator[Diagnostic]:
    """Two tables or views of one name: R411."""
    first: dict[tuple[str, str], Unit] = {}
    for unit in units:
        holding = unit.holding
        for name in (holding.name, *([holding.view] if holding.view else [])):
            other = first.setdefault((holding.schema, name), unit)
            if other is not unit:
                yield _one_table(unit, ", ".join(other.topics), f"{holding.schema}.{name}")


def _one_table(unit: Unit, other: str, name: str) -> Diagnostic:
    topics = ", ".join(unit.topics)
    message = f'topics "{other}" and "{topics}" are one table, "{name}"'
    way = f"name one: tables: {{NAME: {{topic: {topics}}}}}; or feed one from both: {{NAME: {{topics: [...]}}}}"
    if other == topics:
        message = f'source tables of topic "{topics}" are one table, "{name}"'
        way = f"name one: tables: {{NAME: {{source: {unit.source or 'schema.table'}}}}}"
    return Diagnostic(span=Span(unit.place), code="R411", message=message, help=way)
