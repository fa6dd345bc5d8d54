"""ALTER TABLE: one action a statement, as in Redshift (RS-302)."""

from __future__ import annotations

from dataclasses import replace

from .cursor import Cursor, GrammarError
from .parse_columns import column, type_name
from .parse_tables import at_constraint, clause, constraint
from .statement_parts import Name
from .statement_tables import (
    AddColumn,
    AddConstraint,
    AlterColumnEncode,
    AlterColumnType,
    AlterLayout,
    AppendFrom,
    DropColumn,
    DropConstraint,
    Layout,
    OwnerTo,
    RenameColumn,
    RenameTable,
    TableStatement,
)

_LAYOUT = frozenset({"distkey", "diststyle", "compound", "interleaved", "sortkey", "encode"})


def alter_table(cursor: Cursor) -> TableStatement | None:
    """ALTER TABLE, from the word after it on; None for an action that the grammar does not know."""
    found = _action(cursor)
    if found is not None and cursor.at(","):
        raise cursor.error("RS-302")
    return found


def _action(cursor: Cursor) -> TableStatement | None:
    table = cursor.qualified()
    match cursor.peek():
        case "add":
            return _add(cursor, table)
        case "drop":
            return _drop(cursor, table)
        case "alter":
            return _alter(cursor, table)
        case "rename":
            return _rename(cursor, table)
        case "owner":
            cursor.expect("owner", "to")
            return OwnerTo(table=table, owner=cursor.user())
        case "append":
            cursor.expect("append", "from")
            source = cursor.qualified()
            cursor.one_of("ignoreextra", "filltarget")
            return AppendFrom(table=table, source=source)
        case "set" | "row" | "masking":
            return None
    raise cursor.error()


def _add(cursor: Cursor, table: Name) -> TableStatement | None:
    cursor.expect("add")
    if cursor.at("partition") or cursor.at("if", "not", "exists", "partition"):
        return None
    if at_constraint(cursor):
        return AddConstraint(table=table, constraint=constraint(cursor))
    cursor.take("column")
    if cursor.at("if", "not", "exists"):
        raise cursor.error("RS-301", ahead=1)
    return AddColumn(table=table, column=column(cursor))


def _drop(cursor: Cursor, table: Name) -> TableStatement | None:
    cursor.expect("drop")
    if cursor.at("partition"):
        return None
    if cursor.take("constraint"):
        name = cursor.name()
        cursor.one_of("cascade", "restrict")
        return DropConstraint(table=table, constraint=name)
    cursor.take("column")
    if cursor.at("if", "exists"):
        raise cursor.error("RS-301", ahead=1)
    name = cursor.name()
    return DropColumn(table=table, column=name, cascade=cursor.one_of("cascade", "restrict") == "cascade")


def _rename(cursor: Cursor, table: Name) -> TableStatement:
    cursor.expect("rename")
    if cursor.take("to"):
        return RenameTable(table=table, to=cursor.name())
    cursor.take("column")
    name = cursor.name()
    cursor.expect("to")
    return RenameColumn(table=table, column=name, to=cursor.name())


def _alter(cursor: Cursor, table: Name) -> TableStatement:
    cursor.expect("alter")
    if cursor.at_any(_LAYOUT) and not (cursor.at("encode") and not cursor.at("encode", "auto")):
        return _layouts(cursor, table)
    cursor.take("column")
    name = cursor.name()
    if cursor.take("type"):
        return _type(cursor, table, name)
    if cursor.at("encode"):
        return _encodings(cursor, table, name)
    raise _unsupported(cursor)


def _type(cursor: Cursor, table: Name, name: Name) -> AlterColumnType:
    found = AlterColumnType(table=table, column=name, type=type_name(cursor))
    if cursor.at("using"):
        text = "ALTER TABLE ALTER COLUMN does not support USING expression"
        raise GrammarError(text, cursor.start, "RS-305", "0A000")
    return found


def _encodings(cursor: Cursor, table: Name, name: Name) -> AlterColumnEncode:
    """Several columns may be encoded anew together."""
    found = [(name, _encoding(cursor))]
    while cursor.take(",", "alter"):
        cursor.take("column")
        found.append((cursor.name(), _encoding(cursor)))
    return AlterColumnEncode(table=table, encodings=tuple(found))


def _encoding(cursor: Cursor) -> str:
    cursor.expect("encode")
    return cursor.word()


def _layouts(cursor: Cursor, table: Name) -> AlterLayout:
    """A distribution and a sort key may be altered together."""
    found = _layout(cursor, Layout(start=cursor.start))
    while cursor.take(",", "alter"):
        found = _layout(cursor, found)
    return AlterLayout(table=table, layout=found)


def _layout(cursor: Cursor, found: Layout) -> Layout:
    """Unlike CREATE TABLE, it names the distribution key without brackets."""
    if cursor.take("diststyle", "key"):
        found = replace(found, diststyle="key")
    if cursor.take("distkey"):
        return replace(found, distkey=(*found.distkey, cursor.name()))
    clause_found = clause(cursor, found)
    if clause_found is None:
        raise cursor.error()
    return clause_found


def _unsupported(cursor: Cursor) -> GrammarError:
    """ALTER COLUMN c SET or DROP: the server knows the words and refuses them (RS-309)."""
    start, action = cursor.start, cursor.one_of("set", "drop").upper()
    if action and cursor.at("default"):
        return GrammarError("ALTER COLUMN SET/DROP DEFAULT is not supported", start, "RS-309", "0A000")
    if action and cursor.at("not", "null"):
        return GrammarError(f"ALTER COLUMN {action} NOT NULL is not supported", start, "RS-309", "0A000")
    return cursor.error()
