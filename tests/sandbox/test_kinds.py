"""Statements that a plan may have beside tables and rows: views, comments, groups, revokes, joined updates."""

from __future__ import annotations


def test_a_view_is_made_replaced_and_dropped(session):
    session("CREATE TABLE t (a INT)")
    session("INSERT INTO t VALUES (1)")
    session("CREATE VIEW v AS SELECT a FROM t")
    session("CREATE OR REPLACE VIEW v (a) AS SELECT a + 1 FROM t")
    session("CREATE VIEW w AS SELECT a FROM public.t WITH NO SCHEMA BINDING")

    assert session("SELECT v.a, w.a FROM v, w") == [(2, 1)]
    session("DROP VIEW v, w")
    session("DROP VIEW IF EXISTS v CASCADE")
    assert session.refused("SELECT a FROM v")["C"] == "42P01"


def test_a_column_under_a_view_is_not_widened(session):
    session("CREATE TABLE t (a VARCHAR(9))")
    session("CREATE VIEW v AS SELECT a FROM t")

    refused = session.refused("ALTER TABLE t ALTER COLUMN a TYPE VARCHAR(20)")
    assert refused["M"] == "cannot alter type of a column used by a view or rule"


def test_comments_are_shown_by_the_catalog(session):
    session("CREATE TABLE t (a INT)")
    session("COMMENT ON TABLE t IS 'it''s a table'")
    session("COMMENT ON COLUMN t.a IS 'a column'")

    assert session("SELECT remarks FROM svv_tables WHERE table_name = 't'") == [("it's a table",)]
    assert session("SELECT remarks FROM svv_columns WHERE table_name = 't'") == [("a column",)]
    session("COMMENT ON TABLE t IS NULL")
    assert session("SELECT remarks FROM svv_tables WHERE table_name = 't'") == [(None,)]


def test_a_group_has_its_users_and_gets_rights_and_loses_them(session):
    session("CREATE USER kinds_user PASSWORD DISABLE")
    session("CREATE GROUP kinds_group WITH USER kinds_user")
    session("CREATE ROLE kinds_role")
    try:
        session("CREATE TABLE t (a INT)")
        session("GRANT SELECT ON t TO GROUP kinds_group")
        groups = session("SELECT groname FROM pg_group WHERE groname LIKE 'kinds%'")
        rights = "SELECT identity_name, privilege_type FROM svv_relation_privileges WHERE relation_name = 't'"
        assert (groups, session(rights)) == ([("kinds_group",)], [("kinds_group", "SELECT")])
        session("REVOKE SELECT ON t FROM GROUP kinds_group")
        assert session(rights) == []
    finally:
        session("DROP GROUP kinds_group")
        session("DROP ROLE kinds_role")
        session("DROP USER kinds_user")


def test_a_role_is_taken_from_its_user(session):
    session("CREATE USER kinds_user PASSWORD DISABLE")
    session("CREATE ROLE kinds_role")
    try:
        session("GRANT ROLE kinds_role TO kinds_user")
        granted = "SELECT role_name FROM svv_user_grants WHERE user_name = 'kinds_user'"
        assert session(granted) == [("kinds_role",)]
        session("REVOKE ROLE kinds_role FROM kinds_user")
        assert session(granted) == []
    finally:
        session("DROP ROLE kinds_role")
        session("DROP USER kinds_user")


def test_the_password_of_a_user_is_changed(session):
    session("CREATE USER kinds_user PASSWORD DISABLE")
    try:
        session("ALTER USER kinds_user PASSWORD 'sha256|L0ngEnough'")
        assert session.refused("ALTER USER kinds_user PASSWORD 'short'")["C"] == "22023"
    finally:
        session("DROP USER kinds_user")


def test_an_update_reads_another_table(session):
    session("CREATE TABLE t (a INT, b INT)")
    session("CREATE TABLE u (a INT, b INT)")
    session("INSERT INTO t VALUES (1, 1), (2, 2)")
    session("INSERT INTO u VALUES (1, 5)")
    session("UPDATE t SET b = u.b FROM u WHERE t.a = u.a")

    assert session("SELECT a, b FROM t ORDER BY a") == [(1, 5), (2, 2)]


def test_a_schema_is_dropped_with_what_it_holds(session):
    session("CREATE SCHEMA s")
    session("CREATE TABLE s.t (a INT)")

    assert session.refused("DROP SCHEMA s")["C"] == "2BP01"
    session("DROP SCHEMA s CASCADE")
    session("DROP SCHEMA IF EXISTS s")


def test_a_copy_from_the_client_is_refused_and_one_from_s3_is_not_done_yet(session):
    session("CREATE TABLE t (a INT)")

    assert session.refused("COPY t FROM STDIN")["H"].startswith("RS-221")
    assert session.refused("COPY t FROM 's3://b/k' IAM_ROLE default")["M"].startswith("the sandbox does not do this")
