"""Listens on the loopback and joins each client to a session of its own in the server. `relay.py` reads what is said.

**A session ends for both sides when it ends for one.**
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from streamplan.runtime.errors import StreamplanError

from .answers import Answers
from .copying import laid_out
from .login import Gone, Streams, log_in
from .names import LongNames
from .objects import Objects
from .prepare import Preparer
from .relay import Relay

HOST = "127.0.0.1"
_CHUNK = 1 << 18


async def listen(server: Path, port: int, objects: Objects) -> asyncio.Server:
    """Starts to listen; port 0 is any free one. Raises StreamplanError B906 when the port is taken.

    `objects` are what COPY reads.
    """
    names = LongNames()
    preparer = Preparer(names)
    lay_out = partial(laid_out, objects=objects)

    async def session(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        relay = Relay(preparer.prepare, preparer.split, Answers(names), lay_out)
        with _closing(writer), contextlib.suppress(OSError, EOFError, Gone, asyncio.CancelledError):
            await _join((reader, writer), await log_in((reader, writer), server), relay)

    try:
        return await asyncio.start_server(session, HOST, port)
    except OSError as error:
        raise StreamplanError(
            "B906", f"the sandbox cannot listen on port {port}: {error.strerror}", help="give another --port"
        ) from error


async def _join(client: Streams, server: Streams, relay: Relay) -> None:
    with _closing(server[1]):
        await asyncio.gather(
            _pump(client[0], server[1], relay.to_server, _acknowledging(client[1])),
            _pump(server[0], client[1], relay.to_client, lambda: None),
        )


async def _pump(
    source: asyncio.StreamReader,
    target: asyncio.StreamWriter,
    through: Callable[[bytes], bytes],
    acknowledge: Callable[[], None],
) -> None:
    with _closing(target), contextlib.suppress(OSError):
        while data := await source.read(_CHUNK):
            acknowledge()
            if passed := through(data):
                target.write(passed)
                await target.drain()


def _acknowledging(client: asyncio.StreamWriter) -> Callable[[], None]:
    """Acknowledges at once what has come: the driver's socket waits for that, where the kernel takes its time 40 ms."""
    connection, option = client.get_extra_info("socket"), getattr(socket, "TCP_QUICKACK", None)
    if option is None:
        return lambda: None
    return partial(connection.setsockopt, socket.IPPROTO_TCP, option, 1)


@contextlib.contextmanager
def _closing(writer: asyncio.StreamWriter) -> Iterator[None]:
    try:
        yield
    finally:
        writer.close()
