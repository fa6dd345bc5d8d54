"""Makes, starts and stops the PostgreSQL server behind the gateway, in a folder of its own, on a Unix socket only.

It is tuned to be quick, not to survive a crash of the machine or a kill of the server: nothing is forced to disk, and
a commit is answered before it is written. **A server that was started
is stopped when the `with` ends, and its temporary files go with it.**
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Any

from streamplan.runtime.errors import StreamplanError

from . import install
from .query import Refused, Session, over_unix

ADMIN = "admin"
DATABASE = "dev"
_MARK = "streamplan-sandbox"
_READY = "ready\n"
_SOCKET_BYTES = 107  # the longest path of a Unix socket: 107 on Linux, 103 on macOS
_SOCKET_NAME = ".s.PGSQL.5432"
_START_SECONDS = 60
_STOP_SECONDS = 20
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
    "jit": "off",
    "deadlock_timeout": "200ms",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "datestyle": "ISO, MDY",
    "bytea_output": "hex",
    "standard_conforming_strings": "off",
    "escape_string_warning": "off",
    "redshift.enable_case_sensitive_identifier": "off",
}


class Isolation(StrEnum):
    """The isolation level of the databases: SNAPSHOT is Redshift's default today, SERIALIZABLE its older one."""

    SNAPSHOT = "snapshot"
    SERIALIZABLE = "serializable"


_LEVELS = {Isolation.SNAPSHOT: "repeatable read", Isolation.SERIALIZABLE: "serializable"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server: where its socket is, and its process id."""

    socket: Path
    pid: int


@contextlib.contextmanager
def serving(kept: Path | None, isolation: Isolation) -> Iterator[Server]:
    """A server with the compatibility objects and the database `dev`, in `kept`, or in a temporary folder.

    Raises:
        StreamplanError: B901 programs missing, B902 no account to run as, B903 the server does not start,
            B904 `kept` holds something else, B905 the server's account cannot enter it.

    """
    runs_as = install.account()
    with contextlib.ExitStack() as stack:
        sockets = stack.enter_context(_temporary(_socket_root(tempfile.gettempdir()), runs_as))
        folder = stack.enter_context(_temporary(tempfile.gettempdir(), runs_as)) if kept is None else kept
        data = _data_folder(folder, runs_as)
        programs = install.programs(install.site(), folder, runs_as)
        if (folder / _MARK).read_text() != _READY:
            _make_cluster(programs, data, runs_as)
        server = stack.enter_context(_process(programs, data, sockets, isolation, runs_as))
        if (folder / _MARK).read_text() != _READY:
            _fill(server)
            (folder / _MARK).write_text(_READY)
        yield server


@contextlib.contextmanager
def _temporary(root: str, runs_as: install.Account | None) -> Iterator[Path]:
    """A folder of the account's own, removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="sp-", dir=root))
    try:
        if runs_as is not None:
            os.chown(folder, runs_as.uid, runs_as.gid)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _socket_root(temporary: str) -> str:
    """The system's temporary directory, or a shorter one where a socket's path would not fit."""
    longest = len(os.fsencode(f"{temporary}/sp-xxxxxxxx/{_SOCKET_NAME}")) + 4
    return temporary if longest < _SOCKET_BYTES else "/tmp"  # noqa: S108 - mkdtemp makes a private folder in it


def _data_folder(folder: Path, runs_as: install.Account | None) -> Path:
    """The place for the server's files in `folder`, which is marked as a sandbox before anything is written to it."""
    folder.mkdir(parents=True, exist_ok=True)
    mark = folder / _MARK
    if not mark.exists():
        if any(folder.iterdir()):
            raise StreamplanError(
                "B904",
                f'"{folder}" is not empty, and it is not a sandbox',
                help="give an empty or a new folder, or one that a sandbox was kept in",
            )
        mark.write_text("")
    data = folder / "data"
    if mark.read_text() != _READY:
        shutil.rmtree(data, ignore_errors=True)
    data.mkdir(mode=0o700, exist_ok=True)
    if runs_as is not None:
        _hand_over(folder, data, runs_as)
    return data


def _hand_over(folder: Path, data: Path, runs_as: install.Account) -> None:
    if not install.enterable(folder):
        raise StreamplanError(
            "B905",
            f'the account "{runs_as.name}", as which root runs PostgreSQL, cannot enter "{folder}"',
            help="give a folder that every account may enter, or run the sandbox as a normal user",
        )
    folder.chmod(0o711)
    os.chown(data, runs_as.uid, runs_as.gid)


def _make_cluster(programs: Path, data: Path, runs_as: install.Account | None) -> None:
    command = [str(programs / "initdb"), "-D", str(data), "-U", ADMIN, "-A", "trust", "-E", "UTF8", "--locale=C"]
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync", "--no-instructions"]
    made = subprocess.run(
        command, check=False, capture_output=True, text=True, cwd="/", env=_environment(), **_identity(runs_as)
    )
    if made.returncode != 0:
        raise _does_not_start(made.stdout + made.stderr)


def _identity(runs_as: install.Account | None) -> dict[str, Any]:
    if runs_as is None:
        return {}
    return {"user": runs_as.uid, "group": runs_as.gid, "extra_groups": []}


def _environment() -> dict[str, str]:
    """No PG variable, no locale and no secret of ours reaches the server."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


@contextlib.contextmanager
def _process(
    programs: Path, data: Path, sockets: Path, isolation: Isolation, runs_as: install.Account | None
) -> Iterator[Server]:
    settings = _SETTINGS | {"default_transaction_isolation": _LEVELS[isolation]}
    command = [str(programs / "postgres"), "-D", str(data), "-k", str(sockets)]
    command += [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
    with (data.parent / "log").open("wb") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", env=_environment(), **_identity(runs_as)
        )
    server = Server(socket=sockets / _SOCKET_NAME, pid=process.pid)
    try:
        _wait_until_ready(server, process, Path(log.name))
        yield server
    finally:
        _stop(process)


def _wait_until_ready(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError, Refused), _session(server, "template1"):
            return
        time.sleep(0.01)
    raise _does_not_start(log.read_text(errors="replace"))


def _does_not_start(log: str) -> StreamplanError:
    said = "\n".join(log.strip().splitlines()[-5:])
    return StreamplanError(
        "B903", f"PostgreSQL does not start; it says:\n{said}", help="is another sandbox running in the same folder?"
    )


def _stop(process: subprocess.Popen[bytes]) -> None:
    """A fast shutdown; a server that hangs is killed."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_SECONDS)
            return


def _fill(server: Server) -> None:
    with _session(server, "template1") as session:
        for name in ("compat.sql", "layout.sql", "rights.sql", "copy.sql"):
            session.run(files(__package__).joinpath(name).read_text())
    with _session(server, "postgres") as session:
        session.run(f"CREATE DATABASE {DATABASE}")


def _session(server: Server, database: str) -> Session:
    return Session(over_unix(server.socket), user=ADMIN, database=database)
