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


def test_what_redshift_refuses_is_refused(table):
    for sql in (
        'ALTER TABLE "shop"."orders" ADD COLUMN IF NOT EXISTS "x" INT',
        'ALTER TABLE "shop"."orders" ADD COLUMN "x" INT, ADD COLUMN "y" INT',
        'ALTER TABLE "shop"."orders" ADD COLUMN "x" INT NOT NULL',
        'ALTER TABLE "shop"."orders" ALTER COLUMN "order_id" TYPE INT',
        'ALTER TABLE "shop"."orders" ALTER COLUMN "order_id" DROP NOT NULL',
        'CREATE INDEX i ON "shop"."orders" ("order_id")',
        "CREATE TABLE t (a JSONB)",
        "CREATE TABLE t (a VARCHAR(70000))",
        'INSERT INTO "shop"."orders" VALUES (1, \'a\') ON CONFLICT DO NOTHING',
        'DELETE FROM "shop"."orders" AS o WHERE o."order_id" = 1',
    ):
        assert table.refused(sql)["S"] == "ERROR", sql


def test_a_refusal_names_its_rule_and_what_to_do(table):
    refused = table.refused('ALTER TABLE "shop"."orders" ADD COLUMN IF NOT EXISTS "x" INT')

    assert set("SVCMHFLR") <= refused.keys()
    assert refused["H"].startswith("RS-301")
