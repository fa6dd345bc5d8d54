"""What Redshift refuses: for each fact one statement that is refused, and its legal neighbour."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamplan.compiler import rules
from streamplan.compiler.grammar import parse
from streamplan.compiler.redshift import STATEMENT_BYTES
from streamplan.compiler.rule_help import HELPS
from streamplan.compiler.rule_list import LEFT
from streamplan.compiler.rules import Judge, Session, violations
from streamplan.compiler.rules_warned import warned

REFUSALS = Path(__file__).with_name("refusals.txt")
ALONE, INSIDE = Session(in_transaction=False), Session(in_transaction=True)
MERGE = "MERGE INTO s.t USING g ON s.t.k = g.k "
UPDATED, INSERTED = "WHEN MATCHED THEN UPDATE SET a = g.a ", "WHEN NOT MATCHED THEN INSERT (k, a) VALUES (g.k, g.a)"
LEGAL = MERGE + UPDATED + INSERTED
QUALIFIED = "QUALIFY ROW_NUMBER() OVER (PARTITION BY k ORDER BY a) = 1"
S3, ROLE = "'s3://b/k'", "IAM_ROLE default"
NINE = "a, b, c, d, e, f, g, h, i"


def table(columns: int) -> str:
    return f"CREATE TABLE t ({', '.join(f'c{n} INT' for n in range(columns))})"


def sorted_by(columns: int) -> str:
    return f"{table(columns)} SORTKEY ({', '.join(f'c{n}' for n in range(columns))})"


# rule, SQLSTATE, what is refused, what is accepted
CASES = [
    ("RS-101", "42601", LEGAL.replace("s.t USING", "s.t AS x USING"), LEGAL),
    ("RS-101", "42601", LEGAL.replace("s.t USING", "s.t x USING"), LEGAL.replace("USING g", "USING g AS x")),
    ("RS-102", "42601", MERGE + INSERTED, MERGE + "REMOVE DUPLICATES"),
    ("RS-102", "42601", MERGE + UPDATED, MERGE + "WHEN MATCHED THEN DELETE " + INSERTED),
    ("RS-102", "42601", LEGAL + " WHEN MATCHED THEN DELETE", LEGAL),
    ("RS-103", "42601", LEGAL.replace("MATCHED THEN UPDATE", "MATCHED AND g.op = 'u' THEN UPDATE"), LEGAL),
    ("RS-103", "42601", LEGAL.replace("NOT MATCHED", "NOT MATCHED AND g.op = 'u'"), LEGAL),
    ("RS-104", "42601", LEGAL.replace("NOT MATCHED", "NOT MATCHED BY TARGET"), LEGAL),
    ("RS-104", "42601", MERGE + "WHEN MATCHED THEN DO NOTHING " + INSERTED, LEGAL),
    ("RS-105", "42601", f"WITH w AS (SELECT 1) {LEGAL}", "WITH w AS (SELECT 1) DELETE FROM t USING w"),
    ("RS-106", "0A000", LEGAL.replace("USING g", "USING s.t"), LEGAL.replace("USING g", "USING s.u")),
    (
        "RS-106",
        "0A000",
        LEGAL.replace("USING g", "USING (SELECT * FROM s.t) g"),
        LEGAL.replace("g ON", "(SELECT 1) g ON"),
    ),
    ("RS-107", "42809", LEGAL.replace("s.t USING", "pg_class USING"), LEGAL.replace("s.t USING", "s.pg_class USING")),
    ("RS-107", "42809", LEGAL.replace("s.t USING", "information_schema.t USING"), LEGAL),
    ("RS-108", "42601", LEGAL.replace("SET a", "SET t.a"), LEGAL),
    ("RS-108", "42601", LEGAL.replace("(k, a)", "(t.k, a)"), LEGAL),
    ("RS-109", "0A000", LEGAL.replace("SET a = g.a", "SET a = g.a[0]"), LEGAL),
    (
        "RS-109",
        "0A000",
        LEGAL.replace("SET a = g.a", "SET a = g.doc.a"),
        LEGAL.replace("t.k = g.k", "t.k = g.k AND s.t.a = g.a"),
    ),
    ("RS-201", "42601", "--" + "x" * (STATEMENT_BYTES - 1), "--" + "x" * (STATEMENT_BYTES - 2)),
    ("RS-202", "42601", "DELETE FROM t AS x WHERE x.k = 1", "DELETE FROM t USING u AS x WHERE t.k = x.k"),
    ("RS-202", "42601", "DELETE FROM t x", "DELETE t"),
    ("RS-203", "42601", "DELETE t USING u WHERE t.k = u.k", "DELETE FROM t USING u WHERE t.k = u.k"),
    ("RS-204", "42601", "INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING", "INSERT INTO t VALUES (1)"),
    (
        "RS-204",
        "42601",
        "INSERT INTO t SELECT 1 ON CONFLICT (k) DO NOTHING",
        "INSERT INTO t SELECT 1 FROM a JOIN b ON a.k = b.k",
    ),
    ("RS-204", "42601", "INSERT INTO t OVERRIDING USER VALUE SELECT 1", "INSERT INTO t DEFAULT VALUES"),
    ("RS-204", "42601", "DELETE FROM t RETURNING k", "DELETE FROM t"),
    ("RS-204", "42601", "UPDATE t SET a = 1 RETURNING a", "UPDATE t SET a = 1"),
    ("RS-205", "0A000", "INSERT INTO t VALUES ((SELECT 1)), (2)", "INSERT INTO t VALUES ((SELECT 1))"),
    ("RS-206", "42601", "UPDATE t SET t.a = 1", "UPDATE t AS x SET a = x.b"),
    ("RS-209", "42601", "SELECT * FROM (VALUES (1)) v", "SELECT * FROM (SELECT 1) v"),
    ("RS-209", "42601", "SELECT ARRAY[1]", "SELECT array(1)"),
    ("RS-209", "42601", "SELECT ROW(1, 2)", "SELECT row FROM t"),
    ("RS-209", "42601", "INSERT INTO t VALUES (ARRAY[1])", "INSERT INTO t VALUES (array(1))"),
    ("RS-209", "42601", "UPDATE t SET a = 1 FROM (VALUES (1)) v", "UPDATE t SET a = 1 FROM (SELECT 1) v"),
    ("RS-209", "42601", "DELETE FROM t USING (VALUES (1)) v", "DELETE FROM t USING (SELECT 1) v"),
    ("RS-209", "42601", LEGAL.replace("g ON", "(VALUES (1)) g ON"), LEGAL),
    ("RS-209", "42601", "CREATE TABLE t AS SELECT * FROM (VALUES (1)) v", "CREATE TABLE t AS SELECT 1"),
    ("RS-209", "42601", "CREATE VIEW v AS SELECT * FROM (VALUES (1)) v", "CREATE VIEW v (a) AS SELECT 1"),
    ("RS-209", "42601", "WITH w AS (SELECT ARRAY[1]) DELETE FROM t", "WITH w AS (SELECT 1) DELETE FROM t"),
    ("RS-211", "42601", f"SELECT * FROM t {QUALIFIED}", f"SELECT * FROM t AS x {QUALIFIED}"),
    ("RS-211", "42601", f"INSERT INTO u SELECT * FROM t {QUALIFIED}", f"SELECT * FROM t WHERE true {QUALIFIED}"),
    ("RS-221", "42601", "COPY t FROM STDIN", f"COPY t FROM {S3} {ROLE}"),
    ("RS-221", "0A000", "COPY t FROM '/tmp/t.csv' CSV", f"COPY t (a, b) FROM {S3} {ROLE} CSV"),
    *[
        ("RS-222", "0A000", f"COPY t FROM {S3} {ROLE} FORMAT AS {form} {option}", f"COPY t FROM {S3} {ROLE} {legal}")
        for form, option, legal in [
            ("PARQUET", "REGION 'eu-west-1'", "PARQUET SERIALIZETOJSON"),
            ("PARQUET", "MAXERROR 5", "FORMAT PARQUET MANIFEST"),
            ("PARQUET", "TIMEFORMAT 'auto'", "FORMAT AS PARQUET FILLRECORD"),
            ("ORC", "TRUNCATECOLUMNS", "ORC STATUPDATE ON"),
            ("ORC", "EMPTYASNULL", "ORC ACCEPTINVCHARS AS '^'"),
            ("ORC", "GZIP", "ORC EXPLICIT_IDS"),
        ]
    ],
    *[
        ("RS-223", "0A000", f"COPY t FROM {S3} {ROLE} JSON 'auto' {option}", f"COPY t FROM {S3} {ROLE} CSV {legal}")
        for option, legal in [
            ("NULL AS 'x'", "NULL AS '\\\\N' EMPTYASNULL"),
            ("DELIMITER ','", "DELIMITER ',' IGNOREHEADER 1"),
            ("FILLRECORD", "FILLRECORD ENCODING AS UTF16LE BLANKSASNULL"),
            ("IGNOREBLANKLINES", "IGNOREBLANKLINES QUOTE AS '\"'"),
        ]
    ],
    ("RS-223", "0A000", f"COPY t FROM {S3} {ROLE} CSV JSON 'auto'", f"COPY t FROM {S3} {ROLE} JSON 'auto' GZIP"),
    ("RS-224", "0A000", f"COPY t FROM {S3} {ROLE} CSV ESCAPE", f"COPY t FROM {S3} {ROLE} DELIMITER '|' ESCAPE"),
    ("RS-224", "0A000", f"COPY t FROM {S3} {ROLE} CSV REMOVEQUOTES", f"COPY t FROM {S3} {ROLE} REMOVEQUOTES"),
    ("RS-224", "0A000", f"COPY t FROM {S3} {ROLE} CSV FIXEDWIDTH 'a:1'", f"COPY t FROM {S3} {ROLE} FIXEDWIDTH 'a:1'"),
    ("RS-301", "42601", "ALTER TABLE t ADD COLUMN IF NOT EXISTS a INT", "ALTER TABLE t ADD COLUMN a INT"),
    ("RS-301", "42601", "ALTER TABLE t DROP COLUMN IF EXISTS a", "ALTER TABLE t DROP COLUMN a"),
    ("RS-302", "42601", "ALTER TABLE t ADD a INT, ADD b INT", "ALTER TABLE t ALTER SORTKEY AUTO, ALTER DISTKEY a"),
    ("RS-302", "42601", "ALTER TABLE t DROP a, DROP b", "ALTER TABLE t DROP a CASCADE"),
    ("RS-303", "0A000", "ALTER TABLE t ADD a INT NOT NULL", "ALTER TABLE t ADD a INT DEFAULT 0 NOT NULL"),
    ("RS-303", "0A000", "ALTER TABLE t ADD a INT DEFAULT NULL NOT NULL", "ALTER TABLE t ADD a INT DEFAULT NULL"),
    *[
        ("RS-304", "0A000", f"ALTER TABLE t ADD a INT {extra}", f"CREATE TABLE t (a INT {extra})")
        for extra in ("PRIMARY KEY", "UNIQUE", "REFERENCES u (a)", "IDENTITY(1, 1)", "DISTKEY", "SORTKEY")
    ],
    ("RS-305", "0A000", "ALTER TABLE t ALTER COLUMN a TYPE BIGINT", "ALTER TABLE t ALTER COLUMN a TYPE VARCHAR(9)"),
    ("RS-305", "0A000", "ALTER TABLE t ALTER a TYPE VARCHAR(9) USING b", "ALTER TABLE t ALTER a TYPE VARCHAR(9)"),
    ("RS-309", "0A000", "ALTER TABLE t ALTER a SET NOT NULL", "ALTER TABLE t ALTER a ENCODE zstd"),
    ("RS-309", "0A000", "ALTER TABLE t ALTER a DROP DEFAULT", "ALTER TABLE t ALTER a ENCODE zstd, ALTER b ENCODE lzo"),
    ("RS-312", "42P16", "CREATE TABLE t (a INT) DISTSTYLE EVEN DISTKEY (a)", "CREATE TABLE t (a INT) DISTKEY (a)"),
    ("RS-312", "42P16", "CREATE TABLE t (a INT) DISTSTYLE KEY", "CREATE TABLE t (a INT DISTKEY) DISTSTYLE KEY"),
    ("RS-312", "42P16", "CREATE TABLE t (a INT DISTKEY, b INT DISTKEY)", "CREATE TABLE t (a INT DISTKEY, b INT)"),
    (
        "RS-312",
        "42P16",
        "ALTER TABLE t ALTER DISTSTYLE KEY DISTKEY a, ALTER DISTKEY b",
        "ALTER TABLE t ALTER DISTKEY a",
    ),
    ("RS-313", "54011", sorted_by(401), sorted_by(400)),
    ("RS-313", "54011", f"ALTER TABLE t ALTER INTERLEAVED SORTKEY ({NINE})", f"ALTER TABLE t ALTER SORTKEY ({NINE})"),
    ("RS-313", "42P16", "CREATE TABLE t (a SUPER SORTKEY)", "CREATE TABLE t (a SUPER, b INT SORTKEY)"),
    ("RS-313", "42P16", "CREATE TABLE t (a VARBYTE) DISTKEY (a)", "CREATE TABLE t (a VARCHAR) DISTKEY (a)"),
    ("RS-314", "42P16", "CREATE TEMP TABLE s.t (a INT)", "CREATE TEMP TABLE t (a INT)"),
    ("RS-314", "42P16", "CREATE TEMP TABLE s.t AS SELECT 1", "CREATE TABLE s.t AS SELECT 1"),
    ("RS-314", "42P16", "CREATE TABLE s.#t (a INT)", "CREATE TABLE #t (a INT)"),
    ("RS-315", "42601", "CREATE TABLE t (LIKE u) SORTKEY (a)", "CREATE TABLE t (LIKE u INCLUDING DEFAULTS, b INT)"),
    ("RS-316", "42601", "CREATE UNIQUE INDEX i ON t (a)", "CREATE VIEW v AS SELECT 1"),
    ("RS-316", "42601", "CREATE TABLE t (a INT CHECK (a > 0))", "CREATE TABLE t (a INT, UNIQUE (a))"),
    (
        "RS-316",
        "42601",
        "CREATE TABLE t (a INT, CHECK (a > 0))",
        "CREATE TABLE t (a INT, FOREIGN KEY (a) REFERENCES u (a))",
    ),
    ("RS-316", "42601", "CREATE TABLE t (a INT) PARTITION BY RANGE (a)", "CREATE TABLE t (a INT) BACKUP NO"),
    *[
        ("RS-316", "42601", refused, "CREATE TABLE t (a INT)")
        for refused in (
            "CREATE INDEX i ON t (a)",
            "CREATE SEQUENCE s",
            "CREATE TRIGGER g BEFORE INSERT ON t EXECUTE PROCEDURE p()",
            "CREATE TYPE e AS ENUM ('a')",
            "CREATE DOMAIN d AS INT",
            "CREATE TABLE t (a INT, EXCLUDE USING gist (a WITH =))",
            "CREATE TABLE t (a INT) INHERITS (u)",
            "CREATE TABLE t (a INT) TABLESPACE x",
            "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)",
        )
    ],
    ("RS-317", "42P16", "CREATE TABLE t (a SMALLINT IDENTITY(1, 1))", "CREATE TABLE t (a BIGINT IDENTITY(1, 1))"),
    ("RS-318", "42P16", "CREATE TABLE t (a INT ENCODE fast)", "CREATE TABLE t (a INT ENCODE az64)"),
    ("RS-318", "42P16", "CREATE TABLE t (a INT ENCODE text255)", "CREATE TABLE t (a VARCHAR(9) ENCODE text255)"),
    ("RS-318", "42P16", "ALTER TABLE t ALTER a ENCODE fast", "ALTER TABLE t ALTER a ENCODE raw"),
    ("RS-319", "54011", table(1601), table(1600)),
    ("RS-320", "42601", "SAVEPOINT a", "COMMIT"),
    ("RS-320", "42601", "RELEASE SAVEPOINT a", "END TRANSACTION"),
    ("RS-320", "42601", "ROLLBACK TO SAVEPOINT a", "ROLLBACK WORK"),
    ("RS-321", "42601", "DO $$ BEGIN END $$", "CALL p()"),
    (
        "RS-330",
        "42601",
        "CREATE TABLE t (a INT GENERATED ALWAYS AS IDENTITY(1, 1))",
        "CREATE TABLE t (a INT GENERATED BY DEFAULT AS IDENTITY(1, 1))",
    ),
    ("RS-332", "42601", "CREATE TABLE IF NOT EXISTS t AS SELECT 1", "CREATE TABLE IF NOT EXISTS t (a INT)"),
    ("RS-332", "42601", "CREATE TABLE t (a INT) AS SELECT 1", "CREATE TABLE t (a) AS SELECT 1"),
    *[
        ("RS-401", "22023", f"CREATE TABLE t (a {refused})", f"CREATE TABLE t (a {accepted})")
        for refused, accepted in [
            ("VARCHAR(65536)", "VARCHAR(65535)"),
            ("VARCHAR(0)", "VARCHAR(max)"),
            ("CHAR(4097)", "CHAR(4096)"),
            ("VARBYTE(16777217)", "VARBYTE(16777216)"),
            ("DECIMAL(39)", "DECIMAL(38)"),
            ("DECIMAL(38, 38)", "DECIMAL(38, 37)"),
            ("DECIMAL(5, 6)", "DECIMAL(5, 5)"),
        ]
    ],
    ("RS-403", "42704", "CREATE TABLE t (a JSONB)", "CREATE TABLE t (a SUPER)"),
    ("RS-403", "42704", "CREATE TABLE t (a INT[])", "CREATE TABLE t (a INT)"),
    *[
        ("RS-403", "42704", f"CREATE TABLE t (a {absent})", f"CREATE TABLE t (a {present})")
        for absent, present in [
            ("JSON", "SUPER"),
            ("UUID", "VARCHAR(36)"),
            ("BYTEA", "VARBYTE(9)"),
            ("BIGSERIAL", "BIGINT"),
            ("MONEY", "NUMERIC(19, 4)"),
            ("INET", "VARCHAR(43)"),
            ("XML", "VARCHAR(MAX)"),
            ("HSTORE", "SUPER"),
            ("TSVECTOR", "TEXT"),
            ("BIT(3)", "BOOLEAN"),
            ("INTERVAL", "INTERVAL DAY TO SECOND"),
        ]
    ],
    ("RS-403", "42704", "ALTER TABLE t ADD a SERIAL", "ALTER TABLE t ADD a DOUBLE PRECISION"),
    ("RS-408", "42601", "CREATE TABLE order (a INT)", 'CREATE TABLE "order" (a INT)'),
    ("RS-408", "42701", "CREATE TABLE t (xmin INT)", "CREATE TABLE t (xmin_ INT)"),
    ("RS-408", "42701", "ALTER TABLE t ADD xmin INT", "ALTER TABLE t ADD xmin_ INT"),
    ("RS-408", "42701", "ALTER TABLE t RENAME COLUMN a TO ctid", "ALTER TABLE t RENAME COLUMN a TO b"),
    ("RS-408", "42701", "CREATE TABLE t (xmax) AS SELECT 1", "CREATE TABLE t (a) AS SELECT 1"),
    ("RS-408", "42601", "CREATE VIEW user AS SELECT 1", 'CREATE OR REPLACE VIEW "user" AS SELECT 1'),
    ("RS-408", "42601", "DROP VIEW IF EXISTS table", 'DROP VIEW IF EXISTS s."table" CASCADE'),
    ("RS-408", "42601", "CREATE SCHEMA default", 'DROP SCHEMA "default" RESTRICT'),
    ("RS-408", "42601", "COMMENT ON TABLE order IS 'x'", "COMMENT ON TABLE orders IS NULL"),
    ("RS-409", "42701", 'CREATE TABLE t (a, "A") AS SELECT 1, 2', "CREATE TABLE t (a, b) AS SELECT 1, 2"),
    (
        "RS-409",
        "42701",
        'CREATE VIEW v (a, "A") AS SELECT 1, 2',
        "CREATE VIEW v (a, b) AS SELECT 1, 2 WITH NO SCHEMA BINDING",
    ),
    ("RS-409", "42701", 'CREATE TABLE t (a INT, "A" INT)', "CREATE TABLE t (a INT, b INT)"),
    (
        "RS-409",
        "42701",
        f"CREATE TABLE t ({'a' * 127} INT, {'a' * 128} INT)",
        f"CREATE TABLE t ({'a' * 127} INT, a INT)",
    ),
    ("RS-409", "42701", 'INSERT INTO t (a, "A") VALUES (1, 2)', "INSERT INTO t (a, b) VALUES (1, 2)"),
    ("RS-409", "42601", "UPDATE t SET a = 1, a = 2", "UPDATE t SET a = 1, b = 2"),
    ("RS-409", "42601", LEGAL.replace("SET a = g.a", "SET a = g.a, a = g.b"), LEGAL),
    ("RS-409", "42701", LEGAL.replace("(k, a)", "(k, k)"), LEGAL),
    ("RS-501", "42601", "DROP ROLE IF EXISTS r", "DROP ROLE r FORCE"),
    ("RS-501", "42601", "DROP GROUP IF EXISTS g", "DROP USER IF EXISTS u, v"),
    ("RS-501", "42601", "CREATE USER IF NOT EXISTS u PASSWORD DISABLE", "CREATE USER u PASSWORD DISABLE"),
    ("RS-501", "42601", "CREATE GROUP IF NOT EXISTS g", "CREATE GROUP g WITH USER u, v"),
    ("RS-501", "42601", "CREATE ROLE IF NOT EXISTS r", "CREATE SCHEMA IF NOT EXISTS r"),
    ("RS-502", "42601", "CREATE USER u", "CREATE USER u NOCREATEDB PASSWORD DISABLE"),
    ("RS-503", "22023", "CREATE USER u PASSWORD 'Sh0rt'", "CREATE USER u PASSWORD 'L0ngEnough'"),
    ("RS-503", "22023", "CREATE USER u PASSWORD 'n0uppercase'", "CREATE USER u PASSWORD 'md5aaaa'"),
    ("RS-503", "22023", "CREATE USER u PASSWORD 'With@S1gn'", "CREATE USER u PASSWORD 'sha256|secret'"),
    ("RS-503", "22023", "ALTER USER u PASSWORD 'short'", "ALTER USER u PASSWORD 'L0ngEnough' VALID UNTIL '2030-01-01'"),
    ("RS-504", "42601", "ALTER USER u CREATEUSER PASSWORD DISABLE", "ALTER USER u PASSWORD DISABLE"),
    ("RS-504", "42601", "CREATE USER u PASSWORD DISABLE CREATEUSER", "CREATE USER u PASSWORD 'L0ngEnough' CREATEUSER"),
    (
        "RS-505",
        "0A000",
        "GRANT SELECT FOR TABLES IN SCHEMA s TO PUBLIC",
        "GRANT SELECT FOR TABLES IN SCHEMA s TO ROLE r",
    ),
    (
        "RS-505",
        "0A000",
        "REVOKE SELECT FOR TABLES IN SCHEMA s FROM GROUP g",
        "REVOKE SELECT FOR TABLES IN SCHEMA s FROM u",
    ),
    ("RS-506", "0LP01", "GRANT SELECT ON t TO ROLE r WITH GRANT OPTION", "GRANT SELECT ON t TO u WITH GRANT OPTION"),
    (
        "RS-506",
        "0LP01",
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO GROUP g WITH GRANT OPTION",
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO u WITH GRANT OPTION",
    ),
    ("RS-507", "0A000", "GRANT CREATE USER TO u", "GRANT CREATE USER TO ROLE r"),
    ("RS-507", "0A000", "REVOKE ACCESS SYSTEM TABLE FROM u", "REVOKE ACCESS SYSTEM TABLE FROM ROLE r"),
    ("RS-508", "0LP01", "REVOKE DELETE (a) ON t FROM u", "REVOKE GRANT OPTION FOR SELECT ON t FROM u CASCADE"),
    ("RS-508", "0LP01", "GRANT INSERT (a) ON t TO u", "GRANT SELECT (a), UPDATE (b) ON t TO u"),
    ("RS-508", "0LP01", "GRANT SELECT (a) ON t TO u WITH GRANT OPTION", "GRANT SELECT (a) ON t TO u"),
    ("RS-508", "0LP01", "GRANT SELECT, SELECT (a) ON t TO u", "GRANT SELECT, UPDATE (a) ON t TO u"),
    ("RS-509", "42601", "GRANT r TO u", "GRANT ROLE r TO u"),
    ("RS-509", "42601", "GRANT ROLE r TO GROUP g", "GRANT ROLE r TO ROLE r2"),
    ("RS-509", "42601", "REVOKE r FROM u", "REVOKE ROLE r FROM u, ROLE q"),
    ("RS-509", "42601", "REVOKE ROLE r FROM PUBLIC", "REVOKE ADMIN OPTION FOR ROLE r FROM u"),
    ("RS-510", "42939", 'CREATE ROLE "select"', 'CREATE ROLE "selects"'),
    ("RS-511", "42601", "GRANT EXECUTE ON FUNCTION f TO u", "GRANT EXECUTE ON FUNCTION f(INT) TO u"),
    ("RS-511", "42601", "REVOKE EXECUTE ON PROCEDURE p FROM u", "REVOKE EXECUTE ON PROCEDURE p() FROM u"),
    (
        "RS-514",
        "42601",
        "ALTER DEFAULT PRIVILEGES FOR ROLE r GRANT SELECT ON TABLES TO u",
        "ALTER DEFAULT PRIVILEGES FOR USER u IN SCHEMA s GRANT SELECT ON TABLES TO ROLE r",
    ),
    ("RS-701", "42601", "SELECT 1; SELECT 2", "SELECT 1;;"),
]
# rule, what must stand alone, what may stand in a transaction
STANDING = [
    ("RS-306", "ALTER TABLE t ALTER a TYPE VARCHAR(9)", "ALTER TABLE t ADD a VARCHAR(9)"),
    ("RS-311", "ALTER TABLE t APPEND FROM u", "INSERT INTO t SELECT * FROM u"),
    ("RS-311", "CREATE DATABASE d", "CREATE SCHEMA d"),
    ("RS-311", "DROP EXTERNAL TABLE s.t", "DROP TABLE s.t"),
    ("RS-311", "ALTER DATABASE d ISOLATION LEVEL SNAPSHOT", "ALTER DATABASE d OWNER TO u"),
    ("RS-311", "VACUUM DELETE ONLY t TO 75 PERCENT BOOST", "ANALYZE t"),
    ("RS-517", "GRANT USAGE ON EXTERNAL SCHEMA x TO ROLE r", "GRANT USAGE ON SCHEMA x TO ROLE r"),
    ("RS-517", "REVOKE SELECT ON EXTERNAL TABLE x.t FROM u", "REVOKE SELECT ON TABLE x.t FROM u"),
]
TRUNCATE_RULE = "RS-334"


@pytest.mark.parametrize(("rule", "sqlstate", "refused"), [case[:3] for case in CASES], ids=lambda text: text[:60])
def test_what_redshift_refuses_is_refused_with_its_fact_and_its_code(rule, sqlstate, refused):
    first = violations(refused, ALONE)[0]
    assert (first.rule, first.sqlstate) == (rule, sqlstate)


@pytest.mark.parametrize("accepted", [case[3] for case in CASES], ids=lambda text: text[:60])
def test_the_legal_neighbour_is_accepted(accepted):
    assert violations(accepted, ALONE) == ()


@pytest.mark.parametrize(("rule", "alone", "inside"), STANDING)
def test_what_must_stand_alone_is_refused_in_a_transaction_only(rule, alone, inside):
    assert [(found.rule, found.sqlstate) for found in violations(alone, INSIDE)] == [(rule, "25001")]
    assert violations(alone, ALONE) == violations(inside, INSIDE) == ()


def test_the_server_takes_a_truncate_that_a_plan_must_not_have():
    inside = Session(in_transaction=True, judge=Judge.PLAN)
    assert [found.rule for found in violations("TRUNCATE t", inside)] == [TRUNCATE_RULE]
    assert violations("TRUNCATE t", INSIDE) == violations("DELETE FROM t", inside) == ()


# rule, what lint warns of, what it takes in silence
WARNED = [
    ("RS-113", f"{LEGAL.replace('USING g', 'USING (SELECT 1) g')}", LEGAL),
    ("RS-207", "INSERT INTO t SELECT 1", "INSERT INTO t (a) SELECT 1"),
    ("RS-210", "DELETE FROM t", "DELETE FROM t WHERE a = 1"),
    ("RS-225", f"COPY t FROM {S3} {ROLE} JSON 'auto' MANIFEST", f"COPY t FROM {S3} {ROLE} JSON 'noshred' MANIFEST"),
    ("RS-226", f"COPY t FROM {S3} {ROLE}", f"COPY t FROM {S3} {ROLE} MANIFEST"),
    ("RS-227", f"COPY t FROM {S3} {ROLE} MANIFEST MAXERROR 2", f"COPY t FROM {S3} {ROLE} MANIFEST MAXERROR AS 1"),
    ("RS-227", f"COPY t FROM {S3} {ROLE} MANIFEST IGNOREALLERRORS", f"COPY t FROM {S3} {ROLE} MANIFEST NOLOAD"),
    ("RS-228", f"COPY t FROM {S3} CREDENTIALS 'x' MANIFEST", f"COPY t FROM {S3} IAM_ROLE 'x' MANIFEST"),
    ("RS-231", f"COPY t FROM {S3} {ROLE} MANIFEST TRUNCATECOLUMNS", f"COPY t FROM {S3} {ROLE} MANIFEST TRIMBLANKS"),
    ("RS-232", f"COPY t FROM {S3} {ROLE} MANIFEST ACCEPTANYDATE", f"COPY t FROM {S3} {ROLE} MANIFEST ROUNDEC"),
    ("RS-322", "CREATE TABLE t (a INT PRIMARY KEY)", "CREATE TABLE t (a INT NOT NULL)"),
    ("RS-322", "CREATE TABLE t (a INT, b INT, PRIMARY KEY (a, b))", "CREATE TABLE t (a INT, UNIQUE (a))"),
    ("RS-325", "CREATE TABLE t (a INT) BACKUP NO", "CREATE TABLE t (a INT) BACKUP YES"),
    ("RS-328", "CREATE TABLE t (a INT ENCODE az64, b INT)", "CREATE TABLE t (a INT ENCODE az64, b INT ENCODE raw)"),
    ("RS-333", "DROP VIEW v CASCADE", "DROP VIEW v RESTRICT"),
    ("RS-333", "DROP SCHEMA IF EXISTS s, r CASCADE", "DROP SCHEMA IF EXISTS s, r"),
    ("RS-402", "ALTER TABLE t ADD a VARCHAR", "ALTER TABLE t ADD a VARCHAR(9)"),
    ("RS-402", "CREATE TABLE t (a INT, b DECIMAL)", "CREATE TABLE t (a INT, b DECIMAL(18))"),
    ("RS-513", "GRANT SELECT ON ALL TABLES IN SCHEMA s TO u", "GRANT SELECT FOR TABLES IN SCHEMA s TO u"),
    (
        "RS-514",
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO u",
        "ALTER DEFAULT PRIVILEGES FOR USER u GRANT SELECT ON TABLES TO u",
    ),
    ("RS-516", "GRANT SELECT ON t TO GROUP g", "GRANT SELECT ON t TO ROLE g"),
    ("RS-518", "CREATE USER u PASSWORD 'L0ngEnough' CREATEUSER", "CREATE USER u PASSWORD 'L0ngEnough' CREATEDB"),
]


@pytest.mark.parametrize(("rule", "hurting", "silent"), WARNED, ids=lambda text: text[:60])
def test_what_may_hurt_is_warned_of_and_refused_by_nothing(rule, hurting, silent):
    assert [found.rule for found in warned(parse(hurting))] == [rule]
    assert violations(hurting, ALONE) == ()
    assert [*warned(parse(silent)), *violations(silent, ALONE)] == []


def codes(cases):
    return {case[0] for case in cases}


def test_the_tables_above_the_code_and_the_list_of_rules_name_the_same_facts():
    lists = {"rule_list", "rule_help", "errordoc"}
    sources = [path for path in Path(rules.__file__).parent.glob("*.py") if path.stem not in lists]
    in_code = {rule for path in sources for rule in re.findall(r'"(RS-\d{3})"', path.read_text(encoding="utf-8"))}
    assert in_code == codes((*CASES, *STANDING, *WARNED)) | {TRUNCATE_RULE}
    assert [rule.code for rule in rules.RULES] == sorted(in_code)
    assert set(HELPS) == in_code


def test_each_rule_has_the_judge_that_the_tables_show():
    refused = codes((*CASES, *STANDING))
    assert {rule.code for rule in rules.RULES if rule.judge is Judge.SERVER} == refused
    assert {rule.code for rule in rules.RULES if rule.judge is Judge.PLAN} == {TRUNCATE_RULE}
    assert {rule.code for rule in rules.RULES if rule.is_warning} == codes(WARNED) - refused


def test_a_fact_that_no_text_shows_is_listed_with_its_reason_and_is_no_rule():
    left = [fact.code for fact in LEFT]
    assert left == sorted(set(left))
    assert not set(left) & {rule.code for rule in rules.RULES}
    assert {fact.judge for fact in LEFT if fact.why} == {"sandbox", "driver", "loader"}


def shown(sql, found):
    """A refusal as a reader sees it: the line, a caret at the place, the server's words and the help."""
    begin = sql.rfind("\n", 0, found.position) + 1
    line = sql[begin:].split("\n")[0]
    column = found.position - begin
    left = max(0, column - 60)
    excerpt = line[left : left + 100]
    return (
        f"{found.rule} {found.sqlstate}\n  {excerpt}\n  {' ' * (column - left)}^\n"
        f"  {found.message}\n  help: {found.help}\n"
    )


def test_every_refusal_points_at_its_cause_and_says_what_to_write_instead(update_golden):
    told = [shown(case[2], violations(case[2], ALONE)[0]) for case in CASES]
    told += [shown(case[1], violations(case[1], INSIDE)[0]) for case in STANDING]
    told += [shown("TRUNCATE t", violations("TRUNCATE t", Session(in_transaction=True, judge=Judge.PLAN))[0])]
    if update_golden:
        REFUSALS.write_text("\n".join(told), encoding="utf-8")
    assert REFUSALS.read_text(encoding="utf-8") == "\n".join(told)


@pytest.mark.parametrize(
    ("slip", "at"),
    [
        ("SELECT 'open", "'open"),
        ("LOCK", ""),
        ("CREATE TABLE t (a VARCHAR(x))", "x))"),
        ("CREATE TABLE t (a DECIMAL(max))", "DECIMAL(max)"),
        ("CREATE TABLE t (a INT", ""),
        ("DELETE FROM t WHERE", ""),
        ("DROP TABLE t PURGE", "PURGE"),
        ("GRANT SELECT TO u", "TO u"),
    ],
)
def test_a_plain_slip_is_a_syntax_error_where_it_stands(slip, at):
    first = violations(slip, ALONE)[0]
    assert (first.rule, first.sqlstate, slip[first.position :].startswith(at)) == ("", "42601", True)


@pytest.mark.parametrize(
    ("sql", "at"),
    [
        ("DELETE FROM t AS x", "AS x"),
        ("SELECT 1; SELECT 2", "SELECT 2"),
        ("UPDATE t SET a = 1, t.b = 2", "t.b"),
        ("CREATE TABLE t (a INT, b JSONB)", "JSONB"),
        ("GRANT SELECT ON t TO u, GROUP g WITH GRANT OPTION", "g WITH"),
    ],
)
def test_a_refusal_points_at_its_cause(sql, at):
    assert sql[violations(sql, ALONE)[0].position :].startswith(at)


def test_a_password_is_in_no_message():
    for sql in ("CREATE USER u PASSWORD 'secret'", "CREATE USER u 'secret'", "CREATE USER u PASSWORD 'secret"):
        assert "secret" not in str(violations(sql, ALONE))


WORDS = sorted({word for case in CASES if len(case[2]) < 200 for word in re.findall(r"\w+|\S", f"{case[2]} {case[3]}")})


@settings(deadline=None, max_examples=300)
@given(st.sampled_from([case[2] for case in CASES if len(case[2]) < 200]).map(str.split), st.data())
def test_a_statement_with_a_word_put_wrong_is_judged_and_never_breaks_the_judge(words, data):
    place = data.draw(st.integers(0, len(words)))
    words[place : place + data.draw(st.integers(0, 2))] = data.draw(st.lists(st.sampled_from(WORDS), max_size=3))
    assert all(0 <= found.position <= len(" ".join(words)) for found in violations(" ".join(words), INSIDE))
