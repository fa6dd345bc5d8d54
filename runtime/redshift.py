"""The warehouse over redshift_connector, its one owner. The driver's exceptions are translated here, by SQLSTATE.

Every value is bound as text, so that the parameter types of a statement never vary (a number of another width would be
another prepared statement). A failure of the system is a WarehouseError, whatever would fail again is a StopError.
**No password is ever part of an error.**
"""

from __future__ import annotations

import decimal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import redshift_connector
from redshift_connector.core import Connection
from redshift_connector.error import Error

from .errors import StopError, StreamplanError, WarehouseError
from .plan import DestinationSettings
from .statement import Statement

_BIND_LIMIT = 32_767  # of the driver (RS-702)
_ROWS_LIMIT = 512
_BYTES_LIMIT = 4 * 1024 * 1024  # a quarter of what a statement may have (RS-201)
_DIGITS = 76  # the driver rounds decimals to the context's precision
_LOOPBACK = ("127.0.0.1", "localhost")
_FATAL = ("FATAL", "PANIC")
_ABSENT = ("42P01", "3F000")  # no such table, no such schema
_CONFLICTS = ("40001", "40P01")
# Connection, rollback, no resources, objects in use, operator, system, internal. Redshift says XX000 of conflicts, of a
# full disk and of a resize.
_SYSTEM = ("08", "40", "53", "55", "57", "58", "XX")
_READ_ONLY = "25006"  # while a cluster is resized
_IDLE = "25P03"  # the server closed a transaction that stood open too long
_IDLE_SECONDS, _PROBE_SECONDS, _PROBES = 60, 10, 6  # until a silent way to the warehouse counts as lost


class RedshiftWarehouse:
    """A connection, and a second one from `another` once something is asked aside. Not for two threads.

    It is `trusted` until it fails with anything but a clean error of the server: an answer may then be left unread, and
    the next statement would be given it (RS-708).
    """

    def __init__(self, connection: Connection, another: Callable[[], Connection]) -> None:
        self._connection, self._another = connection, another
        self._second: RedshiftWarehouse | None = None
        self.trusted = True

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commits at the end; rolls back when an exception leaves it, or closes when the process is leaving."""
        try:
            yield
        except Exception:
            self._undo()
            raise
        except BaseException:
            self.close()
            raise
        with self._talking("COMMIT"):
            self._connection.commit()

    def execute(self, statement: Statement, binds: Sequence[str | None] = ()) -> tuple[tuple[Any, ...], ...]:
        """Runs a statement in the open transaction and gives its rows."""
        return self._run(statement.path, statement.sql, binds)

    def aside(self, statement: Statement, binds: Sequence[str | None] = ()) -> tuple[tuple[Any, ...], ...]:
        """Runs a query in a transaction of its own, on the second connection: a failure leaves that one alone."""
        second = self._second = self._second or RedshiftWarehouse(self._another(), self._another)
        try:
            return second.alone(statement, binds)
        finally:
            if not second.trusted:
                self._close_second()

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

    def alone(self, statement: Statement, binds: Sequence[str | None] = ()) -> tuple[tuple[Any, ...], ...]:
        """Runs a statement outside any transaction."""
        with self._talking(statement.path):
            self._connection.rollback()
            self._connection.autocommit = True
        try:
            return self._run(statement.path, statement.sql, binds)
        finally:
            self._connection.autocommit = False

    def close(self) -> None:
        """Closes the connections; a lost one is as good as closed."""
        self.trusted = False
        self._close_second()
        with suppress(Error, OSError):
            self._connection.close()

    def _close_second(self) -> None:
        second, self._second = self._second, None
        if second is not None:
            second.close()

    def _undo(self) -> None:
        if self.trusted:
            with suppress(StreamplanError), self._talking("ROLLBACK"):
                self._connection.rollback()
        if not self.trusted:
            self.close()

    @contextmanager
    def _talking(self, path: str) -> Iterator[None]:
        """Nothing is trusted until the server has answered."""
        self.trusted = False
        try:
            yield
        except Exception as error:  # noqa: BLE001 - the driver fails with KeyError, ValueError, struct.error too
            server = _server_fields(error)
            self.trusted = bool(server.get("C")) and server.get("S") not in _FATAL
            raise (_error(path, server) if server.get("C") else _lost(path, error)) from None
        self.trusted = True

    def _run(self, path: str, sql: str, binds: Sequence[str | None]) -> tuple[tuple[Any, ...], ...]:
        with self._talking(path), self._connection.cursor() as cursor:
            cursor.paramstyle = "qmark"
            cursor.execute(sql, tuple(binds)) if binds else cursor.execute(sql)
            return tuple(tuple(row) for row in cursor.fetchall()) if cursor.description else ()


def _size(rows: Sequence[Sequence[str | None]]) -> int:
    return sum(len(value) for row in rows for value in row if value)


@contextmanager
def connected(settings: DestinationSettings) -> Iterator[RedshiftWarehouse]:
    """A warehouse, while the `with` lasts; raises as `connect`."""
    warehouse = connect(settings)
    try:
        yield warehouse
    finally:
        warehouse.close()


def connect(settings: DestinationSettings) -> RedshiftWarehouse:
    """A new connection. TLS is on and verified, but for an address of this machine.

    Raises WarehouseError X950 when it cannot be reached, StopError X951 when it does not let us in.
    """
    decimal.getcontext().prec = _DIGITS
    another = partial(_connection, settings)
    return RedshiftWarehouse(another(), another)


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
            tcp_keepalive_idle=_IDLE_SECONDS,
            tcp_keepalive_interval=_PROBE_SECONDS,
            tcp_keepalive_count=_PROBES,
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


def _error(path: str, server: Mapping[str, str]) -> StreamplanError:
    """What the server's error means. The causes are sorted here: what may pass is a WarehouseError."""
    code, text = server["C"], server.get("M", "")
    if code == "42501":
        message = f"{path}: {text}"
        return StopError("X953", message, help="run the access statements of the plan: streamplan apply PLAN")
    if code in _ABSENT:
        return StopError("X956", f"{path}: {text}", help="the plan is not applied here: streamplan apply PLAN")
    if code in _CONFLICTS or text == "1023":
        help_ = "nothing was written; run it again"
        return WarehouseError("X954", f"{path}: conflict with another transaction: {text}", help=help_, sqlstate=code)
    message = f"{path}: {text} ({code})"
    if code.startswith(_SYSTEM) or code in (_READ_ONLY, _IDLE):
        help_ = "the transaction was rolled back and nothing was lost; run it again once the warehouse is well"
        return WarehouseError("X957", message, help=help_, sqlstate=code)
    return StopError("X955", message, help="the transaction was rolled back; run it again once it is mended")


def _lost(path: str, error: Exception) -> WarehouseError:
    what = str(error) if isinstance(error, (Error, OSError)) else f"{type(error).__name__}: {error}"
    message = f"{path}: the connection to the warehouse was lost: {what}"
    return WarehouseError("X952", message, help="nothing was lost: run it again, and it goes on from the ledger")


def _server_fields(error: Exception) -> dict[str, str]:
    """What the server said, by field letter; empty when it never answered."""
    first = error.args[0] if error.args else None
    return first if isinstance(first, dict) else {}
