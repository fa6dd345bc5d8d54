"""The names in an expression or a query: which relations it reads, and what else it refers to.

It reads tokens, not a tree: a word before a bracket is a function, a name after AS or after a value is an alias.
**A quoted name is never taken for a keyword.**
"""

from __future__ import annotations

from collections.abc import Iterator

from .cursor import Cursor, GrammarError, spelled
from .lex import Token, TokenKind
from .parse_data import source
from .redshift import RESERVED
from .statement_parts import Source, Subquery, Tokens

_OPENS_RELATIONS = frozenset({"from", "join"})
_CAST = frozenset({"::", "as"})
_VALUES = frozenset({TokenKind.QUOTED, TokenKind.STRING, TokenKind.NUMBER, TokenKind.PARAMETER})
_KEYWORDS = RESERVED | frozenset(
    """
    asc by cluster current date datetime day delete dow epoch exists extract first following hour insert last
    microsecond millisecond minute month nothing over preceding qualify quarter range remove row rows second set
    super time timetz timestamptz unbounded update values varbyte varchar week year zone
    """.split()
)


def references(tokens: Tokens) -> tuple[tuple[str, ...], ...]:
    """The qualified names that the tokens refer to as values, in order and each once; relations are left out.

    Unquoted keywords, functions, types after `::` and aliases are no references.
    """
    skipped = _relation_places(tokens)
    found = dict[tuple[str, ...], None]()
    place = 0
    while place < len(tokens):
        end = _chain_end(tokens, place)
        if end > place and place not in skipped and _is_value(tokens, place, end):
            found[tuple(token.name for token in tokens[place:end:2])] = None
        place = max(end, place + 1)
    return tuple(found)


def relations(tokens: Tokens) -> tuple[Source, ...]:
    """What the tokens read after FROM and JOIN, in order, in subqueries too."""
    return tuple(read for _, read in _relations(tokens))


def _relation_places(tokens: Tokens) -> frozenset[int]:
    """The places of tokens that belong to relations and their aliases, not to the queries in brackets."""
    places = set[int]()
    for (begin, end), read in _relations(tokens):
        if isinstance(read, Subquery):
            begin = end - (2 if read.alias else 0)  # noqa: PLW2901 - the query itself is read like any other tokens
        places |= set(range(begin, end))
    return frozenset(places)


def _relations(tokens: Tokens) -> Iterator[tuple[tuple[int, int], Source]]:
    """What is read after each FROM and JOIN, with the places of its first token and of the one behind it."""
    for place, token in enumerate(tokens):
        if token.word in _OPENS_RELATIONS:
            cursor = Cursor(tokens[place + 1 :], tokens[-1].end)
            yield from _listed(cursor, place + 1)


def _listed(cursor: Cursor, begin: int) -> Iterator[tuple[tuple[int, int], Source]]:
    while True:
        start = begin + len(cursor.behind)
        try:
            read = source(cursor)
        except GrammarError:  # FROM of another kind, as in EXTRACT(day FROM x)
            return
        yield (start, begin + len(cursor.behind)), read
        if not cursor.take(","):
            return


def _chain_end(tokens: Tokens, place: int) -> int:
    """Behind the last part of the qualified name that begins here; `place` itself when none does."""
    if not _is_part(tokens, place):
        return place
    end = place + 1
    while end < len(tokens) and tokens[end].text == "." and _is_part(tokens, end + 1):
        end += 2
    return end


def _is_part(tokens: Tokens, place: int) -> bool:
    return place < len(tokens) and tokens[place].kind in {TokenKind.WORD, TokenKind.QUOTED}


def _is_value(tokens: Tokens, place: int, end: int) -> bool:
    if end == place + 1 and tokens[place].word in _KEYWORDS:
        return False
    if end < len(tokens) and spelled(tokens[end]) in {"(", "."}:
        return False
    return place == 0 or not _names_what_is_before(tokens[place - 1])


def _names_what_is_before(before: Token) -> bool:
    """Whether a name behind this token is a type or an alias."""
    if spelled(before) in _CAST or before.kind in _VALUES or before.text == ")":
        return True
    return bool(before.word) and before.word not in _KEYWORDS
