"""Rows as files for COPY: whatever their texts are, the sandbox's COPY reads them back exactly."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamplan.runtime.copying import addressed
from streamplan.runtime.lines import NULL, files
from streamplan.runtime.load import Load
from streamplan.runtime.statement import Statement
from streamplan.runtime.table_program import Copy, Field
from streamplan.runtime.typed import UsualRow, rows_of
from streamplan.sandbox.copying import _lines
from streamplan.sandbox.decision import Copies

ONE = Statement(path="x")
COPY = Copy(statement=ONE, count=ONE, errors=ONE, inserted={"c1": ("", "NaN")})
NAMES = ("c0", "c1", "c2", "c3")
CHARACTERS = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
ODD = ['"', ",", "\n", "\r", "N", "null", "\\N", '"null"', ',"null"', "NULL", "", "NaN"]
CELLS = st.none() | st.text(CHARACTERS) | st.sampled_from(ODD)
ROWS = st.integers(2, 4).flatmap(lambda width: st.lists(st.tuples(*[CELLS] * width), min_size=1, max_size=9))


def read(body: bytes, width: int) -> list[tuple[str | None, ...]]:
    """The rows of a file, as the sandbox reads them."""
    copies = Copies(table="t", source="", width=width, zipped=True, null=NULL, before=())
    lines = [line.split("\t")[2:] for line in _lines("f", 0, gzip.decompress(body), copies).split("\n")[:-1]]
    return [tuple(None if cell == "\\N" else unescaped(cell) for cell in line) for line in lines]


def unescaped(cell: str) -> str:
    for written, meant in (("\\\\", "\0"), ("\\t", "\t"), ("\\n", "\n"), ("\\r", "\r"), ("\0", "\\")):
        cell = cell.replace(written, meant)
    return cell


def others(rows: list) -> Load:
    return Load((), [*zip(*rows, strict=True)])


def written(load: Load, wanted: int = 1) -> tuple[list, list, list]:
    """The rows of each file, and those that are to be inserted."""
    width = len(load.columns())
    found = [*files(COPY, NAMES[:width], load, wanted)]
    rows = [read(file.body, width) for file in found]
    assert [len(each) for each in rows] == [file.rows for file in found]
    return found, rows, [tuple(row) for file in found for row in file.aside]


def whole(cells: tuple) -> bool:
    """Whether COPY reads it exactly."""
    return NULL not in cells and cells[1] not in {"", "NaN"}


@given(ROWS)
def test_what_is_written_is_read_and_what_copy_would_not_read_exactly_is_told_apart(rows):
    _, (copied,), inserted = written(others(rows))
    assert copied == [row for row in rows if whole(row)]
    assert inserted == [row for row in rows if not whole(row)]


FIELDS = {
    "id": ("integer", {"min": -(1 << 63), "max": (1 << 63) - 1}),
    "text": ("text", {"bytes": 65_535}),
    "price": ("decimal", {"precision": 38, "scale": 3}),
    "rate": ("double", {}),
    "on": ("boolean", {}),
    "more": ("text", {"bytes": 65_535}),
}
DECODED = st.fixed_dictionaries(
    {
        "id": st.integers(-(1 << 63), (1 << 63) - 1),
        "text": CELLS,
        "price": st.none() | st.integers(-(10**20), 10**20).map(lambda n: n.to_bytes(9, "big", signed=True)),
        "rate": st.none() | st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False).filter(bool),
        "on": st.none() | st.booleans(),
        "more": CELLS,
    }
)


def decoded(values: list[dict]) -> list[UsualRow]:
    made = [Field(field=name, column=name, accepts=("any",), converter=c, args=a) for name, (c, a) in FIELDS.items()]
    rows = rows_of(tuple(made), ("id",), {}, frozenset())
    return [rows.kind(**{f"f{n}": one[name] for n, name in enumerate(FIELDS)}) for one in values]


def meant(row: list) -> tuple:
    """The row's values: a number may be written in more than one way."""
    return tuple(None if cell is None else float(cell) if n == 3 else cell for n, cell in enumerate(row))


@given(st.lists(DECODED, min_size=1, max_size=9))
def test_what_a_lane_decoded_is_written_as_it_would_be_inserted(values):
    names = (*FIELDS, "_streamplan_op")
    copy = Copy(statement=ONE, count=ONE, errors=ONE)
    wanted = [*zip(*Load([decoded(values)], ()).columns(), strict=True)]
    found = [*files(copy, names, Load([rows := decoded(values)], ()), 1)]
    copied = [row for file in found for row in read(file.body, len(names))]
    assert sorted(map(str, map(meant, [*copied, *(row for file in found for row in file.aside)]))) == sorted(
        map(str, map(meant, wanted))
    )
    assert [*zip(*Load([rows], ()).columns(), strict=True)] == wanted, "and can be staged again"


def test_rows_are_spread_over_as_many_files_as_are_worth_it():
    small, large = [("x",)] * 10, [("x" * 1_000, "y", str(n)) for n in range(20_000)]
    assert len(written(others([(*row, "y") for row in small]), 8)[0]) == 1
    several, rows, _ = written(others(large), 8)
    assert len(several) == 4
    assert [row for each in rows for row in each] == large


def test_a_row_just_within_the_limit_is_copied_and_one_beyond_is_not():
    quotes = '"' * 1_999_996  # each is written twice, between two more, before a comma, another value and a line's end
    rows = [(quotes, "x"), (quotes + '"', "x"), ("x", "x")]
    _, (copied,), inserted = written(others(rows))
    assert (copied, inserted) == ([rows[0], rows[2]], [rows[1]])


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
