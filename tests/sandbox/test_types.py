from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest

UTC = dt.UTC


@pytest.mark.parametrize(
    ("column", "bind", "value"),
    [
        ("BOOLEAN", "true", True),
        ("SMALLINT", "-32768", -32768),
        ("INTEGER", "2147483647", 2147483647),
        ("BIGINT", "-9223372036854775808", -9223372036854775808),
        ("REAL", "1.5", 1.5),
        ("DOUBLE PRECISION", "0.1", 0.1),
        ("NUMERIC(12,2)", "0.10", Decimal("0.10")),
        (
            "NUMERIC(38,10)",
            "1234567890123456789012345678.9012345678",
            Decimal("1234567890123456789012345678.9012345678"),
        ),
        ("DECIMAL", "1.6", Decimal(2)),
        ("VARCHAR(20)", "a\\b'\"ü€", "a\\b'\"ü€"),
        ("VARCHAR(MAX)", "x" * 65535, "x" * 65535),
        ("CHAR(3)", "ab", "ab "),
        ("DATE", "1500-02-28", dt.date(1500, 2, 28)),
        ("TIME", "23:59:59.999999", dt.time(23, 59, 59, 999999)),
        ("TIMESTAMP", "2026-02-28 01:02:03.000004", dt.datetime(2026, 2, 28, 1, 2, 3, 4)),  # noqa: DTZ001
        (
            "TIMESTAMPTZ",
            "2026-02-28 01:02:03.000004+02",
            dt.datetime(2026, 2, 27, 23, 2, 3, 4, tzinfo=UTC),
        ),
    ],
)
def test_a_value_comes_back_as_it_went_in(session, column, bind, value):
    session(f"CREATE TABLE t (a {column}, b {column})")
    session("INSERT INTO t VALUES (?, ?)", bind, None)

    assert [(value, None)] == session("SELECT a, b FROM t")


def test_super_comes_back_as_text(session):
    session("CREATE TABLE t (a SUPER)")
    session("INSERT INTO t VALUES (JSON_PARSE(?))", '{"a": [1, "ü", null]}')
    ((value,),) = session("SELECT a FROM t")

    assert json.loads(value) == {"a": [1, "ü", None]}
    assert json.loads(session("SELECT JSON_SERIALIZE(a) FROM t")[0][0]) == {"a": [1, "ü", None]}


def test_varbyte_comes_back_as_hex(session):
    session("CREATE TABLE t (a VARBYTE(4), b VARBYTE)")
    session("INSERT INTO t VALUES (TO_VARBYTE(?, 'hex'), TO_VARBYTE(?, 'hex'))", "00ff80", None)

    assert session("SELECT a, b, FROM_VARBYTE(a, 'hex') FROM t") == [("00ff80", None, "00ff80")]


def test_the_catalog_spells_types_as_redshift_does(session):
    session(
        "CREATE TABLE t (a SUPER, b VARBYTE(7), c VARCHAR(5), d CHAR(2), e NUMERIC(12,2), f TIMESTAMPTZ, "
        "g TEXT, h VARCHAR)"
    )
    rows = session(
        "SELECT column_name, data_type, character_maximum_length FROM svv_columns "
        "WHERE table_name = 't' ORDER BY ordinal_position"
    )

    assert rows == [
        ("a", "super", None),
        ("b", "binary varying", 7),
        ("c", "character varying", 5),
        ("d", "character", 2),
        ("e", "numeric", None),
        ("f", "timestamp with time zone", None),
        ("g", "character varying", 256),
        ("h", "character varying", 256),
    ]
    assert session("SELECT data_type FROM svv_redshift_columns WHERE column_name = 'e'") == [("numeric(12,2)",)]


def test_varchar_counts_bytes(session):
    session("CREATE TABLE t (a VARCHAR(4))")
    session("INSERT INTO t VALUES (?)", "éé")
    refused = session.refused("INSERT INTO t VALUES (?)", "ééé")

    assert (refused["C"], refused["M"]) == ("22001", "Value too long for character type")


def test_varchar_takes_blanks_beyond_its_size(session):
    session("CREATE TABLE t (a VARCHAR(4))")
    session("INSERT INTO t VALUES (?)", "abcd      ")

    assert session("SELECT a FROM t") == [("abcd",)]


def test_char_takes_ascii_only(session):
    session("CREATE TABLE t (a CHAR(4))")

    assert session.refused("INSERT INTO t VALUES (?)", "é")["C"] == "22021"


def test_varbyte_counts_bytes(session):
    session("CREATE TABLE t (a VARBYTE(2))")
    session("INSERT INTO t VALUES (TO_VARBYTE(?, 'hex'))", "0102")

    assert session.refused("INSERT INTO t VALUES (TO_VARBYTE(?, 'hex'))", "010203")["C"] == "22001"


def test_a_temporary_table_counts_bytes_too(session):
    session("CREATE TEMP TABLE s (a VARCHAR(1), b CHAR(1) NOT NULL)\nDISTSTYLE AUTO\nSORTKEY AUTO;\n")

    assert session.refused("INSERT INTO s VALUES (?, ?)", "é", "u")["C"] == "22001"


def test_backslashes_in_literals_are_escapes(session):
    assert session("SELECT 'a\\'b\\tc'") == [("a'b\tc",)]


def test_a_backslash_in_a_bind_is_a_backslash(session):
    assert session("SELECT CAST(? AS VARCHAR(10))", "a\\tb") == [("a\\tb",)]
