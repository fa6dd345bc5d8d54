"""The statements of a plan, as they are written there, through the driver."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

STAGE = """\
CREATE TEMP TABLE "_streamplan_stage" (
  "order_id" BIGINT NOT NULL,
  "total" NUMERIC(12,2),
  "created_at" BIGINT,
  "birth_date" INTEGER,
  "doc" SUPER,
  "b" VARBYTE(1024000),
  "_streamplan_op" CHAR(1) NOT NULL
)
DISTSTYLE AUTO
SORTKEY AUTO;
"""
ROW = "(?, ?, ?, ?, JSON_PARSE(?), TO_VARBYTE(?, 'hex'), ?)"
LOAD = """\
-- fills the stage
INSERT INTO "_streamplan_stage" ("order_id", "total", "created_at", "birth_date", "doc", "b", "_streamplan_op")
VALUES
"""
DELETE = """\
DELETE FROM "shop"."orders" USING "_streamplan_stage"
WHERE "shop"."orders"."order_id" = "_streamplan_stage"."order_id" AND "_streamplan_stage"."_streamplan_op" = 'd';
"""
DISCARD = """DELETE FROM "_streamplan_stage" WHERE "_streamplan_op" = 'd';\n"""
MERGE = """\
MERGE INTO "shop"."orders"
USING "_streamplan_stage"
ON "shop"."orders"."order_id" = "_streamplan_stage"."order_id"
WHEN MATCHED THEN UPDATE SET
  "total" = "_streamplan_stage"."total",
  "created_at" = TIMESTAMP 'epoch' + ("_streamplan_stage"."created_at" / 1000000) * INTERVAL '1 second' + ("_streamplan_stage"."created_at" % 1000000) * INTERVAL '1 microsecond',
  "birth_date" = DATE '1970-01-01' + "_streamplan_stage"."birth_date",
  "doc" = "_streamplan_stage"."doc",
  "b" = "_streamplan_stage"."b"
WHEN NOT MATCHED THEN INSERT ("order_id", "total", "created_at", "birth_date", "doc", "b")
VALUES (
  "_streamplan_stage"."order_id",
  "_streamplan_stage"."total",
  TIMESTAMP 'epoch' + ("_streamplan_stage"."created_at" / 1000000) * INTERVAL '1 second' + ("_streamplan_stage"."created_at" % 1000000) * INTERVAL '1 microsecond',
  DATE '1970-01-01' + "_streamplan_stage"."birth_date",
  "_streamplan_stage"."doc",
  "_streamplan_stage"."b"
);
"""  # noqa: E501 - as a plan has them


@pytest.fixture
def orders(session):
    session('CREATE SCHEMA IF NOT EXISTS "shop";\n')
    session(
        'CREATE TABLE "shop"."orders" ("order_id" BIGINT NOT NULL, "total" NUMERIC(12,2), "created_at" TIMESTAMPTZ, '
        '"birth_date" DATE, "doc" SUPER, "b" VARBYTE(1024000))\nDISTSTYLE AUTO\nSORTKEY AUTO;\n'
    )
    session('INSERT INTO "shop"."orders" ("order_id", "total") VALUES (1, 1), (2, 2)')
    return session


def load(transaction, *rows):
    binds = [bind for row in rows for bind in row]
    transaction(LOAD + ",\n".join([ROW] * len(rows)), *binds)


def test_a_batch_is_merged(orders, transaction):
    transaction('LOCK "shop"."orders";\n')
    transaction(STAGE)
    load(
        transaction,
        ("1", None, None, None, None, None, "d"),
        ("2", "2.5", "1700000000123456", "-1", '{"a": 1}', "00ff", "u"),
        ("3", "3.5", None, None, None, None, "u"),
    )
    for statement in (DELETE, DISCARD, MERGE, 'DROP TABLE "_streamplan_stage";\n'):
        transaction(statement)
    transaction.connection.commit()

    moment = dt.datetime(2023, 11, 14, 22, 13, 20, 123456, tzinfo=dt.UTC)
    assert [
        (2, Decimal("2.50"), moment, dt.date(1969, 12, 31), "00ff"),
        (3, Decimal("3.50"), None, None, None),
    ] == orders('SELECT "order_id", "total", "created_at", "birth_date", "b" FROM "shop"."orders" ORDER BY 1')


def test_a_key_that_is_staged_twice_is_told_in_redshifts_words(orders, transaction):
    transaction(STAGE)
    load(transaction, *[("2", None, None, None, None, None, "u")] * 2)

    assert transaction.refused(MERGE)["M"] == "Found multiple matches to update the same tuple."
    assert orders('SELECT COUNT(*) FROM "shop"."orders"') == [(2,)]


def test_a_batch_of_thousands_of_rows_is_staged(orders, transaction):
    del orders
    transaction(STAGE)
    load(transaction, *[(str(n), "1.5", "0", "0", "[]", "ff", "u") for n in range(4000)])

    assert transaction('SELECT COUNT(*) FROM "_streamplan_stage"') == [(4000,)]


def test_a_big_insert_reaches_a_table_of_long_and_mixed_case_names(session):
    name = "T" * 126
    session(f'CREATE TABLE "{name}" ("{name}" VARCHAR(65535), "Plain" INT)')
    rows = ",\n".join(["(?, 1)"] * 9000)
    session(f'INSERT INTO "{name}" ("{name}", "Plain")\nVALUES\n{rows}', *["x"] * 9000)

    assert session(f'SELECT SUM("plain") FROM "{name}"') == [(9000,)]


def test_a_table_of_keys_only_is_filled_once(session):
    session('CREATE TABLE tags ("tag" VARCHAR(10))')
    session('CREATE TEMP TABLE s ("tag" VARCHAR(10))')
    session("INSERT INTO s VALUES ('a')")
    insert = (
        'INSERT INTO "tags" ("tag") SELECT "s"."tag" FROM "s" '
        'WHERE NOT EXISTS (SELECT 1 FROM "tags" WHERE "tags"."tag" = "s"."tag");'
    )
    session(insert)
    session(insert)

    assert session("SELECT * FROM tags") == [("a",)]


def test_the_control_tables_are_written_and_read(session):
    session(
        'CREATE TABLE "_streamplan_history" ("connector" VARCHAR(127), "version" INTEGER, "applied_at" TIMESTAMPTZ, '
        '"applied_by" VARCHAR(128))'
    )
    session(
        'INSERT INTO "_streamplan_history" ("connector", "version", "applied_at", "applied_by") '
        "VALUES ('shop', ?, GETDATE(), CURRENT_USER);",
        "1",
    )
    ((version, applied_at, applied_by),) = session(
        'SELECT "version", "applied_at", "applied_by" FROM "_streamplan_history" '
        'WHERE "connector" = \'shop\' ORDER BY "version";'
    )

    assert (version, applied_at.tzinfo, applied_by) == (1, dt.UTC, "admin")
    assert session('SELECT MAX("version") FROM "_streamplan_history" WHERE "version" = ?;', "7") == [(None,)]


def test_a_lock_waits_for_the_other_transaction(orders, transaction, connect):
    del orders
    transaction('LOCK "shop"."orders";')
    with connect().cursor() as other:
        other.execute("SET lock_timeout TO 50")
        with pytest.raises(Exception, match="55P03"):
            other.execute('LOCK "shop"."orders"')


def test_what_is_read_behind_a_lock_is_what_its_last_holder_committed(orders, transaction, connect):
    transaction('LOCK "shop"."orders";')
    transaction('DELETE FROM "shop"."orders"')
    other = connect()
    with other.cursor() as cursor, ThreadPoolExecutor(1) as thread:
        pid = cursor.execute("SELECT pg_backend_pid()").fetchone()[0]
        other.commit()
        waiting = thread.submit(cursor.execute, 'LOCK "shop"."orders"')
        while orders("SELECT COUNT(*) FROM pg_locks WHERE pid = ? AND NOT granted", str(pid)) != [(1,)]:
            assert not waiting.done()
        transaction.connection.commit()
        waiting.result()
        assert cursor.execute('SELECT COUNT(*) FROM "shop"."orders"').fetchone()[0] == 0
