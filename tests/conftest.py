"""Shared fixtures: a sandbox for each worker, an empty warehouse for each test that asks, and the real driver to it."""

from __future__ import annotations

import contextlib
import itertools
import os

import pytest
import redshift_connector
from hypothesis import HealthCheck, settings
from streamplan.sandbox.sandbox import running

settings.register_profile("any speed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any speed")

_numbers = itertools.count(1)


@pytest.fixture(scope="session", autouse=True)
def cache_of_its_own(tmp_path_factory):
    """No test reads or writes the user's cache folder."""
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def sandbox():
    with running() as started:
        yield started


@pytest.fixture
def warehouse(sandbox):
    """The address of a fresh, empty database."""
    address = sandbox.create_database(f"test_{next(_numbers)}")
    yield address
    sandbox.drop_database(address.database)


@pytest.fixture
def connect(warehouse):
    """Opens connections of the real driver to the warehouse; they are closed at the end of the test."""
    with contextlib.ExitStack() as stack:

        def opened(**changes):
            how = {"host": warehouse.host, "port": warehouse.port, "user": warehouse.user}
            how |= {"password": warehouse.password, "database": warehouse.database}
            how |= {"ssl": False, "max_prepared_statements": 0, "timeout": 60}
            connection = redshift_connector.connect(**(how | changes))
            stack.callback(_closed, connection)
            return connection

        yield opened


def _closed(connection):
    with contextlib.suppress(redshift_connector.Error, OSError):
        connection.close()


@pytest.fixture
def session(connect):
    """A connection that commits every statement, as a function from a statement and its binds to the rows."""
    connection = connect()
    connection.autocommit = True
    return Statements(connection)


class Statements:
    """Executes statements with `?` binds. A refused one raises; `refused` gives the error's fields instead."""

    def __init__(self, connection):
        self.connection = connection

    def __call__(self, sql, *binds):
        with self.connection.cursor() as cursor:
            cursor.paramstyle = "qmark"
            cursor.execute(sql, binds)
            return [tuple(row) for row in cursor.fetchall()] if cursor.description else []

    def refused(self, sql, *binds):
        with pytest.raises(redshift_connector.Error) as caught:
            self(sql, *binds)
        return caught.value.args[0]


@pytest.fixture
def transaction(connect):
    """As `session`, in one transaction until it is committed or rolled back."""
    return Statements(connect())


def pytest_addoption(parser):
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden files; review the diff")
    parser.addoption("--chaos", choices=("short", "long"), default="short", help="how much chaos tests let go wrong")
    parser.addoption("--chaos-seed", type=int, default=20_260_101, help="the seed of all their chance")


@pytest.fixture
def update_golden(request):
    return request.config.getoption("--update-golden")
