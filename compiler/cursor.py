"""A place in the tokens of one statement, and the steps from there. It knows words and names, and no statement.

**Every refusal has Redshift's words: `syntax error at or near "X"`.**
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeVar

from .lex import Token, TokenKind
from .redshift import RESERVED
from .statement_parts import Name, Tokens

Piece = TypeVar("Piece")
_OPENING = frozenset({"(", "[", "case"})
_CLOSING = frozenset({")", "]", "end"})
_DIGITS = 19


class GrammarError(Exception):
    """What Redshift's grammar does not have.

    `rule` names the fact that says so, "" for a plain slip; `position` counts characters from 0.
    """

    def __init__(self, message: str, position: int, rule: str = "", sqlstate: str = "42601") -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.rule = rule
        self.sqlstate = sqlstate


def syntax_error(token: Token, rule: str = "") -> GrammarError:
    """The refusal of a token. A string is not shown: it may be a password."""
    shown = "'...'" if token.kind is TokenKind.STRING else token.text
    return GrammarError(f'syntax error at or near "{shown}"', token.start, rule)


def spelled(token: Token) -> str:
    """An unquoted word in lower case, or an operator; "" for any other token."""
    return token.text if token.kind is TokenKind.OPERATOR else token.word


class Cursor:
    """The next token to read, of the tokens of one statement; `end` is where the text ends."""

    def __init__(self, tokens: Tokens, end: int) -> None:
        self.tokens = tokens
        self._at = 0
        self._end = end

    @property
    def done(self) -> bool:
        """Whether no token is left."""
        return self._at >= len(self.tokens)

    @property
    def start(self) -> int:
        """Where the next token stands."""
        return self._end if self.done else self.tokens[self._at].start

    @property
    def behind(self) -> Tokens:
        """The tokens that it went past."""
        return self.tokens[: self._at]

    def peek(self, ahead: int = 0) -> str:
        """The next token as `spelled`, or one further on; "" at the end."""
        place = self._at + ahead
        return spelled(self.tokens[place]) if place < len(self.tokens) else ""

    def at(self, *words: str) -> bool:
        """Whether the next tokens are these words and operators."""
        return all(self.peek(ahead) == word for ahead, word in enumerate(words))

    def at_any(self, words: Collection[str]) -> bool:
        """Whether the next token is one of these."""
        return not self.done and self.peek() in words

    def is_kind(self, kinds: Collection[TokenKind]) -> bool:
        """Whether the next token is of one of these kinds."""
        return not self.done and self.tokens[self._at].kind in kinds

    def take(self, *words: str) -> bool:
        """Goes past these words and operators if they are next, and tells whether they were."""
        found = self.at(*words)
        if found:
            self._at += len(words)
        return found

    def one_of(self, *words: str) -> str:
        """Goes past one of these words if it is next, and gives it, else ""."""
        return self.next().word if self.at_any(words) else ""

    def expect(self, *words: str, rule: str = "") -> None:
        """Goes past these words and operators; raises GrammarError at the first that is another."""
        for word in words:
            if not self.take(word):
                raise self.error(rule)

    def next(self) -> Token:
        """The next token, which it goes past; raises GrammarError at the end."""
        if self.done:
            raise self.error()
        self._at += 1
        return self.tokens[self._at - 1]

    def error(self, rule: str = "", ahead: int = 0) -> GrammarError:
        """The refusal of the next token, or of one further on."""
        if self._at + ahead >= len(self.tokens):
            return GrammarError("syntax error at end of input", self._end, rule)
        return syntax_error(self.tokens[self._at + ahead], rule)

    def finish(self, rule: str = "") -> None:
        """Raises GrammarError when a token is left."""
        if not self.done:
            raise self.error(rule)

    def is_name(self, *not_these: str) -> bool:
        """Whether the next token can be a name and is none of these words."""
        if self.done:
            return False
        token = self.tokens[self._at]
        word = token.word
        return token.kind is TokenKind.QUOTED or bool(word and word not in RESERVED and word not in not_these)

    def name(self) -> Name:
        """A name of one part. An unquoted reserved word is none (RS-408)."""
        token = self._identifier()
        return Name((token.name,), token.start)

    def user(self) -> Name:
        """As `name`, for a user's name: in double quotes it keeps its case (r_names)."""
        token = self._identifier()
        kept = token.cased if token.kind is TokenKind.QUOTED else token.name
        return Name((kept,), token.start)

    def qualified(self) -> Name:
        """A name of one or more parts."""
        first = self._identifier()
        parts = [first.name]
        while self.take("."):
            parts.append(self.word())
        return Name(tuple(parts), first.start)

    def listed(self, item: Callable[[], Piece]) -> tuple[Piece, ...]:
        """One or more items with commas between them."""
        items = [item()]
        while self.take(","):
            items.append(item())
        return tuple(items)

    def in_brackets(self, item: Callable[[], Piece]) -> tuple[Piece, ...]:
        """As `listed`, in round brackets."""
        self.expect("(")
        items = self.listed(item)
        self.expect(")")
        return items

    def group(self) -> Tokens:
        """What stands in the brackets that open here."""
        self.expect("(")
        begin = self._at
        self.until(")")
        self.expect(")")
        return self.tokens[begin : self._at - 1]

    def until(self, *stops: str) -> Tokens:
        """The tokens up to one of these words outside all brackets and CASEs, or a bracket that closes, or the end."""
        begin, depth = self._at, 0
        while self._at < len(self.tokens):
            word = spelled(self.tokens[self._at])
            if depth == 0 and (word in stops or word in (")", "]")):
                break
            depth += (word in _OPENING) - (depth > 0 and word in _CLOSING)
            self._at += 1
        if depth > 0:
            raise self.error()
        return self.tokens[begin : self._at]

    def expression(self, *stops: str) -> Tokens:
        """As `until`, for an expression, which is not empty."""
        found = self.until(*stops)
        if not found:
            raise self.error()
        return found

    def default(self, *stops: str) -> Tokens:
        """As `expression`, for one whose first token is no stop: NULL, NOT ... ."""
        begin = self._at
        if self.at_any((",", *_CLOSING)):
            raise self.error()
        if self.peek() not in _OPENING:
            self.next()
        self.until(*stops)
        return self.tokens[begin : self._at]

    def integer(self) -> int:
        """A whole number, with its sign."""
        sign = -1 if self.take("-") else 1
        return sign * self.unsigned()

    def unsigned(self) -> int:
        """A whole number without a sign, of at most 19 digits, as in a BIGINT."""
        text = self.tokens[self._at].text if self.is_kind({TokenKind.NUMBER}) else ""
        if not text.isdecimal() or len(text) > _DIGITS:
            raise self.error()
        return int(self.next().text)

    def _identifier(self) -> Token:
        if self.is_name():
            return self.next()
        raise self.error("RS-408" if self.peek() in RESERVED else "")

    def word(self) -> str:
        """A name where a reserved word is one too: behind a dot, or as an encoding."""
        if not self.is_kind({TokenKind.WORD, TokenKind.QUOTED}):
            raise self.error()
        return self.next().name
