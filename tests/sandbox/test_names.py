from __future__ import annotations

import pytest

TWINS = ("t" * 120 + "a", "t" * 120 + "b")
HOSTILE = ['a "quoted" one', "dots. and spaces", "--comment", "what?", "100%", "naïve 名前", "semi;colon", "it's", "$1"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_may_hold_anything_printable(session, name):
    quoted = '"' + name.replace('"', '""') + '"'
    session(f"CREATE TABLE {quoted} ({quoted} VARCHAR(10) NOT NULL)")
    session(f"INSERT INTO {quoted} ({quoted}) VALUES (?)", "x")

    assert session(f"SELECT {quoted} FROM {quoted} WHERE {quoted} = ?", "x") == [("x",)]
    assert [(name,)] == session("SELECT column_name FROM svv_columns WHERE table_name = ?", name)


def test_quoted_names_are_folded_to_lower_case_in_ascii_only(session):
    session('CREATE TABLE "Orders" ("Ärger ID" INT)')

    assert session("SELECT table_name, column_name FROM svv_columns WHERE table_schema = 'public'") == [
        ("orders", "Ärger id")
    ]
    assert session('SELECT "Ärger ID" FROM ORDERS') == []


def test_names_that_differ_after_the_63rd_byte_are_two(session):
    for name in TWINS:
        session(f'CREATE TABLE "{name}" ("{TWINS[0]}" INT, "{TWINS[1]}" INT)')

    found = session("SELECT DISTINCT table_name FROM svv_columns WHERE column_name = ? ORDER BY 1", TWINS[1])
    assert [(name,) for name in TWINS] == found


def test_a_long_name_is_shown_whole_in_results_and_errors(session, connect):
    session(f'CREATE TABLE "{TWINS[0]}" ("{TWINS[1]}" INT NOT NULL)')
    with connect().cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{TWINS[0]}"')
        described = cursor.description

    assert TWINS[1] == described[0][0]
    refused = session.refused(f'INSERT INTO "{TWINS[0]}" VALUES (?)', None)
    assert f"Cannot insert a NULL value into column {TWINS[1]}" == refused["M"]


def test_a_name_is_cut_at_127_bytes(session):
    session(f'CREATE TABLE "{"é" * 100}" (a INT)')

    assert session("SELECT table_name FROM svv_columns WHERE column_name = 'a'") == [("é" * 63,)]


def test_a_long_name_is_not_known_after_a_rollback(session, transaction):
    transaction(f'CREATE TABLE "{TWINS[0]}" (a INT)')
    transaction.connection.rollback()

    assert session("SELECT table_name FROM svv_columns WHERE column_name = 'a'") == []
    session(f'CREATE TABLE "{TWINS[0]}" (a INT)')
    assert [(TWINS[0],)] == session("SELECT table_name FROM svv_columns WHERE column_name = 'a'")
