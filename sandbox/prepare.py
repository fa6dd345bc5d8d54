"""What becomes of a statement's text: refused, or translated. Texts come again and again, so decisions are kept.

A long INSERT is read only as far as its first VALUES: what follows is placeholders and literals, which nothing changes.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from streamplan.compiler import lex
from streamplan.compiler.lex import cut, fold

from .decision import Decision, NotYet, Refusal, Translation, refused
from .names import LongNames, literal, shorten
from .refuse import refusal
from .spell import Tokens, bare, is_name, spelled, split, word
from .translate import translated

_LONG = 64 * 1024
_REMEMBERED = 512
_LONG_INSERT = re.compile(
    r'\s*(?:--[^\n]*\n\s*)*INSERT\s+INTO\s+(?:"(?:[^"]|"")*"|[^"\'(])*\([^\']*?\)\s*VALUES\b', re.IGNORECASE
)
_MAKES_NAMES = frozenset({"create", "alter"})


class Preparer:
    """Decides about statements. `names` learns the long names that it meets."""

    def __init__(self, names: LongNames) -> None:
        self._names = names
        self._remembered = lru_cache(_REMEMBERED)(self._decide)

    def prepare(self, sql: str, in_transaction: bool) -> Decision:  # noqa: FBT001 - the session's state, a key of the cache
        """What becomes of the statement."""
        if len(sql) > _LONG and (head := _LONG_INSERT.match(sql)):
            start = spelled(lex.tokenize(head[0]), self._names)
            return Translation(sql=start + sql[head.end() :])
        return self._remembered(sql, in_transaction)

    def split(self, sql: str) -> tuple[str, ...]:
        """The statements of a simple query; one empty statement when there is none."""
        try:
            tokens = lex.tokenize(sql)
        except lex.LexError:
            return (sql,)
        parts = [part for part in split(tokens, ";") if part]
        return tuple(sql[part[0].start : part[-1].end] for part in parts) or ("",)

    def _decide(self, sql: str, in_transaction: bool) -> Decision:  # noqa: FBT001 - as above
        try:
            found = refusal(sql, in_transaction=in_transaction)
            return found or self._translate(_without_end(lex.tokenize(sql)))
        except lex.LexError as error:
            return Refusal(sqlstate=error.sqlstate, message=error.message)

    def _translate(self, tokens: Tokens) -> Decision:
        if not tokens:
            return Translation(sql="")
        try:
            it = translated(tokens, self._names)
        except NotYet as why:
            return refused(why)
        except IndexError:  # a statement that ends where a name or a size must follow
            return Refusal(sqlstate="42601", message="syntax error at end of input")
        if word(tokens[0]) not in _MAKES_NAMES:
            return it
        return replace(it, before=(*_remembering(tokens), *it.before))


def _remembering(tokens: Tokens) -> tuple[str, ...]:
    """Statements that write down the long names of a statement which may make them, for the catalog's views."""
    spellings = {name for token in tokens if is_name(token) for name in (fold(bare(token)), cut(bare(token)))}
    long = sorted(name for name in spellings if shorten(name) != name)
    return tuple(f"SELECT pg_catalog.sandbox_remember({literal(shorten(n))}, {literal(n)})" for n in long)


def _without_end(tokens: Tokens) -> Tokens:
    end = len(tokens)
    while end and tokens[end - 1].text == ";":
        end -= 1
    return tokens[:end]
