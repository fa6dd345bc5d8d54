"""Who does the warehouse's work: the loop itself, or a thread beside it, so that the next batch is prepared meanwhile.

The thread takes no part in anything else: sources and batches that are open are the loop's alone.
**There is at most one piece of work under way.**
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread

_STEP_SECONDS = 0.1
_SHORT_SECONDS = 1.0


class Left(BaseException):
    """The process leaves at once: the open transaction is not committed."""


class InLine:
    """Does the work at once; is a `ports.Loader`."""

    left = False

    def __init__(self) -> None:
        self.busy = False

    def start(self, work: Callable[[], None]) -> None:
        """Does the work."""
        self.busy = True
        try:
            work()
        finally:
            self.busy = False

    def wait(self, enough: Callable[[], bool] = lambda: False) -> None:
        """Nothing is under way, but where it is asked from within."""


class Beside:
    """Does the work in a thread beside the loop; is a `ports.Loader`. `meanwhile` is done while the loop waits for it.

    A short wait passes without: a source of Kafka that is idle forgets what it has fetched ahead.
    """

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        self._meanwhile = meanwhile
        self._thread: Thread | None = None
        self.left = False

    @property
    def busy(self) -> bool:
        """Whether a piece of work is under way."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, work: Callable[[], None]) -> None:
        """Begins the work. The process does not wait for its end when it leaves at once."""

        def done() -> None:
            with suppress(Left):
                work()

        self._thread = Thread(target=done, name="streamplan loader", daemon=True)
        self._thread.start()

    def wait(self, enough: Callable[[], bool] = lambda: False) -> None:
        """Returns when nothing is under way, or it is enough, which is asked every tenth of a second."""
        short = time.monotonic() + _SHORT_SECONDS
        while self._thread is not None and self.busy and not enough():
            self._thread.join(_STEP_SECONDS)
            if time.monotonic() >= short:
                self._meanwhile()


@contextmanager
def beside(meanwhile: Callable[[], None]) -> Iterator[Beside]:
    """A thread for the work, while the `with` lasts: its end waits for it, but where the process leaves at once."""
    loader = Beside(meanwhile)
    try:
        yield loader
    except Exception:
        loader.wait()
        raise
    except BaseException:
        loader.left = True
        raise
    loader.wait()
