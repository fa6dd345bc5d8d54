"""CREATE TABLE, with its elements, its layout and its query, and DROP TABLE."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from .cursor import Cursor
from .parse_columns import column, columns
from .statement_parts import Name
from .statement_tables import (
    Column,
    CreateTable,
    CreateTableAs,
    DropTable,
    ForeignKey,
    Layout,
    Like,
    PrimaryKey,
    SortStyle,
    TableConstraint,
    Unique,
)

_CONSTRAINTS = frozenset({"constraint", "primary", "unique", "foreign", "check"})
_BEYOND = frozenset({"partition", "partitioned", "inherits", "tablespace"})
_Element: TypeAlias = Column | TableConstraint | Like | Name


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    name: Name
    temporary: bool
    if_not_exists: bool


def create_table(cursor: Cursor) -> CreateTable | CreateTableAs:
    """CREATE [TEMP] TABLE, from the word after CREATE on."""
    cursor.take("local")
    temporary = bool(cursor.one_of("temp", "temporary"))
    cursor.expect("table")
    if_not_exists = cursor.take("if", "not", "exists")
    head = _Head(name=cursor.qualified(), temporary=temporary, if_not_exists=if_not_exists)
    elements = cursor.in_brackets(lambda: _element(cursor)) if cursor.at("(") else ()
    found = layout(cursor)
    if cursor.at("as"):
        return _as_query(cursor, head, elements, found)
    return _table(cursor, head, elements, found)


def drop_table(cursor: Cursor) -> DropTable:
    """DROP TABLE, from TABLE on."""
    cursor.expect("table")
    if_exists = cursor.take("if", "exists")
    tables = cursor.listed(cursor.qualified)
    cascade = cursor.one_of("cascade", "restrict") == "cascade"
    return DropTable(tables=tables, if_exists=if_exists, cascade=cascade)


def at_constraint(cursor: Cursor) -> bool:
    """Whether a constraint of the table is next."""
    return cursor.at_any(_CONSTRAINTS) or cursor.at("exclude", "(") or cursor.at("exclude", "using")


def constraint(cursor: Cursor) -> TableConstraint:
    """A constraint of the table. CHECK and EXCLUDE are not Redshift's (RS-316)."""
    if cursor.take("constraint"):
        cursor.name()
    if cursor.take("primary", "key"):
        return PrimaryKey(columns=columns(cursor))
    if cursor.take("unique"):
        return Unique(columns=columns(cursor))
    if cursor.at_any(("check", "exclude")):
        raise cursor.error("RS-316")
    cursor.expect("foreign", "key")
    from_columns = columns(cursor)
    cursor.expect("references")
    table = cursor.qualified()
    to = columns(cursor) if cursor.at("(") else ()
    return ForeignKey(columns=from_columns, table=table, to=to)


def layout(cursor: Cursor) -> Layout:
    """BACKUP, DISTSTYLE, DISTKEY, SORTKEY and ENCODE AUTO, in any order."""
    found = Layout(start=cursor.start)
    while (more := clause(cursor, found)) is not None:
        found = more
    return found


def clause(cursor: Cursor, found: Layout) -> Layout | None:
    """The layout with the next clause; None when none is next."""
    match cursor.peek():
        case "backup":
            cursor.next()
            return replace(found, backup=_word(cursor, "yes", "no"))
        case "diststyle":
            cursor.next()
            return replace(found, diststyle=_word(cursor, "auto", "even", "key", "all"))
        case "distkey":
            cursor.next()
            return replace(found, distkey=found.distkey + columns(cursor))
        case "compound" | "interleaved" | "sortkey":
            return _sorted(cursor, found)
        case "encode":
            cursor.next()
            cursor.expect("auto")
            return replace(found, encode_auto=True)
    return None


def _sorted(cursor: Cursor, found: Layout) -> Layout:
    style = SortStyle(cursor.one_of("compound", "interleaved") or "compound")
    cursor.expect("sortkey")
    if auto := cursor.one_of("auto", "none"):
        return replace(found, sort_style=SortStyle(auto))
    return replace(found, sort_style=style, sortkey=columns(cursor))


def _word(cursor: Cursor, *words: str) -> str:
    found = cursor.one_of(*words)
    if not found:
        raise cursor.error()
    return found


def _element(cursor: Cursor) -> _Element:
    if at_constraint(cursor):
        return constraint(cursor)
    if cursor.take("like"):
        return _like(cursor)
    if cursor.is_name() and cursor.peek(1) in {",", ")"}:
        return cursor.name()
    return column(cursor)


def _like(cursor: Cursor) -> Like:
    table, defaults = cursor.qualified(), False
    while way := cursor.one_of("including", "excluding"):
        cursor.expect("defaults")
        defaults = way == "including"
    return Like(table=table, defaults=defaults)


def _table(cursor: Cursor, head: _Head, elements: tuple[_Element, ...], found: Layout) -> CreateTable:
    if cursor.at_any(_BEYOND):
        raise cursor.error("RS-316")
    cursor.finish()
    if not elements or any(isinstance(element, Name) for element in elements):
        raise cursor.error()
    return CreateTable(
        name=head.name,
        temporary=head.temporary,
        if_not_exists=head.if_not_exists,
        columns=tuple(element for element in elements if isinstance(element, Column)),
        constraints=tuple(element for element in elements if isinstance(element, PrimaryKey | Unique | ForeignKey)),
        likes=tuple(element for element in elements if isinstance(element, Like)),
        layout=found,
    )


def _as_query(cursor: Cursor, head: _Head, elements: tuple[_Element, ...], found: Layout) -> CreateTableAs:
    """CTAS takes no types and no constraints, and no IF NOT EXISTS (RS-332)."""
    names = tuple(element for element in elements if isinstance(element, Name))
    if head.if_not_exists or len(names) < len(elements):
        raise cursor.error("RS-332")
    cursor.expect("as")
    return CreateTableAs(
        name=head.name,
        query=cursor.expression(),
        temporary=head.temporary,
        columns=names,
        layout=found,
    )
