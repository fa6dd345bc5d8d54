"""An S3 on the loopback, over localbucket, its one owner: buckets are folders, and one that is named is there.

Credentials are not checked. **It serves no longer than the `with` lasts.**
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from localbucket import BUCKET_NAME_RE, S3Handler  # type: ignore[import-untyped]

HOST = "127.0.0.1"


class _Handler(S3Handler):  # type: ignore[misc]
    """Says nothing, and makes buckets as they are asked for."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of its parent
        """Nothing is logged."""

    def _bucket_dir(self, bucket: str) -> Path:
        if BUCKET_NAME_RE.match(bucket):
            (self.data_root / bucket).mkdir(exist_ok=True)
        return Path(super()._bucket_dir(bucket))


@contextmanager
def serving_objects(folder: Path) -> Iterator[str]:
    """An S3 whose buckets lie in `folder`; gives its address."""
    folder.mkdir(parents=True, exist_ok=True)
    handler = type("Handler", (_Handler,), {"data_root": folder.resolve()})
    with ThreadingHTTPServer((HOST, 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://{HOST}:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
