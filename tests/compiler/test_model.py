"""Types, names and the canonical model: properties that hold for any input."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamplan.compiler.canonical import from_json, to_json
from streamplan.compiler.diagnostic import CompileError
from streamplan.compiler.diff import diff
from streamplan.compiler.lex import fold
from streamplan.compiler.model import Column, ColumnType, Model, Table, parse_type
from streamplan.compiler.naming import slug

types = st.one_of(
    st.sampled_from(["BIGINT", "DATE", "SUPER", "TIMESTAMPTZ"]).map(ColumnType),
    st.integers(1, 65535).map(lambda n: ColumnType("VARCHAR", (n,))),
    st.integers(1, 38).flatmap(lambda p: st.integers(0, min(p, 37)).map(lambda s: ColumnType("NUMERIC", (p, s)))),
)
names = st.text(min_size=1, max_size=20)
columns = st.lists(st.builds(Column, name=names, type=types), min_size=1, unique_by=lambda c: c.name).map(tuple)
tables = st.builds(Table, schema=names, name=names, columns=columns)
models = st.lists(tables, unique_by=lambda t: (t.schema, t.name)).map(lambda ts: Model(tables=tuple(ts)))


@given(types)
def test_a_type_that_is_written_is_read_back(kind: ColumnType):
    assert parse_type(str(kind)) == kind


@pytest.mark.parametrize(
    "text", ["VARCHAR(65536)", "VARCHAR(0)", "NUMERIC(39,2)", "NUMERIC", "TEXT", "JSONB", "INT(4)", ""]
)
def test_what_redshift_does_not_hold_is_no_type(text: str):
    assert parse_type(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("varchar(max)", "VARCHAR(65535)"), ("int", "INTEGER"), ("decimal(5)", "NUMERIC(5,0)")],
)
def test_the_usual_spellings_are_one_type(text: str, expected: str):
    assert str(parse_type(text)) == expected


@given(st.text())
def test_folding_twice_is_folding_once_and_fits_redshift(name: str):
    assert fold(fold(name)) == fold(name)
    assert len(fold(name).encode()) <= 127


@given(st.text(min_size=1), st.text(min_size=1))
def test_two_names_never_share_a_path(one: str, other: str):
    assert (slug(one) == slug(other)) == (one == other)
    assert not set(slug(one)) & set('/\\:*?"<>|')


@given(models)
def test_a_model_is_read_back_as_it_was_written(model: Model):
    assert from_json(to_json(model)) == model


@given(models)
def test_nothing_changes_between_a_model_and_itself(model: Model):
    assert diff(model, model) == ()


@given(tables, types)
def test_a_type_is_only_ever_widened(table: Table, kind: ColumnType):
    before = table.columns[0]
    after = Table(
        schema=table.schema,
        name=table.name,
        columns=(Column(name=before.name, type=kind), *table.columns[1:]),
    )
    widens = kind.name == before.type.name == "VARCHAR" and kind.args > before.type.args
    try:
        changes = diff(Model(tables=(table,)), Model(tables=(after,)))
    except CompileError:
        assert not widens
        assert kind != before.type
    else:
        assert len(changes) == widens
