"""Converters: which values become which text, and which are refused; what passes is what the source meant."""

from __future__ import annotations

import base64
import gzip
import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from edges import ACCEPTED, ANY, NUMERIC, REFUSED, WIDE, unscaled
from hypothesis import given
from hypothesis import strategies as st
from streamplan.runtime.convert import CONVERTERS, PLACEHOLDER, UNCHANGED, converted
from streamplan.runtime.errors import RecordError

DATA = Path(__file__).parent.parent / "data" / "vectors"


def convert(name: str, args: dict, value: object, **parameters: str):
    return converted("f", value, CONVERTERS[name](args, parameters))


@pytest.mark.parametrize(("name", "args", "value", "text"), ACCEPTED)
def test_a_value_becomes_the_text_that_is_bound(name: str, args: dict, value: object, text: str):
    assert convert(name, args, value) == text


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
    assert convert(name, ANY, None) is None


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
        ("json", f'{{"{PLACEHOLDER}":"{PLACEHOLDER}"}}'),
        ("bytes", PLACEHOLDER),
        ("document", [base64.b64encode(PLACEHOLDER.encode()).decode()]),
        ("document", ["b68a35a7-17ad-35b3-af2a-ae46edb4545a"]),
        ("document", [Decimal(code) for code in PLACEHOLDER.encode()]),
        ("decimal_text", PLACEHOLDER),
        ("iso_timestamp", PLACEHOLDER),
    ],
)
def test_the_sources_placeholder_is_the_mark_of_an_unchanged_value(name: str, value: object):
    assert convert(name, {"bytes": 9, **NUMERIC}, value) is UNCHANGED


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", "b68a35a7-17ad-35b3-af2a-ae46edb4545a"),
        ("text", PLACEHOLDER + " "),
        ("document", [PLACEHOLDER, PLACEHOLDER]),
        ("document", [[PLACEHOLDER]]),
        ("document", list(PLACEHOLDER.encode())[1:]),
        ("document", {PLACEHOLDER: None}),
        ("json", f'{{"a":"{PLACEHOLDER}"}}'),
    ],
)
def test_what_only_resembles_the_placeholder_is_a_value(name: str, value: object):
    assert isinstance(convert(name, {"bytes": 999}, value), str)


def test_the_placeholder_of_each_type_is_what_a_connector_sends():
    rows = gzip.decompress((DATA / "placeholders.jsonl.gz").read_bytes()).decode()
    sent = [json.loads(line, parse_float=Decimal) for line in rows.split("\n") if line]
    assert len(sent) == 27
    for cell in sent:
        assert convert("document" if cell["type"] in ("array", "map") else "text", {"bytes": 99}, cell["value"]) is (
            UNCHANGED
        ), cell


def test_a_decimal_of_nineteen_digits_is_held_to_sixty_four_bits():
    most = (1 << 63) - 1
    assert convert("decimal", {"precision": 19, "scale": 0}, most) == str(most)
    assert convert("decimal", {"precision": 20, "scale": 0}, most + 1) == str(most + 1)


def test_a_decimal_that_is_sent_as_text_is_never_taken_for_base64():
    as_text = NUMERIC | {"read": "text"}
    assert convert("decimal", as_text, "12") == "12.00"
    assert convert("decimal", as_text, "-1.5") == "-1.50"
    assert convert("decimal", as_text, "1.2E1") == "12.00"
    assert convert("decimal", as_text, 7) == "7.00"


def test_the_scale_that_a_record_carries_goes_before_the_plans_in_a_text_too():
    assert convert("decimal_text", WIDE, unscaled(125), scale="2") == "1.25"
    assert convert("decimal_text", WIDE, unscaled(125)) == "125"


@given(st.integers(), st.integers(-50, 50))
def test_a_decimal_as_text_is_the_number_and_has_one_spelling(number: int, scale: int):
    text = convert("decimal_text", {"bytes": 65_535}, {"scale": scale, "value": unscaled(number)})
    assert Decimal(text) == Decimal(f"{number}E{-scale}")
    again = convert("decimal_text", {"bytes": 65_535}, {"scale": scale + 3, "value": unscaled(number * 1_000)})
    assert text == again
    assert not ("." in text and text.endswith(("0", "."))), text


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40), st.integers(1, 60))
def test_a_text_that_is_cut_is_the_longest_beginning_that_fits(value: str, limit: int):
    found = convert("text", {"bytes": limit, "too_long": "truncate"}, value)
    assert value.startswith(found)
    fits = len(value.encode()) <= limit
    assert found == value if fits else len(found.encode()) <= limit < len(value[: len(found) + 1].encode())


@given(st.datetimes(), st.integers(0, 999))
def test_an_iso_timestamp_is_the_moment_to_the_microsecond(moment: datetime, nanos: int):
    text = convert("iso_timestamp", {}, f"{moment.isoformat(timespec='microseconds')}{nanos:03}Z")
    assert datetime.fromisoformat(text) == moment
    assert convert("iso_date", {}, moment.date().isoformat() + "Z") == moment.date().isoformat()
    assert convert("iso_time", {}, moment.time().isoformat() + "Z") == moment.time().isoformat()


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
def test_a_text_passes_when_its_bytes_fit_without_the_blanks_that_are_cut(value: str, limit: int):
    fits = "\0" not in value and len(value.rstrip(" ").encode()) <= limit
    try:
        assert convert("text", {"bytes": limit}, value) == value.encode()[:limit].decode()
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
        found = convert(name, ANY, value)
    except RecordError:
        return
    assert found is None or isinstance(found, str)
