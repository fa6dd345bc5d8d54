"""The type table: every type that Debezium documents has a row, and the page shows the table as it is."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from streamplan.compiler import typemap
from streamplan.compiler.model import ColumnType, parse_type
from streamplan.compiler.observed import ObservedField
from streamplan.compiler.typemap import ROWS, mapped, overridden
from streamplan.compiler.widening import DECIMAL, merge_fields
from streamplan.runtime.convert import CONVERTERS

ROOT = Path(__file__).parent.parent.parent
TIME, DATA, CONNECT = "io.debezium.time.", "io.debezium.data.", "org.apache.kafka.connect.data."
SOURCE = "__debezium.source.column."


def field(kind: str, was: tuple[str, ...] = (), **parameters: str) -> ObservedField:
    """A field of a kind, `type` or `type name`."""
    type_, _, name = kind.partition(" ")
    return ObservedField(field="f", type=type_, name=name, parameters=parameters, was=was)


def decimal(scale: str, precision: str | None = None) -> ObservedField:
    digits = {} if precision is None else {"connect.decimal.precision": precision}
    return field(f"bytes {DECIMAL}", scale=scale, **digits)


DOCUMENTED = [
    *("boolean int8 int16 int32 int64 float double string bytes array map struct".split()),
    *(f"bytes {name}" for name in (DECIMAL, DATA + "Bits")),
    *(f"int32 {name}" for name in (TIME + "Date", CONNECT + "Date", TIME + "Time", CONNECT + "Time", TIME + "Year")),
    *(f"int64 {TIME}{name}" for name in "Timestamp MicroTimestamp NanoTimestamp MicroTime NanoTime".split()),
    *(f"int64 {TIME}{name}" for name in "MicroDuration NanoDuration".split()),
    f"int64 {CONNECT}Timestamp",
    *(f"string {TIME}{name}" for name in "ZonedTimestamp ZonedTime IsoDate IsoTime IsoTimestamp Interval".split()),
    *(f"string {DATA}{name}" for name in "Json Xml Uuid Enum EnumSet Ltree Tsvector".split()),
    *(f"struct {DATA}{name}" for name in "VariableScaleDecimal SparseVector".split()),
    *(f"struct {DATA}geometry.{name}" for name in "Point Geometry Geography".split()),
    *(f"array {DATA}{name}" for name in "DoubleVector FloatVector".split()),
]


@pytest.mark.parametrize("kind", DOCUMENTED)
def test_every_type_that_the_connectors_document_has_a_column(kind: str):
    found = mapped(field(kind))
    assert found is not None
    assert parse_type(str(found.type)) == found.type
    CONVERTERS[found.converter](found.args, {})


def test_the_table_holds_nothing_but_the_documented_types_and_null():
    assert {f"{row.type} {row.name}".strip() for row in ROWS} == {*DOCUMENTED, "null"}


def test_every_row_says_what_happens_to_values_that_do_not_fit():
    assert [row for row in ROWS if not row.beyond] == []


KINDS = "int8 int16 int32 int64 float double string boolean bytes".split()


@pytest.mark.parametrize("row", [row for row in ROWS if row.type in KINDS and not row.name])
def test_a_field_widens_to_what_its_row_says_and_to_nothing_else(row: typemap.Row):
    merged = {kind: merge_fields((field(row.type),), (field(kind),))[0] for kind in KINDS if kind != row.type}
    assert {kind for kind, found in merged.items() if found.type == kind} == {*row.widens.split(", ")} & {*KINDS}


def test_an_inferred_integer_becomes_a_double_since_json_writes_both_of_one_column():
    guessed = [msgspec.structs.replace(field(kind), seen={kind: 1}) for kind in ("int64", "double")]
    assert merge_fields((guessed[0],), (guessed[1],))[0].type == "double"
    assert next(row.widens for row in ROWS if row.type == "int64" and not row.name) == "where it is inferred: double"


@pytest.mark.parametrize(
    ("scale", "precision", "column"),
    [
        ("2", "5", "NUMERIC(5,2)"),
        ("5", "2", "NUMERIC(5,5)"),
        ("2", None, "NUMERIC(38,2)"),
        ("0", "38", "NUMERIC(38,0)"),
        ("-2", "3", "NUMERIC(5,0)"),
        ("37", "38", "NUMERIC(38,37)"),
        ("0", "19", "NUMERIC(20,0)"),
        ("19", "3", "NUMERIC(20,19)"),
        ("38", "38", "VARCHAR(79)"),
        ("20", "50", "VARCHAR(73)"),
        ("30", "65", "VARCHAR(98)"),
        ("2046", "3", "VARCHAR(2052)"),
        ("-40", "3", "VARCHAR(46)"),
        ("two", "3", "VARCHAR(6)"),
        ("2", "many", "VARCHAR(65535)"),
        ("2", "0", "VARCHAR(65535)"),
    ],
)
def test_a_decimal_is_a_numeric_that_holds_all_its_digits_or_else_a_text(scale: str, precision: str, column: str):
    assert str(mapped(decimal(scale, precision)).type) == column


def test_a_decimal_of_any_scale_is_a_text_unless_the_user_chooses_its_digits():
    variable = field(f"struct {DATA}VariableScaleDecimal")
    assert str(mapped(variable).type) == "VARCHAR(65535)"
    assert overridden(variable, ColumnType("NUMERIC", (38, 9))).converter == "decimal"
    assert overridden(variable, ColumnType("VARCHAR", (99,))).args["bytes"] == 99


@pytest.mark.parametrize(
    ("type_", "length", "column"),
    [
        ("VARCHAR", "10", "VARCHAR(40)"),
        ("BPCHAR", "10", "VARCHAR(40)"),
        ("VARCHAR", "2147483647", "VARCHAR(65535)"),
        ("VARCHAR", "0", "VARCHAR(65535)"),
        ("VARCHAR", "ten", "VARCHAR(65535)"),
        ("NUMERIC", "3", "VARCHAR(65535)"),
        ("BYTEA", "8", "VARCHAR(65535)"),
    ],
)
def test_only_a_length_of_characters_makes_a_column_shorter(type_: str, length: str, column: str):
    named = {SOURCE + "type": type_, SOURCE + "length": length}
    assert str(mapped(field("string", **named)).type) == column


def test_a_length_without_its_type_is_taken_for_one_of_characters():
    assert str(mapped(field("string", **{SOURCE + "length": "10"})).type) == "VARCHAR(40)"


@pytest.mark.parametrize(
    ("kind", "column", "converter"),
    [
        (f"int64 {TIME}MicroTime", "BIGINT", "integer"),
        (f"int32 {TIME}Date", "INTEGER", "integer"),
        ("int64", "SMALLINT", "integer"),
        (f"string {TIME}ZonedTimestamp", "VARCHAR(64)", "text"),
        (f"string {TIME}IsoDate", "VARCHAR(20)", "text"),
        (f"string {DATA}Json", "VARCHAR(65535)", "text"),
        ("string", "NUMERIC(10,2)", "decimal"),
        (f"bytes {DECIMAL}", "NUMERIC(38,9)", "decimal"),
        (f"bytes {DECIMAL}", "VARCHAR(99)", "decimal_text"),
        (f"bytes {DATA}Bits", "VARBYTE(8)", "bytes"),
        ("double", "REAL", "real"),
        ("int64 acme.Ticks", "BIGINT", "integer"),
        ("double", "NUMERIC(10,2)", "decimal"),
        ("int64", "NUMERIC(10,2)", "decimal"),
        ("array", "VARCHAR(100)", "document"),
        (f"struct {DATA}geometry.Point", "VARCHAR(100)", "document"),
        (f"int64 {TIME}MicroTime", "NUMERIC(10,2)", None),
        ("array", "VARBYTE(100)", None),
        ("null", "DATE", None),
        ("string", "BIGINT", None),
        (f"string {DATA}Uuid", "NUMERIC(10,2)", None),
        ("boolean", "BIGINT", None),
        ("bytes", "VARCHAR(20)", None),
        (f"int32 {TIME}Date", "DATE", "date_days"),
        (f"int32 {TIME}Date", "TIMESTAMP", None),
    ],
)
def test_a_chosen_type_is_taken_where_it_can_hold_the_field(kind: str, column: str, converter: str | None):
    wanted = parse_type(column)
    found = overridden(field(kind), wanted)
    assert (found and found.converter) == converter
    assert found is None or found.type == wanted


@pytest.mark.parametrize(("kind", "value"), [("string", "1250"), ("double", Decimal("1250.0")), ("int64", 1250)])
def test_a_decimal_that_is_sent_as_a_plain_text_or_number_is_read_into_a_chosen_numeric(kind: str, value: object):
    found = overridden(field(kind), ColumnType("NUMERIC", (10, 2)))
    convert = CONVERTERS[found.converter](found.args, {})
    assert convert(value) == "1250.00"
    with pytest.raises(ValueError, match="not a finite decimal"):
        convert("Infinity")  # which would be base64, too


def test_a_type_that_the_table_does_not_have_is_not_mapped():
    with pytest.raises(KeyError):
        mapped(field("int64 acme.Ticks"))


def test_a_field_accepts_its_own_kind_and_those_it_was():
    seen = msgspec.structs.replace(field("int64"), was=("int16", "int32"))
    assert typemap.accepts(seen) == ("int16", "int32", "int64")
