"""SQL pieces are safe whatever the name or the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamplan.compiler.sql import Sql, comment, ident, literal
from streamplan.compiler.template import fill

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


def test_sql_passes_through_a_template_as_it_is():
    assert 'DROP TABLE "a";' in fill("drop", stage=ident("a"))
    assert isinstance(ident("a"), Sql)
