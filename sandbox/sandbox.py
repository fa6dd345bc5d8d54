"""A sandbox to use: starts the process that serves it, says where it is, and stops it.

It is a development tool, not Redshift: it cannot show Redshift's speed, workload management, IAM, or the binary details
of the protocol. COPY reads an S3 of its own, or one that it is told.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from streamplan.runtime.errors import StreamplanError

from .gateway import HOST
from .names import quoted
from .passwords import PASSWORD
from .postgres import ADMIN, DATABASE, Isolation
from .query import Session, over_tcp

_STOP_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """How to connect, with `ssl=False`; `s3` is the address of the S3 that COPY reads."""

    host: str
    port: int
    user: str
    password: str
    database: str
    s3: str = ""

    def environment(self) -> dict[str, str]:
        """The variables that a spec's `destination` is filled from, and those that lead to the sandbox's own S3."""
        return {
            "REDSHIFT_HOST": self.host,
            "REDSHIFT_PORT": str(self.port),
            "REDSHIFT_USER": self.user,
            "REDSHIFT_PASSWORD": self.password,
            "REDSHIFT_DATABASE": self.database,
            "AWS_ENDPOINT_URL_S3": self.s3,
            "AWS_ACCESS_KEY_ID": "sandbox",
            "AWS_SECRET_ACCESS_KEY": "sandbox",
            "AWS_DEFAULT_REGION": "us-east-1",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """A running sandbox. The address's password opens every user."""

    address: Address
    pid: int
    postgres_pid: int

    def create_database(self, name: str) -> Address:
        """Makes an empty database. `name` is as Redshift stores it, in lower case. Raises `query.Refused`."""
        with _session(self.address) as session:
            session.run(f"CREATE DATABASE {quoted(name)}")
        return replace(self.address, database=name)

    def drop_database(self, name: str) -> None:
        """Removes a database that nobody is connected to. Raises `query.Refused`."""
        with _session(self.address) as session:
            session.run(f"DROP DATABASE {quoted(name)}")


def _session(address: Address) -> Session:
    connection = over_tcp(address.host, address.port)
    return Session(connection, user=address.user, database=address.database, password=address.password)


@contextlib.contextmanager
def running(
    folder: Path | None = None, port: int = 0, isolation: Isolation = Isolation.SNAPSHOT, s3: str = ""
) -> Iterator[Sandbox]:
    """A sandbox, while the `with` lasts. `folder` is kept and used again; port 0 is any free one.

    COPY reads the S3 at the address `s3`, or one of the sandbox's own.

    Raises:
        StreamplanError: B901 to B906 of `postgres.serving` and `gateway.listen`; B907 the process died at its start.

    """
    command = [sys.executable, "-m", f"{__package__}.serve", "--port", str(port), "--isolation", isolation]
    command += ["--s3", s3] if s3 else []
    command += [] if folder is None else ["--keep", str(folder.absolute())]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True) as process:
        try:
            yield _told(process)
        finally:
            _release(process)


def _told(process: subprocess.Popen[bytes]) -> Sandbox:
    line = process.stdout.readline() if process.stdout else b""
    told: dict[str, Any] = json.loads(line) if line else {}
    if "code" in told:
        raise StreamplanError(told["code"], told["message"], help=told["help"])
    if not told:
        raise StreamplanError("B907", "the sandbox's process ended before the sandbox was ready")
    address = Address(host=HOST, port=told["port"], user=ADMIN, password=PASSWORD, database=DATABASE, s3=told["s3"])
    return Sandbox(address=address, pid=process.pid, postgres_pid=told["postgres_pid"])


def _release(process: subprocess.Popen[bytes]) -> None:
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
