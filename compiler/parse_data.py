"""INSERT, DELETE, UPDATE and queries. Expressions stay tokens."""

from __future__ import annotations

from .cursor import Cursor, spelled, syntax_error
from .parse_columns import columns
from .statement_data import Assignment, DefaultValues, Delete, Insert, Query, Rows, Select, Update
from .statement_parts import Name, Relation, Source, Subquery, Tokens

_QUERY = frozenset({"select", "with", "("})
_AFTER_SET = ("from", "where", "returning")
_AFTER_SOURCE = ("where", "returning", "on", "join", "set", "when", "using")


def insert(cursor: Cursor) -> Insert:
    """INSERT, from INTO on. ON CONFLICT, RETURNING and OVERRIDING are not Redshift's (RS-204)."""
    cursor.expect("into")
    table = cursor.qualified()
    names = columns(cursor) if cursor.at("(") and cursor.peek(1) not in _QUERY else ()
    if cursor.at("overriding"):
        raise cursor.error("RS-204")
    found = Insert(table=table, source=_rows(cursor), columns=names)
    cursor.finish("RS-204" if cursor.at_any(("on", "returning")) else "")
    return found


def delete(cursor: Cursor, with_queries: Tokens = ()) -> Delete:
    """DELETE, from the word after it on. The table takes no alias (RS-202); USING needs FROM (RS-203)."""
    has_from = cursor.take("from")
    table = cursor.qualified()
    if cursor.at("as") or cursor.is_name("using", "returning"):
        raise cursor.error("RS-202")
    if cursor.at("using") and not has_from:
        raise cursor.error("RS-203")
    using = cursor.listed(lambda: source(cursor)) if cursor.take("using") else ()
    found = Delete(table=table, using=using, where=_where(cursor), with_queries=with_queries)
    _end(cursor)
    return found


def update(cursor: Cursor, with_queries: Tokens = ()) -> Update:
    """UPDATE, from the word after it on. The table may have an alias."""
    table = cursor.qualified()
    alias = _alias(cursor)
    cursor.expect("set")
    assignments = cursor.listed(lambda: assignment(cursor, *_AFTER_SET))
    sources = cursor.listed(lambda: source(cursor)) if cursor.take("from") else ()
    joined = cursor.until("where", "returning")
    found = Update(
        table=table,
        assignments=assignments,
        alias=alias,
        sources=sources,
        joined=joined,
        where=_where(cursor),
        with_queries=with_queries,
    )
    _end(cursor)
    return found


def select(cursor: Cursor, with_queries: Tokens = ()) -> Select:
    """The rest of the tokens, as a query."""
    return Select(tokens=with_queries + cursor.expression())


def with_queries(cursor: Cursor) -> Tokens:
    """WITH a AS (...), b (c) AS (...)."""
    begin = len(cursor.behind)
    cursor.expect("with")
    cursor.take("recursive")
    cursor.listed(lambda: _named_query(cursor))
    return cursor.behind[begin:]


def source(cursor: Cursor) -> Source:
    """A table or a query in brackets that is read, with its alias."""
    if cursor.at("("):
        query = cursor.group()
        return Subquery(query=query, alias=_alias(cursor))
    name = cursor.qualified()
    return Relation(name=name, alias=_alias(cursor))


def assignment(cursor: Cursor, *stops: str) -> Assignment:
    """A column, `=` and an expression. The column's name is kept whole: a qualified one is refused by a rule."""
    column = cursor.qualified()
    cursor.expect("=")
    return Assignment(column=column, value=cursor.expression(",", *stops))


def values(cursor: Cursor) -> tuple[Tokens, ...]:
    """The expressions of one row, in round brackets."""
    return cursor.in_brackets(lambda: cursor.expression(","))


def _rows(cursor: Cursor) -> Rows | Query | DefaultValues:
    if cursor.take("default", "values"):
        return DefaultValues()
    if cursor.take("values"):
        return Rows(rows=cursor.listed(lambda: values(cursor)))
    if not cursor.at_any(_QUERY):
        raise cursor.error()
    found = cursor.expression("returning")
    _refuse_conflict(found)
    return Query(tokens=found)


def _refuse_conflict(query: Tokens) -> None:
    """Raises GrammarError at ON CONFLICT after a query, where it is no condition on a column of that name (RS-204)."""
    words = [spelled(token) for token in query]
    for place, following in enumerate(zip(words, words[1:], words[2:], strict=False)):
        if following[:2] == ("on", "conflict") and following[2] in {"(", "do", "on"}:
            raise syntax_error(query[place], "RS-204")


def _where(cursor: Cursor) -> Tokens:
    return cursor.expression("returning") if cursor.take("where") else ()


def _end(cursor: Cursor) -> None:
    cursor.finish("RS-204" if cursor.at("returning") else "")


def _alias(cursor: Cursor) -> Name | None:
    if cursor.take("as") or cursor.is_name(*_AFTER_SOURCE):
        return cursor.name()
    return None


def _named_query(cursor: Cursor) -> None:
    cursor.name()
    if cursor.at("("):
        columns(cursor)
    cursor.expect("as")
    cursor.group()
