from __future__ import annotations

import gc
import uuid

import pytest
import redshift_connector


@pytest.fixture
def name():
    """A name that no other test uses: accounts belong to the whole sandbox, not to a database."""
    return f"a{uuid.uuid4().hex[:12]}"


def test_a_user_is_made_once_and_found_by_the_probe(session, name):
    probe = f"SELECT 1 FROM pg_user WHERE usename = '{name}';\n"

    assert session(probe) == []
    session(f'CREATE USER "{name}" PASSWORD DISABLE;\n')
    assert session(probe) == [(1,)]
    assert session.refused(f'CREATE USER "{name}" PASSWORD DISABLE;')["C"] == "42710"


def test_a_role_is_found_by_the_probe_and_a_group_is_not_a_role(session, name):
    session(f'CREATE ROLE "{name}";\n')
    session(f'CREATE GROUP "{name}_g"')

    assert [(name,)] == session(f"SELECT role_name FROM svv_roles WHERE role_name LIKE '{name}%'")


def test_what_a_role_may_do_its_user_may_do(session, connect, name):
    session('CREATE SCHEMA "shop"')
    session('CREATE TABLE "shop"."orders" (a INT)')
    session(f'CREATE USER "{name}" PASSWORD DISABLE')
    session(f'CREATE ROLE "{name}_r"')
    session(f'GRANT USAGE ON SCHEMA "shop" TO ROLE "{name}_r";')
    session(f'GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE "shop"."orders" TO ROLE "{name}_r";')
    session(f'GRANT ROLE "{name}_r" TO "{name}";')
    with connect(user=name).cursor() as cursor:
        cursor.execute('INSERT INTO "shop"."orders" VALUES (1)')
        with pytest.raises(redshift_connector.ProgrammingError, match="42501"):
            cursor.execute('ALTER TABLE "shop"."orders" ADD COLUMN "b" INT')

    assert [(f"{name}_r",)] == session(f"SELECT role_name FROM svv_user_grants WHERE user_name = '{name}'")
    assert session(
        "SELECT identity_type, privilege_type FROM svv_relation_privileges WHERE relation_name = 'orders' ORDER BY 2"
    ) == [("role", "DELETE"), ("role", "INSERT"), ("role", "SELECT"), ("role", "UPDATE")]


def test_grants_go_to_users_roles_and_groups_and_can_be_taken_back(session, warehouse, name):
    session('CREATE SCHEMA "shop"')
    session(f'CREATE USER "{name}" PASSWORD DISABLE')
    session(f'CREATE ROLE "{name}_r"')
    session(f'CREATE GROUP "{name}_g" WITH USER "{name}"')
    session(f'GRANT CREATE, USAGE ON SCHEMA "shop" TO "{name}", ROLE "{name}_r", GROUP "{name}_g";')
    session(f'GRANT TEMP ON DATABASE "{warehouse.database}" TO ROLE "{name}_r";')
    session(f'REVOKE CREATE ON SCHEMA "shop" FROM GROUP "{name}_g"')

    assert [(name, "user", 2), (f"{name}_g", "group", 1), (f"{name}_r", "role", 2)] == session(
        "SELECT identity_name, identity_type, COUNT(*) FROM svv_schema_privileges "
        "WHERE namespace_name = 'shop' GROUP BY 1, 2 ORDER BY 1"
    )


def test_a_schema_may_belong_to_another(session, connect, name):
    session(f'CREATE USER "{name}" PASSWORD DISABLE')
    session(f'CREATE SCHEMA IF NOT EXISTS "shop" AUTHORIZATION "{name}";')
    with connect(user=name).cursor() as cursor:
        cursor.execute('CREATE TABLE "shop"."orders" (a INT)')


def test_a_quoted_user_keeps_its_case_and_a_long_one_its_name(session, connect, name):
    long = f"U{name}" + "é" * 50
    session(f'CREATE USER "{long}" PASSWORD DISABLE')
    with connect(user=long).cursor() as cursor:
        cursor.execute("SELECT 1")

    assert session("SELECT 1 FROM pg_user WHERE usename = ?", long) == [(1,)]


def test_the_other_options_of_a_user_are_taken(session, name):
    session(
        f"CREATE USER \"{name}\" WITH PASSWORD 'Secret123' CREATEDB NOCREATEUSER SYSLOG ACCESS RESTRICTED "
        "CONNECTION LIMIT UNLIMITED SESSION TIMEOUT 3600"
    )

    assert session("SELECT usecreatedb, usesuper FROM pg_user WHERE usename = ?", name) == [(True, False)]


def login_refused(connect, **changes):
    """The fields of the error. The driver leaves its socket open when a login fails; it is collected here."""
    try:
        connect(**changes)
    except redshift_connector.Error as error:
        fields = error.args[0]
    gc.collect()
    return fields


@pytest.mark.filterwarnings("ignore:unclosed")
@pytest.mark.parametrize("changed", [{"password": "wrong"}, {"user": "nobody-knows"}])
def test_a_wrong_password_and_an_unknown_user_are_told_alike(connect, changed):
    error = login_refused(connect, **changed)

    user = changed.get("user", "admin")
    assert ("28000", f'password authentication failed for user "{user}"') == (error["C"], error["M"])


@pytest.mark.filterwarnings("ignore:unclosed")
def test_a_database_that_does_not_exist_is_told(connect):
    error = login_refused(connect, database="none")

    assert (error["C"], error["M"]) == ("3D000", 'database "none" does not exist')


@pytest.mark.parametrize(
    "statement",
    [
        'GRANT SELECT FOR TABLES IN SCHEMA "shop" TO ROLE "r"',
        "GRANT ASSUMEROLE ON DEFAULT TO PUBLIC FOR COPY",
        "COPY t FROM 's3://b/k' IAM_ROLE DEFAULT",
    ],
)
def test_what_the_sandbox_does_not_do_yet_is_said(session, statement):
    assert session.refused(statement)["C"] == "0A000"
