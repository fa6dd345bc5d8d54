"""Refuses what Redshift refuses, by the compiler's own rules, with the state of the session."""

from __future__ import annotations

from streamplan.compiler import rules

from .decision import Refusal


def refusal(sql: str, *, in_transaction: bool) -> Refusal | None:
    """The first reason why Redshift would refuse the statement; None when there is none."""
    found = rules.violations(sql, rules.Session(in_transaction=in_transaction))
    if not found:
        return None
    first = found[0]
    return Refusal(sqlstate=first.sqlstate, message=first.message, rule=first.rule, help=first.help)
