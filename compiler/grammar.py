"""One statement of Redshift as a value: deep where a rule needs it, `Other` for the kinds that no plan has.

It takes what Redshift's grammar takes of these kinds. A refusal names the fact that it rests on, where there is one.
**Nothing is executed, and nothing is printed back: the text stays the only form that is sent.**
"""

from __future__ import annotations

from collections.abc import Callable

from . import parse_small as small
from .cursor import Cursor, GrammarError, syntax_error
from .lex import LexError, Token, tokenize
from .parse_alter import alter_table
from .parse_data import delete, insert, select, update, with_queries
from .parse_grants import grant
from .parse_merge import merge
from .parse_tables import create_table, drop_table
from .parse_users import create_group, create_role, create_user, refuse_if_exists
from .references import references, relations
from .statements import Other, Statement

__all__ = ["GrammarError", "LexError", "parse", "references", "relations", "syntax_error"]

_PARSERS: dict[str, Callable[[Cursor], Statement | None]] = {}


def parse(sql: str) -> Statement:
    """The statement that a text holds, which may end with semicolons; raises GrammarError and LexError.

    More than one is refused (RS-701); none is `Other("")`.
    """
    return statement(tokenize(sql), len(sql))


def statement(tokens: tuple[Token, ...], end: int) -> Statement:
    """As `parse`, of tokens; `end` is where their text ends."""
