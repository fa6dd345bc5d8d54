"""The names that an expression refers to, and the relations that a query reads."""

from __future__ import annotations

import pytest
from streamplan.compiler.grammar import references, relations
from streamplan.compiler.lex import tokenize
from streamplan.compiler.statement_parts import Name, Relation


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('"a"."b"."C" = "x" AND f("y")', [("a", "b", "c"), ("x",), ("y",)]),
        ("TIMESTAMP 'epoch' + a * INTERVAL '1 second' + GETDATE()", [("a",)]),
        ("CAST(a AS varchar) || b::super || CURRENT_USER", [("a",), ("b",)]),
        ('SELECT a AS z, b y FROM s.t x WHERE EXISTS (SELECT 1 FROM u WHERE "order" = x.a)',
         [("a",), ("b",), ("order",), ("x", "a")]),
        ("SELECT a FROM (SELECT b FROM t) q", [("a",), ("b",)]),
        ("CASE WHEN a IS NULL THEN b ELSE c END", [("a",), ("b",), ("c",)]),
        ("'\"no\".\"name\"' = ?", []),
    ],
)  # fmt: skip
def test_the_names_in_an_expression_are_found(text, found):
    assert list(references(tokenize(text))) == found


def test_what_a_query_reads_is_found_in_its_subqueries_too():
    text = (
        "SELECT * FROM a.b AS x, c JOIN d ON x.i = d.i WHERE EXISTS (SELECT 1 FROM e) AND EXTRACT(day FROM (f.g)) = 1"
    )
    read = [source for source in relations(tokenize(text)) if isinstance(source, Relation)]
    assert [(source.name.parts, source.alias) for source in read] == [
        (("a", "b"), Name(("x",))),
        (("c",), None),
        (("d",), None),
        (("e",), None),
    ]


def test_a_quoted_word_is_a_name_wherever_it_stands():
    assert references(tokenize('"select" = "from"')) == (("select",), ("from",))
