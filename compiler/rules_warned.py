"""What Redshift takes and what may still hurt: the warnings of `lint`. No plan and no session is judged by them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from .rule_help import HELPS
from .statement_access import AllInSchemas, CreateUser, DefaultPrivileges, Grant, Grantee, GranteeKind
from .statement_data import Copy, CopyOption, Delete, Insert, Merge
from .statement_parts import Name, Subquery, TypeName
from .statement_tables import AddColumn, Column, CreateTable, DropColumn, DropTable, DropView, PrimaryKey
from .statements import DropSchema, Statement
from .violation import Violation

_BARE = frozenset("varchar nvarchar text decimal numeric".split()) | {"character varying"}
_KEYS = frozenset({"access_key_id", "credentials", "secret_access_key", "session_token"})
_CUTS = frozenset({"truncatecolumns"})
_CHANGES = frozenset({"acceptanydate", "acceptinvchars"})
_LEGACY = (GranteeKind.GROUP, GranteeKind.PUBLIC)


def warned(statement: Statement) -> tuple[Violation, ...]:
    """What may hurt in a statement that breaks no rule, each with its help."""
    return tuple(replace(found, help=HELPS[found.rule]) for found in _of(statement))


def _of(statement: Statement) -> Iterator[Violation]:
    match statement:
        case CreateTable():
            yield from _table(statement)
        case AddColumn():
            yield from _column(statement.column)
        case DropTable() | DropView() | DropSchema() | DropColumn() if statement.cascade:
            yield _warning("RS-333", "CASCADE drops whatever depends on it", 0)
        case Copy():
            yield from _copy(statement)
        case Grant() | DefaultPrivileges() | CreateUser():
            yield from _access(statement)
        case _:
            yield from _rows(statement)


def _warning(rule: str, message: str, position: int) -> Violation:
    return Violation(rule=rule, message=message, sqlstate="01000", position=position)


def _table(table: CreateTable) -> Iterator[Violation]:
    for column in table.columns:
        yield from _column(column)
    plain = [column for column in table.columns if not column.encode]
    if plain and len(plain) < len(table.columns):
        yield _warning("RS-328", "some columns have ENCODE, and others none", plain[0].name.start)
    if table.layout.backup == "no":
        yield _warning("RS-325", "BACKUP NO does nothing on RA3 and Serverless", table.layout.start)
    keys = [key.columns[0] for key in table.constraints if isinstance(key, PrimaryKey)]
    yield from (_key(column) for column in keys)


def _column(column: Column) -> Iterator[Violation]:
    yield from _size(column.type)
    if column.primary_key:
        yield _key(column.name)


def _size(kind: TypeName) -> Iterator[Violation]:
    if kind.words in _BARE and not kind.args:
        yield _warning("RS-402", f"{kind.words.upper()} without a size", kind.start)


def _key(column: Name) -> Violation:
    return _warning("RS-322", "PRIMARY KEY is not enforced, and the planner trusts it", column.start)


def _copy(copy: Copy) -> Iterator[Violation]:
    for option in copy.options:
        yield from _option(option)
    if copy.source.lower().startswith("s3://") and all(option.name != "manifest" for option in copy.options):
        yield _warning("RS-226", "every object whose key begins so is loaded", copy.source_start)


def _option(option: CopyOption) -> Iterator[Violation]:
    name, values = option.name, option.values
    if name == "json" and values[:1] in {(), ("auto",)}:  # which it is when nothing is said
        yield _warning("RS-225", "JSON 'auto' passes over keys with capital letters", option.start)
    if name == "ignoreallerrors" or (name == "maxerror" and values not in {("0",), ("1",)}):
        yield _warning("RS-227", f"{name.upper()} passes over records that cannot be loaded", option.start)
    if name in _KEYS:
        yield _warning("RS-228", f"{name.upper()} puts a key into the SQL", option.start)
    if name in _CUTS:
        yield _warning("RS-231", f"{name.upper()} cuts values that are too long", option.start)
    if name in _CHANGES:
        yield _warning("RS-232", f"{name.upper()} changes values that cannot be read", option.start)


def _access(statement: Grant | DefaultPrivileges | CreateUser) -> Iterator[Violation]:
    match statement:
        case CreateUser():
            if statement.superuser:
                yield _warning("RS-518", "CREATEUSER makes a superuser", statement.user.start)
        case Grant():
            if isinstance(statement.on, AllInSchemas):
                yield _warning("RS-513", "ON ALL covers only what is there today", statement.on.schemas[0].start)
            yield from _legacy(statement.to)
        case DefaultPrivileges():
            if not statement.users:
                yield _warning("RS-514", "without FOR USER it holds for what you yourself create", 0)
            yield from _legacy(() if statement.revokes else statement.grantees)


def _legacy(grantees: tuple[Grantee, ...]) -> Iterator[Violation]:
    for grantee in grantees:
        if grantee.kind in _LEGACY:
            yield _warning("RS-516", f"a privilege for {grantee.kind.value.upper()}", grantee.name.start)


def _rows(statement: Statement) -> Iterator[Violation]:
    match statement:
        case Insert(columns=()):
            yield _warning("RS-207", "INSERT without column names", statement.table.start)
        case Delete(where=()):
            yield _warning("RS-210", "DELETE of every row", statement.table.start)
        case Merge(source=Subquery()):
            yield _warning("RS-113", "MERGE from a query", statement.target.start)
