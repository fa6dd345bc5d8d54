"""What the errors of driver and server mean: which may pass, which stop, after which a connection is trusted."""

from __future__ import annotations

import struct
from contextlib import suppress

import pytest
from redshift_connector.error import InterfaceError, ProgrammingError
from streamplan.runtime.errors import StopError, StreamplanError, WarehouseError
from streamplan.runtime.redshift import RedshiftWarehouse
from streamplan.runtime.statement import Statement

ONE = Statement(path="one.sql", sql="SELECT 1")


class Driver:
    """A connection of the driver whose statements, commit or rollback fail as told."""

    def __init__(self, **errors: BaseException) -> None:
        self.errors = errors
        self.calls: list[str] = []
        self.description = None

    def cursor(self):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing."""

    def execute(self, *_: object) -> None:
        self.called("execute")

    def commit(self) -> None:
        self.called("commit")

    def rollback(self) -> None:
        self.called("rollback")

    def close(self) -> None:
        self.called("close")

    def called(self, name: str) -> None:
        self.calls.append(name)
        if name in self.errors:
            raise self.errors[name]


def server(code: str, text: str = "so it is", severity: str = "ERROR") -> ProgrammingError:
    return ProgrammingError({"S": severity, "C": code, "M": text})


def failed(**errors: BaseException) -> tuple[Driver, RedshiftWarehouse, BaseException]:
    """The driver, the warehouse and the error after a transaction of one statement."""
    driver = Driver(**errors)
    warehouse = RedshiftWarehouse(driver, Driver)
    with pytest.raises(BaseException) as caught, warehouse.transaction():  # noqa: PT011 - which one is the test's
        warehouse.execute(ONE)
    return driver, warehouse, caught.value


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("40001", "X954"),  # serialization
        ("40P01", "X954"),  # deadlock
        ("08006", "X957"),  # connection failure
        ("25006", "X957"),  # read-only while it is resized
        ("25P03", "X957"),  # a transaction idle for too long
        ("53100", "X957"),  # disk full
        ("53200", "X957"),  # out of memory
        ("53300", "X957"),  # too many connections
        ("55P03", "X957"),  # lock not available
        ("57014", "X957"),  # statement time-out
        ("57P01", "X957"),  # shutting down
        ("57P03", "X957"),  # starting up
        ("58030", "X957"),  # input and output
        ("XX000", "X957"),  # Redshift's own
    ],
)
def test_a_failure_of_the_system_may_pass(state: str, code: str):
    driver, warehouse, error = failed(execute=server(state))
    assert (type(error), error.code, error.sqlstate, error.exit_code) == (WarehouseError, code, state, 4)
    assert (driver.calls, warehouse.trusted) == (["execute", "rollback"], True)


def test_redshifts_own_serializable_isolation_violation_is_a_conflict():
    _, _, error = failed(execute=server("XX000", "1023"))
    assert (type(error), error.code) == (WarehouseError, "X954")


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("42501", "X953"),  # a missing grant
        ("42P01", "X956"),  # a missing table
        ("3F000", "X956"),  # a missing schema
        ("42601", "X955"),  # syntax
        ("22003", "X955"),  # a number out of range
        ("0A000", "X955"),  # not supported
    ],
)
def test_what_would_fail_again_stops(state: str, code: str):
    driver, warehouse, error = failed(execute=server(state))
    assert (type(error), error.code, error.exit_code) == (StopError, code, 1)
    assert (driver.calls, warehouse.trusted) == (["execute", "rollback"], True)


@pytest.mark.parametrize(
    "error",
    [
        InterfaceError("BrokenPipe: server socket closed"),
        BrokenPipeError(32, "Broken pipe"),
        TimeoutError("timed out"),
        struct.error("unpack requires a buffer of 5 bytes"),
        KeyError(b"G"),
        ValueError("hour must be in 0..23"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_after_anything_but_a_clean_error_of_the_server_the_connection_is_closed(error: Exception):
    driver, warehouse, found = failed(execute=error)
    assert (type(found), found.code) == (WarehouseError, "X952")
    assert (driver.calls, warehouse.trusted) == (["execute", "close"], False)


def test_a_fatal_error_ends_the_connection():
    driver, warehouse, found = failed(execute=server("57P01", severity="FATAL"))
    assert (found.code, driver.calls, warehouse.trusted) == ("X957", ["execute", "close"], False)


def test_a_commit_without_an_answer_is_a_lost_connection():
    _, warehouse, found = failed(commit=BrokenPipeError(32, "Broken pipe"))
    assert (found.code, found.message[:6], warehouse.trusted) == ("X952", "COMMIT", False)


def test_a_rollback_that_fails_closes_the_connection_and_the_first_error_is_told():
    driver, warehouse, found = failed(execute=server("57014"), rollback=BrokenPipeError(32, "Broken pipe"))
    assert (found.code, driver.calls, warehouse.trusted) == ("X957", ["execute", "rollback", "close"], False)


def test_who_leaves_at_once_sends_nothing_more_in_the_transaction():
    driver, warehouse, found = failed(execute=KeyboardInterrupt())
    assert (type(found), driver.calls, warehouse.trusted) == (KeyboardInterrupt, ["execute", "close"], False)


def test_a_statement_alone_that_is_lost_leaves_no_trust():
    driver = Driver(execute=BrokenPipeError(32, "Broken pipe"))
    warehouse = RedshiftWarehouse(driver, Driver)
    with suppress(StreamplanError):
        warehouse.alone(ONE)
    assert (driver.calls, warehouse.trusted) == (["rollback", "execute"], False)


class Others:
    """Gives further connections of the driver, the first of which fails as told."""

    def __init__(self, **errors: BaseException) -> None:
        self.errors, self.made = errors, []

    def __call__(self) -> Driver:
        self.made.append(Driver(**self.errors))
        self.errors = {}
        return self.made[-1]


def test_what_is_asked_aside_has_a_connection_of_its_own_that_is_made_then_and_closed_with_the_first():
    driver, others = Driver(), Others()
    warehouse = RedshiftWarehouse(driver, others)
    with warehouse.transaction():
        warehouse.execute(ONE)
        assert others.made == []
        warehouse.aside(ONE)
        warehouse.aside(ONE)
    warehouse.close()
    assert driver.calls == ["execute", "commit", "close"]
    assert [other.calls for other in others.made] == [["rollback", "execute"] * 2 + ["close"]]


@pytest.mark.parametrize(
    ("error", "code", "made"),
    [
        (BrokenPipeError(32, "Broken pipe"), "X952", 2),
        (server("57P01", severity="FATAL"), "X957", 2),
        (server("57014"), "X957", 1),
    ],
)
def test_a_failure_aside_undoes_the_transaction_and_leaves_the_second_connection_alone(error, code, made):
    driver, others = Driver(), Others(execute=error)
    warehouse = RedshiftWarehouse(driver, others)
    with pytest.raises(WarehouseError) as caught, warehouse.transaction():
        warehouse.aside(ONE)
    assert (caught.value.code, driver.calls, warehouse.trusted) == (code, ["rollback"], True)
    others.made[0].errors = {}
    warehouse.aside(ONE)
    assert len(others.made) == made
    assert (others.made[0].calls[-1] == "close") == (made == 2)


def test_who_leaves_at_once_closes_both_connections():
    driver, others = Driver(), Others(execute=KeyboardInterrupt())
    warehouse = RedshiftWarehouse(driver, others)
    with pytest.raises(KeyboardInterrupt), warehouse.transaction():
        warehouse.aside(ONE)
    assert (driver.calls, others.made[0].calls) == (["close"], ["rollback", "execute", "close"])


def test_a_second_connection_that_cannot_be_made_undoes_the_transaction():
    def refused() -> Driver:
        raise WarehouseError("X950", "too many connections")

    driver = Driver()
    warehouse = RedshiftWarehouse(driver, refused)
    with pytest.raises(WarehouseError, match="too many"), warehouse.transaction():
        warehouse.aside(ONE)
    assert (driver.calls, warehouse.trusted) == (["rollback"], True)
