"""Statements that read and write rows, written with a pen."""

from __future__ import annotations

from hypothesis import strategies as st
from pen import Pen
from streamplan.compiler.lex import tokenize
from streamplan.compiler.statement_data import (
    Assignment,
    Clauses,
    Copy,
    CopyOption,
    DefaultValues,
    Delete,
    DeleteMatched,
    Insert,
    Merge,
    Query,
    RemoveDuplicates,
    Rows,
    Select,
    Update,
    UpdateMatched,
)
from streamplan.compiler.statement_parts import Name, Relation, Source, Subquery, Tokens


def insert(pen: Pen) -> Insert:
    pen.say("INSERT INTO")
    table, columns = pen.qualified(), pen.names() if pen.chance() else ()
    match pen.draw(st.sampled_from(("rows", "query", "default"))):
        case "rows":
            pen.say("VALUES")
            rows = pen.listed(lambda: pen.bracketed(pen.expression))
            return Insert(table=table, source=Rows(rows=rows), columns=columns)
        case "query":
            return Insert(table=table, source=Query(tokens=pen.query()), columns=columns)
    pen.say("DEFAULT VALUES")
    return Insert(table=table, source=DefaultValues(), columns=columns)


def source(pen: Pen) -> Source:
    if pen.chance():
        return Relation(name=pen.qualified(), alias=alias(pen))
    pen.say("(")
    query = pen.query()
    pen.say(")")
    return Subquery(query=query, alias=alias(pen))


def alias(pen: Pen) -> Name | None:
    if not pen.chance():
        return None
    pen.maybe("AS")
    return pen.name()


def with_queries(pen: Pen) -> Tokens:
    found = tuple(tokenize('WITH n_w AS ( SELECT 1 ) , "W" ( n_a , n_b ) AS ( SELECT 1 , 2 )')) if pen.chance() else ()
    pen.words += [token.text for token in found]
    return found


def delete(pen: Pen) -> Delete:
    queries = with_queries(pen)
    if has_from := pen.one("DELETE", "DELETE FROM") == "delete from":
        table = pen.qualified()
        using = pen.listed(lambda: source(pen)) if has_from and pen.maybe("USING") else ()
    else:
        table, using = pen.qualified(), ()
    return Delete(table=table, using=using, where=where(pen), with_queries=queries)


def where(pen: Pen) -> Tokens:
    return pen.expression() if pen.maybe("WHERE") else ()


def update(pen: Pen) -> Update:
    queries = with_queries(pen)
    pen.say("UPDATE")
    table, renamed = pen.qualified(), alias(pen)
    pen.say("SET")
    assignments = pen.listed(lambda: assignment(pen))
    sources = pen.listed(lambda: source(pen)) if pen.maybe("FROM") else ()
    joined = pen.tokens("JOIN n_j ON ( n_j . n_a = 1 )") if sources and pen.chance() else ()
    return Update(
        table=table,
        assignments=assignments,
        alias=renamed,
        sources=sources,
        joined=joined,
        where=where(pen),
        with_queries=queries,
    )


def assignment(pen: Pen) -> Assignment:
    name = pen.qualified()
    pen.say("=")
    return Assignment(column=name, value=pen.expression())


def merge(pen: Pen) -> Merge:
    pen.say("MERGE INTO")
    target = pen.qualified()
    pen.say("USING")
    read = source(pen)
    pen.say("ON")
    condition = pen.expression()
    if pen.maybe("REMOVE DUPLICATES"):
        return Merge(target=target, source=read, condition=condition, action=RemoveDuplicates())
    pen.say("WHEN MATCHED THEN")
    matched = DeleteMatched() if pen.maybe("DELETE") else updated(pen)
    pen.say("WHEN NOT MATCHED THEN INSERT")
    columns = pen.bracketed(pen.qualified) if pen.chance() else ()
    pen.say("VALUES")
    action = Clauses(matched=matched, columns=columns, values=pen.bracketed(pen.expression))
    return Merge(target=target, source=read, condition=condition, action=action)


def updated(pen: Pen) -> UpdateMatched:
    pen.say("UPDATE SET")
    return UpdateMatched(assignments=pen.listed(lambda: assignment(pen)))


def select(pen: Pen) -> Select:
    return Select(tokens=pen.query())


def copy(pen: Pen) -> Copy:
    pen.say("COPY")
    table, columns = pen.qualified(), pen.names() if pen.chance() else ()
    pen.say("FROM")
    (text,) = pen.tokens("'s3://b/it''s;'")
    found = Copy(table=table, columns=columns, source=text.text[1:-1], options=options(pen))
    if pen.maybe("JOB CREATE"):
        pen.name()
        pen.maybe("AUTO ON")
    return found


def options(pen: Pen) -> tuple[CopyOption, ...]:
    def flag() -> CopyOption:
        return CopyOption(name=pen.one("CSV", "MANIFEST", "GZIP", "ESCAPE", "TRUNCATECOLUMNS"))

    def valued() -> CopyOption:
        name = pen.one("DELIMITER", "NULL", "REGION", "QUOTE", "TIMEFORMAT")
        pen.maybe("AS")
        return CopyOption(name=name, values=(pen.tokens("'|'")[0].text[1:-1],))

    def role() -> CopyOption:
        pen.maybe("WITH")
        pen.say("IAM_ROLE default")
        return CopyOption(name="iam_role", values=("default",))

    def formatted() -> CopyOption:
        pen.one("FORMAT", "FORMAT AS")
        return CopyOption(name=pen.one("PARQUET", "ORC", "AVRO", "JSON"))

    def limited() -> CopyOption:
        return CopyOption(name=pen.one("MAXERROR", "IGNOREHEADER"), values=(str(pen.number()),))

    picked = pen.draw(st.lists(st.sampled_from((flag, valued, role, formatted, limited)), max_size=4))
    return tuple(item() for item in picked)
