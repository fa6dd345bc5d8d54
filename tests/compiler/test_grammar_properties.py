"""The grammar, by statements of every kind drawn from a model of the syntax (`written.py`).

What is meant is read, however it is spaced, commented and cased; what is put wrong is a diagnostic, and nothing else.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any, get_args

import pytest
from generated import bounded
from hypothesis import given
from hypothesis import strategies as st
from streamplan.compiler.grammar import GrammarError, LexError, parse
from streamplan.compiler.lex import Token, tokenize
from streamplan.compiler.linting import SLIP, lint
from streamplan.compiler.rules import RULES
from streamplan.compiler.statements import Other, Statement
from written import KINDS, Written, written

every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
some = bounded(20)
ANY = st.sampled_from([*KINDS]).flatmap(written)
GAPS = st.sampled_from((" ", "\n", "\t \r\n", " -- it's; a \"comment\n", " /* it's; /* a */ \"comment */ "))
STRAY = st.sampled_from(
    ("(", ")", "[", "]", ",", ";", ".", "=", "5", "'x'", '"x"', "?", "CASE", "END", "SELECT", "TO", "x")
)
CODES = {rule.code for rule in RULES} | {SLIP}
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


def said(one: Written) -> str:
    return " ".join(one.words)


@st.composite
def spaced(draw, one: Written) -> str:
    """The words with blanks and comments between them, and in any case where case says nothing."""
    pieces = [
        draw(st.sampled_from(("", ";", " ; ;"))) if word is None else cased(word, draw) for word in (*one.words, None)
    ]
    return draw(GAPS) + "".join(piece + draw(GAPS) for piece in pieces)


def cased(word: str, draw) -> str:
    if not word[0].isalpha() or not word.isascii():
        return word
    return draw(st.sampled_from((word.lower(), word.upper(), word.swapcase())))


def shape(value: Any) -> Any:
    """A statement without its places: what was said, not where."""
    match value:
        case Token():
            return value.kind, value.word or value.text
        case tuple():
            return tuple(shape(item) for item in value)
        case _ if is_dataclass(value):
            return type(value), *(shape(getattr(value, one.name)) for one in fields(value) if one.compare)
        case _:
            return value


def test_every_kind_of_statement_is_drawn():
    kinds = {kind for member in get_args(Statement) for kind in (get_args(member) or (member,))}
    assert set(KINDS) == kinds - {Other}


@every_kind
@some
@given(data=st.data())
def test_a_statement_is_read_as_it_was_meant(kind, data):
    one = data.draw(written(kind))
    assert shape(parse(said(one))) == shape(one.meant)


@every_kind
@some
@given(data=st.data())
def test_blanks_comments_and_case_change_nothing(kind, data):
    one = data.draw(written(kind))
    assert shape(parse(data.draw(spaced(one)))) == shape(one.meant)


@some
@given(data=st.data())
def test_the_words_are_found_again_and_with_the_gaps_make_up_the_text(data):
    one = data.draw(ANY)
    text = data.draw(spaced(one))
    tokens = tokenize(text)
    edges = [0, *(edge for token in tokens for edge in (token.start, token.end)), len(text)]
    gaps = [text[begin:end] for begin, end in zip(edges[::2], edges[1::2], strict=True)]
    assert [t.text.lower() for t in tokens if t.text != ";"] == [word.lower() for word in one.words]
    assert all(text[token.start : token.end] == token.text for token in tokens)
    assert [tokenize(gap) for gap in gaps] == [()] * len(gaps)


@bounded(300)
@given(data=st.data())
def test_a_statement_put_wrong_is_read_or_refused_and_never_breaks_the_grammar(data):
    one = data.draw(ANY)
    words = [*one.words]
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(words)))
        words[place : place + data.draw(st.integers(0, 2))] = data.draw(st.lists(STRAY, max_size=2))
    judged(" ".join(words))


@bounded(200)
@given(data=st.data())
def test_a_statement_that_is_cut_off_anywhere_is_read_or_refused(data):
    text = said(data.draw(ANY))
    judged(text[: data.draw(st.integers(0, len(text)))])


@bounded(200)
@given(st.lists(ANY.map(said) | TEXTS, max_size=4))
def test_a_file_of_anything_is_judged_with_a_place_and_a_help_for_each_finding(texts):
    judged(";\n".join(texts))


def judged(text: str) -> None:
    """Whatever is found wrong has a known code, words, a place in the text, and help."""
    assert 0 <= refused_at(text) <= len(text)
    lines = text.split("\n")
    for finding in lint(text, "f.sql"):
        it = finding.diagnostic
        assert it.code in CODES
        assert it.message
        assert it.help
        assert 1 <= it.span.line <= len(lines)
        assert 1 <= it.span.column <= len(lines[it.span.line - 1]) + 1


def refused_at(text: str) -> int:
    """Where the grammar refuses a text, which is its end when it takes it."""
    try:
        parse(text)
    except (GrammarError, LexError) as error:
        return error.position
    return len(text)
