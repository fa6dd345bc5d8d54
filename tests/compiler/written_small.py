"""The statements of a few words, written with a pen."""

from __future__ import annotations

from hypothesis import strategies as st
from pen import Pen, cascades
from streamplan.compiler.statements import (
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
    Truncate,
    Vacuum,
)


def create_schema(pen: Pen) -> CreateSchema:
    pen.say("CREATE SCHEMA")
    if_not_exists = pen.maybe("IF NOT EXISTS")
    name = pen.name() if pen.chance() else None
    owner = pen.user() if (name is None and not pen.say("AUTHORIZATION")) or pen.maybe("AUTHORIZATION") else None
    quota = pen.tokens("50 GB") if pen.maybe("QUOTA") else ()
    return CreateSchema(name=name, if_not_exists=if_not_exists, authorization=owner, quota=quota)


def drop_schema(pen: Pen) -> DropSchema:
    pen.say("DROP SCHEMA")
    if_exists, schemas = pen.maybe("IF EXISTS"), pen.listed(pen.name)
    pen.maybe("DROP EXTERNAL DATABASE")
    return DropSchema(schemas=schemas, if_exists=if_exists, cascade=cascades(pen))


def lock(pen: Pen) -> Lock:
    pen.one("LOCK", "LOCK TABLE")
    found = Lock(tables=pen.listed(pen.qualified))
    pen.maybe("IN ACCESS EXCLUSIVE MODE")
    return found


def truncate(pen: Pen) -> Truncate:
    pen.one("TRUNCATE", "TRUNCATE TABLE")
    return Truncate(table=pen.qualified())


def vacuum(pen: Pen) -> Vacuum:
    pen.say("VACUUM")
    mode = pen.one("FULL", "SORT ONLY", "DELETE ONLY", "REINDEX", "RECLUSTER") if pen.chance() else ""
    table = pen.qualified() if pen.chance() else None
    if pen.maybe("TO"):
        pen.number()
        pen.say("PERCENT")
    pen.maybe("BOOST")
    return Vacuum(table=table, mode=mode)


def analyze(pen: Pen) -> Analyze:
    pen.one("ANALYZE", "ANALYZE VERBOSE")
    table = pen.qualified() if pen.chance() else None
    if table and pen.chance():
        pen.names()
    if pen.chance():
        pen.one("PREDICATE COLUMNS", "ALL COLUMNS")
    return Analyze(table=table)


def comment(pen: Pen) -> Comment:
    kind = pen.one("COMMENT ON TABLE", "COMMENT ON COLUMN", "COMMENT ON SCHEMA", "COMMENT ON CONSTRAINT").split()[2]
    name = pen.qualified()
    if kind == "constraint":
        pen.say("ON")
        pen.qualified()
    pen.say("IS")
    return Comment(kind=kind, name=name, text=pen.tokens(pen.draw(st.sampled_from(("NULL", "'it''s; --'", "$$x$$")))))


def begin(pen: Pen) -> Begin:
    pen.one("BEGIN", "START TRANSACTION", "BEGIN WORK", "BEGIN TRANSACTION ISOLATION LEVEL SERIALIZABLE READ ONLY")
    return Begin()


def commit(pen: Pen) -> Commit:
    pen.one("COMMIT", "END", "COMMIT WORK", "END TRANSACTION")
    return Commit()


def rollback(pen: Pen) -> Rollback:
    pen.one("ROLLBACK", "ABORT", "ROLLBACK WORK", "ABORT TRANSACTION")
    return Rollback()


def set_parameter(pen: Pen) -> Set:
    pen.one("SET", "SET SESSION", "SET LOCAL")
    name = ".".join(pen.qualified().parts)
    pen.one("TO", "=")
    return Set(name=name, value=pen.expression())


def show(pen: Pen) -> Show:
    pen.say("SHOW")
    return Show(what=pen.tokens(pen.draw(st.sampled_from(("search_path", "ALL", "TABLES FROM SCHEMA n_d . n_s")))))
