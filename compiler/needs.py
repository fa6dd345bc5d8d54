"""Which privileges a statement needs, read from the statement itself. It knows no account and no grant.

Sources: the sections "Required privileges" of each command's page (r_MERGE, r_DELETE, r_UPDATE, r_INSERT, r_COPY …).
The page of LOCK has none; PostgreSQL, from which Redshift comes, lets those lock who may UPDATE or DELETE, not those
who INSERT.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .grammar import parse, relations
from .model import Privilege, Securable, SecurableKind
from .statement_data import Clauses, Copy, Delete, DeleteMatched, Insert, Merge, Query, Select, Update
from .statement_parts import Name, Relation, Source
from .statement_tables import AddColumn, CreateTable, CreateView
from .statements import CreateSchema, Lock


@dataclass(frozen=True, slots=True, order=True)
class Need:
    """One privilege on one thing; of several alternatives that do, `instead` names the others."""

    on: Securable
    privilege: Privilege
    instead: tuple[Privilege, ...] = ()


def needs(text: str, database: str, temporary: frozenset[str]) -> tuple[Need, ...]:
    """What the statement needs in `database`, sorted; nothing on the session's own `temporary` tables."""
    found = set[Need]()
    for need in _needs(text, database):
        if need.on.kind is not SecurableKind.TABLE or need.on.name[-1] not in temporary:
            found.add(need)
    schemas = {n.on.name[0] for n in found if n.on.kind is SecurableKind.TABLE and len(n.on.name) > 1}
    found |= {
        Need(Securable(SecurableKind.SCHEMA, (schema,)), Privilege.USAGE) for schema in schemas if not _own(schema)
    }
    return tuple(sorted(n for n in found if n.on.kind is not SecurableKind.TABLE or not _system(n.on)))


def _own(schema: str) -> bool:
    return schema in ("pg_catalog", "information_schema")


def _system(on: Securable) -> bool:
    return len(on.name) == 1 and on.name[0].startswith(("pg_", "svv_", "sys_"))


def _needs(text: str, database: str) -> Iterator[Need]:  # noqa: C901 - one line a kind of statement
    in_database = Securable(SecurableKind.DATABASE, (database,))
    match parse(text):
        case CreateSchema():
            yield Need(in_database, Privilege.CREATE)
        case CreateTable(temporary=True):
            yield Need(in_database, Privilege.TEMP)
        case CreateTable(name=name) | CreateView(name=name):
            yield Need(Securable(SecurableKind.SCHEMA, name.parts[:1]), Privilege.CREATE)
        case AddColumn(table=table):
            yield _on(table, Privilege.ALTER)
        case Lock(tables=tables):
            yield from (Need(_table(table), Privilege.DELETE, (Privilege.UPDATE,)) for table in tables)
        case Merge(action=Clauses() as clauses) as merge:
            changes = Privilege.DELETE if isinstance(clauses.matched, DeleteMatched) else Privilege.UPDATE
            yield from (_on(merge.target, p) for p in (Privilege.SELECT, Privilege.INSERT, changes))
            yield from _reads((merge.source,))
        case Delete() as delete:
            yield _on(delete.table, Privilege.DELETE)
            yield from [_on(delete.table, Privilege.SELECT)] if delete.where else []
            yield from _reads(delete.using)
        case Update() as update:
            yield from (_on(update.table, p) for p in (Privilege.UPDATE, Privilege.SELECT))
            yield from _reads(update.sources)
        case Copy(table=table):
            yield _on(table, Privilege.INSERT)
        case Insert() as insert:
            yield _on(insert.table, Privilege.INSERT)
            yield from _reads(relations(insert.source.tokens)) if isinstance(insert.source, Query) else ()
        case Select() as select:
            yield from _reads(relations(select.tokens))


def _reads(sources: tuple[Source, ...]) -> Iterator[Need]:
    yield from (_on(source.name, Privilege.SELECT) for source in sources if isinstance(source, Relation))


def _on(table: Name, privilege: Privilege) -> Need:
    return Need(_table(table), privilege)


def _table(name: Name) -> Securable:
    return Securable(SecurableKind.TABLE, name.parts)
