"""The start of a session: the start-up packet, the password, and the server's greeting in Redshift's words.

The driver's own start-up parameters, which PostgreSQL does not know, are dropped. The session in the server is begun
first, since the server knows what is kept of the user's password. **The client sees nothing of it before it has
answered.**
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from streamplan.compiler.lex import fold

from . import errors, passwords, wire
from .names import shorten
from .postgres import DATABASE

SERVER_VERSION = "8.0.2"
_PACKET_BYTES = range(4, 10_001)
_KEPT = "application_name"
_ASKED = f"SELECT current_setting('{passwords.SETTING}', true)"
_CHUNK = 65536
_ENDS = (b"Z", b"E")

Streams: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Gone(Exception):  # noqa: N818 - a session that ends before it began is nothing to report
    """The client went away, was refused, or asked only for a cancel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What a client asks for."""

    user: str
    database: str
    kept: Mapping[str, str]


async def log_in(client: Streams, socket: Path) -> Streams:
    """Lets a client in. Returns the streams of its session in the server. Raises Gone."""
    start = await _start(client, socket)
    async with contextlib.AsyncExitStack() as stack:
        server = await asyncio.open_unix_connection(socket)
        stack.callback(server[1].close)
        greeting = await _enter(client, start, server)
        await _check_password(client, start.user, await _kept(server))
        client[1].write(greeting)
        stack.pop_all()
    return server


async def _start(client: Streams, socket: Path) -> Start:
    reader, writer = client
    while True:
        packet = await _packet(reader)
        match wire.number(packet):
            case wire.SSL_REQUEST | wire.GSS_REQUEST:
                writer.write(b"N")
            case wire.CANCEL_REQUEST:
                await _cancel(packet, socket)
                raise Gone
            case _:
                given = wire.startup_parameters(packet[4:])
                return Start(
                    user=given.get("user", ""),
                    database=given.get("database") or DATABASE,
                    kept={_KEPT: given[_KEPT]} if _KEPT in given else {},
                )


async def _packet(reader: asyncio.StreamReader) -> bytes:
    length = wire.number(await reader.readexactly(4)) - 4
    if length not in _PACKET_BYTES:
        raise Gone
    return await reader.readexactly(length)


async def _cancel(packet: bytes, socket: Path) -> None:
    _, writer = await asyncio.open_unix_connection(socket)
    writer.write((len(packet) + 4).to_bytes(4, "big") + packet)
    await writer.drain()
    writer.close()


async def _check_password(client: Streams, user: str, hashed: str) -> None:
    reader, writer = client
    challenge = passwords.challenge(user, hashed)
    writer.write(challenge.request)
    await writer.drain()
    code = await reader.readexactly(1)
    if not challenge.is_opened_by(code, await _packet(reader)):
        await _refuse(writer, user)


async def _refuse(writer: asyncio.StreamWriter, user: str) -> None:
    text = f'password authentication failed for user "{user}"'
    writer.write(wire.fields(b"E", errors.fatal("28000", text)))
    await writer.drain()
    raise Gone


async def _enter(client: Streams, start: Start, server: Streams) -> bytes:
    """Begins the session in the server. Returns the server's greeting."""
    names = {"user": shorten(start.user), "database": shorten(fold(start.database))}
    server[1].write(wire.startup({**names, **start.kept}))
    answers = await _answers(server[0])
    if answers[-1].code == b"E":
        await _turn_away(client[1], start, answers[-1])
    return b"".join(map(_greeting, answers))


async def _kept(server: Streams) -> str:
    """What is kept of the user's password."""
    server[1].write(wire.message(b"Q", wire.text(_ASKED)))
    (value,) = [wire.read_row(answer.body)[0] for answer in await _answers(server[0]) if answer.code == b"D"]
    return (value or b"").decode()


async def _answers(server: asyncio.StreamReader) -> list[wire.Message]:
    """What the server says until it is ready, or refuses."""
    framing, answers = wire.Framing(), list[wire.Message]()
    while not answers or answers[-1].code not in _ENDS:
        data = await server.read(_CHUNK)
        if not data:
            raise Gone
        answers += framing.feed(data)
    return answers


async def _turn_away(writer: asyncio.StreamWriter, start: Start, message: wire.Message) -> None:
    """The server does not know the user, or not the database."""
    fields = wire.read_fields(message.body)
    if fields.get("C") == "28000":
        await _refuse(writer, start.user)
    if fields.get("C") == "3D000":
        fields["M"] = f'database "{fold(start.database)}" does not exist'
    writer.write(wire.fields(b"E", errors.translated(fields)))
    await writer.drain()
    raise Gone


def _greeting(message: wire.Message) -> bytes:
    if message.code == b"S" and message.body.startswith(b"server_version\0"):
        return wire.parameter("server_version", SERVER_VERSION)
    return message.raw
