"""The rules of rows: what MERGE, INSERT, UPDATE, DELETE and queries may say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from .lex import Token
from .redshift import SYSTEM_PREFIXES, SYSTEM_SCHEMAS
from .references import relations
from .statement_data import Assignment, Clauses, Delete, Insert, Merge, Query, Rows, Select, Update, UpdateMatched
from .statement_parts import Name, Relation, Source, Subquery, Tokens
from .statement_tables import CreateTableAs
from .statements import Statement
from .violation import SYNTAX, Violation


def data_violations(statement: Statement) -> Iterator[Violation]:
    """What is wrong with a statement that reads or writes rows."""
    match statement:
        case Merge():
            yield from _merge(statement)
        case Insert(source=Rows() as rows):
            yield from _rows(rows)
            yield from _expressions(value for row in rows.rows for value in row)
        case Insert(source=Query() as query):
            yield from _expressions((query.tokens,))
        case Update():
            yield from _assigned(statement.assignments)
            yield from _read(statement.sources)
            values = (a.value for a in statement.assignments)
            yield from _expressions((statement.with_queries, *values, statement.joined, statement.where))
        case Delete():
            yield from _read(statement.using)
            yield from _expressions((statement.with_queries, statement.where))
        case CreateTableAs():
            yield from _expressions((statement.query,))
        case Select():
            yield from _expressions((statement.tokens,))


def _merge(statement: Merge) -> Iterator[Violation]:
    target = statement.target
    if target in _names(statement.source):
        message = "Source view/subquery in Merge statement cannot reference target table."
        yield Violation(rule="RS-106", message=message, sqlstate="0A000", position=target.start)
    if _is_system(target):
        message = f'permission denied: "{target.last}" is a system catalog'
        yield Violation(rule="RS-107", message=message, sqlstate="42809", position=target.start)
    if isinstance(statement.action, Clauses):
        yield from _clauses(statement.action)
    yield from _read((statement.source,))
    yield from _navigation(statement.condition)
    yield from _expressions((statement.condition,))


def _is_system(table: Name) -> bool:
    """Whether it is a system table: by its schema, or by how its name begins when it has none (RS-107)."""
    *_, schema = ("", *table.parts[:-1])
    return schema in SYSTEM_SCHEMAS or (not schema and table.last.startswith(SYSTEM_PREFIXES))


def _clauses(clauses: Clauses) -> Iterator[Violation]:
    assignments = clauses.matched.assignments if isinstance(clauses.matched, UpdateMatched) else ()
    for name in (*(a.column for a in assignments), *clauses.columns):
        if len(name.parts) > 1:
            yield _qualified(name, "RS-108")
    if clauses.columns and len(clauses.columns) != len(clauses.values):
        yield _count(len(clauses.values), len(clauses.columns))
    for value in (*(a.value for a in assignments), *clauses.values):
        yield from _navigation(value)
        yield from _expressions((value,))


def _names(source: Source) -> set[Name]:
    match source:
        case Relation():
            return {source.name}
        case Subquery():
            return {name for inner in relations(source.query) for name in _names(inner)}


def _navigation(tokens: Tokens) -> Iterator[Violation]:
    """A path into a SUPER value is no whole column (RS-109)."""
    for before, here in pairwise(tokens):
        if here.text == "[" and (before.word != "array"):
            message = "Partial reference of SUPER column is not supported in MERGE statement."
            yield Violation(rule="RS-109", message=message, sqlstate="0A000", position=here.start)


def _rows(rows: Rows) -> Iterator[Violation]:
    first = len(rows.rows[0]) if rows.rows else 0
    for row in rows.rows:
        if len(row) != first:
            yield Violation(rule="", message="VALUES lists must all be the same length", sqlstate=SYNTAX)
            return
    if len(rows.rows) > 1:
        yield from _subqueries(value for row in rows.rows for value in row)


def _subqueries(values: Iterable[Tokens]) -> Iterator[Violation]:
    for value in values:
        found = next((t for t in value if t.word == "select"), None)
        if found is not None:
            message = "subqueries are not supported in a multi-row VALUES clause"
            yield Violation(rule="RS-205", message=message, sqlstate="0A000", position=found.start)


def _assigned(assignments: tuple[Assignment, ...]) -> Iterator[Violation]:
    for assignment in assignments:
        if len(assignment.column.parts) > 1:
            yield _qualified(assignment.column, "RS-206")


def _qualified(name: Name, rule: str) -> Violation:
    message = f'syntax error at or near "."; column "{name.last}" must stand without its table'
    return Violation(rule=rule, message=message, sqlstate=SYNTAX, position=name.start)


def _count(values: int, columns: int) -> Violation:
    word = "more" if values > columns else "fewer"
    return Violation(rule="", message=f"INSERT has {word} expressions than target columns", sqlstate=SYNTAX)


def _read(sources: Iterable[Source]) -> Iterator[Violation]:
    for query in (read.query for read in sources if isinstance(read, Subquery)):
        if query and query[0].word == "values":
            yield _absent(query[0])
        yield from _expressions((query,))


def _absent(token: Token) -> Violation:
    message = f'syntax error at or near "{token.text}"'
    return Violation(rule="RS-209", message=message, sqlstate=SYNTAX, position=token.start)


def _expressions(expressions: Iterable[Tokens]) -> Iterator[Violation]:
    """PostgreSQL's own forms that Redshift has not: FROM (VALUES ...), ARRAY[...] (RS-209)."""
    for tokens in expressions:
        for before, here in pairwise(tokens):
            if (before.text, here.word) == ("(", "values") or (before.word, here.text) == ("array", "["):
                yield _absent(here)
