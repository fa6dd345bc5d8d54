"""A line of TCP to a port of this machine, of which a test cuts all connections at once.

It changes nothing that passes.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from threading import Thread

HOST = "127.0.0.1"
_BLOCK = 65_536


class Line:
    """Leads from its own `port` to another."""

    def __init__(self, to: int) -> None:
        self._to, self.port = to, 0
        self._loop = asyncio.new_event_loop()
        self._ends: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        """Ends every connection in the middle of whatever it carries; new ones may come at once."""
        asyncio.run_coroutine_threadsafe(self._abort(), self._loop).result()

    async def _abort(self) -> None:
        for end in self._ends:
            end.transport.abort()

    def run(self) -> None:
        """Serves until `stop`; the port is known once `start` is done."""
        self._loop.run_forever()

    def start(self) -> None:
        self._server = self._loop.run_until_complete(asyncio.start_server(self._connected, HOST, 0))
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _end(self) -> None:
        self._server.close()
        await self._abort()
        if others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(others)

    def close(self) -> None:
        self._loop.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(HOST, self._to)
        except OSError:
            writer.transport.abort()
            return
        self._ends |= {writer, far_writer}
        await asyncio.gather(_passed_on(reader, far_writer), _passed_on(far_reader, writer))
        self._ends -= {writer, far_writer}


async def _passed_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """What one end says is said to the other, until either is gone."""
    with contextlib.suppress(OSError):
        while block := await reader.read(_BLOCK):
            writer.write(block)
            await writer.drain()
    writer.transport.abort()


@contextlib.contextmanager
def line(to: int) -> Iterator[Line]:
    """A line to a port, while the `with` lasts."""
    made = Line(to)
    made.start()
    thread = Thread(target=made.run, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.stop()
        thread.join()
        made.close()
