"""The layout of a table is remembered and shown, and decides what can be altered."""

from __future__ import annotations

import pytest

LONG = "c" * 120


@pytest.fixture
def laid_out(session):
    """Column, encoding, distribution key and sort key of the columns of t, as the catalog shows them."""

    def shown(table="t"):
        return session(
            'SELECT "column", encoding, distkey, sortkey FROM pg_table_def WHERE tablename = ? ORDER BY "column"', table
        )

    return shown


def styles(session):
    session("INSERT INTO t (a) VALUES (1)")
    return session("SELECT diststyle, sortkey1, sortkey_num FROM svv_table_info WHERE \"table\" = 't'")[0]


def test_a_table_that_says_nothing_has_the_encodings_of_its_types(session, laid_out):
    session("CREATE TABLE t (a BIGINT, b VARCHAR(9), c SUPER, d BOOLEAN, e TIMESTAMPTZ) DISTSTYLE AUTO SORTKEY AUTO")

    assert laid_out() == [
        ("a", "az64", False, 0),
        ("b", "lzo", False, 0),
        ("c", "zstd", False, 0),
        ("d", "none", False, 0),
        ("e", "az64", False, 0),
    ]
    assert styles(session) == ("AUTO(ALL)", "AUTO(SORTKEY)", 0)
    assert session("SELECT COUNT(*) FROM sandbox_table") == [(0,)]


def test_keys_and_encodings_of_columns_are_remembered(session, laid_out):
    session("CREATE TABLE t (a INT DISTKEY ENCODE raw, b VARCHAR(9) SORTKEY, c INT ENCODE mostly8)")

    assert laid_out() == [("a", "none", True, 0), ("b", "none", False, 1), ("c", "mostly8", False, 0)]
    assert styles(session) == ("KEY(a)", "b", 1)


def test_keys_of_a_table_are_remembered(session, laid_out):
    session("CREATE TABLE t (a INT, b INT) DISTSTYLE KEY DISTKEY (b) INTERLEAVED SORTKEY (b, a)")

    assert laid_out() == [("a", "none", False, -2), ("b", "none", True, 1)]
    assert styles(session) == ("KEY(b)", "INTERLEAVED", 2)


def test_the_layout_of_a_table_is_altered(session, laid_out):
    session("CREATE TABLE t (a INT, b INT DISTKEY, c INT SORTKEY)")
    session("ALTER TABLE t ALTER DISTSTYLE EVEN")
    assert styles(session)[0] == "EVEN"
    session("ALTER TABLE t ALTER DISTKEY a")
    session("ALTER TABLE t ALTER COMPOUND SORTKEY (b, a)")
    assert [row[2:] for row in laid_out()] == [(True, 2), (False, 1), (False, 0)]
    assert styles(session) == ("KEY(a)", "b", 2)
    session("ALTER TABLE t ALTER SORTKEY NONE")
    session("ALTER TABLE t ALTER DISTSTYLE ALL")
    assert styles(session) == ("ALL", None, 0)


def test_encodings_are_altered_and_given_back(session, laid_out):
    session("CREATE TABLE t (a INT, b VARCHAR(9))")
    session("ALTER TABLE t ALTER COLUMN a ENCODE delta, ALTER COLUMN b ENCODE zstd")
    session("ALTER TABLE t ADD COLUMN c INT ENCODE raw")
    assert [row[1] for row in laid_out()] == ["delta", "zstd", "none"]
    session("ALTER TABLE t ALTER ENCODE AUTO")
    assert [row[1] for row in laid_out()] == ["az64", "lzo", "az64"]


def test_svv_redshift_columns_shows_the_layout(session):
    session("CREATE SCHEMA s")
    session(f"CREATE TABLE s.t (a INT ENCODE zstd, {LONG} INT) DISTKEY ({LONG})")

    assert session(
        "SELECT column_name, encoding, distkey FROM svv_redshift_columns WHERE schema_name = 's' ORDER BY 1"
    ) == [("a", "zstd", False), (LONG, "az64", True)]


def test_a_table_like_another_has_its_layout(session, laid_out):
    session("CREATE TABLE u (a INT ENCODE raw, b INT SORTKEY) DISTKEY (a)")
    session("CREATE TABLE t (LIKE u, c INT)")

    assert laid_out() == [("a", "none", True, 0), ("b", "none", False, 1), ("c", "az64", False, 0)]


def test_a_table_made_from_a_query_has_the_layout_that_is_given(session):
    session("CREATE TABLE t DISTKEY (a) SORTKEY (a) AS SELECT 1 AS a")

    assert styles(session) == ("KEY(a)", "a", 1)


def test_a_table_that_is_there_keeps_its_layout(session, laid_out):
    session("CREATE TABLE t (a INT)")
    session("CREATE TABLE IF NOT EXISTS t (a INT) DISTKEY (a)")

    assert laid_out() == [("a", "az64", False, 0)]


def test_a_layout_is_rolled_back_with_its_transaction(session, transaction, laid_out):
    session("CREATE TABLE t (a INT)")
    transaction("ALTER TABLE t ALTER DISTKEY a")
    transaction.connection.rollback()

    assert laid_out() == [("a", "az64", False, 0)]


def test_a_layout_goes_with_a_renamed_table(session, laid_out):
    session("CREATE TABLE u (a INT DISTKEY, b INT)")
    session("ALTER TABLE u RENAME TO t")
    session("ALTER TABLE t RENAME COLUMN a TO c")

    assert laid_out() == [("b", "az64", False, 0), ("c", "az64", True, 0)]


@pytest.mark.parametrize(
    ("sql", "sqlstate", "message"),
    [
        ("ALTER TABLE t ALTER DISTKEY x", "42703", 'column "x" of relation "t" does not exist'),
        ("ALTER TABLE t ALTER COLUMN x ENCODE raw", "42703", 'column "x" of relation "t" does not exist'),
        ("ALTER TABLE x ALTER DISTSTYLE EVEN", "42P01", 'relation "x" does not exist'),
        ("CREATE TABLE x (a INT) SORTKEY (b)", "42703", 'column "b" of relation "x" does not exist'),
        ("ALTER TABLE t ALTER COLUMN a ENCODE fast", "42P16", 'invalid encoding type specified for column "a"'),
    ],
)
def test_a_layout_of_what_is_not_there_is_refused(session, laid_out, sql, sqlstate, message):
    session("CREATE TABLE t (a INT)")
    refused = session.refused(sql)

    assert (refused["C"], refused["M"]) == (sqlstate, message)
    assert laid_out() == [("a", "az64", False, 0)]
    assert laid_out("x") == []


def test_only_the_owner_alters_a_layout(session, connect, laid_out):
    session("CREATE TABLE t (a INT)")
    session("CREATE USER stranger PASSWORD 'L0ngEnough'")
    try:
        other = type(session)(connect(user="stranger"))
        assert other.refused("ALTER TABLE t ALTER DISTKEY a")["C"] == "42501"
        other.connection.rollback()
        assert laid_out() == [("a", "az64", False, 0)]
    finally:
        session("DROP USER stranger")


@pytest.mark.parametrize(
    ("definition", "reason"),
    [
        ("a VARCHAR(9) ENCODE bytedict", ' with encode type "bytedict"'),
        ("a VARCHAR(9) ENCODE text255", ' with encode type "text255"'),
        ("a VARCHAR(9) DEFAULT 'x'", " with a default value"),
        ("a VARCHAR(9) UNIQUE", " that is part of a key"),
        ("a VARCHAR(9), PRIMARY KEY (a)", " that is part of a key"),
        ("a VARCHAR(20)", ", target column size should be different"),
    ],
)
def test_a_column_is_not_widened_when_its_making_forbids_it(session, definition, reason):
    session(f"CREATE TABLE t ({definition})")
    refused = session.refused("ALTER TABLE t ALTER COLUMN a TYPE VARCHAR(20)")

    assert (refused["C"], refused["M"]) == ("0A000", f'cannot alter column "a" of relation "t"{reason}')


def test_a_column_of_another_encoding_is_widened(session):
    session("CREATE TABLE t (a VARCHAR(9) ENCODE zstd)")
    session("ALTER TABLE t ALTER COLUMN a TYPE VARCHAR(20)")
    session("INSERT INTO t VALUES ('12345678901234567890')")

    assert session("SELECT LEN(a) FROM t") == [(20,)]


@pytest.mark.parametrize(
    ("definition", "reason"),
    [("a INT DISTKEY, b INT", "distkey"), ("a INT SORTKEY, b INT", "sortkey"), ("a INT", "only")],
)
def test_a_key_and_the_only_column_are_not_dropped(session, definition, reason):
    session(f"CREATE TABLE t ({definition})")
    refused = session.refused("ALTER TABLE t DROP COLUMN a")

    assert (refused["C"], refused["M"]) == ("0A000", f'cannot drop {reason} column "a" of relation "t"')


def test_another_column_is_dropped(session, laid_out):
    session("CREATE TABLE t (a INT DISTKEY, b INT ENCODE raw, c INT)")
    session("ALTER TABLE t DROP b")
    session("ALTER TABLE t DROP COLUMN c CASCADE")

    assert laid_out() == [("a", "az64", True, 0)]


def test_a_temporary_table_takes_a_layout_and_writes_nothing(session):
    session("CREATE TEMP TABLE t (a INT DISTKEY SORTKEY)")
    session("CREATE TABLE #u (a INT) DISTSTYLE ALL")

    assert session("SELECT COUNT(*) FROM sandbox_column") == [(0,)]
