"""MERGE: one WHEN MATCHED and one WHEN NOT MATCHED, in that order, or REMOVE DUPLICATES (r_MERGE)."""

from __future__ import annotations

from .cursor import Cursor
from .parse_data import assignment, source, values
from .statement_data import Clauses, DeleteMatched, Merge, RemoveDuplicates, UpdateMatched
from .statement_parts import Name, Tokens


def merge(cursor: Cursor) -> Merge:
    """MERGE, from INTO on. The target takes no alias (RS-101)."""
    cursor.expect("into")
    target = cursor.qualified()
    if cursor.at("as") or cursor.is_name("using"):
        raise cursor.error("RS-101")
    cursor.expect("using")
    read = source(cursor)
    cursor.expect("on")
    condition = cursor.expression("when", "remove")
    action = RemoveDuplicates() if cursor.take("remove", "duplicates") else _clauses(cursor)
    cursor.finish("RS-102" if cursor.at("when") else "")
    return Merge(target=target, source=read, condition=condition, action=action)


def _clauses(cursor: Cursor) -> Clauses:
    cursor.expect("when", "matched", rule="RS-102")
    _then(cursor)
    matched = _matched(cursor)
    cursor.expect("when", "not", "matched", rule="RS-102")
    if cursor.at("by"):
        raise cursor.error("RS-104")
    _then(cursor)
    columns, row = _inserted(cursor)
    return Clauses(matched=matched, columns=columns, values=row)


def _then(cursor: Cursor) -> None:
    """THEN, and neither a condition (RS-103) nor DO NOTHING (RS-104)."""
    cursor.expect("then", rule="RS-103" if cursor.at("and") else "")
    if cursor.at("do"):
        raise cursor.error("RS-104")


def _matched(cursor: Cursor) -> UpdateMatched | DeleteMatched:
    if cursor.take("delete"):
        return DeleteMatched()
    cursor.expect("update", "set")
    return UpdateMatched(assignments=cursor.listed(lambda: assignment(cursor, "when")))


def _inserted(cursor: Cursor) -> tuple[tuple[Name, ...], tuple[Tokens, ...]]:
    """INSERT (columns) VALUES (row). A qualified column is kept whole: a rule refuses it."""
    cursor.expect("insert")
    columns = cursor.in_brackets(cursor.qualified) if cursor.at("(") else ()
    cursor.expect("values")
    return columns, values(cursor)
