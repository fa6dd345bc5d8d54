"""Real time, for the loop."""

from __future__ import annotations

import time

_REST_SECONDS = 0.2


class SystemClock:
    """Real time."""

    def now(self) -> float:
        """Seconds since any start."""
        return time.monotonic()

    def rest(self) -> None:
        """A moment."""
        time.sleep(_REST_SECONDS)
