"""The grammar: every statement of a plan is read, and what is read is what was written."""

from __future__ import annotations

import pytest
from streamplan.compiler.grammar import GrammarError, parse
from streamplan.compiler.rules import Judge, Session, violations
from streamplan.compiler.statement_access import (
    AllInSchemas,
    AlterUser,
    DefaultPrivileges,
    Grant,
    Grantee,
    GranteeKind,
    GrantRole,
    Objects,
    Privilege,
    Revoke,
    RevokeRole,
    Scope,
)
from streamplan.compiler.statement_data import Clauses, Copy, CopyOption, DeleteMatched, Query, Rows, UpdateMatched
from streamplan.compiler.statement_parts import Name, Relation, Subquery, TypeName
from streamplan.compiler.statement_tables import (
    AddColumn,
    AlterColumnType,
    Column,
    CreateTableAs,
    CreateView,
    DropColumn,
    DropTable,
    DropView,
    ForeignKey,
    Identity,
    IdentityKind,
    Layout,
    OwnerTo,
    PrimaryKey,
    RenameColumn,
    RenameTable,
    SortStyle,
)
from streamplan.compiler.statements import (
    Begin,
    Commit,
    CreateSchema,
    DropSchema,
    Lock,
    Other,
    Rollback,
    Set,
    Truncate,
    Vacuum,
)

ORDERS = '"shop"."orders"'
TAGS = '"shop"."tags"'
STAGE = '"_streamplan_stage"'
NEW_TAGS = f"""INSERT INTO {TAGS} ("tag") SELECT {STAGE}."tag" FROM {STAGE}
WHERE NOT EXISTS (SELECT 1 FROM {TAGS} WHERE {TAGS}."tag" = {STAGE}."tag")"""
MERGE = f"""MERGE INTO {ORDERS}
USING {STAGE}
ON {ORDERS}."order_id" = {STAGE}."order_id"
WHEN MATCHED THEN UPDATE SET
  "total" = {STAGE}."total",
  "created_at" = TIMESTAMP 'epoch' + ({STAGE}."created_at" / 1000000) * INTERVAL '1 second',
  "birth_date" = CASE WHEN {STAGE}."kept" THEN {ORDERS}."birth_date" ELSE DATE '1970-01-01' + {STAGE}."birth_date" END
WHEN NOT MATCHED THEN INSERT ("order_id", "total") VALUES ({STAGE}."order_id", {STAGE}."total")"""

# every shape of statement that a plan has
PLAN = [
    'CREATE SCHEMA IF NOT EXISTS "shop"',
    'CREATE SCHEMA IF NOT EXISTS "shop" AUTHORIZATION "streamplan_deployer"',
    'CREATE TABLE IF NOT EXISTS "shop"."ledger" ("topic" VARCHAR(249) NOT NULL) DISTSTYLE AUTO\nSORTKEY AUTO',
    f'CREATE TABLE {ORDERS} ("id" BIGINT NOT NULL, "note" VARCHAR(65535), "doc" SUPER)\nDISTSTYLE AUTO\nSORTKEY AUTO',
    f'CREATE TABLE {ORDERS} ("total" NUMERIC(12,2), "at" TIMESTAMPTZ, "b" VARBYTE(1024000))\nDISTSTYLE AUTO',
    f'CREATE TEMP TABLE {STAGE} ("id" BIGINT NOT NULL, "_streamplan_op" CHAR(1) NOT NULL)\nDISTSTYLE AUTO',
    f"DROP TABLE {STAGE}",
    f'ALTER TABLE {ORDERS} ADD COLUMN "coupon" VARCHAR(65535)',
    "SELECT 1 FROM pg_user WHERE usename = 'streamplan_loader'",
    "SELECT 1 FROM svv_roles WHERE role_name = 'shop_loader'",
    "SELECT 1 FROM svv_columns WHERE table_schema = 'shop' AND character_maximum_length >= 4000",
    'CREATE USER "streamplan_loader" PASSWORD DISABLE',
    'CREATE ROLE "shop_loader"',
    'GRANT ROLE "shop_loader" TO "streamplan_loader"',
    'GRANT USAGE ON SCHEMA "shop" TO ROLE "shop_loader"',
    'GRANT CREATE, USAGE ON SCHEMA "shop" TO "streamplan_deployer"',
    f'GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE {ORDERS} TO ROLE "shop_loader"',
    'GRANT TEMP ON DATABASE "dev" TO ROLE "shop_loader"',
    'CREATE GROUP "readers"',
    "SELECT 1 FROM pg_group WHERE groname = 'readers'",
    'GRANT USAGE ON SCHEMA "shop" TO GROUP "readers"',
    'REVOKE SELECT, UPDATE ON TABLE "shop"."orders" FROM ROLE "shop_loader"',
    'REVOKE ROLE "shop_loader" FROM "streamplan_loader"',
    "ALTER USER \"streamplan_loader\" PASSWORD 'sha256|{password}'",
    f"COMMENT ON TABLE {ORDERS} IS 'Orders; it''s all of them.'",
    f'COMMENT ON COLUMN {ORDERS}."id" IS NULL',
    f'CREATE VIEW "shop"."v" AS SELECT {ORDERS}."id" FROM {ORDERS} JOIN (SELECT 1 AS "k") AS "p" ON true WHERE "k" = 1',
    'DROP VIEW "shop"."v"',
    f"ALTER TABLE {ORDERS} ALTER DISTSTYLE EVEN",
    f'ALTER TABLE {ORDERS} ALTER DISTKEY "id"',
    f'ALTER TABLE {ORDERS} ALTER COMPOUND SORTKEY ("id")',
    f'ALTER TABLE {ORDERS} ALTER COLUMN "id" ENCODE zstd',
    f'UPDATE {ORDERS} SET "gone" = true FROM {STAGE} WHERE {ORDERS}."id" = {STAGE}."id"',
    f"LOCK {ORDERS}",
    f"DELETE FROM {ORDERS}",
    f'DELETE FROM {ORDERS} USING {STAGE} WHERE {ORDERS}."id" = {STAGE}."id" AND {STAGE}."_streamplan_op" = \'d\'',
    f"DELETE FROM {STAGE} WHERE \"_streamplan_op\" = 'd'",
    MERGE,
    f'INSERT INTO {STAGE} ("id", "doc", "b") VALUES\n(?, JSON_PARSE(?), TO_VARBYTE(?, \'hex\')),\n(?, ?, ?)',
    NEW_TAGS,
    'INSERT INTO "shop"."_streamplan_history" ("connector", "at", "by") VALUES (\'shop\', GETDATE(), CURRENT_USER)',
    'SELECT "version" FROM "shop"."_streamplan_history" WHERE "connector" = \'shop\' ORDER BY "version"',
    'SELECT "topic", MAX("to_offset") FROM "shop"."_streamplan_ledger" GROUP BY "topic" ORDER BY "topic"',
    'SELECT MAX("to_offset") FROM "shop"."_streamplan_ledger" WHERE "topic" = ? AND "topic_partition" = ?',
    'SELECT "topic", COUNT(*) FROM "shop"."_streamplan_quarantine" GROUP BY "topic" ORDER BY "topic"',
]


@pytest.mark.parametrize("sql", PLAN, ids=lambda sql: sql[:50])
def test_a_statement_of_a_plan_is_read_and_breaks_no_rule(sql):
    assert not isinstance(parse(f"-- why\n{sql};\n"), Other)
    assert violations(f"-- why\n{sql};\n", Session(in_transaction=True, judge=Judge.PLAN)) == ()


def test_widening_a_column_breaks_no_rule_alone():
    sql = f'ALTER TABLE {ORDERS} ALTER COLUMN "note" TYPE VARCHAR(4000)'
    assert violations(sql, Session(in_transaction=False, judge=Judge.PLAN)) == ()


def name(*parts):
    return Name(parts)


def kind(words, *args):
    return TypeName(words=words, args=args)


T = name("t")
COPIED = Copy(table=T, source="s3://b/k", options=(CopyOption(name="iam_role", values=("default",)),))


@pytest.mark.parametrize(
    ("sql", "statement"),
    [
        ('LOCK TABLE "S"."T", u', Lock(tables=(name("s", "t"), name("u")))),
        ('CREATE SCHEMA s AUTHORIZATION "Me"', CreateSchema(name=name("s"), authorization=name("Me"))),
        ("DROP TABLE IF EXISTS t, u CASCADE", DropTable(tables=(T, name("u")), if_exists=True, cascade=True)),
        ("ALTER TABLE t ADD c DATE", AddColumn(table=T, column=Column(name=name("c"), type=kind("date")))),
        (
            "ALTER TABLE t ALTER COLUMN c TYPE CHARACTER VARYING(9)",
            AlterColumnType(table=T, column=name("c"), type=kind("character varying", "9")),
        ),
        ("ALTER TABLE t DROP c RESTRICT", DropColumn(table=T, column=name("c"))),
        ("ALTER TABLE t RENAME TO u", RenameTable(table=T, to=name("u"))),
        ("ALTER TABLE t RENAME COLUMN a TO b", RenameColumn(table=T, column=name("a"), to=name("b"))),
        ('ALTER TABLE t OWNER TO "Me"', OwnerTo(table=T, owner=name("Me"))),
        ("TRUNCATE TABLE t", Truncate(table=T)),
        ("VACUUM DELETE ONLY t TO 75 PERCENT", Vacuum(table=T, mode="delete only")),
        ("BEGIN ISOLATION LEVEL SERIALIZABLE", Begin()),
        ("START TRANSACTION READ ONLY", Begin()),
        ("END", Commit()),
        ("ABORT", Rollback()),
        (
            'GRANT ROLE r TO ROLE q, "Me" WITH ADMIN OPTION',
            GrantRole(
                roles=(name("r"),),
                to=(
                    Grantee(kind=GranteeKind.ROLE, name=name("q")),
                    Grantee(kind=GranteeKind.USER, name=name("Me"), may_pass_on=True),
                ),
            ),
        ),
        (
            "GRANT SELECT (a, b) ON s.t TO PUBLIC",
            Grant(
                privileges=(Privilege(name="select", columns=(name("a"), name("b"))),),
                on=Objects(kind="table", names=(name("s", "t"),)),
                to=(Grantee(kind=GranteeKind.PUBLIC, name=name("public")),),
            ),
        ),
    ],
)
def test_a_statement_is_read_as_written(sql, statement):
    assert parse(sql) == statement


ME = Grantee(kind=GranteeKind.USER, name=name("Me"))
GROUP = Grantee(kind=GranteeKind.GROUP, name=name("g"))
SELECTED = (Privilege(name="select"),)


@pytest.mark.parametrize(
    ("sql", "statement"),
    [
        ("DROP SCHEMA IF EXISTS s, t CASCADE", DropSchema(schemas=(name("s"), T), if_exists=True, cascade=True)),
        ("DROP VIEW IF EXISTS s.v, w", DropView(views=(name("s", "v"), name("w")), if_exists=True)),
        (
            'REVOKE GRANT OPTION FOR SELECT ON t FROM "Me", GROUP g CASCADE',
            Revoke(privileges=SELECTED, on=Objects(kind="table", names=(T,)), of=(ME, GROUP), option_only=True),
        ),
        (
            "REVOKE SELECT FOR TABLES IN SCHEMA s FROM ROLE r",
            Revoke(
                privileges=SELECTED,
                on=Scope(kind="tables", schema=name("s")),
                of=(Grantee(kind=GranteeKind.ROLE, name=name("r")),),
            ),
        ),
        ('REVOKE ROLE r, q FROM "Me"', RevokeRole(roles=(name("r"), name("q")), of=(ME,))),
        (
            'REVOKE ADMIN OPTION FOR ROLE r FROM "Me"',
            RevokeRole(roles=(name("r"),), of=(ME,), option_only=True),
        ),
        (
            'ALTER DEFAULT PRIVILEGES FOR USER "Me" IN SCHEMA s REVOKE SELECT ON TABLES FROM GROUP g',
            DefaultPrivileges(
                privileges=SELECTED,
                kind="tables",
                grantees=(GROUP,),
                users=(name("Me"),),
                schemas=(name("s"),),
                revokes=True,
            ),
        ),
        ("ALTER USER u WITH CREATEUSER PASSWORD 'x'", AlterUser(user=name("u"), password="x", superuser=True)),
        ("ALTER USER u PASSWORD DISABLE", AlterUser(user=name("u"), disabled=True)),
        ("ALTER USER u SESSION TIMEOUT 60", AlterUser(user=name("u"))),
        (
            "COPY s.t (a, b) FROM 's3://b/k' IAM_ROLE 'arn' FORMAT AS JSON 'auto' MAXERROR AS 3 STATUPDATE OFF GZIP",
            Copy(
                table=name("s", "t"),
                columns=(name("a"), name("b")),
                source="s3://b/k",
                options=(
                    CopyOption(name="iam_role", values=("arn",)),
                    CopyOption(name="json", values=("auto",)),
                    CopyOption(name="maxerror", values=("3",)),
                    CopyOption(name="statupdate", values=("off",)),
                    CopyOption(name="gzip"),
                ),
            ),
        ),
        ("COPY t FROM 's3://b/k' IAM_ROLE default JOB CREATE j AUTO ON", COPIED),
    ],
)
def test_a_statement_beside_those_of_today_is_read_as_written(sql, statement):
    assert parse(sql) == statement


@pytest.mark.parametrize(
    ("sql", "query", "is_bound"),
    [
        ("CREATE OR REPLACE VIEW v (a) AS SELECT 1", "SELECT 1", True),
        ("CREATE VIEW v (a) AS WITH w AS (SELECT 1) SELECT 1 FROM w WITH NO SCHEMA BINDING",
         "WITH w AS ( SELECT 1 ) SELECT 1 FROM w", False),
        ("CREATE VIEW v (a) AS (SELECT 1)", "( SELECT 1 )", True),
    ],
)  # fmt: skip
def test_a_view_has_a_query_and_may_be_unbound(sql, query, is_bound):
    found = parse(sql)
    assert isinstance(found, CreateView)
    assert (found.name, found.columns, found.replaces) == (name("v"), (name("a"),), "REPLACE" in sql)
    assert (" ".join(token.text for token in found.query), found.is_bound) == (query, is_bound)


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE VIEW v AS DELETE FROM t",
        "CREATE VIEW v",
        "DROP VIEW",
        "REVOKE SELECT ON t TO u",
        "REVOKE ADMIN OPTION FOR r FROM u",
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON t TO u",
        "ALTER DEFAULT PRIVILEGES SELECT ON TABLES TO u",
        "ALTER USER u PASSWORD x",
        "ALTER USER u QUOTA 5",
        "COMMENT ON TABLE t IS 5",
        "COMMENT ON TABLE t IS 'a' || 'b'",
        "COPY t TO 's3://b/k'",
        "COPY t FROM 's3://b/k' FASTER",
        "COPY t FROM 's3://b/k' IAM_ROLE",
        "DROP SCHEMA s.t",
    ],
)
def test_a_slip_in_such_a_statement_is_refused_and_never_passed_over(sql):
    with pytest.raises(GrammarError):
        parse(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE MATERIALIZED VIEW v AS SELECT 1",
        "CREATE OR REPLACE FUNCTION f() RETURNS INT STABLE AS $$ 1 $$ LANGUAGE plpythonu",
        "ALTER USER u RENAME TO v",
        "ALTER USER u SET search_path TO s",
        "ALTER GROUP g ADD USER u",
        "DROP USER u",
        "REVOKE ASSUMEROLE ON ALL FROM PUBLIC FOR ALL",
        "UNLOAD ('SELECT 1') TO 's3://b/k' IAM_ROLE default",
    ],
)
def test_a_statement_that_no_rule_needs_is_other_and_refused_by_none(sql):
    assert isinstance(parse(sql), Other)
    assert violations(sql, Session(in_transaction=True)) == ()


def test_no_key_of_a_copy_is_shown():
    assert "hush" not in repr(parse("COPY t FROM 's3://b/k' CREDENTIALS 'hush'"))


@pytest.mark.parametrize(
    ("on", "found"),
    [
        ("ON ALL TABLES IN SCHEMA s", AllInSchemas(kind="tables", schemas=(name("s"),))),
        ("FOR TABLES IN SCHEMA s DATABASE d", Scope(kind="tables", schema=name("s"), database=name("d"))),
        ("FOR COPY JOBS IN DATABASE d", Scope(kind="copy jobs", database=name("d"))),
    ],
)
def test_a_grant_says_on_what(on, found):
    assert parse(f"GRANT ALL PRIVILEGES {on} TO u").on == found


@pytest.mark.parametrize(
    ("definition", "column"),
    [
        ("a INT NOT NULL PRIMARY KEY", {"type": kind("int"), "not_null": True, "primary_key": True}),
        ("a TIMESTAMP WITH TIME ZONE", {"type": kind("timestamp with time zone")}),
        ("a DOUBLE PRECISION DISTKEY SORTKEY", {"type": kind("double precision"), "distkey": True, "sortkey": True}),
        ("a NUMERIC(12, 2) ENCODE AZ64", {"type": kind("numeric", "12", "2"), "encode": "az64"}),
        ("a VARCHAR(MAX) COLLATE CI UNIQUE", {"type": kind("varchar", "max"), "collate": "ci", "unique": True}),
        ("a INT REFERENCES s.u (b)", {"type": kind("int"), "references": name("s", "u")}),
        (
            "a INT IDENTITY(1, -2)",
            {"type": kind("int"), "identity": Identity(kind=IdentityKind.PLAIN, seed=1, step=-2)},
        ),
        (
            "a INT GENERATED BY DEFAULT AS IDENTITY(0, 1)",
            {"type": kind("int"), "identity": Identity(kind=IdentityKind.BY_DEFAULT, seed=0, step=1)},
        ),
    ],
)
def test_a_column_is_read_with_its_attributes(definition, column):
    assert parse(f"CREATE TABLE t ({definition})").columns == (Column(name=name("a"), **column),)


@pytest.mark.parametrize(
    ("written", "texts"),
    [
        ("DEFAULT NULL NULL", "NULL"),
        ("DEFAULT (1 + 2) * 3 NOT NULL", "(1+2)*3"),
        ("DEFAULT 'x'::varchar ENCODE lzo", "'x'::varchar"),
    ],
)
def test_a_default_ends_where_the_next_attribute_begins(written, texts):
    assert "".join(token.text for token in parse(f"CREATE TABLE t (a INT {written})").columns[0].default) == texts


def test_a_table_has_constraints_and_a_layout():
    found = parse(
        "CREATE TABLE t (a INT, PRIMARY KEY (a, b), FOREIGN KEY (a) REFERENCES u) "
        "BACKUP NO DISTSTYLE KEY DISTKEY (a) INTERLEAVED SORTKEY (a, b)"
    )
    assert found.constraints == (
        PrimaryKey(columns=(name("a"), name("b"))),
        ForeignKey(columns=(name("a"),), table=name("u")),
    )
    assert found.layout == Layout(
        backup="no",
        diststyle="key",
        distkey=(name("a"),),
        sort_style=SortStyle.INTERLEAVED,
        sortkey=(name("a"), name("b")),
    )


def test_a_table_made_from_a_query_has_names_without_types():
    found = parse("CREATE TEMP TABLE t (a, b) DISTKEY (a) AS SELECT 1, 2")
    assert isinstance(found, CreateTableAs)
    assert (found.columns, found.temporary) == ((name("a"), name("b")), True)


def test_a_merge_ends_its_assignments_at_its_own_when_and_not_at_a_case():
    found = parse(MERGE).action
    assert isinstance(found, Clauses)
    assert isinstance(found.matched, UpdateMatched)
    assert [a.column.last for a in found.matched.assignments] == ["total", "created_at", "birth_date"]
    assert (found.columns, len(found.values)) == ((name("order_id"), name("total")), 2)


def test_a_merge_may_delete_and_read_a_query():
    found = parse("MERGE INTO t USING (SELECT 1) AS s ON t.a = s.a WHEN MATCHED THEN DELETE "
                  "WHEN NOT MATCHED THEN INSERT VALUES (s.a)")  # fmt: skip
    assert isinstance(found.source, Subquery)
    assert (found.source.alias, found.action.matched, found.action.columns) == (name("s"), DeleteMatched(), ())


def test_an_insert_has_rows_or_a_query():
    rows = parse("INSERT INTO t (a, b) VALUES (1, f(2, 3)), (?, $2)").source
    assert isinstance(rows, Rows)
    assert [["".join(token.text for token in value) for value in row] for row in rows.rows] == [
        ["1", "f(2,3)"],
        ["?", "$2"],
    ]
    assert isinstance(parse("INSERT INTO t (SELECT 1)").source, Query)
    assert isinstance(parse("INSERT INTO t (a) WITH w AS (SELECT 1) SELECT * FROM w").source, Query)


def test_update_and_delete_read_other_tables_under_aliases():
    read = (Relation(name=name("s"), alias=name("r")),)
    assert parse("DELETE FROM t USING s AS r WHERE t.a = r.a").using == read
    assert parse("UPDATE t SET a = r.a FROM s r WHERE t.a = r.a").sources == read


def test_a_statement_that_no_plan_has_is_other():
    assert parse("CALL p(1)").words == "CALL"
    assert parse("-- nothing\n") == Other(words="")


def test_set_keeps_its_value_as_written():
    found = parse("SET query_group TO 'cdc'")
    assert isinstance(found, Set)
    assert [token.text for token in found.value] == ["'cdc'"]


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("DELETE FROM t AS x", 'syntax error at or near "AS"'),
        ("LOCK", "syntax error at end of input"),
        ('DROP TABLE "A" "B"', 'syntax error at or near ""B""'),
        ("SELECT 1; SELECT 2", "cannot insert multiple commands into a prepared statement"),
    ],
)
def test_a_refusal_has_the_words_of_the_server(sql, message):
    with pytest.raises(GrammarError) as caught:
        parse(sql)
    assert (caught.value.message, caught.value.sqlstate) == (message, "42601")


def test_a_user_with_a_password_is_shown_without_it():
    found = parse("CREATE USER u PASSWORD 'S3cretWord'")
    assert found.password == "S3cretWord"
    assert "S3cret" not in repr(found)
