"""Rows: which column a field's value goes to, what metadata columns hold, and how a deleted row looks."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
from streamplan.runtime.convert import PLACEHOLDER, UNCHANGED
from streamplan.runtime.disk import load
from streamplan.runtime.envelope import Kind, Reader, Shape, Told
from streamplan.runtime.errors import RecordError
from streamplan.runtime.modes import Origin
from streamplan.runtime.ports import Partition, Record
from streamplan.runtime.rows import Change, RowConverter
from streamplan.runtime.table_program import Field

GOLDEN = Path(__file__).parents[2] / "golden"
ORDERS = load(GOLDEN / "orders/01_create/plan").tables[0]
RECORD = Record(at=Partition("m.orders", 3), offset=7, key=None, value=None)
SAYING = Change(RECORD, Told("u", 1, 2, "public.orders"), Reader("flat-json"))
SILENT = Change(RECORD, Told(), Reader("flat-json"))


def value(field: str, column: str = "", *, accepts: str = "string", converter: str = "text", **args: object) -> Field:
    return Field(field=field, column=column or field, accepts=(accepts,), converter=converter, args=args)


def about(origin: Origin) -> Field:
    return Field(field=origin.value, column=f"_{origin.value}", accepts=(), converter="text", origin=origin)


NUMBER = value("what", accepts="int32", converter="integer", min=-(1 << 31), max=(1 << 31) - 1)
TEXT = value("what", "what_varchar", bytes=20)


def converter(*fields: Field, key: tuple[str, ...] = (), excluded: tuple[str, ...] = ()) -> RowConverter:
    return RowConverter(msgspec.structs.replace(ORDERS, fields=fields, key=key, excluded=excluded))


def shape(row: dict, **kinds: str) -> Shape:
    return Shape(frozenset(row), {name: Kind(kind.replace("_", " "), {}) for name, kind in kinds.items()})


def cells(convert: RowConverter, row: dict, change: Change = SAYING, **kinds: str) -> tuple:
    return convert.cells(row, shape(row, **kinds), change)


@pytest.mark.parametrize(
    ("origin", "said", "unsaid"),
    [
        (Origin.OP, "u", None),
        (Origin.EVENT_TS, "1", None),
        (Origin.SOURCE_TS, "2", None),
        (Origin.TOPIC, "m.orders", "m.orders"),
        (Origin.TOPIC_PARTITION, "3", "3"),
        (Origin.TOPIC_OFFSET, "7", "7"),
        (Origin.DELETED, "false", "false"),
    ],
)
def test_a_metadata_column_holds_what_the_change_says_and_null_where_it_says_nothing(origin, said, unsaid):
    convert = converter(about(origin), value("note", bytes=20))
    assert [cells(convert, {"note": "a"}, change) for change in (SAYING, SILENT)] == [(said, "a"), (unsaid, "a")]


def test_an_unknown_word_for_the_operation_fits_its_column():
    convert = converter(about(Origin.OP))
    assert cells(convert, {}, Change(RECORD, Told("truncate"), Reader("flat-json"))) == ("t",)


def test_the_moment_of_the_load_is_never_staged():
    with pytest.raises(ValueError, match="loaded_at is no column of a stage"):
        SAYING.cell(Origin.LOADED_AT, deleted=False)


def test_metadata_columns_may_stand_between_those_of_the_row():
    convert = converter(value("a", bytes=20), about(Origin.TOPIC), value("b", bytes=20), about(Origin.DELETED))
    assert cells(convert, {"a": "1", "b": "2"}) == ("1", "m.orders", "2", "false")
    assert convert.gone(("1",), ("a",), SAYING) == ("1", "m.orders", None, "true")


def test_a_marked_row_keeps_its_values_and_takes_what_the_delete_says():
    convert = converter(value("a", bytes=20), about(Origin.OP), about(Origin.TOPIC_OFFSET), about(Origin.DELETED))
    row = ("1", "c", "3", "false")
    assert convert.marked(row, Change(RECORD, Told("d"), Reader("flat-json"))) == ("1", "d", "7", "true")
    assert convert.marked(row, None) == ("1", "c", "3", "true")


@pytest.mark.parametrize(
    ("kind", "what", "found"),
    [
        ("int32", 5, ("5", None)),
        ("string", "five", (None, "five")),
        ("string", "5", (None, "5")),
        ("int32", None, (None, None)),
        ("", 5, ("5", None)),
        ("", "5", (None, "5")),
        ("", None, (None, None)),
    ],
)
def test_a_value_goes_into_the_column_of_its_type(kind: str, what: object, found: tuple):
    assert cells(converter(NUMBER, TEXT), {"what": what}, **({"what": kind} if kind else {})) == found


@pytest.mark.parametrize("kinds", [{}, {"what": "string"}, {"what": "int32"}])
def test_a_value_that_was_not_sent_is_so_in_each_column_of_the_field(kinds: dict):
    assert cells(converter(NUMBER, TEXT), {"what": PLACEHOLDER}, **kinds) == (UNCHANGED, UNCHANGED)


@pytest.mark.parametrize(
    ("row", "kinds", "code"),
    [
        ({"what": 1.5}, {}, "X924"),
        ({"what": "x" * 21}, {}, "X924"),
        ({"what": 5}, {"what": "boolean"}, "X925"),
        ({"what": 1 << 40}, {"what": "int32"}, "X924"),
    ],
)
def test_a_value_that_no_column_of_the_field_takes_is_refused(row: dict, kinds: dict, code: str):
    with pytest.raises(RecordError) as caught:
        cells(converter(NUMBER, TEXT), row, **kinds)
    assert caught.value.code == code


def test_a_key_of_several_columns_is_read_and_written_as_its_first():
    convert = converter(NUMBER, TEXT, key=("what",))
    assert convert.key({"what": 5}, shape({"what": 5})) == ("5",)
    assert convert.gone(("5",), ("what",), SAYING) == ("5", None)


@pytest.mark.parametrize(("row", "code"), [({"a": None}, "X922"), ({}, "X923"), ({"a": PLACEHOLDER}, "X922")])
def test_a_key_that_is_null_or_missing_or_not_sent_is_refused(row: dict, code: str):
    with pytest.raises(RecordError) as caught:
        converter(value("a", bytes=40), key=("a",)).key(row, shape(row))
    assert caught.value.code == code


@pytest.mark.parametrize(("of", "what", "text"), [("text", "ß", "ß"), ("integer", 7, "7"), ("integer", -0, "0")])
def test_a_hash_is_that_of_the_salt_and_the_text_that_the_column_would_hold(of: str, what: object, text: str):
    plain = {"min": -9, "max": 9} if of == "integer" else {"bytes": 20}
    convert = converter(value("a", converter="sha256", of=of, salt="pepper", **plain), key=("a",))
    expected = sha256(f"pepper{text}".encode()).hexdigest()
    assert cells(convert, {"a": what}) == (expected,)
    assert convert.key({"a": what}, shape({"a": what})) == (expected,)
    assert cells(convert, {"a": None}) == (None,)
    assert cells(convert, {"a": PLACEHOLDER}) == (UNCHANGED,)
