"""What is drift: a shape that the plan does not know, seen once for each shape."""

from __future__ import annotations

import pytest
from streamplan.runtime.drift import Added, Drift, Rekeyed, Retyped, Watch, Wider
from streamplan.runtime.envelope import Kind, Shape
from streamplan.runtime.modes import KeySource, Policy
from streamplan.runtime.statement import Statement
from streamplan.runtime.table_program import Field, TableProgram

LENGTH, SOURCE = "__debezium.source.column.length", "__debezium.source.column.type"
DECIMAL = "bytes org.apache.kafka.connect.data.Decimal"
NOTHING = Statement(path="x.sql")

FIELDS = (
    Field(field="id", column="id", accepts=("int32",), converter="integer", args={"min": -9, "max": 9}),
    Field(field="name", column="name", accepts=("string",), converter="text", args={"bytes": 40}),
    Field(field="price", column="price", accepts=(DECIMAL,), converter="decimal", args={"precision": 10, "scale": 2}),
)


def program(policy: Policy = Policy.REVIEW, fields: tuple[Field, ...] = FIELDS, **more: object) -> TableProgram:
    told = {
        "key_from": KeySource.RECORD_KEY,
        "key": ("id",),
        "truncates": Policy.STOP,
        "excluded": ("secret",),
        **dict.fromkeys(("lock", "stage", "load", "merge", "drop"), NOTHING),
    }
    return TableProgram(table="shop.orders", topics=("t",), evolution=policy, fields=fields, **(told | more))


def shape(**kinds: str | tuple[str, dict[str, str]]) -> Shape:
    """A shape with types: a type, or a type with its parameters."""
    told = {name: Kind(kind, {}) if isinstance(kind, str) else Kind(*kind) for name, kind in kinds.items()}
    return Shape(frozenset(told), told)


def found(seen: Shape, of: TableProgram | None = None, key: Shape | None = None, row: dict | None = None) -> tuple:
    row = dict.fromkeys(seen.names, 1) if row is None else row
    try:
        Watch(of or program()).row(row, seen, ({}, key) if key else None, "t")
    except Drift as drift:
        return drift.findings
    return ()


def test_a_shape_that_the_plan_knows_is_no_drift_nor_is_one_that_lacks_a_field():
    assert found(shape(id="int32", name="string")) == ()


def test_a_field_that_the_plan_does_not_know_is_drift_and_an_excluded_one_is_not():
    assert found(shape(id="int32", new="string", secret="string")) == (Added("new"),)


def test_a_type_that_no_column_of_the_field_takes_is_drift():
    assert found(shape(id="int64")) == (Retyped("id", "int64", ("int32",)),)


def test_a_type_that_a_second_column_of_the_field_takes_is_none():
    second = Field(field="id", column="id_varchar", accepts=("string",), converter="text", args={"bytes": 9})
    assert found(shape(id="string"), program(fields=(*FIELDS, second))) == ()


def test_a_type_and_a_key_that_were_reviewed_and_are_refused_are_no_drift():
    refusing = (Field(field="id", column="id", accepts=("int32",), converter="integer", refuses=("string",)),)
    known = program(fields=refusing, other_keys=(("id", "region"),))
    assert found(shape(id="string"), known, key=shape(id="int32", region="string")) == ()
    strict = Watch(known).refused({}, shape(id="string"), ({}, shape(id="int32", region="string")))
    assert strict == (Retyped("id", "string", ("int32",)), Rekeyed(("id", "region"), ("id",)))


@pytest.mark.parametrize(
    ("length", "args", "drifts"),
    [
        ("10", {"bytes": 40}, False),
        ("11", {"bytes": 40}, True),
        ("20000", {"bytes": 65535}, False),
        ("20", {"bytes": 40, "source_length": 20}, False),
        ("21", {"bytes": 40, "source_length": 20}, True),
        ("many", {"bytes": 40}, False),
    ],
)
def test_a_text_is_drift_where_it_may_be_longer_than_its_column_and_than_the_spec_knew(length, args, drifts):
    text = Field(field="name", column="name", accepts=("string",), converter="text", args=args)
    seen = found(shape(name=("string", {LENGTH: length, SOURCE: "VARCHAR"})), program(fields=(*FIELDS[:1], text)))
    assert seen == ((Wider("name", f"text of {length} characters", "VARCHAR(40)"),) if drifts else ())


def test_a_length_that_does_not_count_characters_is_none():
    assert found(shape(name=("string", {LENGTH: "200", SOURCE: "JSON"}))) == ()


@pytest.mark.parametrize(
    ("precision", "scale", "drifts"), [("10", "2", False), ("9", "1", False), ("11", "2", True), ("10", "3", True)]
)
def test_a_decimal_is_drift_where_it_has_more_digits_than_its_column_before_or_after_the_point(
    precision, scale, drifts
):
    seen = found(shape(price=(DECIMAL, {"connect.decimal.precision": precision, "scale": scale})))
    assert seen == ((Wider("price", f"decimal({precision},{scale})", "NUMERIC(10,2)"),) if drifts else ())


def test_a_key_of_other_fields_is_drift_and_of_the_same_in_another_order_is_not():
    assert found(shape(id="int32"), key=shape(id="int32", region="string")) == (Rekeyed(("id", "region"), ("id",)),)
    two = program(key=("id", "name"))
    assert found(shape(id="int32"), two, key=shape(name="string", id="int32")) == ()


def test_the_key_of_a_record_is_no_matter_where_rows_are_found_by_their_values():
    assert found(shape(id="int32"), program(key_from=KeySource.RECORD_VALUE), key=shape(other="int32")) == ()


def test_without_a_schema_a_new_field_is_drift_when_it_first_has_a_value():
    bare = Shape(frozenset(("id", "new")), {})
    assert found(bare, row={"id": 1, "new": None}) == ()
    assert found(bare, row={"id": 1, "new": 2}) == (Added("new"),)


def test_what_is_ignored_is_counted_by_topic_and_field():
    watch = Watch(program(Policy.IGNORE))
    seen = shape(id="string", a="string", b="int32")
    for row in ({"id": 1, "a": 1, "b": 1}, {"id": 2, "a": None}):
        watch.row(row, seen, ({}, shape(other="int32")), "t")
    watch.key(({}, shape(other="int32")))
    assert watch.dropped == {"t": {"a": 2, "b": 1}}


def test_a_drift_says_all_that_was_found():
    drift = Drift((Added("a"), Added("b"), Retyped("c", "int64", ("int32",)), Rekeyed(("k", "l"), ("k",))), Policy.STOP)
    assert str(drift) == (
        'has fields that the plan does not know: a, b; has field "c" as int64, and the plan expects int32;'
        " has the key (k, l), and the plan has (k)"
    )
    assert drift.fields == ("a", "b", "c", "l")
