"""A second reader of the SQL: sqlglot, which must be able to parse what it knows. Its one owner.

It never prints, and never judges: it takes much that Redshift refuses, and passes over what it does not know.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import sqlglot
from sqlglot.errors import SqlglotError
from streamplan.runtime.statement import Statement

from .diagnostic import Diagnostic, Span

_GAPS = ("\nSORTKEY AUTO",)  # Redshift's own words that sqlglot 30 does not parse


def _without_gaps(sql: str) -> str:
    for gap in _GAPS:
        sql = sql.replace(gap, "")
    return sql.replace(" IS NULL;", " IS '';") if "\nCOMMENT ON " in sql else sql


def unread(statements: Iterable[Statement]) -> Iterator[Diagnostic]:
    """The statements that sqlglot's Redshift dialect cannot parse: C705."""
    for statement in (statement for statement in statements if statement.sql):
        try:
            sqlglot.parse_one(_without_gaps(statement.sql), dialect="redshift")
        except SqlglotError as error:
            message = f"a second reader cannot parse it: {str(error).splitlines()[0]}"
            yield Diagnostic(
                span=Span(statement.path), code="C705", message=message, help="compare it with Redshift's grammar"
            )
