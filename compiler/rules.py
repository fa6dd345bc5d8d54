"""What Redshift refuses of the statements that a plan has: its grammar, and the rules that the grammar does not show.

A rule looks at one statement and the session's state. What needs stored state (a column's encoding, duplicates in the
data) is the warehouse's to say. **The first violation is the one that the server would report.**
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .grammar import GrammarError, LexError, parse
from .redshift import STANDING_ALONE, STATEMENT_BYTES
from .rule_list import RULES, Judge, Rule
from .rules_access import access_violations
from .rules_data import data_violations
from .rules_tables import table_violations
from .statement_tables import AlterColumnType, AppendFrom
from .statements import Other, Statement, Truncate, Vacuum
from .violation import SYNTAX, Violation

__all__ = ["RULES", "Judge", "Rule", "Session", "Violation", "violations"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The state that a refusal depends on."""

    in_transaction: bool
    judge: Judge = Judge.SERVER


def violations(sql: str, session: Session) -> tuple[Violation, ...]:
    """What Redshift would refuse in a statement; empty when it takes it."""
    if len(sql) > STATEMENT_BYTES // 4 and len(sql.encode()) > STATEMENT_BYTES:
        size = f"Statement Size: {len(sql.encode())} bytes. Maximum Allowed: {STATEMENT_BYTES} bytes"
        return (Violation(rule="RS-201", message=f"Statement is too large. {size}", sqlstate=SYNTAX),)
    try:
        statement = parse(sql)
    except GrammarError as error:
        return (Violation(rule=error.rule, message=error.message, sqlstate=error.sqlstate, position=error.position),)
    except LexError as error:
        return (Violation(rule="", message=error.message, sqlstate=SYNTAX, position=error.position),)
    return tuple(_of(statement, session))


def _of(statement: Statement, session: Session) -> Iterator[Violation]:
    yield from _transaction(statement, session)
    yield from table_violations(statement)
    yield from data_violations(statement)
    yield from access_violations(statement)


def _transaction(statement: Statement, session: Session) -> Iterator[Violation]:
    """What must stand alone (RS-306, RS-311), and what would commit the work before it (RS-334)."""
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
        case Truncate() if session.judge is Judge.PLAN:
            message = "TRUNCATE commits the transaction that it stands in"
            yield Violation(rule="RS-334", message=message, sqlstate="25001", help="use DELETE FROM")


def _standing_alone(statement: Other) -> str:
    """The command, when it is one of those that run in no transaction (r_SVL_MULTI_STATEMENT_VIOLATIONS)."""
    words = " ".join(token.word.upper() for token in statement.tokens)
    return next((command for command in STANDING_ALONE if f"{words} ".startswith(f"{command} ")), "")


def _alone(rule: str, command: str) -> Violation:
    message = f"{command} cannot run inside a transaction block"
    return Violation(rule=rule, message=message, sqlstate="25001", help="run it alone, with autocommit")
