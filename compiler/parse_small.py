"""The statements of a few words: CREATE SCHEMA, LOCK, VACUUM, COMMENT, transactions and the like."""

from __future__ import annotations

from .cursor import Cursor
from .lex import TokenKind
from .parse_columns import columns
from .statements import (
    Analyze,
    Begin,
    Comment,
    Commit,
    CreateSchema,
    DropSchema,
    Lock,
    Rollback,
    Set,
    Show,
    Statement,
    Truncate,
    Vacuum,
)

_VACUUM_MODES = (("full",), ("sort", "only"), ("delete", "only"), ("reindex",), ("recluster",))


def create_schema(cursor: Cursor) -> CreateSchema:
    """CREATE SCHEMA, from SCHEMA on."""
    cursor.expect("schema")
    if_not_exists = cursor.take("if", "not", "exists")
    name = None if cursor.at("authorization") else cursor.name()
    owner = cursor.user() if cursor.take("authorization") else None
    quota = cursor.expression() if cursor.take("quota") else ()
    return CreateSchema(name=name, if_not_exists=if_not_exists, authorization=owner, quota=quota)


def drop_schema(cursor: Cursor) -> DropSchema:
    """DROP SCHEMA, from SCHEMA on."""
    cursor.expect("schema")
    if_exists = cursor.take("if", "exists")
    schemas = cursor.listed(cursor.name)
    cursor.take("drop", "external", "database")
    cascade = cursor.one_of("cascade", "restrict") == "cascade"
    return DropSchema(schemas=schemas, if_exists=if_exists, cascade=cascade)


def lock(cursor: Cursor) -> Lock:
    """LOCK, from the word after it on. Its mode is always ACCESS EXCLUSIVE (r_LOCK)."""
    cursor.take("table")
    tables = cursor.listed(cursor.qualified)
    cursor.take("in", "access", "exclusive", "mode")
    return Lock(tables=tables)


def truncate(cursor: Cursor) -> Truncate:
    """TRUNCATE, from the word after it on: of one table (r_TRUNCATE)."""
    cursor.take("table")
    return Truncate(table=cursor.qualified())


def vacuum(cursor: Cursor) -> Vacuum:
    """VACUUM, from the word after it on."""
    mode = next((words for words in _VACUUM_MODES if cursor.take(*words)), ())
    table = cursor.qualified() if cursor.is_name("boost") else None
    if cursor.take("to"):
        cursor.unsigned()
        cursor.expect("percent")
    cursor.take("boost")
    return Vacuum(table=table, mode=" ".join(mode))


def analyze(cursor: Cursor) -> Analyze | None:
    """ANALYZE, from the word after it on; None for ANALYZE COMPRESSION."""
    if cursor.at("compression"):
        return None
    cursor.take("verbose")
    table = cursor.qualified() if cursor.is_name("predicate", "skip") else None
    if cursor.at("("):
        columns(cursor)
    if cursor.one_of("predicate", "all"):
        cursor.expect("columns")
    cursor.take("skip")
    return Analyze(table=table)


def comment(cursor: Cursor) -> Comment | None:
    """COMMENT, from ON on; None for a kind of more than one word."""
    cursor.expect("on")
    if not cursor.at_any(("table", "column", "schema", "database", "view", "constraint")):
        return None
    kind = cursor.next().word
    name = cursor.qualified()
    if cursor.take("on"):
        cursor.qualified()
    cursor.expect("is")
    text = cursor.next()
    if text.kind is not TokenKind.STRING and text.word != "null":
        raise cursor.error(ahead=-1)
    return Comment(kind=kind, name=name, text=(text,))


def begin(cursor: Cursor) -> Begin:
    """BEGIN or START TRANSACTION. Any isolation level is taken: the database's holds (r_BEGIN)."""
    if cursor.behind[-1].word == "start":
        cursor.expect("transaction")
    cursor.until()
    return Begin()


def commit(cursor: Cursor) -> Commit:
    """COMMIT or END, from the word after it on."""
    cursor.one_of("work", "transaction")
    return Commit()


def rollback(cursor: Cursor) -> Rollback:
    """ROLLBACK or ABORT, from the word after it on. There are no savepoints (RS-320)."""
    cursor.one_of("work", "transaction")
    if cursor.at("to"):
        raise cursor.error("RS-320")
    return Rollback()


def savepoint(cursor: Cursor) -> Statement:
    """Always raises GrammarError: there are no savepoints (RS-320)."""
    raise cursor.error("RS-320", ahead=-1)


def do(cursor: Cursor) -> Statement:
    """Always raises GrammarError: there are no anonymous blocks (RS-321)."""
    raise cursor.error("RS-321", ahead=-1)


def set_parameter(cursor: Cursor) -> Set | None:
    """SET of a parameter, from the word after it on; None for other forms, such as SET SESSION AUTHORIZATION."""
    if cursor.at("session", "authorization") or not cursor.is_name():
        return None
    if not (cursor.at("session", "to") or cursor.at("local", "to")):
        cursor.one_of("session", "local")
    name = ".".join(cursor.qualified().parts)
    if not (cursor.take("to") or cursor.take("=")):
        return None
    return Set(name=name, value=cursor.expression())


def show(cursor: Cursor) -> Show:
    """SHOW, from the word after it on."""
    return Show(what=cursor.expression())
