"""Who may do what: the users, roles and grants that the plan's statements need, and no more.

The deployer applies plans; the loader runs the statements of the tables and has no DDL right; readers read.
"""

from __future__ import annotations

from collections.abc import Iterator

from .control import HISTORY, LEDGER, QUARANTINE
from .lex import fold
from .model import Grant, Member, Model, Privilege, Securable, SecurableKind, Table
from .spec import AccessSpec, Spec

_DML = (Privilege.DELETE, Privilege.INSERT, Privilege.SELECT, Privilege.UPDATE)
_APPEND = (Privilege.INSERT, Privilege.SELECT)


def access_model(spec: Spec, tables: tuple[Table, ...]) -> Model:
    """The model of these tables with the accounts and grants that the spec asks for."""
    schema = fold(spec.schema)
    if spec.access is None:
        return Model(schemas=(schema,), tables=tables)
    role = loader_role(spec)
    users = (spec.access.loader, *([spec.access.deployer] if spec.access.deployer else []))
    return Model(
        schemas=(schema,),
        tables=tables,
        users=users,
        roles=(role, *_reader_roles(spec.access), *_deployer_role(spec)),
        members=(Member(spec.access.loader, role), *_deployer_member(spec)),
        grants=(
            *_loader(spec, schema, role, tables),
            *_readers(spec.access, schema, tables),
            *_deployer(spec, schema),
        ),
    )


def loader_role(spec: Spec) -> str:
    """The role that holds the loader's privileges on this connector."""
    return f"{spec.connector}_loader"


def _reader_roles(access: AccessSpec) -> tuple[str, ...]:
    """The readers as Redshift stores them: the name of a role is folded, that of a user is not (r_names)."""
    return tuple(fold(role) for role in access.readers)


def _deployer_role(spec: Spec) -> tuple[str, ...]:
    return (f"{spec.connector}_deployer",) if spec.access and spec.access.deployer else ()


def _deployer_member(spec: Spec) -> Iterator[Member]:
    for role in _deployer_role(spec):
        if spec.access and spec.access.deployer:
            yield Member(spec.access.deployer, role)


def _loader(spec: Spec, schema: str, role: str, tables: tuple[Table, ...]) -> Iterator[Grant]:
    database = Securable(SecurableKind.DATABASE, (spec.destination.database,))
    yield Grant(on=database, role=role, privileges=(Privilege.TEMP,), because="the staging table is temporary")
    yield _usage(schema, role)
    for table in tables:
        yield _on(table.schema, table.name, role, _DML, "lock, delete and merge")
    yield _on(schema, LEDGER, role, _APPEND, "one row a batch, in the batch's own transaction")
    yield _on(schema, QUARANTINE, role, _APPEND, "records that cannot be taken in")
    yield _on(schema, HISTORY, role, (Privilege.SELECT,), "refuses to run a plan that is not applied")


def _readers(access: AccessSpec, schema: str, tables: tuple[Table, ...]) -> Iterator[Grant]:
    for role in _reader_roles(access):
        yield _usage(schema, role)
        for table in tables:
            yield _on(table.schema, table.name, role, (Privilege.SELECT,), "reads")


def _deployer(spec: Spec, schema: str) -> Iterator[Grant]:
    for role in _deployer_role(spec):
        on = Securable(SecurableKind.SCHEMA, (schema,))
        yield Grant(on=on, role=role, privileges=(Privilege.CREATE, Privilege.USAGE), because="creates tables")


def _usage(schema: str, role: str) -> Grant:
    on = Securable(SecurableKind.SCHEMA, (schema,))
    return Grant(on=on, role=role, privileges=(Privilege.USAGE,), because="a right on a table needs it (RS-512)")


def _on(schema: str, name: str, role: str, privileges: tuple[Privilege, ...], because: str) -> Grant:
    return Grant(on=Securable(SecurableKind.TABLE, (schema, name)), role=role, privileges=privileges, because=because)
