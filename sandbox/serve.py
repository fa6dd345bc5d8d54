"""The sandbox's process: PostgreSQL and the gateway, until its standard input ends. `sandbox.py` starts it.

Whoever starts it holds the other end of that pipe. When the holder exits, is killed, or lets go, the pipe ends, and
everything is stopped. **So no process outlives the one that wanted the sandbox, whatever became of it.**
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from streamplan.runtime.errors import StreamplanError

from .bucket import serving_objects
from .gateway import listen
from .objects import Objects
from .postgres import Isolation, Server, serving

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(arguments: list[str]) -> int:
    """Runs until released. Prints one line of JSON: the port and the server's process id, or the error."""
    asked = _arguments(arguments)
    for number in _SIGNALS:
        signal.signal(number, lambda *_: sys.exit(1))
    try:
        with serving(asked.keep, asked.isolation) as server, _objects(asked.s3, asked.keep) as endpoint:
            asyncio.run(_until_released(server, asked.port, endpoint))
    except StreamplanError as error:
        _tell({"code": error.code, "message": error.message, "help": error.help})
        return 1
    return 0


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="streamplan.sandbox.serve")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--s3", default="")
    parser.add_argument("--isolation", type=Isolation, default=Isolation.SNAPSHOT)
    return parser.parse_args(arguments)


@contextlib.contextmanager
def _objects(endpoint: str, kept: Path | None) -> Iterator[str]:
    """The S3 that COPY reads: the one at an address, or one of our own, kept or in a temporary folder."""
    with contextlib.ExitStack() as stack:
        if not endpoint:
            folder = kept / "s3" if kept else Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sp-s3-")))
            endpoint = stack.enter_context(serving_objects(folder))
        yield endpoint


def _tell(fact: dict[str, object]) -> None:
    """One line to the holder, who may be gone."""
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(json.dumps(fact) + "\n")
        sys.stdout.flush()


async def _until_released(server: Server, port: int, endpoint: str) -> None:
    released = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, released.set)
    await loop.connect_read_pipe(lambda: _Leash(released), sys.stdin)
    async with await listen(server.socket, port, Objects(endpoint)) as listener:
        _tell({"port": listener.sockets[0].getsockname()[1], "postgres_pid": server.pid, "s3": endpoint})
        await released.wait()
        sessions = asyncio.all_tasks() - {asyncio.current_task()}
        for session in sessions:
            session.cancel()
        await asyncio.gather(*sessions, return_exceptions=True)


class _Leash(asyncio.Protocol):
    """Releases when the pipe ends."""

    def __init__(self, released: asyncio.Event) -> None:
        self._released = released

    def eof_received(self) -> None:
        self._released.set()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._released.set()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
