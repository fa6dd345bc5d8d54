"""A pen: draws the choices that a statement leaves open, and writes down the words that say them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from streamplan.compiler.lex import fold, tokenize
from streamplan.compiler.redshift import RESERVED
from streamplan.compiler.statement_parts import Name, Tokens

HOSTILE = (
    '"',
    '""',
    "a;b",
    "--",
    "/*",
    "*/",
    "'",
    "$$",
    "?",
    "select",
    "Sel ect",
    "ÄÖ",
    "a.b",
    "\n",
    " ",
    "💥",
    "x" * 140,
)
PLAIN = st.from_regex(r"n_[A-Za-z0-9_$#é]{0,6}", fullmatch=True)
QUOTED = st.sampled_from(HOSTILE) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1
)
EXPRESSIONS = (
    "1",
    "-1",
    "'it''s'",
    "'a\\'b'",
    "$$it's;$$",
    "NULL",
    "?",
    "$1",
    "n_a + 1.5e3",
    '"From" || n_b :: VARCHAR ( 9 )',
    "CASE WHEN n_a IS NULL THEN 1 ELSE 2 END",
    "COALESCE ( n_a , ( n_b ) , '' )",
    "n_a . n_b [ 0 ] . n_c",
    "( SELECT MAX ( n_a ) FROM n_t )",
    "TIMESTAMP 'epoch' + n_a * INTERVAL '1 second'",
)
QUERIES = (
    "SELECT 1",
    "( SELECT n_a FROM n_t )",
    "WITH n_w AS ( SELECT 1 ) SELECT * FROM n_w",
    'SELECT n_a AS "From" FROM n_t JOIN n_u ON n_t . n_a = n_u . n_b WHERE n_a IN ( 1 , 2 )',
    "SELECT ';' UNION ALL SELECT $$ ; $$",
)


class Pen:
    """Draws choices and writes down the words that say them."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self.draw = draw
        self.words: list[str] = []

    def say(self, text: str) -> None:
        self.words += text.split()

    def maybe(self, text: str) -> bool:
        """Writes the words or not, and tells which."""
        said = self.draw(st.booleans())
        if said:
            self.say(text)
        return said

    def chance(self) -> bool:
        return self.draw(st.booleans())

    def one(self, *texts: str) -> str:
        """Writes one of these, which it returns in lower case."""
        said = self.draw(st.sampled_from(texts))
        self.say(said)
        return said.lower()

    def name(self) -> Name:
        return Name((fold(self._identifier()),))

    def user(self) -> Name:
        text = self._identifier()
        return Name((text if self.words[-1][0] == '"' else fold(text),))

    def qualified(self) -> Name:
        parts = [fold(self._identifier())]
        for _ in range(self.draw(st.integers(0, 2))):
            self.words.append(".")
            parts.append(self.one(*sorted(RESERVED)) if self.chance() else fold(self._identifier()))
        return Name(tuple(parts))

    def listed(self, item: Callable[[], Any], most: int = 3) -> tuple[Any, ...]:
        found = [item()]
        for _ in range(self.draw(st.integers(0, most - 1))):
            self.words.append(",")
            found.append(item())
        return tuple(found)

    def bracketed(self, item: Callable[[], Any], most: int = 3) -> tuple[Any, ...]:
        self.words.append("(")
        found = self.listed(item, most)
        self.words.append(")")
        return found

    def names(self) -> tuple[Name, ...]:
        return self.bracketed(self.name)

    def expression(self) -> Tokens:
        return self.tokens(self.draw(st.sampled_from(EXPRESSIONS)))

    def query(self) -> Tokens:
        return self.tokens(self.draw(st.sampled_from(QUERIES)))

    def tokens(self, text: str) -> Tokens:
        found = tokenize(text)
        self.words += [token.text for token in found]
        return found

    def number(self, low: int = 0) -> int:
        number = self.draw(st.integers(low, 10**18))
        self.words += ["-", str(-number)] if number < 0 else [str(number)]
        return number

    def shuffled(self, *items: Callable[[Any], Any], value: Any) -> Any:
        """The value behind some of these changes, in any order."""
        for item in self.draw(st.lists(st.sampled_from(items), unique=True)):
            value = item(value)
        return value

    def _identifier(self) -> str:
        if self.chance():
            self.words.append(self.draw(PLAIN))
            return self.words[-1]
        text = self.draw(QUOTED)
        self.words.append('"' + text.replace('"', '""') + '"')
        return text


def cascades(pen: Pen) -> bool:
    return pen.chance() and pen.one("CASCADE", "RESTRICT") == "cascade"
