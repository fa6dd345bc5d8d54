"""SIGTERM and Ctrl-C, as a request to finish: what is open is committed, and the run ends as if its source had.

A second Ctrl-C leaves at once: the open transaction is never committed, and the ledger says where to go on.
**A signal interrupts a wait for records or for the warehouse, never a transaction.**
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from .ports import Record, Result

_STEP_SECONDS = 0.1
_NOTE = b"\nfinishing the batch; press Ctrl-C again to leave at once\n"
_STANDARD_ERROR = 2


class _Finish(BaseException):
    """Raised in a wait for records, and caught around it."""


class Stop:
    """A `ports.Stopping` that the process's signals set."""

    def __init__(self) -> None:
        self.asked = False
        self._interrupts = 0
        self._pulling = False

    def pull(self, poll: Callable[[], Sequence[Record]]) -> Sequence[Record]:
        """What the poll gives; none once the run was told to finish, even while the poll waits.

        Records of a poll that is interrupted are not taken: the ledger does not have them.
        """
        try:
            return self._polled(poll)
        except _Finish:
            return ()

    def _polled(self, poll: Callable[[], Sequence[Record]]) -> Sequence[Record]:
        try:
            self._pulling = True
            return () if self.asked else poll()
        finally:
            self._pulling = False

    def apart(self, work: Callable[[], Result]) -> Result:
        """What the work gives. It is no waiting for records, though done within a poll: no signal interrupts it."""
        pulling, self._pulling = self._pulling, False
        try:
            return work()
        finally:
            self._pulling = pulling

    def pause(self, seconds: float, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Waits, but not for long once the run was told to finish; `meanwhile` is done again and again."""
        end = time.monotonic() + seconds
        while not self.asked and (left := end - time.monotonic()) > 0:
            meanwhile()
            time.sleep(min(left, _STEP_SECONDS))

    def terminated(self, _: int, __: FrameType | None) -> None:
        """SIGTERM: finish."""
        self._finish()

    def interrupted(self, _: int, __: FrameType | None) -> None:
        """SIGINT: finish; the second time, leave."""
        self._interrupts += 1
        if self._interrupts > 1:
            raise KeyboardInterrupt
        os.write(_STANDARD_ERROR, _NOTE)  # what sys.stderr buffers may be half written
        self._finish()

    def _finish(self) -> None:
        self.asked = True
        if self._pulling:
            self._pulling = False
            raise _Finish


@contextmanager
def stoppable() -> Iterator[Stop]:
    """Signals are requests to finish, while the `with` lasts. Only the main thread may ask for it."""
    stop = Stop()
    before = (
        signal.signal(signal.SIGTERM, stop.terminated),
        signal.signal(signal.SIGINT, stop.interrupted),
    )
    try:
        yield stop
    finally:
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGINT, before[1])
