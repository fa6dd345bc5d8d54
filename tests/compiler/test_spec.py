"""A spec's problems are found at once, each at its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamplan.compiler.diagnostic import CompileError, Format, show
from streamplan.compiler.scaffold import scaffold
from streamplan.compiler.source import parse_source, read_source
from streamplan.compiler.spec import spec_bytes, spec_of
from streamplan.compiler.spec_reading import parse_spec

GOOD = scaffold("shop")
SPECS = sorted(p for p in Path(__file__).parents[2].glob("golden/*/*/spec.yaml") if "refused" not in p.parts)


def problems(text: str) -> list[str]:
    with pytest.raises(CompileError) as caught:
        parse_spec(parse_source(text, "spec.yaml"))
    return [f"{d.span} {d.code} {d.message} | {d.help}" for d in caught.value.diagnostics]


def test_the_example_that_init_writes_is_a_valid_spec():
    assert parse_spec(parse_source(GOOD, "spec.yaml")).connector == "shop"


def test_defaults_are_filled_in():
    spec = parse_spec(parse_source(GOOD.replace("  truncates: stop ", "  #"), "spec.yaml"))
    assert (spec.defaults.ingestion.truncates, spec.batch.max_bytes) == ("stop", 64 << 20)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("mode: upsert", "moed: upsert", '22:3 S201 unknown key "moed" in "ingestion" | did you mean mode?'),
        ("mode: upsert", "mode: upsrt", '22:9 S204 "ingestion.mode" is "upsrt" | use one of: upsert, insert'),
        ("schema: shop", "{}", "S102"),
        ("  password: ${REDSHIFT_PASSWORD}\n", "", '9:1 S202 "destination" needs "password" |'),
        ("${REDSHIFT_PASSWORD}", "hunter2", 'S204 "destination.password" must come from the environment |'),
        (
            "database: dev",
            "database: ${DB}",
            'S204 "destination.database" must be a name, since grants name it |',
        ),
        ("64MiB", "64 parsecs", "S204"),
        ("connector: shop\n", "connector: shop\nconnector: shop\n", "2:1 S103"),
        ("mode: upsert", "mode: [upsert", "S102"),
    ],
)
def test_a_bad_line_is_named_with_its_place_and_the_way_on(old: str, new: str, expected: str):
    found = problems(GOOD.replace(old, new))
    assert any(expected in line for line in found), found


def test_all_problems_are_reported_at_once():
    assert len(problems(GOOD.replace("mode: upsert", "moed: 1").replace("connector: shop", "connector: 7"))) == 2


def test_a_wrong_column_type_is_named_with_the_nearest_one():
    text = GOOD + "\ntables:\n  orders:\n    columns:\n      name: {type: varchr(256)}\n"
    (found,) = problems(text)
    assert 'S203 "varchr(256)" is not a column type | did you mean VARCHAR(256)?' in found


def test_an_error_shows_its_line_with_a_mark_below_the_place():
    text = "connector: shop\nsource:\n  files: {path: x, topics: []}\n"
    with pytest.raises(CompileError) as caught:
        parse_spec(parse_source(text, "spec.yaml"))
    assert "    3 |   files: {path: x, topics: []}\n      |                            ^" in show(
        caught.value, Format.TEXT, {"spec.yaml": text}
    )


def test_a_secret_in_a_spec_is_not_repeated_in_the_error():
    text = GOOD.replace("${REDSHIFT_PASSWORD}", "hunter2")
    with pytest.raises(CompileError) as caught:
        parse_spec(parse_source(text, "spec.yaml"))
    assert [form for form in Format if "hunter2" in show(caught.value, form, {"spec.yaml": text})] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("schema: shop", "schema: {<<: 1}"),
        ("connector: shop", "connector: !!omap [a: 1]"),
        ("64MiB", "9" * 5000),
        ("50000", "5.5"),
        ("connector: shop\n", 'connector: "shop\\n"\n'),
    ],
)
def test_a_value_that_no_spec_can_have_is_refused_and_never_a_traceback(old: str, new: str):
    assert problems(GOOD.replace(old, new))


def test_a_whole_number_is_whole_however_it_is_written():
    spec = parse_spec(parse_source(GOOD.replace("max_rows: 50000", "max_rows: 1000.0"), "spec.yaml"))
    assert (spec.batch.max_rows, type(spec.batch.max_rows)) == (1000, int)


@pytest.mark.parametrize("path", SPECS, ids=lambda path: f"{path.parts[-3]}-{path.parts[-2]}")
def test_a_spec_that_was_written_down_is_the_same_with_its_places(path: Path):
    spec = parse_spec(read_source(path, path.name))
    assert spec_of(spec_bytes(spec)) == spec
    assert repr(spec_of(spec_bytes(spec))) == repr(spec)
    assert [table.span for table in spec_of(spec_bytes(spec)).tables] == [table.span for table in spec.tables]


def test_a_spec_whose_number_is_too_large_to_be_written_down_is_not():
    spec = parse_spec(parse_source(GOOD.replace("max_rows: 50000", f"max_rows: {10**30}"), "spec.yaml"))
    assert spec_bytes(spec) == b""


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CompileError) as caught:
        read_source(tmp_path / "none.yaml", "none.yaml")
    assert caught.value.diagnostics[0].code == "S101"


@given(st.text(max_size=200))
def test_any_text_is_a_spec_or_a_diagnostic_and_never_a_traceback(text: str):
    try:
        parse_spec(parse_source(text, "spec.yaml"))
    except CompileError as error:
        assert error.diagnostics  # noqa: PT017 - either outcome is right
