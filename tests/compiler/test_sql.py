"""SQL pieces are safe whatever the name or the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamplan.compiler.sql import Sql, comment, ident, literal
from streamplan.compiler.template import fill

CREATED = {
    "lines": [Sql("a test")],
    "repeatable": 0,
    "table": ident("t"),
    "columns": [(Sql("a"), Sql(""))],
    "distribution": Sql("DISTSTYLE AUTO"),
    "sort_key": Sql("SORTKEY AUTO"),
}
printable = st.text(min_size=1).filter(lambda s: not any(ord(c) < 32 or ord(c) == 127 for c in s))


@given(printable)
def test_a_quoted_name_ends_only_at_its_own_quote(name: str):
    quoted = ident(name)
    assert quoted[1:-1].replace('""', "") == name.replace('"', "")
    assert quoted.count('"') % 2 == 0


@given(st.text().filter(lambda s: "\0" not in s))
def test_a_literal_ends_only_at_its_own_quote(text: str):
    inside = literal(text)[1:-1].replace("\\\\", "").replace("''", "")
    assert "'" not in inside
    assert "\\" not in inside


@given(st.text())
def test_a_comment_never_ends_its_line(text: str):
    assert len(comment(text).splitlines()) <= 1


@pytest.mark.parametrize("bad", ["", "a\nb", "a\0b"])
def test_a_name_that_redshift_cannot_hold_is_refused(bad: str):
    with pytest.raises(ValueError, match="not a name"):
        ident(bad)


def test_a_bare_string_is_refused_by_every_template():
    with pytest.raises(TypeError, match="is not Sql"):
        fill("drop", stage="orders; DROP TABLE orders")


texts = st.text().filter(lambda s: not isinstance(s, Sql))


@given(texts, st.sampled_from(["distribution", "sort_key", "table"]))
def test_no_text_reaches_a_template_whatever_it_is(text: str, place: str):
    with pytest.raises(TypeError, match="is not Sql"):
        fill("create_table", **{**CREATED, place: text})


@given(texts, st.booleans())
def test_no_text_reaches_a_template_in_a_list(text: str, as_a_note: bool):  # noqa: FBT001 - drawn
    line = (Sql("a"), text) if as_a_note else (text, Sql("b"))
    with pytest.raises(TypeError, match="is not Sql"):
        fill("create_table", **{**CREATED, "columns": [(Sql("a"), Sql("")), line]})
    with pytest.raises(TypeError, match="is not Sql"):
        fill("load", lines=(), label=Sql("t"), stage=ident("s"), names=[text], row=Sql("(?)"))


@given(st.text(st.characters(max_codepoint=31), min_size=1))
def test_no_control_character_is_a_name(text: str):
    with pytest.raises(ValueError, match="not a name"):
        ident(text)


@given(st.text(), st.text())
def test_nul_is_in_no_literal(before: str, after: str):
    with pytest.raises(ValueError, match="NUL"):
        literal(f"{before}\0{after}")


def test_sql_passes_through_a_template_as_it_is():
    assert 'DROP TABLE "a";' in fill("drop", stage=ident("a"))
    assert isinstance(ident("a"), Sql)
