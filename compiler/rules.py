"""What Redshift refuses of the statements that a plan has: its grammar, and the rules that the grammar does not show.

A rule looks at one statement and the session's state. What needs stored state (a column's encoding, duplicates in the
data) is the warehouse's to say. **The first violation is the one that the server would report.**
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from .grammar import GrammarError, LexError, parse
from .redshift import STANDING_ALONE, STATEMENT_BYTES
from .rule_help import HELPS, SLIP
from .rule_list import RULES, Judge, Rule
from .rules_access import access_violations
from .rules_copy import copy_violations
from .rules_data import data_violations
from .rules_tables import table_violations
from .statement_access import Grant, Objects, Revoke
from .statement_tables import AlterColumnType, AppendFrom
from .statements import Other, Statement, Truncate, Vacuum
from .violation import SYNTAX, Violation

__all__ = ["RULES", "Judge", "Rule", "Session", "Violation", "violations"]

_END = "write the quote, the dollars or the */ that end it, and a name between double quotes"
_EXTERNAL = frozenset({"external schema", "external table"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The state that a refusal depends on."""

    in_transaction: bool
    judge: Judge = Judge.SERVER


def violations(sql: str, session: Session) -> tuple[Violation, ...]:
    """What Redshift would refuse in a statement, each with its help; empty when it takes it."""
    return tuple(_helped(found) for found in _found(sql, session))


def _found(sql: str, session: Session) -> Iterator[Violation]:
    if len(sql) > STATEMENT_BYTES // 4 and len(sql.encode()) > STATEMENT_BYTES:
        size = f"Statement Size: {len(sql.encode())} bytes. Maximum Allowed: {STATEMENT_BYTES} bytes"
        yield Violation(rule="RS-201", message=f"Statement is too large. {size}", sqlstate=SYNTAX)
        return
    try:
        statement = parse(sql)
    except GrammarError as error:
        yield Violation(rule=error.rule, message=error.message, sqlstate=error.sqlstate, position=error.position)
    except LexError as error:
        yield Violation(rule="", message=error.message, sqlstate=SYNTAX, position=error.position, help=_END)
    else:
        yield from _of(statement, session)


def _helped(found: Violation) -> Violation:
    return replace(found, help=found.help or HELPS.get(found.rule, SLIP))


def _of(statement: Statement, session: Session) -> Iterator[Violation]:
    yield from _transaction(statement, session)
    yield from table_violations(statement)
    yield from data_violations(statement)
    yield from access_violations(statement)
    yield from copy_violations(statement)


def _transaction(statement: Statement, session: Session) -> Iterator[Violation]:
    """What must stand alone (RS-306, RS-311, RS-517), and what would commit the work before it (RS-334)."""
    if not session.in_transaction:
        return
    match statement:
        case AlterColumnType():
            yield _alone("RS-306", "ALTER TABLE ALTER COLUMN")
        case AppendFrom():
            yield _alone("RS-311", "ALTER TABLE APPEND")
        case Vacuum():
            yield _alone("RS-311", "VACUUM")
        case Other() if command := _standing_alone(statement):
            yield _alone("RS-311", command)
        case Grant(on=Objects(kind=kind)) | Revoke(on=Objects(kind=kind)) if kind in _EXTERNAL:
            yield _alone("RS-517", f"{type(statement).__name__.upper()} ON {kind.upper()}")
        case Truncate() if session.judge is Judge.PLAN:
            message = "TRUNCATE commits the transaction that it stands in"
            yield Violation(rule="RS-334", message=message, sqlstate="25001")


def _standing_alone(statement: Other) -> str:
    """The command, when it is one of those that run in no transaction (r_SVL_MULTI_STATEMENT_VIOLATIONS)."""
    words = " ".join(token.word.upper() for token in statement.tokens)
    if words.startswith("ALTER DATABASE ") and " ISOLATION LEVEL " in words:
        return "ALTER DATABASE ISOLATION LEVEL"
    return next((command for command in STANDING_ALONE if f"{words} ".startswith(f"{command} ")), "")


def _alone(rule: str, command: str) -> Violation:
    message = f"{command} cannot run inside a transaction block"
    return Violation(rule=rule, message=message, sqlstate="25001")
