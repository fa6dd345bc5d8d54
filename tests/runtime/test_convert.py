"""Converters: which values become which text, and which are refused; what passes is what the source meant."""

from __future__ import annotations

import base64
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamplan.runtime.convert import CONVERTERS, PLACEHOLDER, UNCHANGED, converted
from streamplan.runtime.errors import RecordError

DAY = 86_400
I16 = {"min": -32768, "max": 32767}
NUMERIC = {"precision": 5, "scale": 2}
MILLIS_0001, MILLIS_9999 = -62_135_596_800_000, 253_402_300_799_999


def unscaled(number: int) -> str:
    """A whole number as Connect's Decimal sends it."""
    return base64.b64encode(number.to_bytes((number.bit_length() + 8) // 8, "big", signed=True)).decode()


def convert(name: str, args: dict, value: object, **parameters: str):
    return converted("f", value, CONVERTERS[name](args, parameters))


ACCEPTED = [
    ("boolean", {}, True, "true"),
    ("boolean", {}, False, "false"),
    ("integer", I16, -32768, "-32768"),
    ("integer", I16, 32767, "32767"),
    ("real", {}, Decimal("1.5"), "1.5"),
    ("real", {}, 7, "7.0"),
    ("real", {}, Decimal("0.1"), "0.10000000149011612"),
    ("double", {}, Decimal("-0.0"), "0.0"),
    ("double", {}, Decimal("1.00"), "1.0"),
    ("decimal", {"precision": 3, "scale": 1}, Decimal("-0.0"), "0.0"),
    ("real", {}, "NaN", "NaN"),
    ("double", {}, "-Infinity", "-Infinity"),
    ("double", {}, Decimal("-1.7976931348623157E308"), "-1.7976931348623157e+308"),
    ("double", {}, Decimal("0E-400"), "0.0"),
    ("decimal", NUMERIC, unscaled(-99999), "-999.99"),
    ("decimal", NUMERIC, 7, "7.00"),
    ("decimal", NUMERIC, Decimal("1.50000"), "1.50"),
    ("decimal", NUMERIC, Decimal("0E-9"), "0.00"),
    ("decimal", NUMERIC, Decimal("0E+999999999"), "0.00"),
    ("decimal", NUMERIC, {"scale": 1, "value": unscaled(15)}, "1.50"),
    ("decimal", NUMERIC, {"scale": -2, "value": unscaled(9)}, "900.00"),
    ("decimal", NUMERIC | {"read_scale": 1}, unscaled(15), "1.50"),
    ("decimal", {"precision": 38, "scale": 10}, Decimal("9" * 28 + "." + "9" * 10), "9" * 28 + "." + "9" * 10),
    ("date_days", {}, 0, "0"),
    ("date_days", {}, -719_162, "-719162"),
    ("date_days", {}, 2_932_896, "2932896"),
    ("timestamp_millis", {}, MILLIS_0001, str(MILLIS_0001)),
    ("timestamp_millis", {}, MILLIS_9999, str(MILLIS_9999)),
    ("timestamp_micros", {}, -1, "-1"),
    ("timestamp_nanos", {}, (1 << 63) - 1, str(((1 << 63) - 1) // 1_000)),
    ("timestamp_nanos", {}, -1, "-1"),
    ("time_millis", {}, 1, "00:00:00.001000"),
    ("time_micros", {}, DAY * 1_000_000 - 1, "23:59:59.999999"),
    ("time_nanos", {}, 1_999, "00:00:00.000001"),
    ("timestamptz", {}, "2024-02-29T23:59:59Z", "2024-02-29T23:59:59+00:00"),
    ("timestamptz", {}, "2024-02-29T23:59Z", "2024-02-29T23:59:00+00:00"),
    ("timestamptz", {}, "2024-02-29T23:59:59.123456789+02:00", "2024-02-29T21:59:59.123456+00:00"),
    ("timestamptz", {}, "2024-02-29T23:59:59.9999999-11:00", "2024-03-01T10:59:59.999999+00:00"),
    ("text", {"bytes": 4}, "", ""),
    ("text", {"bytes": 4}, "🛒", "🛒"),
    ("text", {"bytes": 4}, "abcd", "abcd"),
    ("text", {"bytes": 4}, "abcd   ", "abcd   "),
    ("json", {}, '{"a": 1.10, "a": [null]}', '{"a": 1.10, "a": [null]}'),
    ("document", {}, {"a": [Decimal("1.10"), None, "é"]}, '{"a":[1.10,null,"é"]}'),
    ("document", {}, [], "[]"),
    ("bytes", {"bytes": 2}, "/wA=", "ff00"),
    ("bytes", {"bytes": 2}, "", ""),
]


@pytest.mark.parametrize(("name", "args", "value", "text"), ACCEPTED)
def test_a_value_becomes_the_text_that_is_bound(name: str, args: dict, value: object, text: str):
    assert convert(name, args, value) == text


REFUSED = [
    ("boolean", {}, 1, "integer 1 is not a boolean"),
    ("boolean", {}, "true", "text 'true' is not a boolean"),
    ("integer", I16, 32768, "32768 is outside -32768 to 32767"),
    ("integer", I16, True, "boolean True is not an integer"),
    ("integer", I16, Decimal("1.0"), "number 1.0 is not an integer"),
    ("real", {}, Decimal("3.5E38"), "3.5E+38 is outside what the column holds"),
    ("real", {}, Decimal("1E-46"), "1E-46 is outside what the column holds"),
    ("double", {}, Decimal("1E999999999"), "1E+999999999 is outside what the column holds"),
    ("double", {}, Decimal("1E-999999999"), "1E-999999999 is outside what the column holds"),
    ("double", {}, "1.5", "text '1.5' is not a number"),
    ("double", {}, True, "boolean True is not a number"),
    ("decimal", NUMERIC, unscaled(100_000), "1000.00 does not fit NUMERIC(5,2)"),
    ("decimal", NUMERIC, Decimal("0.001"), "0.001 does not fit NUMERIC(5,2)"),
    ("decimal", NUMERIC, Decimal("1E999999999"), "1E+999999999 does not fit NUMERIC(5,2)"),
    ("decimal", NUMERIC, "12.50", "text '12.50' is not a decimal"),
    ("decimal", NUMERIC, "", "text '' is not a decimal"),
    ("decimal", NUMERIC, True, "boolean True is not a decimal"),
    ("decimal", NUMERIC, {"scale": 1}, "object {'scale': 1} is not a decimal"),
    ("decimal", NUMERIC, {"scale": 10**9, "value": "AQ=="}, "a decimal of scale 1000000000 is more than"),
    ("decimal", NUMERIC, {"scale": -(10**6), "value": "AQ=="}, "a decimal of scale -1000000 is more than"),
    ("date_days", {}, -719_163, "-719163 is a date outside the years 1 to 9999"),
    ("date_days", {}, 2_932_897, "2932897 is a date outside the years 1 to 9999"),
    ("timestamp_millis", {}, MILLIS_0001 - 1, "is a timestamp outside the years 1 to 9999"),
    ("timestamp_millis", {}, MILLIS_9999 + 1, "is a timestamp outside the years 1 to 9999"),
    ("timestamp_micros", {}, "2024", "text '2024' is not a timestamp"),
    ("timestamp_nanos", {}, 1 << 63, "is a timestamp outside the years 1 to 9999"),
    ("time_millis", {}, DAY * 1_000, "86400000 is a time outside 00:00 to 24:00"),
    ("time_micros", {}, -1, "-1 is a time outside 00:00 to 24:00"),
    ("time_nanos", {}, "12:00", "text '12:00' is not a time of day"),
    ("timestamptz", {}, "2024-02-29T23:59:59", "is not a timestamp with a zone in the years 1 to 9999"),
    ("timestamptz", {}, "2023-02-29T23:59:59Z", "is not a timestamp with a zone in the years 1 to 9999"),
    ("timestamptz", {}, "0001-01-01T00:00:00+01:00", "is not a timestamp with a zone in the years 1 to 9999"),
    ("timestamptz", {}, "9999-12-31T23:59:59-01:00", "is not a timestamp with a zone in the years 1 to 9999"),
    ("timestamptz", {}, 5, "integer 5 is not a timestamp with a zone in the years 1 to 9999"),
    ("text", {"bytes": 4}, "abcde", "5 bytes are more than VARCHAR(4) holds: 'abcde'"),
    ("text", {"bytes": 3}, "🛒", "4 bytes are more than VARCHAR(3) holds: '🛒'"),
    ("text", {"bytes": 4}, " 🛒", "5 bytes are more than VARCHAR(4) holds: ' 🛒'"),
    ("text", {"bytes": 4}, "a\0", "'a\\x00' holds a NUL character, which Redshift does not"),
    ("text", {"bytes": 4}, 1, "integer 1 is not a text"),
    ("json", {}, "{", "text '{' is not a text of JSON"),
    ("json", {}, "[" * 5_000 + "]" * 5_000, "is not a text of JSON"),
    ("json", {}, '"\\u0000"', "the document holds a NUL character, which Redshift does not"),
    ("json", {}, {"a": 1}, "object {'a': 1} is not a text of JSON"),
    ("json", {}, "1e99999999999999999999", "is not a text of JSON"),
    ("document", {}, ["é" * 32_768], "the document holds a text longer than 65535 bytes"),
    ("document", {}, ["x" * 65_535] * 245, "the document is longer than 16000000 bytes"),
    ("document", {}, {"a\0": 1}, "the document holds a NUL character, which Redshift does not"),
    ("document", {}, "[]", "text '[]' is not an array or an object"),
    ("bytes", {"bytes": 2}, "AAAA", "3 bytes are more than VARBYTE(2) holds"),
    ("bytes", {"bytes": 2}, "/wA", "text '/wA' is not bytes in base64"),
]


@pytest.mark.parametrize(("name", "args", "value", "reason"), REFUSED)
def test_a_value_that_does_not_fit_is_refused_with_the_reason(name: str, args: dict, value: object, reason: str):
    with pytest.raises(RecordError) as caught:
        convert(name, args, value)
    assert (caught.value.code, reason in caught.value.message) == ("X924", True), caught.value.message
    assert caught.value.message.startswith('field "f": ')


def test_every_converter_stands_in_both_tables():
    for table in (ACCEPTED, REFUSED):
        assert {name for name, *_ in table} == set(CONVERTERS)


def test_a_long_value_is_not_shown_whole():
    with pytest.raises(RecordError) as caught:
        convert("text", {"bytes": 10}, "x" * 10_000)
    assert len(caught.value.message) < 150


@pytest.mark.parametrize("name", sorted(CONVERTERS))
def test_null_is_null_for_every_converter(name: str):
    assert convert(name, {"min": 0, "max": 1, "bytes": 9, **NUMERIC}, None) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", PLACEHOLDER),
        ("json", PLACEHOLDER),
        ("decimal", PLACEHOLDER),
        ("bytes", base64.b64encode(PLACEHOLDER.encode()).decode()),
        ("document", [PLACEHOLDER]),
        ("document", list(PLACEHOLDER.encode())),
        ("document", {PLACEHOLDER: PLACEHOLDER}),
    ],
)
def test_the_sources_placeholder_is_the_mark_of_an_unchanged_value(name: str, value: object):
    assert convert(name, {"bytes": 9, **NUMERIC}, value) is UNCHANGED


@given(st.integers(-(10**38) + 1, 10**38 - 1), st.integers(0, 37))
def test_a_decimal_in_base64_is_the_number_that_the_source_had(number: int, scale: int):
    text = convert("decimal", {"precision": 38, "scale": scale}, unscaled(number))
    assert Decimal(text).as_tuple() == Decimal((number < 0, tuple(map(int, str(abs(number)))), -scale)).as_tuple()


@given(st.integers(), st.integers(-50, 50))
def test_a_decimal_of_any_scale_is_kept_exactly_or_refused(number: int, scale: int):
    exact = Decimal(f"{number}E{-scale}")
    try:
        text = convert("decimal", {"precision": 38, "scale": 9}, {"scale": scale, "value": unscaled(number)})
    except RecordError:
        fits = exact.copy_abs() < 10**29 and number % 10 ** max(0, scale - 9) == 0
        assert not fits
    else:
        assert Decimal(text) == exact


def test_the_scale_that_a_record_carries_goes_before_the_plans():
    assert convert("decimal", NUMERIC, unscaled(125), scale="1") == "12.50"
    assert convert("decimal", NUMERIC, unscaled(125)) == "1.25"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), st.integers(1, 60))
def test_a_text_passes_when_its_bytes_fit_without_the_blanks_at_its_end(value: str, limit: int):
    fits = "\0" not in value and len(value.rstrip(" ").encode()) <= limit
    try:
        assert convert("text", {"bytes": limit}, value) == value
        assert fits or value == PLACEHOLDER
    except RecordError:
        assert not fits


@given(st.binary(max_size=64))
def test_bytes_are_bound_as_hex(value: bytes):
    assert convert("bytes", {"bytes": 64}, base64.b64encode(value).decode()) == value.hex()


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists), st.sampled_from(sorted(CONVERTERS))
)
def test_a_converter_gives_text_or_refuses_and_never_does_a_third_thing(value: object, name: str):
    try:
        found = convert(name, {"min": -9, "max": 9, "bytes": 9, **NUMERIC}, value)
    except RecordError:
        return
    assert found is None or isinstance(found, str)
