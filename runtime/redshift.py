"""The warehouse over redshift_connector, its one owner. The driver's exceptions are translated here, by SQLSTATE.

Every value is bound as text, so that the parameter types of a statement never vary (a number of another width would be
another prepared statement). **No password is ever part of an error.**
"""

from __future__ import annotations

import decimal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import redshift_connector
from redshift_connector.core import Connection
from redshift_connector.error import Error

from .errors import StopError, StreamplanError, WarehouseError
from .plan import DestinationSettings, Statement

_BIND_LIMIT = 32_767  # of the driver (RS-702)
_ROWS_LIMIT = 512
_BYTES_LIMIT = 4 * 1024 * 1024  # a quarter of what a statement may have (RS-201)
_DIGITS = 76  # the driver rounds decimals to the context's precision
_LOOPBACK = ("127.0.0.1", "localhost")
_ABSENT = ("42P01", "3F000")  # no such table, no such schema
_CONFLICTS = ("40001", "40P01")


class RedshiftWarehouse:
    """A connection. One transaction at a time; not for two threads."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commits at the end; rolls back when an exception leaves it."""
        try:
            yield
        except BaseException:
            with suppress(Error, OSError):
                self._connection.rollback()
            raise
        with _translated("COMMIT"):
            self._connection.commit()

    def execute(self, statement: Statement, binds: Sequence[str | None] = ()) -> tuple[tuple[Any, ...], ...]:
        """Runs a statement in the open transaction and gives its rows."""
        return self._run(statement.path, statement.sql, binds)

    def load(self, statement: Statement, rows: Sequence[Sequence[str | None]]) -> None:
        """Inserts rows, many a statement: in powers of two, so that few texts occur and the driver keeps few."""
        head = statement.sql.rstrip().removesuffix(statement.row)
        most = max(1, min(_ROWS_LIMIT, _BIND_LIMIT // len(statement.binds)))
        start = 0
        while start < len(rows):
            count = 1 << (min(most, len(rows) - start).bit_length() - 1)
            while count > 1 and _size(rows[start : start + count]) > _BYTES_LIMIT:
                count //= 2
            sql = head + ",\n".join([statement.row] * count)
            self._run(statement.path, sql, [value for row in rows[start : start + count] for value in row])
            start += count

    def alone(self, statement: Statement) -> tuple[tuple[Any, ...], ...]:
        """Runs a statement outside any transaction."""
        with _translated(statement.path):
            self._connection.rollback()
            self._connection.autocommit = True
        try:
            return self._run(statement.path, statement.sql, ())
        finally:
            self._connection.autocommit = False

    def close(self) -> None:
        """Closes the connection; a lost one is as good as closed."""
        with suppress(Error, OSError):
            self._connection.close()

    def _run(self, path: str, sql: str, binds: Sequence[str | None]) -> tuple[tuple[Any, ...], ...]:
        with _translated(path), self._connection.cursor() as cursor:
            cursor.paramstyle = "qmark"
            cursor.execute(sql, tuple(binds)) if binds else cursor.execute(sql)
            return tuple(tuple(row) for row in cursor.fetchall()) if cursor.description else ()


def _size(rows: Sequence[Sequence[str | None]]) -> int:
    return sum(len(value) for row in rows for value in row if value)


@contextmanager
def connected(settings: DestinationSettings) -> Iterator[RedshiftWarehouse]:
    """A warehouse, while the `with` lasts. TLS is on and verified, but for an address of this machine.

    Raises WarehouseError X950 when it cannot be reached, StopError X951 when it does not let us in.
    """
    decimal.getcontext().prec = _DIGITS
    warehouse = RedshiftWarehouse(_connection(settings))
    try:
        yield warehouse
    finally:
        warehouse.close()


def _connection(settings: DestinationSettings) -> Connection:
    where = f"{settings.host}:{settings.port}"
    try:
        return redshift_connector.connect(
            host=settings.host,
            port=int(settings.port),
            user=settings.user,
            password=settings.password,
            database=settings.database,
            ssl=settings.host not in _LOOPBACK,
            application_name="streamplan",
            max_prepared_statements=0,
        )
    except Error as error:
        raise _refused(error, settings, where) from None
    except OSError as error:
        raise _unreachable(where, error) from None
    except ValueError:  # a host, user or password in no encoding that the driver can send
        raise StopError(
            "X951", f"cannot connect to {where}: a setting cannot be sent", help="check the settings"
        ) from None


def _refused(error: Error, settings: DestinationSettings, where: str) -> StreamplanError:
    server = _server_fields(error)
    match server.get("C", ""):
        case "28000" | "28P01":
            message = f'{where} does not let user "{settings.user}" in'
            return StopError("X951", message, help="check REDSHIFT_USER and REDSHIFT_PASSWORD")
        case "3D000":
            message = f'{where} has no database "{settings.database}"'
            return StopError("X951", message, help="check destination.database in the spec")
        case _:
            return _unreachable(where, error)


def _unreachable(where: str, error: Exception) -> WarehouseError:
    reason = str(_server_fields(error).get("M") or error)
    return WarehouseError(
        "X950", f"cannot reach the warehouse at {where}: {reason}", help="check host, port and network"
    )


@contextmanager
def _translated(path: str) -> Iterator[None]:
    try:
        yield
    except Error as error:
        raise _error(path, error) from None
    except OSError as error:
        raise _lost(path, error) from None


def _error(path: str, error: Error) -> StreamplanError:
    server = _server_fields(error)
    code, text = server.get("C", ""), server.get("M", "")
    if not code:
        return _lost(path, error)
    if code == "42501":
        message = f"{path}: {text}"
        return StopError("X953", message, help="run the access statements of the plan: streamplan apply PLAN")
    if code in _ABSENT:
        return StopError("X956", f"{path}: {text}", help="the plan is not applied here: streamplan apply PLAN")
    if code in _CONFLICTS or text == "1023":
        help_ = "nothing was written; run it again"
        return WarehouseError("X954", f"{path}: conflict with another transaction: {text}", help=help_, sqlstate=code)
    message = f"{path}: {text} ({code})"
    return WarehouseError(
        "X955", message, help="the transaction was rolled back; run it again once it is mended", sqlstate=code
    )


def _lost(path: str, error: Exception) -> WarehouseError:
    message = f"{path}: the connection to the warehouse was lost: {error}"
    return WarehouseError("X952", message, help="nothing was lost: run it again, and it goes on from the ledger")


def _server_fields(error: Exception) -> dict[str, str]:
    """What the server said, by field letter; empty when it never answered."""
    first = error.args[0] if error.args else None
    return first if isinstance(first, dict) else {}
