"""Redshift's text as tokens. It knows no statement.

An ordinary string reads a backslash as an escape, as Redshift does (standard_conforming_strings is off there).
**Tokens and the gaps between them make up the text again.**
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from .redshift import IDENTIFIER_BYTES


class TokenKind(StrEnum):
    """What a token is. A PARAMETER is `?` or `$1`; a STRING has its quotes, or its `$$`."""

    WORD = "word"
    QUOTED = "quoted"
    STRING = "string"
    NUMBER = "number"
    PARAMETER = "parameter"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a statement: its text as written, from `start` up to `end` (characters, from 0)."""

    kind: TokenKind
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        """An unquoted word in lower case; "" for any other token."""
        return self.text.lower() if self.kind is TokenKind.WORD else ""

    @property
    def cased(self) -> str:
        """The name without its quotes, in the case it is written in; user names are kept so (r_names)."""
        return self.text[1:-1].replace('""', '"') if self.kind is TokenKind.QUOTED else self.text

    @property
    def name(self) -> str:
        """The name as Redshift stores it, whether it is quoted or not."""
        return fold(self.cased)


class LexError(Exception):
    """A string, a quoted name or a comment that does not end. SQLSTATE 42601; `position` counts from 0."""

    sqlstate = "42601"

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


_UPPER = re.compile("[A-Z]+")

# Possessive repeats: a text that does not end is refused without going back over it.
_TOKEN = re.compile(
    r"""
    (?P<space>[ \t\n\r\f\v]++|--[^\n\r]*+)
  | (?P<comment>/\*)
  | (?P<string>[eE]?'(?:[^'\\]++|\\.|'')*+'|\$(?P<tag>[A-Za-z_]*)\$.*?\$(?P=tag)\$)
  | (?P<quoted>"(?:[^"]++|"")++")
  | (?P<parameter>\?|\$[0-9]++)
  | (?P<number>[0-9]++(?:\.[0-9]*+)?(?:[eE][+-]?[0-9]++)?|\.[0-9]++(?:[eE][+-]?[0-9]++)?)
  | (?P<word>(?:[A-Za-z_\x80-\U0010ffff]|\#(?=[A-Za-z0-9_]))[A-Za-z0-9_$\#\x80-\U0010ffff]*+)
  | (?P<operator>::|<=|>=|<>|!=|\|\||(?!\$[A-Za-z_]*\$)[^ '"])
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT_EDGE = re.compile(r"/\*|\*/")


@lru_cache(maxsize=1 << 14)
def fold(name: str) -> str:
    """The name as Redshift stores it: ASCII letters in lower case, at most 127 bytes of UTF-8 (r_names)."""
    return cut(_UPPER.sub(lambda found: found[0].lower(), name))


def cut(name: str) -> str:
    """The name in at most 127 bytes of UTF-8 and in whole characters (r_names)."""
    if len(name) * 4 <= IDENTIFIER_BYTES:
        return name
    return name.encode(errors="surrogatepass")[:IDENTIFIER_BYTES].decode(errors="ignore")


def tokenize(sql: str) -> tuple[Token, ...]:
    """The tokens of a text, without blanks and comments; raises LexError."""
    tokens: list[Token] = []
    position, match = 0, _TOKEN.match
    while position < len(sql):
        found = match(sql, position)
        if found is None:
            raise LexError(_unended(sql, position), position)
        kind, start, position = found.lastgroup, position, found.end()
        if kind == "comment":
            position = _after_comment(sql, start)
        elif kind is not None and kind != "space":
            tokens.append(Token(_KINDS[kind], found[0], start, position))
    return tuple(tokens)


_KINDS = {kind.value: kind for kind in TokenKind}


def _after_comment(sql: str, start: int) -> int:
    """The end of a comment, which may hold others."""
    depth, position = 0, start
    while edge := _COMMENT_EDGE.search(sql, position):
        depth += 1 if edge[0] == "/*" else -1
        position = edge.end()
        if depth == 0:
            return position
    raise LexError("unterminated /* comment", start)


def _unended(sql: str, position: int) -> str:
    """What does not end here. The text of a string is not told: it may be a password."""
    if sql.startswith('""', position):
        return 'zero-length delimited identifier at or near """"'
    if sql[position] == "$":
        return "unterminated dollar-quoted string"
    return "unterminated quoted identifier" if sql[position] == '"' else "unterminated quoted string"
