"""Rows as files for COPY: whatever their texts are, the sandbox's COPY reads them back exactly."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamplan.runtime.copying import addressed
from streamplan.runtime.lines import NULL, files, parted
from streamplan.runtime.statement import Statement
from streamplan.runtime.table_program import Copy
from streamplan.sandbox.copying import _lines

ONE = Statement(path="x")
CHARACTERS = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
TEXTS = st.text(CHARACTERS) | st.sampled_from(['"', ",", "\n", "\r", "N"])
CELLS = st.none() | TEXTS.filter(lambda text: text != NULL)
ROWS = st.integers(1, 4).flatmap(lambda width: st.lists(st.tuples(*[CELLS] * width), min_size=1, max_size=9))


def read(body: bytes, width: int) -> list[tuple[str | None, ...]]:
    """The rows of a file, as the sandbox reads them."""
    lines = [line.removesuffix("\n").split("\t")[2:] for line in _lines("f", gzip.decompress(body), width)]
    return [tuple(None if cell == "\\N" else unescaped(cell) for cell in line) for line in lines]


def unescaped(cell: str) -> str:
    for written, meant in (("\\\\", "\0"), ("\\t", "\t"), ("\\n", "\n"), ("\\r", "\r"), ("\0", "\\")):
        cell = cell.replace(written, meant)
    return cell


@given(ROWS)
def test_what_is_written_is_read(rows):
    (body,) = files(rows, 1)
    assert read(body, len(rows[0])) == rows


def test_rows_are_spread_over_as_many_files_as_are_worth_it():
    small, large = [("x",)] * 10, [("x" * 1_000, str(n)) for n in range(20_000)]
    assert len([*files(small, 8)]) == 1
    several = [*files(large, 8)]
    assert len(several) == 4
    assert [row for body in several for row in read(body, 2)] == large


def test_rows_that_copy_does_not_read_exactly_stand_aside():
    copy = Copy(statement=ONE, count=ONE, errors=ONE, inserted={"b": ("", "NaN")})
    rows = [("1", "x"), ("2", ""), ("", "y"), (NULL, "z"), ("3", "NaN"), ("NaN", None), ("4", "x" * 5_000_000)]
    copied, inserted = parted(copy, ("a", "b"), rows)
    assert copied == [("1", "x"), ("", "y"), ("NaN", None)]
    assert inserted == [("2", ""), (NULL, "z"), ("3", "NaN"), ("4", "x" * 5_000_000)]


def test_a_row_just_within_the_limit_is_copied_and_one_beyond_is_not():
    copy = Copy(statement=ONE, count=ONE, errors=ONE)
    quotes = '"' * 1_999_998  # each is written twice, between two more, before a line's end
    assert parted(copy, ("a",), [(quotes,)]) == ([(quotes,)], ())
    assert parted(copy, ("a",), [(quotes + '"',)]) == ([], [(quotes + '"',)])


def test_the_address_of_a_manifest_goes_to_its_place_and_nowhere_else():
    sql = """COPY t ("'s3://{manifest}'") FROM 's3://{manifest}' MANIFEST;"""
    found = addressed(Statement(path="copy.sql", sql=sql), "s3://b/x/manifest.json").sql
    assert found == """COPY t ("'s3://{manifest}'") FROM 's3://b/x/manifest.json' MANIFEST;"""


@pytest.mark.parametrize(
    "address", ["s3://b/x'y", "s3://b/x y", "s3://b/x\\y", "s3://b/{manifest}", "file:///x", "s3://b/%20"]
)
def test_no_address_that_could_end_the_literal_is_taken(address: str):
    with pytest.raises(ValueError, match="cannot load"):
        addressed(Statement(path="copy.sql", sql="COPY t FROM 's3://{manifest}';"), address)
