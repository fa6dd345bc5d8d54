"""A warehouse that makes its connection when a transaction needs one, and leaves one that cannot be trusted any more.

It tries nothing again: that is `retry`. **No statement goes to another connection than the one that its transaction
began on.**
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Protocol, Self

from .ports import Warehouse
from .statement import Statement


class Connection(Warehouse, Protocol):
    """A warehouse over one connection, and whatever it asks aside over."""

    trusted: bool

    def close(self) -> None:
        """Ends the connection; what is not committed is undone."""


class Reconnecting:
    """A warehouse; `connect` gives a new connection, or raises WarehouseError or StopError."""

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connect = connect
        self._open: Connection | None = None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A transaction, on a new connection where there is none that can be trusted."""
        with self._trusted() as connection, connection.transaction():
            yield

    def execute(self, statement: Statement, binds: Sequence[str | None] = ()) -> tuple[tuple[Any, ...], ...]:
        """Runs a statement in the open transaction and gives its rows."""
        return self._inside().execute(statement, binds)

    def aside(self, statement: Statement, binds: Sequence[str | None] = ()) -> tuple[tuple[Any, ...], ...]:
        """Runs a query in a transaction of its own, while another may be open."""
        with self._trusted() as connection:
            return connection.aside(statement, binds)

    def load(self, statement: Statement, rows: Sequence[Sequence[str | None]]) -> None:
        """Runs an insert of many rows in the open transaction."""
        self._inside().load(statement, rows)

    def alone(self, statement: Statement) -> tuple[tuple[Any, ...], ...]:
        """Runs a statement outside any transaction."""
        with self._trusted() as connection:
            return connection.alone(statement)

    def reach(self) -> None:
        """Makes the connection now, so that a first failure is told before anything else is done."""
        with self._trusted():
            pass

    @contextmanager
    def _trusted(self) -> Iterator[Connection]:
        if self._open is None:
            self._open = self._connect()
        try:
            yield self._open
        finally:
            if self._open and not self._open.trusted:
                self.close()

    def _inside(self) -> Connection:
        if self._open is None:
            raise RuntimeError("a statement outside a transaction")
        return self._open

    def close(self) -> None:
        """Ends the connection, if there is one."""
        connection, self._open = self._open, None
        if connection is not None:
            connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
