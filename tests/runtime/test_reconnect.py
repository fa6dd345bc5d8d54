"""A connection is made when it is needed, kept while it can be trusted, and never changed within a transaction."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from streamplan.runtime.errors import StopError, WarehouseError
from streamplan.runtime.reconnect import Reconnecting
from streamplan.runtime.statement import Statement

ONE = Statement(path="one")


class Connection:
    """Notes what it is asked; `broken` makes the next statement fail and the connection untrusted."""

    def __init__(self, number: int, calls: list[str]) -> None:
        self.number, self.calls = number, calls
        self.trusted, self.broken = True, False

    @contextmanager
    def transaction(self):
        self.note("begin")
        yield
        self.note("commit")

    def execute(self, statement, binds=()):
        self.note(f"{statement.path}{list(binds) or ''}")
        if self.broken:
            self.trusted = False
            raise WarehouseError("X952", "lost")
        return ((self.number,),)

    def aside(self, statement, binds=()):
        self.note("aside")
        return self.execute(statement, binds)

    def load(self, _, rows):
        self.note(f"load {len(rows)}")

    def alone(self, statement):
        self.note("alone")
        return self.execute(statement)

    def close(self):
        self.note("close")

    def note(self, what: str) -> None:
        self.calls.append(f"{self.number} {what}")


class Connecting:
    """Gives numbered connections; fails first where it is told to."""

    def __init__(self, *errors: Exception) -> None:
        self.errors, self.made, self.calls = list(errors), [], []

    def __call__(self):
        if self.errors:
            raise self.errors.pop(0)
        self.made.append(Connection(len(self.made) + 1, self.calls))
        return self.made[-1]


def asked(warehouse) -> int:
    """The number of the connection that answers."""
    with warehouse.transaction():
        ((number,),) = warehouse.execute(ONE)
    return number


def test_no_connection_is_made_before_it_is_needed():
    connecting = Connecting()
    with Reconnecting(connecting):
        pass
    assert connecting.made == []


def test_a_connection_serves_one_transaction_after_the_other_and_is_closed_at_the_end():
    connecting = Connecting()
    with Reconnecting(connecting) as warehouse, warehouse.transaction():
        warehouse.execute(ONE, ("a",))
        warehouse.load(ONE, [(), ()])
    assert connecting.calls == ["1 begin", "1 one['a']", "1 load 2", "1 commit", "1 close"]


def test_a_connection_that_cannot_be_trusted_is_closed_and_the_next_transaction_has_a_new_one():
    connecting = Connecting()
    with Reconnecting(connecting) as warehouse:
        assert asked(warehouse) == 1
        connecting.made[0].broken = True
        with pytest.raises(WarehouseError):
            asked(warehouse)
        assert connecting.calls[-1] == "1 close"
        assert asked(warehouse) == 2


def test_a_clean_error_keeps_the_connection():
    connecting = Connecting()
    with Reconnecting(connecting) as warehouse:
        with pytest.raises(StopError), warehouse.transaction():
            raise StopError("X955", "refused")
        assert asked(warehouse) == 1


def test_a_connection_that_broke_under_a_statement_alone_is_left_too():
    connecting = Connecting()
    with Reconnecting(connecting) as warehouse:
        warehouse.alone(ONE)
        connecting.made[0].broken = True
        with pytest.raises(WarehouseError):
            warehouse.alone(ONE)
        assert asked(warehouse) == 2


def test_a_connection_that_broke_under_a_query_aside_is_left_with_its_transaction():
    connecting = Connecting()
    with Reconnecting(connecting) as warehouse:
        assert warehouse.aside(ONE) == ((1,),)
        connecting.made[0].broken = True
        with pytest.raises(WarehouseError), warehouse.transaction():
            warehouse.aside(ONE)
        assert connecting.calls[-1] == "1 close"
        assert asked(warehouse) == 2


def test_a_warehouse_that_cannot_be_reached_may_be_reached_the_next_time():
    connecting = Connecting(WarehouseError("X950", "no way"))
    with Reconnecting(connecting) as warehouse:
        with pytest.raises(WarehouseError, match="no way"):
            warehouse.reach()
        warehouse.reach()
        assert asked(warehouse) == 1


def test_a_statement_outside_a_transaction_is_a_fault_of_ours():
    with Reconnecting(Connecting()) as warehouse, pytest.raises(RuntimeError):
        warehouse.execute(ONE)
