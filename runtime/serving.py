"""Metrics and health over HTTP, in a thread of their own: `/metrics`, and `/healthz` with 200 or 503.

**It only tells: nothing that is sent to it changes a run.**
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from socket import AF_INET6
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any, Protocol
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from .errors import StopError

_SECONDS = 10  # for one request: nobody may keep the others out


class _Quiet(WSGIRequestHandler):
    timeout = _SECONDS

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - the base class's name
        """Requests are not logged."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True  # a request that hangs does not keep the process


class _Server6(_Server):
    address_family = AF_INET6


class Paged(Protocol):
    """Metrics; `page` is a WSGI application that shows them."""

    page: Any


class Complaining(Protocol):
    """Health."""

    @property
    def complaint(self) -> str:
        """Why the run does not do its work; empty while it does."""


@contextmanager
def serving(host: str, port: int, metrics: Paged, health: Complaining) -> Iterator[int]:
    """Serves while the `with` lasts, and gives the port, a free one where 0 is asked for.

    Raises StopError X904 when the address cannot be had.
    """

    def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        match environ["PATH_INFO"]:
            case "/metrics":
                return metrics.page(environ, start)  # type: ignore[no-any-return]
            case "/healthz":
                complaint = health.complaint
                status = HTTPStatus.SERVICE_UNAVAILABLE if complaint else HTTPStatus.OK
                return _answered(start, status, complaint or "ok")
            case _:
                return _answered(start, HTTPStatus.NOT_FOUND, "/metrics or /healthz")

    kind = _Server6 if ":" in host else _Server
    try:
        server = make_server(host, port, app, kind, _Quiet)
    except (OSError, OverflowError) as error:
        help_ = "give --metrics another HOST:PORT"
        raise StopError("X904", f"cannot serve metrics at {host}:{port}: {error}", help=help_) from None
    thread = Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _answered(start: Callable[..., Any], status: HTTPStatus, text: str) -> Iterable[bytes]:
    start(f"{status.value} {status.phrase}", [("Content-Type", "text/plain; charset=utf-8")])
    return [f"{text}\n".encode()]
