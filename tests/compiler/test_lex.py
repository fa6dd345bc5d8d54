"""The lexer: where tokens begin and end, and what names become. Facts: r_names, c_redshift-sql."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamplan.compiler.grammar import parse
from streamplan.compiler.lex import LexError, TokenKind, fold, tokenize
from streamplan.compiler.sql import ident, literal

PIECES = st.lists(st.sampled_from([*"aZ_1$#?.,;()*/-+:<>|! \n\té", "--", "/*", "*/", "''", "'x'", '"Q"', "$$", "\\"]))
NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=40)


def unended(text: str) -> LexError:
    with pytest.raises(LexError) as caught:
        tokenize(text)
    return caught.value


def lexed(text: str) -> list[tuple[str, str]]:
    return [(token.kind.value, token.text) for token in tokenize(text)]


@settings(deadline=None)
@given(PIECES.map("".join))
def test_tokens_and_the_gaps_between_them_make_up_the_text(text):
    try:
        tokens = tokenize(text)
    except LexError:
        return
    edges = [0, *(edge for token in tokens for edge in (token.start, token.end)), len(text)]
    gaps = [text[begin:end] for begin, end in zip(edges[::2], edges[1::2], strict=True)]
    assert edges == sorted(edges)
    assert "".join(gap + piece for gap, piece in zip(gaps, [*(t.text for t in tokens), ""], strict=True)) == text
    assert all(tokenize(gap) == () for gap in gaps)


@settings(deadline=None)
@given(NAMES, NAMES)
def test_a_quoted_name_survives_the_grammar_folded_as_redshift_folds_it(schema, table):
    assert parse(f"LOCK {ident(schema, table)}").tables[0].parts == (fold(schema), fold(table))


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_a_literal_is_one_string_whatever_it_holds(text):
    assert [token.kind for token in tokenize(literal(text))] == [TokenKind.STRING]


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("Orders", "orders"),
        ('"Orders"', "orders"),
        ('"say ""HI"""', 'say "hi"'),
        ('"ÄÖ"', "ÄÖ"),
        ("Straße", "straße"),
        ("a" * 128, "a" * 127),
        ("ä" * 64, "ä" * 63),
        ("#Stage", "#stage"),
    ],
)
def test_a_name_is_folded_in_ascii_only_and_cut_between_characters(written, stored):
    assert [token.name for token in tokenize(written)] == [stored]


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("SELECT 'open", 7, "unterminated quoted string"),
        ("SELECT 'escaped\\'", 7, "unterminated quoted string"),
        ("SELECT E'open", 8, "unterminated quoted string"),
        ("SELECT 'doubled''", 7, "unterminated quoted string"),
        ("SELECT $$open", 7, "unterminated dollar-quoted string"),
        ("SELECT $x$open$$", 7, "unterminated dollar-quoted string"),
        ('LOCK "open', 5, "unterminated quoted identifier"),
        ('LOCK "doubled""', 5, "unterminated quoted identifier"),
        ('LOCK ""', 5, 'zero-length delimited identifier at or near """"'),
        ("SELECT /* open", 7, "unterminated /* comment"),
        ("SELECT /* one /* two */", 7, "unterminated /* comment"),
    ],
)
def test_what_does_not_end_is_refused_where_it_begins(text, position, message):
    error = unended(text)
    assert (error.position, error.message, error.sqlstate) == (position, message, "42601")


def test_the_text_of_an_unended_string_is_not_told():
    assert "s3cret" not in str(unended("CREATE USER u PASSWORD 's3cret"))


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("$1,$2", [("parameter", "$1"), ("operator", ","), ("parameter", "$2")]),
        ("?,?", [("parameter", "?"), ("operator", ","), ("parameter", "?")]),
        ("$$a 'b$$", [("string", "$$a 'b$$")]),
        ("$x$ $$ $x$", [("string", "$x$ $$ $x$")]),
        ("'it''s'", [("string", "'it''s'")]),
        (r"'a\'b'", [("string", r"'a\'b'")]),
        (r"'a\\' 'b'", [("string", r"'a\\'"), ("string", "'b'")]),
        ("E'a'", [("string", "E'a'")]),
        ("'-- no comment'", [("string", "'-- no comment'")]),
        ("a/* x /* y */ 'z */b", [("word", "a"), ("word", "b")]),
        ("a--'x\nb", [("word", "a"), ("word", "b")]),
        ("--x", []),
        ("1.5e-3", [("number", "1.5e-3")]),
        (".5", [("number", ".5")]),
        ("a.b", [("word", "a"), ("operator", "."), ("word", "b")]),
        ("a::b", [("word", "a"), ("operator", "::"), ("word", "b")]),
        ("a<>b", [("word", "a"), ("operator", "<>"), ("word", "b")]),
        ("a$1", [("word", "a$1")]),
    ],
)
def test_tokens_begin_and_end_as_in_redshift(text, tokens):
    assert lexed(text) == tokens


def test_a_word_is_never_read_out_of_a_quoted_name():
    assert [token.word for token in tokenize('"SELECT" Select')] == ["", "select"]


def test_only_strings_and_names_hold_blanks():
    kinds = {token.kind for token in tokenize("SELECT 'a b', \"c d\", 1 + ?") if re.search(r"\s", token.text)}
    assert kinds == {TokenKind.STRING, TokenKind.QUOTED}
