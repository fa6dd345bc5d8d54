"""Logging in with the password that a statement gave the user; the sandbox's own opens every user."""

from __future__ import annotations

import gc
import uuid
from hashlib import md5, sha256

import pytest
import redshift_connector
from streamplan.sandbox.passwords import PASSWORD

GIVEN, OTHER = "Given-Password1", "Other-Password1"


@pytest.fixture
def name():
    """A name that no other test uses, in upper and lower case: accounts belong to the whole sandbox."""
    return f"A{uuid.uuid4().hex[:12]}"


def salted(password: str) -> str:
    return f"sha256|{sha256(f'{password}5a17'.encode()).hexdigest()}|5a17"


def hashed(password: str, name: str) -> str:
    return "md5" + md5(f"{password}{name}".encode(), usedforsecurity=False).hexdigest()


WRITTEN = {
    "clear": lambda password, _: password,
    "md5": hashed,
    "sha256 with its salt": lambda password, _: salted(password),
    "sha256 of the server": lambda password, _: f"sha256|{password}",
}


def opens(connect, name: str, password: str) -> bool:
    """Whether the driver gets in. It leaves its socket open when a login fails; it is collected here."""
    try:
        connect(user=name, password=password)
    except redshift_connector.Error as error:
        fields = error.args[0]
    else:
        return True
    gc.collect()
    assert ("FATAL", "28000", f'password authentication failed for user "{name}"') == tuple(map(fields.get, "SCM"))
    return False


def opening(connect, name: str) -> tuple[str, ...]:
    return tuple(password for password in (GIVEN, OTHER, PASSWORD) if opens(connect, name, password))


pytestmark = pytest.mark.filterwarnings("ignore:unclosed")


@pytest.mark.parametrize("how", WRITTEN)
def test_a_user_gets_in_with_the_password_that_it_was_given_and_with_no_other(how, session, connect, name):
    session(f"CREATE USER \"{name}\" PASSWORD '{WRITTEN[how](GIVEN, name)}'")
    assert opening(connect, name) == (GIVEN, PASSWORD)

    session(f"ALTER USER \"{name}\" PASSWORD '{WRITTEN[how](OTHER, name)}' CREATEDB")
    assert opening(connect, name) == (OTHER, PASSWORD)


def test_a_user_whose_password_is_disabled_gets_in_with_the_sandboxs_alone(session, connect, name):
    session(f'CREATE USER "{name}" PASSWORD DISABLE')
    assert opening(connect, name) == (PASSWORD,)

    session(f"ALTER USER \"{name}\" PASSWORD '{salted(GIVEN)}'")
    session(f'ALTER USER "{name}" PASSWORD DISABLE')
    assert opening(connect, name) == (PASSWORD,)


def test_a_password_is_given_when_its_transaction_is_committed(session, transaction, connect, name):
    session(f"CREATE USER \"{name}\" PASSWORD '{GIVEN}'")
    transaction(f"ALTER USER \"{name}\" PASSWORD '{OTHER}'")
    transaction.connection.rollback()

    assert opening(connect, name) == (GIVEN, PASSWORD)


def test_a_user_gives_itself_a_password_and_nobody_else(session, connect, name):
    for user in (name, f"{name}_2"):
        session(f"CREATE USER \"{user}\" PASSWORD '{GIVEN}'")
    with connect(user=name) as connection, connection.cursor() as cursor:
        cursor.execute(f"ALTER USER \"{name}\" PASSWORD '{OTHER}'")
        connection.commit()
        with pytest.raises(redshift_connector.ProgrammingError, match="42501"):
            cursor.execute(f"ALTER USER \"{name}_2\" PASSWORD '{OTHER}'")

    assert (opening(connect, name), opening(connect, f"{name}_2")) == ((OTHER, PASSWORD), (GIVEN, PASSWORD))


def test_a_password_holds_in_every_database_and_is_not_shown(sandbox, session, connect, name):
    session(f"CREATE USER \"{name}\" PASSWORD '{GIVEN}'")

    assert connect(user=name, password=GIVEN, database=sandbox.address.database)
    assert session("SELECT usename, passwd, useconfig FROM pg_user WHERE usename = ?", name) == [
        (name, "********", None)
    ]


def test_a_user_that_was_dropped_leaves_no_password(session, connect, name):
    session(f"CREATE USER \"{name}\" PASSWORD '{GIVEN}'")
    session(f'DROP USER "{name}"')
    session(f'CREATE USER "{name}" PASSWORD DISABLE')

    assert opening(connect, name) == (PASSWORD,)
