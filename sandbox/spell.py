"""Tokens of Redshift's SQL written as PostgreSQL's: names folded and shortened, and the few words that differ.

Whitespace and comments become single spaces; literals stay as they are: the server reads backslashes as Redshift does.
"""

from __future__ import annotations

from collections.abc import Sequence

from streamplan.compiler.lex import Token, TokenKind, cut, fold

from .names import LongNames, quoted

Tokens = Sequence[Token]

_FUNCTIONS = {
    "nvl": "coalesce",
    "json_serialize": "sandbox_json_serialize",
}  # PostgreSQL has a JSON_SERIALIZE of its own
_DATE_PARTS = frozenset({"dateadd", "datediff"})
_SIZED = frozenset({"varchar", "nvarchar", "varying"})
_WIDEST = "65535"


def word(token: Token) -> str:
    """An unquoted word in lower case; "" for any other token."""
    return token.text.lower() if token.kind is TokenKind.WORD else ""


def words(tokens: Tokens) -> list[str]:
    """`word` of each."""
    return [word(token) for token in tokens]


def is_name(token: Token) -> bool:
    """Whether the token can be a name."""
    return token.kind in {TokenKind.WORD, TokenKind.QUOTED}


def is_temporary(token: Token) -> bool:
    """Whether the token is the name of a temporary table by its form, #name."""
    return token.text.startswith("#")


def bare(token: Token) -> str:
    """A name without its quotes, in the case it is written in."""
    return token.text[1:-1].replace('""', '"') if token.kind is TokenKind.QUOTED else token.text


def named(token: Token, names: LongNames) -> str:
    """The name that a token stands for, as PostgreSQL knows it, without quotes."""
    return names.short(fold(bare(token)))


def cased(token: Token, names: LongNames) -> str:
    """As `named`, for a user's name: in double quotes it keeps its case."""
    return names.short(cut(bare(token))) if token.kind is TokenKind.QUOTED else named(token, names)


def spelled(tokens: Tokens, names: LongNames, users: frozenset[int] = frozenset()) -> str:
    """The tokens as text. `users` are the places of tokens that name a user."""
    parts = []
    for i, token in enumerate(tokens):
        if i and token.start > tokens[i - 1].end:
            parts.append(" ")
        parts.append(_one(tokens, i, names) if i not in users else quoted(cased(token, names)))
    return "".join(parts)


def _one(tokens: Tokens, i: int, names: LongNames) -> str:
    token = tokens[i]
    if token.kind is TokenKind.QUOTED:
        return quoted(named(token, names))
    if token.kind is not TokenKind.WORD:
        return token.text
    here, before, after = word(token), _text(tokens, i - 1), _text(tokens, i + 1)
    if here == "sysdate" and before != "." and after != "(":
        return "sysdate()"
    if here in _FUNCTIONS and after == "(":
        return _FUNCTIONS[here]
    if before == "(" and i > 1:
        return _first_argument(here, word(tokens[i - 2])) or token.text
    short = named(token, names)
    return token.text if short == fold(token.text) and not is_temporary(token) else quoted(short)


def _first_argument(here: str, called: str) -> str:
    """A date part becomes a text, and the size MAX a number."""
    if called in _DATE_PARTS:
        return f"'{here}'"
    return _WIDEST if here == "max" and called in _SIZED else ""


def _text(tokens: Tokens, i: int) -> str:
    return tokens[i].text if 0 <= i < len(tokens) else ""


def split(tokens: Tokens, separator: str) -> list[Tokens]:
    """The parts between separators that stand outside all brackets."""
    parts, begin, depth = list[Tokens](), 0, 0
    for i, token in enumerate(tokens):
        depth += (token.text == "(") - (token.text == ")")
        if token.text == separator and depth == 0:
            parts.append(tokens[begin:i])
            begin = i + 1
    return [*parts, tokens[begin:]]


def closing(tokens: Tokens, opening: int) -> int:
    """The place of the bracket that closes the one at `opening`; the number of tokens when there is none."""
    depth = 0
    for i in range(opening, len(tokens)):
        depth += (tokens[i].text == "(") - (tokens[i].text == ")")
        if depth == 0:
            return i
    return len(tokens)
