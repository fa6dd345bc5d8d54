"""The rules of rows: what MERGE, INSERT, UPDATE, DELETE and queries may say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TypeAlias

from .lex import Token
from .redshift import SYSTEM_PREFIXES, SYSTEM_SCHEMAS
from .references import references, relations
from .statement_data import Assignment, Clauses, Delete, Insert, Merge, Query, Rows, Select, Update, UpdateMatched
from .statement_parts import Name, Relation, Source, Subquery, Tokens
from .statement_tables import CreateTableAs, CreateView
from .statements import Statement
from .violation import SYNTAX, Violation

Prefixes: TypeAlias = frozenset[tuple[str, ...]]
_CONSTRUCTORS = frozenset({("array", "["), ("row", "(")})


def data_violations(statement: Statement) -> Iterator[Violation]:
    """What is wrong with a statement that reads or writes rows."""
    match statement:
        case Merge():
            yield from _merge(statement)
        case Insert(source=Rows() as rows):
            yield from _twice(statement.columns)
            yield from _rows(rows)
            yield from _counted(statement.columns, rows.rows[0])
            yield from _expressions(value for row in rows.rows for value in row)
        case Insert(source=Query() as query):
            yield from _twice(statement.columns)
            yield from _expressions((query.tokens,))
        case Update():
            yield from _assigned(statement.assignments, "RS-206")
            yield from _read(statement.sources)
            values = (a.value for a in statement.assignments)
            yield from _expressions((statement.with_queries, *values, statement.joined, statement.where))
        case Delete():
            yield from _read(statement.using)
            yield from _expressions((statement.with_queries, statement.where))
        case CreateTableAs() | CreateView():
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
    yield from _read((statement.source,))
    yield from _navigation(statement.condition, _prefixes(statement))
    yield from _expressions((statement.condition,))
    if isinstance(statement.action, Clauses):
        yield from _clauses(statement.action, _prefixes(statement))


def _is_system(table: Name) -> bool:
    """Whether it is a system table: by its schema, or by how its name begins when it has none (RS-107)."""
    *_, schema = ("", *table.parts[:-1])
    return schema in SYSTEM_SCHEMAS or (not schema and table.last.startswith(SYSTEM_PREFIXES))


def _clauses(clauses: Clauses, prefixes: Prefixes) -> Iterator[Violation]:
    assignments = clauses.matched.assignments if isinstance(clauses.matched, UpdateMatched) else ()
    yield from _assigned(assignments, "RS-108")
    yield from (_qualified(name, "RS-108") for name in clauses.columns if len(name.parts) > 1)
    yield from _twice(clauses.columns)
    yield from _counted(clauses.columns, clauses.values)
    for value in (*(a.value for a in assignments), *clauses.values):
        yield from _navigation(value, prefixes)
        yield from _expressions((value,))


def _names(source: Source) -> set[Name]:
    match source:
        case Relation():
            return {source.name}
        case Subquery():
            return {name for inner in relations(source.query) for name in _names(inner)}


def _prefixes(statement: Merge) -> Prefixes:
    """What a column of a MERGE may be qualified with: the target's name, the source's name or alias."""
    source = statement.source
    alias = source.alias.parts if source.alias else ()
    tables = [statement.target.parts, *([source.name.parts] if isinstance(source, Relation) else [])]
    return frozenset({alias, *tables, *(parts[-1:] for parts in tables)} - {()})


def _navigation(tokens: Tokens, prefixes: Prefixes) -> Iterator[Violation]:
    """A path into a SUPER value is no whole column: by a place `[0]` or by a name (RS-109)."""
    message = "Partial reference of SUPER column is not supported in MERGE statement."
    for before, here in pairwise(tokens):
        if here.text == "[" and (before.word != "array"):
            yield Violation(rule="RS-109", message=message, sqlstate="0A000", position=here.start)
    for parts in references(tokens):
        qualifier = max((len(prefix) for prefix in prefixes if parts[: len(prefix)] == prefix), default=len(parts))
        if len(parts) > qualifier + 1:
            yield Violation(rule="RS-109", message=message, sqlstate="0A000", position=tokens[0].start)


def _rows(rows: Rows) -> Iterator[Violation]:
    first = len(rows.rows[0])
    for row in rows.rows:
        if len(row) != first:
            message, help_ = "VALUES lists must all be the same length", "give every row the same number of values"
            yield Violation(rule="", message=message, sqlstate=SYNTAX, position=row[0][0].start, help=help_)
            return
    if len(rows.rows) > 1:
        yield from _subqueries(value for row in rows.rows for value in row)


def _subqueries(values: Iterable[Tokens]) -> Iterator[Violation]:
    for value in values:
        found = next((t for t in value if t.word == "select"), None)
        if found is not None:
            message = "subqueries are not supported in a multi-row VALUES clause"
            yield Violation(rule="RS-205", message=message, sqlstate="0A000", position=found.start)


def _assigned(assignments: tuple[Assignment, ...], rule: str) -> Iterator[Violation]:
    columns = [assignment.column for assignment in assignments]
    yield from (_qualified(column, rule) for column in columns if len(column.parts) > 1)
    for column in _repeated(columns):
        message = f'multiple assignments to same column "{column.last}"'
        yield Violation(rule="RS-409", message=message, sqlstate=SYNTAX, position=column.start)


def _twice(columns: tuple[Name, ...]) -> Iterator[Violation]:
    for column in _repeated(columns):
        message = f'column "{column.last}" specified more than once'
        yield Violation(rule="RS-409", message=message, sqlstate="42701", position=column.start)


def _repeated(columns: Iterable[Name]) -> Iterator[Name]:
    """The columns whose folded name stands before (RS-409)."""
    seen = set[str]()
    for column in columns:
        if column.last in seen:
            yield column
        seen.add(column.last)


def _qualified(name: Name, rule: str) -> Violation:
    message = f'syntax error at or near "."; column "{name.last}" must stand without its table'
    return Violation(rule=rule, message=message, sqlstate=SYNTAX, position=name.start)


def _counted(columns: tuple[Name, ...], values: tuple[Tokens, ...]) -> Iterator[Violation]:
    if columns and len(columns) != len(values):
        word = "more" if len(values) > len(columns) else "fewer"
        message = f"INSERT has {word} expressions than target columns"
        help_, place = "give every column a value", columns[0].start
        yield Violation(rule="", message=message, sqlstate=SYNTAX, position=place, help=help_)


def _read(sources: Iterable[Source]) -> Iterator[Violation]:
    for query in (read.query for read in sources if isinstance(read, Subquery)):
        if query and query[0].word == "values":
            yield _absent(query[0])
        yield from _expressions((query,))


def _absent(token: Token) -> Violation:
    message = f'syntax error at or near "{token.text}"'
    return Violation(rule="RS-209", message=message, sqlstate=SYNTAX, position=token.start)


def _expressions(expressions: Iterable[Tokens]) -> Iterator[Violation]:
    """PostgreSQL's own forms that Redshift has not: FROM (VALUES ...), ARRAY[...], ROW(...) (RS-209)."""
    for tokens in expressions:
        yield from _qualify(tokens)
        for before, here in pairwise(tokens):
            if (before.text, here.word) == ("(", "values") or (before.word, here.text) in _CONSTRUCTORS:
                yield _absent(here)


def _qualify(tokens: Tokens) -> Iterator[Violation]:
    """QUALIFY right behind a relation without an alias is read as its alias (RS-211)."""
    if not any(token.word == "qualify" for token in tokens):
        return
    aliases = {read.alias.start for read in relations(tokens) if read.alias}
    for before, here in pairwise(tokens):
        if here.word == "qualify" and here.start in aliases and before.word != "as":
            message = f'syntax error at or near "{here.text}"'
            yield Violation(rule="RS-211", message=message, sqlstate=SYNTAX, position=here.start)
