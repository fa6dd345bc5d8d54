from __future__ import annotations

import gc

import pytest
import redshift_connector
from streamplan.sandbox.query import Refused, Session, over_tcp


@pytest.fixture
def simple(warehouse):
    """A client of the simple protocol, as psql is."""
    connection = over_tcp(warehouse.host, warehouse.port)
    with Session(connection, user=warehouse.user, database=warehouse.database, password=warehouse.password) as session:
        yield session


def test_a_simple_query_may_hold_several_statements(simple, session):
    simple.run("CREATE TABLE \"A\" (a VARCHAR(3)); INSERT INTO a VALUES ('x;y'); -- the end\n")

    assert session("SELECT a FROM a") == [("x;y",)]


def test_an_empty_simple_query_is_answered(simple):
    simple.run("")
    simple.run(" -- nothing\n;")
    simple.run("SELECT 1")


def test_an_error_in_a_simple_query_undoes_it_and_leaves_the_session_usable(simple, session):
    with pytest.raises(Refused, match="22001"):
        simple.run("CREATE TABLE a (a VARCHAR(1)); INSERT INTO a VALUES ('xy')")
    simple.run("CREATE TABLE a (a INT)")

    assert session("SELECT COUNT(*) FROM a") == [(0,)]


def test_a_refused_simple_query_aborts_its_transaction(simple):
    simple.run("CREATE TABLE a (a VARCHAR(1))")
    simple.run("BEGIN")
    with pytest.raises(Refused, match="25001"):
        simple.run("ALTER TABLE a ALTER COLUMN a TYPE VARCHAR(2)")
    with pytest.raises(Refused, match="25P02"):
        simple.run("SELECT 1")
    simple.run("ROLLBACK")
    simple.run("ALTER TABLE a ALTER COLUMN a TYPE VARCHAR(2)")


def test_truncate_commits_in_a_simple_query_too(simple, session):
    for statement in ("CREATE TABLE a (a INT)", "BEGIN", "CREATE TABLE b (b INT)", "TRUNCATE a", "ROLLBACK"):
        simple.run(statement)

    assert session("SELECT COUNT(*) FROM b") == [(0,)]


@pytest.mark.filterwarnings("ignore:unclosed", "ignore:ssl")
def test_tls_is_refused(connect):
    with pytest.raises(redshift_connector.InterfaceError, match="Server refuses SSL"):
        connect(ssl=True)
    gc.collect()


def test_the_driver_takes_it_for_redshift(connect):
    statuses = dict(connect().parameter_statuses)

    assert statuses[b"server_version"] == b"8.0.2"
    assert b"server_protocol_version" not in statuses


def test_statements_are_prepared_once_and_executed_often(connect, session):
    session("CREATE TABLE a (a INT, b VARBYTE(3))")
    connection = connect(max_prepared_statements=10)
    with connection.cursor() as cursor:
        cursor.paramstyle = "qmark"
        for n in range(5):
            cursor.execute("INSERT INTO a VALUES (?, TO_VARBYTE(?, 'hex'))", (str(n), "ff"))
            cursor.execute("SELECT COUNT(*), MAX(b::VARCHAR) FROM (SELECT a, FROM_VARBYTE(b, 'hex') AS b FROM a) q")
            assert [n + 1, "ff"] == cursor.fetchone()
    connection.commit()

    assert session("SELECT b FROM a LIMIT 1") == [("ff",)]


def test_two_writers_of_one_row_do_not_both_win(connect, session):
    session("CREATE TABLE a (a INT)")
    session("INSERT INTO a VALUES (1)")
    first, second = connect(), connect()
    with first.cursor() as one, second.cursor() as two:
        for cursor in (one, two):
            cursor.execute("SELECT COUNT(*) FROM a")
        one.execute("UPDATE a SET a = 2")
        first.commit()
        with pytest.raises(redshift_connector.ProgrammingError, match="40001"):
            two.execute("UPDATE a SET a = 3")


def test_settings_of_redshift_can_be_set(session):
    session("SET query_group TO 'cdc'")
    session("SET enable_case_sensitive_identifier TO FALSE")

    assert session("SHOW enable_case_sensitive_identifier") == [("FALSE",)]
    assert session.refused("SET enable_case_sensitive_identifier TO TRUE")["C"] == "0A000"


def test_redshifts_functions_are_there(session):
    session("CREATE TABLE a (a TIMESTAMP DEFAULT SYSDATE, b INT)")
    session("INSERT INTO a (b) VALUES (1)")

    assert session(
        "SELECT NVL(NULL, 'x'), DATEADD(day, 1, '2026-02-28'::TIMESTAMP)::DATE::VARCHAR, LEN('ab'), a = a, "
        "GETDATE() <= SYSDATE + INTERVAL '1 day', CAST('x' AS VARCHAR(MAX)) FROM a"
    ) == [("x", "2026-03-01", 2, True, True, "x")]
