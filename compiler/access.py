"""Who may do what: the users, roles, groups and grants that the plan's statements need, and no more.

The deployer applies plans; the loader runs the statements of the tables and has no DDL right, unless the schema evolves
by itself; readers read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from streamplan.runtime.modes import Deletes, Mode, Policy

from .bound import Binding
from .control import EVOLUTION, HISTORY, LEDGER, QUARANTINE
from .holding import Holding
from .lex import fold
from .model import Grant, Grantee, GranteeKind, Member, Model, Privilege, Securable, SecurableKind
from .spec import AccessSpec, Spec

_APPEND = (Privilege.INSERT, Privilege.SELECT)
_WORK_OFF = (Privilege.DELETE, Privilege.INSERT, Privilege.SELECT)
_LOCKS = {Privilege.DELETE, Privilege.UPDATE}


def access_model(spec: Spec, holdings: Sequence[Holding]) -> Model:
    """The model's schemas, and the accounts and grants that the spec asks for; without its tables and views."""
    control = fold(spec.schema)
    access = spec.access
    return Model(
        control=control,
        schemas=(control, *{holding.schema for holding in holdings}),
        users=_users(access) if access else (),
        groups=tuple(map(fold, access.groups)) if access else (),
        roles=(loader_role(spec.connector), *_reader_roles(access), *_deployer_role(spec)) if access else (),
        members=tuple(_members(spec, access)) if access else (),
        grants=tuple(_grants(spec, access, control, holdings)) if access else (),
    )


def evolves(spec: Spec, holdings: Iterable[Holding]) -> bool:
    """Whether the loader changes tables by itself, or makes those of new topics."""
    return spec.defaults.ingestion.evolution is Policy.AUTO or any(holding.evolves for holding in holdings)


def loader_role(connector: str) -> str:
    """The role that holds the loader's privileges on this connector."""
    return f"{connector}_loader"


def deployer_role(connector: str) -> str:
    """The role that holds the deployer's privileges on this connector."""
    return f"{connector}_deployer"


def _users(access: AccessSpec) -> tuple[str, ...]:
    return (access.loader.user, *([access.deployer.user] if access.deployer else []))


def _reader_roles(access: AccessSpec) -> tuple[str, ...]:
    """The readers as Redshift stores them: the name of a role is folded, that of a user is not (r_names)."""
    return tuple(fold(role) for role in access.readers)


def _deployer_role(spec: Spec) -> tuple[str, ...]:
    return (deployer_role(spec.connector),) if spec.access and spec.access.deployer else ()


def _members(spec: Spec, access: AccessSpec) -> Iterator[Member]:
    yield Member(access.loader.user, loader_role(spec.connector))
    if access.deployer:
        yield from (Member(access.deployer.user, role) for role in _deployer_role(spec))


def _grants(spec: Spec, access: AccessSpec, control: str, holdings: Sequence[Holding]) -> Iterator[Grant]:
    schemas = sorted({control, *(holding.schema for holding in holdings)})
    yield from _loader(spec, control, schemas, holdings)
    for kind, names in ((GranteeKind.ROLE, access.readers), (GranteeKind.GROUP, access.groups)):
        for name in names:
            yield from _reader(Grantee(kind, fold(name)), holdings)
    for role in _deployer_role(spec):
        database = Securable(SecurableKind.DATABASE, (fold(spec.destination.database),))
        to = Grantee(GranteeKind.ROLE, role)
        yield Grant(on=database, to=to, privileges=(Privilege.CREATE,), because="creates the schemas")
        for schema in schemas:
            on = Securable(SecurableKind.SCHEMA, (schema,))
            yield Grant(on=on, to=to, privileges=(Privilege.CREATE, Privilege.USAGE), because="creates the tables")


def _loader(spec: Spec, control: str, schemas: list[str], holdings: Sequence[Holding]) -> Iterator[Grant]:
    database = Securable(SecurableKind.DATABASE, (fold(spec.destination.database),))
    to = Grantee(GranteeKind.ROLE, loader_role(spec.connector))
    yield Grant(on=database, to=to, privileges=(Privilege.TEMP,), because="the staging table is temporary")
    evolving = evolves(spec, holdings)
    for schema in schemas:
        yield _usage(schema, to, creates=evolving)
    for holding in holdings:
        yield _on(holding.schema, holding.name, to, holding.privileges, "lock, delete and merge")
    yield _on(control, LEDGER, to, _APPEND, "one row a batch, in the batch's own transaction")
    yield _on(control, QUARANTINE, to, _WORK_OFF, "records that cannot be taken in, until they are worked off")
    history = (*_APPEND, Privilege.UPDATE) if evolving else (Privilege.SELECT,)
    yield _on(control, HISTORY, to, history, "refuses a plan that is not applied")
    if evolving:
        yield _on(control, EVOLUTION, to, _APPEND, "what a version of its own was made from")


def loading(binding: Binding) -> tuple[Privilege, ...]:
    """What the loader needs on a table: what its statements do, no more; LOCK takes UPDATE or DELETE (`needs`)."""
    at = binding.ingestion
    needs = {Privilege.INSERT}
    truncated, marked = at.truncates is Policy.APPLY, at.deletes is Deletes.SOFT
    if at.mode is Mode.UPSERT or at.deletes is Deletes.HARD or (marked and truncated):
        needs.add(Privilege.SELECT)
    if at.deletes is Deletes.HARD or (truncated and not marked):
        needs.add(Privilege.DELETE)
    if (at.mode is Mode.UPSERT and _updates(binding)) or (marked and (truncated or at.mode is Mode.UPSERT)):
        needs.add(Privilege.UPDATE)
    if not needs & _LOCKS:
        needs.add(Privilege.UPDATE)
    if at.evolution is Policy.AUTO:
        needs.add(Privilege.ALTER)
    return tuple(sorted(needs))


def _updates(binding: Binding) -> bool:
    return any(b.column.name not in binding.table.key for b in binding.bound)


def _reader(to: Grantee, holdings: Sequence[Holding]) -> Iterator[Grant]:
    yield from (_usage(schema, to, creates=False) for schema in sorted({holding.schema for holding in holdings}))
    for holding in holdings:
        for name in (holding.name, *([holding.view] if holding.view else [])):
            yield _on(holding.schema, name, to, (Privilege.SELECT,), "reads")


def _usage(schema: str, to: Grantee, *, creates: bool) -> Grant:
    on = Securable(SecurableKind.SCHEMA, (schema,))
    if creates:
        because = "creates the tables of new topics: schema_evolution is auto"
        return Grant(on=on, to=to, privileges=(Privilege.CREATE, Privilege.USAGE), because=because)
    return Grant(on=on, to=to, privileges=(Privilege.USAGE,), because="a right on a table needs it (RS-512)")


def _on(schema: str, name: str, to: Grantee, privileges: tuple[Privilege, ...], because: str) -> Grant:
    return Grant(on=Securable(SecurableKind.TABLE, (schema, name)), to=to, privileges=privileges, because=because)
