"""A connection of our own, to make a server ready or to add a database. It reads no results."""

from __future__ import annotations

import socket
from pathlib import Path
from types import TracebackType
from typing import Self

from . import wire

_CHUNK = 65536


def over_unix(path: Path) -> socket.socket:
    """A connection to the server's own socket. Raises OSError."""
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(str(path))
    except OSError:
        connection.close()
        raise
    return connection


def over_tcp(host: str, port: int) -> socket.socket:
    """A connection to the gateway. Raises OSError."""
    return socket.create_connection((host, port))


class Refused(Exception):  # noqa: N818 - it is a word of the protocol: the server refused
    """The server answered with an error; `fields` are its letters."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(f"{fields.get('C')} {fields.get('M')}")
        self.fields = fields


class Session:
    """A session over a connection, which it closes. Raises Refused when the server refuses."""

    def __init__(self, connection: socket.socket, *, user: str, database: str, password: str = "") -> None:
        self._socket = connection
        self._framing = wire.Framing()
        self._password = wire.md5_of(user, password)
        try:
            self._ask(wire.startup({"user": user, "database": database}))
        except BaseException:
            self._socket.close()
            raise

    def run(self, sql: str) -> None:
        """Runs statements, in one transaction unless they say otherwise."""
        self._ask(wire.message(b"Q", wire.text(sql)))

    def _ask(self, question: bytes) -> None:
        self._socket.sendall(question)
        error: dict[str, str] | None = None
        while True:
            data = self._socket.recv(_CHUNK)
            if not data:
                raise Refused(error) if error else ConnectionError("the server closed the connection")
            for answer in self._framing.feed(data):
                if answer.code == b"R" and wire.number(answer.body) == wire.MD5:
                    digest = wire.md5_answer(self._password, answer.body[4:])
                    self._socket.sendall(wire.message(b"p", digest + b"\0"))
                if answer.code == b"E":
                    error = wire.read_fields(answer.body)
                if answer.code == b"Z":
                    if error:
                        raise Refused(error)
                    return

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()
