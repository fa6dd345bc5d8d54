from __future__ import annotations

import pytest


@pytest.fixture
def table(session):
    session('CREATE SCHEMA IF NOT EXISTS "shop";\n')
    session(
        "-- made by a test\n"
        'CREATE TABLE "shop"."orders" ("order_id" BIGINT NOT NULL, "note" VARCHAR(10))\nDISTSTYLE AUTO\nSORTKEY AUTO;\n'
    )
    return session


def width(session):
    return session("SELECT character_maximum_length FROM svv_columns WHERE column_name = 'note'")[0][0]


def test_keys_are_not_enforced(session):
    session("CREATE TABLE p (id INT PRIMARY KEY)")
    session(
        "CREATE TABLE t (id INT, p INT REFERENCES p (id), u INT UNIQUE, PRIMARY KEY (id), FOREIGN KEY (p) REFERENCES p)"
    )
    session("INSERT INTO t VALUES (1, 5, 1), (1, 5, 1)")

    assert session("SELECT COUNT(*) FROM t") == [(2,)]


@pytest.mark.parametrize("definition", ["(id INT PRIMARY KEY, a INT)", "(id INT, a INT, PRIMARY KEY (id))"])
def test_a_primary_key_is_not_null(session, definition):
    session(f"CREATE TABLE t {definition}")
    refused = session.refused("INSERT INTO t VALUES (?, ?)", None, "1")

    assert (refused["C"], refused["M"]) == ("23502", "Cannot insert a NULL value into column id")


def test_layout_and_encodings_are_taken(session):
    session(
        "CREATE TABLE IF NOT EXISTS t "
        "(a INT IDENTITY(10, 5) ENCODE AZ64, b VARCHAR(5) DEFAULT 'x' ENCODE ZSTD NOT NULL DISTKEY, "
        "c TIMESTAMP DEFAULT GETDATE() SORTKEY, d INT NULL)\nBACKUP YES\nDISTSTYLE KEY;"
    )
    session("INSERT INTO t (d) VALUES (1), (2)")

    assert session("SELECT a, b, d FROM t ORDER BY a") == [(10, "x", 1), (15, "x", 2)]


def test_a_table_can_be_made_like_another_or_from_a_query(table):
    table('INSERT INTO "shop"."orders" VALUES (1, ?)', "a")
    table('CREATE TABLE "shop"."like" (LIKE "shop"."orders")')
    table('CREATE TABLE "shop"."as" DISTSTYLE ALL AS SELECT * FROM "shop"."orders"')

    assert table.refused('INSERT INTO "shop"."like" VALUES (1, ?)', "ééééééé")["C"] == "22001"
    assert table('SELECT * FROM "shop"."as"') == [(1, "a")]


def test_an_added_column_counts_bytes(table):
    table('ALTER TABLE "shop"."orders" ADD COLUMN "coupon" VARCHAR(2);')

    assert table.refused('INSERT INTO "shop"."orders" ("order_id", "coupon") VALUES (1, ?)', "éé")["C"] == "22001"


def test_a_varchar_is_widened(table):
    table('ALTER TABLE "shop"."orders" ALTER COLUMN "note" TYPE VARCHAR(4000);')
    table('INSERT INTO "shop"."orders" VALUES (1, ?)', "é" * 2000)

    assert width(table) == 4000
    assert table.refused('INSERT INTO "shop"."orders" VALUES (1, ?)', "é" * 2001)["C"] == "22001"


def test_a_varchar_is_not_changed_to_the_size_it_has(table):
    refused = table.refused('ALTER TABLE "shop"."orders" ALTER COLUMN "note" TYPE VARCHAR(10);')

    assert refused["C"] == "0A000"
    assert refused["M"] == 'cannot alter column "note" of relation "orders", target column size should be different'


def test_a_varchar_is_not_narrowed_below_what_it_holds(table):
    table('INSERT INTO "shop"."orders" VALUES (1, ?)', "ééé")

    assert table.refused('ALTER TABLE "shop"."orders" ALTER COLUMN "note" TYPE VARCHAR(5);')["C"] == "22001"
    assert width(table) == 10
    table('ALTER TABLE "shop"."orders" ALTER COLUMN "note" TYPE VARCHAR(6);')
    assert width(table) == 6


@pytest.mark.usefixtures("table")
def test_a_type_is_not_changed_in_a_transaction(transaction):
    transaction('INSERT INTO "shop"."orders" VALUES (1, ?)', "a")
    refused = transaction.refused('ALTER TABLE "shop"."orders" ALTER COLUMN "note" TYPE VARCHAR(20);')

    assert refused["C"] == "25001"
    assert transaction.refused("SELECT 1")["C"] == "25P02"
    assert transaction.refused('ALTER TABLE "shop"."orders" ALTER COLUMN "note" TYPE VARCHAR(20);')["C"] == "25P02"
    transaction.connection.rollback()
    assert transaction('SELECT COUNT(*) FROM "shop"."orders"') == [(0,)]


def test_truncate_commits(table, transaction):
    transaction('CREATE TABLE "shop"."other" (a INT)')
    transaction('INSERT INTO "shop"."orders" VALUES (1, ?)', "a")
    transaction('TRUNCATE "shop"."orders"')
    transaction.connection.rollback()

    assert table('SELECT COUNT(*) FROM "shop"."other"') == [(0,)]


def test_truncate_outside_a_transaction_is_an_ordinary_statement(table):
    table('INSERT INTO "shop"."orders" VALUES (1, ?)', "a")
    table('TRUNCATE TABLE "shop"."orders"')

    assert table('SELECT COUNT(*) FROM "shop"."orders"') == [(0,)]


ORDERS = 'ALTER TABLE "shop"."orders"'
REFUSED = [
    (f'{ORDERS} ADD COLUMN IF NOT EXISTS "x" INT', "42601", 'syntax error at or near "NOT"'),
    (f'{ORDERS} ADD COLUMN "x" INT, ADD COLUMN "y" INT', "42601", 'syntax error at or near ","'),
    (
        f'{ORDERS} ADD COLUMN "x" INT NOT NULL',
        "0A000",
        "ALTER TABLE ADD COLUMN defined as NOT NULL must have a non-null default expression",
    ),
    (f'{ORDERS} ALTER COLUMN "order_id" TYPE INT', "0A000", 'cannot alter type of column "order_id" to int'),
    (f'{ORDERS} ALTER COLUMN "order_id" DROP NOT NULL', "0A000", "ALTER COLUMN DROP NOT NULL is not supported"),
    ("CREATE INDEX i ON t (a)", "42601", 'syntax error at or near "INDEX"'),
    ("CREATE TABLE t (a JSONB)", "42704", 'type "jsonb" does not exist'),
    ("CREATE TABLE t (a VARCHAR(70000))", "22023", "length for type varchar cannot exceed 65535"),
    ("CREATE TABLE t (a NUMERIC(39,2))", "22023", "DECIMAL precision 39 must be between 1 and 38"),
    ("CREATE TEMP TABLE s.t (a INT)", "42P16", "cannot create temporary relation in non-temporary schema"),
    ("INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING", "42601", 'syntax error at or near "ON"'),
    ("INSERT INTO t VALUES (1) RETURNING a", "42601", 'syntax error at or near "RETURNING"'),
    ("DELETE FROM t AS o WHERE o.a = 1", "42601", 'syntax error at or near "AS"'),
    (
        (
            "MERGE INTO t AS x USING s ON x.a = s.a WHEN MATCHED THEN UPDATE SET b = s.b "
            "WHEN NOT MATCHED THEN INSERT (a) VALUES (s.a)"
        ),
        "42601",
        'syntax error at or near "AS"',
    ),
    (
        "MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN UPDATE SET b = s.b",
        "42601",
        "syntax error at end of input",
    ),
    (
        (
            "MERGE INTO t USING s ON t.a = s.a WHEN MATCHED AND s.c THEN UPDATE SET b = s.b "
            "WHEN NOT MATCHED THEN INSERT (a) VALUES (s.a)"
        ),
        "42601",
        'syntax error at or near "AND"',
    ),
    ("SAVEPOINT a", "42601", 'syntax error at or near "SAVEPOINT"'),
    ("CREATE USER u", "42601", "syntax error at end of input"),
    ("CREATE ROLE IF NOT EXISTS r", "42601", 'syntax error at or near "NOT"'),
    ("GRANT r TO u", "42601", 'syntax error at or near "r"'),
    ("SELECT 1; SELECT 2", "42601", "cannot insert multiple commands into a prepared statement"),
    ("SELECT 'a", "42601", "unterminated quoted string"),
]


@pytest.mark.parametrize(("sql", "sqlstate", "message"), REFUSED, ids=[sql for sql, _, _ in REFUSED])
def test_what_redshift_refuses_is_refused_in_its_words(session, sql, sqlstate, message):
    refused = session.refused(sql)

    assert (refused["S"], refused["C"], refused["M"]) == ("ERROR", sqlstate, message)


def test_a_refusal_names_its_rule_and_what_to_do(table):
    refused = table.refused('ALTER TABLE "shop"."orders" ADD COLUMN IF NOT EXISTS "x" INT')

    assert set("SVCMHFLR") <= refused.keys()
    assert refused["H"].startswith("RS-301")
