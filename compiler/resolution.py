"""Which tables and columns a statement names: what it reads, what it writes, and which of them do not exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import TypeAlias

from .grammar import parse, references, relations
from .lex import TokenKind
from .statement_data import Clauses, Copy, Delete, Insert, Merge, Query, Select, Update, UpdateMatched
from .statement_parts import Name, Relation, Source, Tokens
from .statement_tables import CreateView
from .statements import Lock, Statement

Relations: TypeAlias = Mapping[tuple[str, ...], frozenset[str]]


def unknown(text: str, known: Relations) -> Iterator[tuple[str, int]]:
    """What a statement names that is not there, in words, with its place; `known` is a table's columns by its name."""
    statement = parse(text)
    tables = _tables(statement)
    missing = [table for table in tables if table.parts not in known]
    if missing:
        yield from ((f"there is no table {'.'.join(table.parts)}", table.start) for table in missing)
        return
    for table, column in _written(statement):
        if column.last not in known[table.parts]:
            yield f"{'.'.join(table.parts)} has no column {column.last}", column.start
    for tokens in _expressions(statement):
        aliased = _aliased(tokens, known)
        named = {
            (token.name,)
            for before, token in pairwise(tokens)
            if before.word == "as" and token.kind is TokenKind.QUOTED
        }
        for parts in references(tokens):
            if parts not in named and not (_exists(parts, tables, known) or parts[-1] in aliased.get(parts[:-1], ())):
                yield f"there is no column {'.'.join(parts)}", 0


def _aliased(tokens: Tokens, known: Relations) -> dict[tuple[str, ...], frozenset[str]]:
    """The tables that a query reads under another name, by that."""
    read = (found for found in relations(tokens) if isinstance(found, Relation))
    return {(found.alias.last,): known[found.name.parts] for found in read if found.alias}


def _exists(parts: tuple[str, ...], tables: tuple[Name, ...], known: Relations) -> bool:
    if len(parts) == 1:
        return any(parts[0] in known[table.parts] for table in tables)
    return parts[-1] in known.get(parts[:-1], ())


def _tables(statement: Statement) -> tuple[Name, ...]:
    match statement:
        case Lock():
            return statement.tables
        case Merge():
            return (statement.target, *_read((statement.source,)))
        case Delete():
            return (statement.table, *_read(statement.using))
        case Update():
            return (statement.table, *_read(statement.sources))
        case CreateView():
            return _read(relations(statement.query))
        case Insert(source=Query() as query):
            return (statement.table, *_read(relations(query.tokens)))
        case Insert() | Copy():
            return (statement.table,)
        case Select():
            return _read(relations(statement.tokens))
        case _:
            return ()


def _read(sources: tuple[Source, ...]) -> tuple[Name, ...]:
    return tuple(source.name for source in sources if isinstance(source, Relation))


def _written(statement: Statement) -> Iterator[tuple[Name, Name]]:
    match statement:
        case Insert() | Copy():
            yield from ((statement.table, column) for column in statement.columns)
        case Update():
            yield from ((statement.table, assignment.column) for assignment in statement.assignments)
        case Merge(action=Clauses() as clauses):
            yield from ((statement.target, column) for column in clauses.columns)
            if isinstance(clauses.matched, UpdateMatched):
                yield from ((statement.target, assignment.column) for assignment in clauses.matched.assignments)


def _expressions(statement: Statement) -> Iterator[Tokens]:
    match statement:
        case Merge(action=Clauses() as clauses):
            yield statement.condition
            yield from clauses.values
            if isinstance(clauses.matched, UpdateMatched):
                yield from (assignment.value for assignment in clauses.matched.assignments)
        case Delete():
            yield statement.where
        case Update():
            yield statement.where
            yield from (assignment.value for assignment in statement.assignments)
        case Insert(source=Query() as query):
            yield query.tokens
        case Select():
            yield statement.tokens
