"""What Redshift refuses: for each fact one statement that is refused, and its legal neighbour."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamplan.compiler import rules
from streamplan.compiler.redshift import STATEMENT_BYTES
from streamplan.compiler.rules import Judge, Session, violations

ALONE, INSIDE = Session(in_transaction=False), Session(in_transaction=True)
MERGE = "MERGE INTO s.t USING g ON s.t.k = g.k "
UPDATED, INSERTED = "WHEN MATCHED THEN UPDATE SET a = g.a ", "WHEN NOT MATCHED THEN INSERT (k, a) VALUES (g.k, g.a)"
LEGAL = MERGE + UPDATED + INSERTED
QUALIFIED = "QUALIFY ROW_NUMBER() OVER (PARTITION BY k ORDER BY a) = 1"
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
    ("RS-209", "42601", "WITH w AS (SELECT ARRAY[1]) DELETE FROM t", "WITH w AS (SELECT 1) DELETE FROM t"),
    ("RS-211", "42601", f"SELECT * FROM t {QUALIFIED}", f"SELECT * FROM t AS x {QUALIFIED}"),
    ("RS-211", "42601", f"INSERT INTO u SELECT * FROM t {QUALIFIED}", f"SELECT * FROM t WHERE true {QUALIFIED}"),
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
    ("RS-403", "42704", "ALTER TABLE t ADD a SERIAL", "ALTER TABLE t ADD a DOUBLE PRECISION"),
    ("RS-408", "42601", "CREATE TABLE order (a INT)", 'CREATE TABLE "order" (a INT)'),
    ("RS-408", "42701", "CREATE TABLE t (xmin INT)", "CREATE TABLE t (xmin_ INT)"),
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
    ("RS-501", "42601", "CREATE ROLE IF NOT EXISTS r", "CREATE SCHEMA IF NOT EXISTS r"),
    ("RS-502", "42601", "CREATE USER u", "CREATE USER u NOCREATEDB PASSWORD DISABLE"),
    ("RS-503", "22023", "CREATE USER u PASSWORD 'Sh0rt'", "CREATE USER u PASSWORD 'L0ngEnough'"),
    ("RS-503", "22023", "CREATE USER u PASSWORD 'n0uppercase'", "CREATE USER u PASSWORD 'md5aaaa'"),
    ("RS-503", "22023", "CREATE USER u PASSWORD 'With@S1gn'", "CREATE USER u PASSWORD 'sha256|secret'"),
    ("RS-504", "42601", "CREATE USER u PASSWORD DISABLE CREATEUSER", "CREATE USER u PASSWORD 'L0ngEnough' CREATEUSER"),
    (
        "RS-505",
        "0A000",
        "GRANT SELECT FOR TABLES IN SCHEMA s TO PUBLIC",
        "GRANT SELECT FOR TABLES IN SCHEMA s TO ROLE r",
    ),
    ("RS-506", "0LP01", "GRANT SELECT ON t TO ROLE r WITH GRANT OPTION", "GRANT SELECT ON t TO u WITH GRANT OPTION"),
    ("RS-507", "0A000", "GRANT CREATE USER TO u", "GRANT CREATE USER TO ROLE r"),
    ("RS-508", "0LP01", "GRANT INSERT (a) ON t TO u", "GRANT SELECT (a), UPDATE (b) ON t TO u"),
    ("RS-508", "0LP01", "GRANT SELECT (a) ON t TO u WITH GRANT OPTION", "GRANT SELECT (a) ON t TO u"),
    ("RS-508", "0LP01", "GRANT SELECT, SELECT (a) ON t TO u", "GRANT SELECT, UPDATE (a) ON t TO u"),
    ("RS-509", "42601", "GRANT r TO u", "GRANT ROLE r TO u"),
    ("RS-509", "42601", "GRANT ROLE r TO GROUP g", "GRANT ROLE r TO ROLE r2"),
    ("RS-510", "42939", 'CREATE ROLE "select"', 'CREATE ROLE "selects"'),
    ("RS-511", "42601", "GRANT EXECUTE ON FUNCTION f TO u", "GRANT EXECUTE ON FUNCTION f(INT) TO u"),
    ("RS-701", "42601", "SELECT 1; SELECT 2", "SELECT 1;;"),
]
# rule, what must stand alone, what may stand in a transaction
STANDING = [
    ("RS-306", "ALTER TABLE t ALTER a TYPE VARCHAR(9)", "ALTER TABLE t ADD a VARCHAR(9)"),
    ("RS-311", "ALTER TABLE t APPEND FROM u", "INSERT INTO t SELECT * FROM u"),
    ("RS-311", "CREATE DATABASE d", "CREATE SCHEMA d"),
    ("RS-311", "DROP EXTERNAL TABLE s.t", "DROP TABLE s.t"),
    ("RS-311", "VACUUM DELETE ONLY t TO 75 PERCENT BOOST", "ANALYZE t"),
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


def test_the_table_above_the_code_and_the_list_of_rules_name_the_same_facts():
    sources = [path for path in Path(rules.__file__).parent.glob("*.py") if path.stem != "rule_list"]
    in_code = {rule for path in sources for rule in re.findall(r'"(RS-\d{3})"', path.read_text(encoding="utf-8"))}
    assert in_code == {case[0] for case in (*CASES, *STANDING)} | {TRUNCATE_RULE}
    assert [rule.code for rule in rules.RULES] == sorted(in_code)


def test_the_server_judges_by_every_rule_but_the_truncate():
    assert [rule.code for rule in rules.RULES if rule.judge is Judge.PLAN] == [TRUNCATE_RULE]


@pytest.mark.parametrize(
    ("slip", "at"),
    [
        ("SELECT 'open", "'open"),
        ("LOCK", ""),
        ("CREATE TABLE t (a VARCHAR(x))", "VARCHAR(x)"),
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
