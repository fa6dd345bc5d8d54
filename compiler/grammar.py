"""One statement of Redshift as a value: deep where a rule needs it, `Other` for the kinds that no plan has.

It takes what Redshift's grammar takes of these kinds. A refusal names the fact that it rests on, where there is one.
**Nothing is executed, and nothing is printed back: the text stays the only form that is sent.**
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

from . import parse_small as small
from .cursor import Cursor, GrammarError, syntax_error
from .lex import LexError, Token, tokenize
from .parse_alter import alter_table
from .parse_copy import copy
from .parse_data import delete, insert, select, update, with_queries
from .parse_grants import default_privileges, grant, revoke
from .parse_merge import merge
from .parse_tables import create_table, drop_table
from .parse_users import alter_user, create_group, create_role, create_user, refuse_if_exists
from .parse_views import create_view, drop_view
from .references import references, relations
from .statements import Other, Statement

__all__ = ["GrammarError", "LexError", "parse", "references", "relations", "syntax_error"]

_Parser: TypeAlias = Callable[[Cursor], Statement | None]

_CREATES: dict[str, _Parser] = {
    "schema": small.create_schema,
    "user": create_user,
    "role": create_role,
    "group": create_group,
    "view": create_view,
}
_DROPS: dict[str, _Parser] = {"schema": small.drop_schema, "table": drop_table, "view": drop_view}
_ABSENT = frozenset({"index", "sequence", "trigger", "type", "domain"})  # RS-316
_PARSERS: dict[str, _Parser] = {
    "abort": small.rollback,
    "analyze": small.analyze,
    "begin": small.begin,
    "comment": small.comment,
    "commit": small.commit,
    "copy": copy,
    "delete": delete,
    "do": small.do,
    "end": small.commit,
    "grant": grant,
    "insert": insert,
    "lock": small.lock,
    "merge": merge,
    "release": small.savepoint,
    "revoke": revoke,
    "rollback": small.rollback,
    "savepoint": small.savepoint,
    "set": small.set_parameter,
    "show": small.show,
    "start": small.begin,
    "truncate": small.truncate,
    "update": update,
    "vacuum": small.vacuum,
}


@lru_cache(maxsize=256)
def parse(sql: str) -> Statement:
    """The statement that a text holds, which may end with semicolons; raises GrammarError and LexError.

    More than one is refused (RS-701); none is `Other("")`. The latest are remembered: a plan is proven in several
    passes over the same statements.
    """
    return statement(tokenize(sql), len(sql))


def statement(tokens: tuple[Token, ...], end: int) -> Statement:
    """As `parse`, of tokens; `end` is where their text ends."""
    one = _one(tokens)
    if not one:
        return Other(words="")
    cursor = Cursor(one, end)
    found = _parsed(cursor)
    if found is None:
        if cursor.done or not one[0].word:
            raise cursor.error()
        return Other(words=one[0].word.upper(), tokens=one)
    cursor.finish()
    return found


def _one(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """The tokens without the semicolons at the end; raises GrammarError when another statement follows (RS-701)."""
    ends = [place for place, token in enumerate(tokens) if token.text == ";"]
    if not ends:
        return tokens
    rest = [token for token in tokens[ends[0] :] if token.text != ";"]
    if rest:
        message = "cannot insert multiple commands into a prepared statement"
        raise GrammarError(message, rest[0].start, "RS-701")
    return tokens[: ends[0]]


def _parsed(cursor: Cursor) -> Statement | None:
    if cursor.at_any(("select", "(")):
        return select(cursor)
    if cursor.at("with"):
        return _with(cursor)
    if cursor.take("create"):
        return _create(cursor)
    if cursor.take("drop"):
        return _drop(cursor)
    if cursor.take("alter"):
        return _alter(cursor)
    parser = _PARSERS.get(cursor.peek())
    if parser is None:
        return None
    cursor.next()
    return parser(cursor)


def _with(cursor: Cursor) -> Statement:
    """A statement behind WITH. MERGE takes none (RS-105)."""
    queries = with_queries(cursor)
    if cursor.take("delete"):
        return delete(cursor, queries)
    if cursor.take("update"):
        return update(cursor, queries)
    if cursor.at("merge"):
        raise cursor.error("RS-105")
    if not cursor.at_any(("select", "(")):
        raise cursor.error()
    return select(cursor, queries)


def _create(cursor: Cursor) -> Statement | None:
    if cursor.at_any(_ABSENT) or cursor.at("unique", "index"):
        raise cursor.error("RS-316")
    if cursor.at("or", "replace", "table"):
        raise cursor.error(ahead=2)
    parser = _CREATES.get(cursor.peek())
    if parser is not None:
        return parser(cursor)
    if cursor.at_any(("table", "temp", "temporary", "local")):
        return create_table(cursor)
    return create_view(cursor) if cursor.at("or", "replace", "view") else None


def _drop(cursor: Cursor) -> Statement | None:
    parser = _DROPS.get(cursor.peek())
    if parser is not None:
        return parser(cursor)
    if cursor.one_of("role", "group"):
        refuse_if_exists(cursor)
    return None


def _alter(cursor: Cursor) -> Statement | None:
    if cursor.take("table"):
        return alter_table(cursor)
    if cursor.at("user"):
        return alter_user(cursor)
    if not cursor.take("default"):
        return None
    cursor.expect("privileges")
    return default_privileges(cursor)
