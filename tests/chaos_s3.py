"""An S3 on the loopback that fails as a test says: refused, slow, cut off, and what was written is not there.

Each fault strikes one request. **One that is not armed passes as it is.**
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from http import HTTPStatus
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from localbucket import S3Error, S3Handler

HOST = "127.0.0.1"
SLOW_SECONDS = 1.0


class Fault(StrEnum):
    """What happens to a request: an upload's, but for the last two, which are COPY's."""

    REFUSED = "upload answered 503"
    SLOW = "upload slow"
    HALF = "upload cut off in its middle"
    GONE = "object gone behind its upload"
    UNREAD = "COPY answered 503"
    TORN = "COPY's object cut off in its middle"


_COPYS = frozenset({Fault.UNREAD, Fault.TORN})


class Failing:
    """The S3: its `address`, and the faults that are armed, in their order, and have not struck."""

    def __init__(self) -> None:
        self.address = ""
        self._armed: dict[str, deque[Fault]] = {"PUT": deque(), "GET": deque()}
        self._lock = threading.Lock()

    def arm(self, fault: Fault, times: int) -> None:
        """The next requests of its kind meet it."""
        with self._lock:
            self._armed["GET" if fault in _COPYS else "PUT"].extend([fault] * times)

    @property
    def armed(self) -> int:
        """How many are left to strike."""
        return sum(map(len, self._armed.values()))

    def next(self, method: str) -> Fault | None:
        """The fault of this request."""
        with self._lock:
            return self._armed[method].popleft() if self._armed[method] else None


class _Handler(S3Handler):
    """Serves one connection."""

    failing: Failing

    def log_message(self, *_: Any) -> None:
        """Nothing is logged."""

    def _put(self, bucket: str, key: str) -> None:
        match self.failing.next("PUT"):
            case Fault.REFUSED:
                self._read_body()
                raise _refused()
            case Fault.HALF:
                self.rfile.read(int(self.headers["Content-Length"]) // 2)
                self.close_connection = True
            case Fault.SLOW:
                threading.Event().wait(SLOW_SECONDS)
                super()._put(bucket, key)
            case Fault.GONE:
                super()._put(bucket, key)
                self._object_path(bucket, key).unlink()
            case _:
                super()._put(bucket, key)

    def _get_request(self, bucket: str, key: str) -> None:
        match self.failing.next("GET") if key else None:
            case Fault.UNREAD:
                raise _refused()
            case Fault.TORN:
                body = self._object_path(bucket, key).read_bytes()
                self._send_headers(HTTPStatus.OK, len(body))
                self.wfile.write(body[: len(body) // 2])
                self.close_connection = True
            case _:
                super()._get_request(bucket, key)


class _Server(ThreadingHTTPServer):
    """Says nothing of clients that are killed."""

    def handle_error(self, *_: Any) -> None:
        """Nothing is told."""


def _refused() -> S3Error:
    return S3Error(HTTPStatus.SERVICE_UNAVAILABLE, "SlowDown", "please reduce your request rate")


@contextmanager
def failing(folder: Path, bucket: str) -> Iterator[Failing]:
    """An S3 with one bucket that lies in `folder`, while the `with` lasts."""
    (folder / bucket).mkdir(parents=True, exist_ok=True)
    made = Failing()
    handler = type("Handler", (_Handler,), {"data_root": folder.resolve(), "failing": made})
    with _Server((HOST, 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        made.address = f"http://{HOST}:{server.server_address[1]}"
        try:
            yield made
        finally:
            server.shutdown()
            thread.join()
