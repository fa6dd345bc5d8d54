"""The start of a session: the start-up packet, the password, and the server's greeting in Redshift's words.

The driver's own start-up parameters, which PostgreSQL does not know, are dropped. The sandbox has one password for all
users; one with PASSWORD DISABLE comes in through IAM on Redshift, which cannot be had here, so that user has it too.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from streamplan.compiler.lex import fold

from . import errors, wire
from .names import shorten
from .postgres import DATABASE

PASSWORD = "Sandbox1"  # noqa: S105 - documented, and of use on this machine's loopback only
SERVER_VERSION = "8.0.2"
_PACKET_BYTES = range(4, 10_001)
_KEPT = "application_name"
_MD5_REQUEST = (5).to_bytes(4, "big")

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
    await _check_password(client, start.user)
    return await _enter(client, start, socket)


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


async def _check_password(client: Streams, user: str) -> None:
    reader, writer = client
    salt = os.urandom(4)
    writer.write(wire.message(b"R", _MD5_REQUEST + salt))
    await writer.drain()
    code = await reader.readexactly(1)
    answer = (await _packet(reader)).rstrip(b"\0")
    if code != b"p" or answer != wire.md5_password(user, PASSWORD, salt):
        await _refuse(writer, user)


async def _refuse(writer: asyncio.StreamWriter, user: str) -> None:
    text = f'password authentication failed for user "{user}"'
    writer.write(wire.fields(b"E", errors.fatal("28000", text)))
    await writer.drain()
    raise Gone


async def _enter(client: Streams, start: Start, socket: Path) -> Streams:
    reader, writer = await asyncio.open_unix_connection(socket)
    names = {"user": shorten(start.user), "database": shorten(fold(start.database))}
    writer.write(wire.startup({**names, **start.kept}))
    framing, ready = wire.Framing(), False
    while not ready:
        data = await reader.read(65536)
        if not data:
            raise Gone
        for message in framing.feed(data):
            ready = ready or message.code == b"Z"
            if message.code == b"E":
                writer.close()
                await _turn_away(client[1], start, message)
            client[1].write(_greeting(message))
    return reader, writer


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
