"""Tries again what a failure of the warehouse undid. The one owner of tenacity.

The work is a whole transaction, never a statement (RS-711), and only a WarehouseError is tried again: bad credentials,
a missing grant or table, a ledger that another run has moved stop at once. **It never sleeps by itself: time and chance
are given to it.**
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import tenacity

from .errors import WarehouseError
from .happenings import Recovered, Retrying
from .ports import Reporter, Result

ATTEMPTS = 8
_FIRST_SECONDS = 1
_LONGEST_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Tries a piece of work up to `attempts` times; is a `ports.Retry`.

    The waits double from one second to sixty, each shortened by chance by up to a half, so that loaders that failed
    together do not return together.

    Attributes:
        pause: waits so many seconds; it may return early.
        chance: a number in [0, 1).
        given_up: whether no further attempt shall be made, asked after each that failed.

    """

    attempts: int
    reporter: Reporter
    pause: Callable[[float], None]
    chance: Callable[[], float]
    given_up: Callable[[], bool]

    def __call__(self, work: Callable[[], Result]) -> Result:
        """What the work gives; raises its last WarehouseError when the attempts are used up, others at once."""
        trying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(WarehouseError),
            stop=lambda state: state.attempt_number >= self.attempts or self.given_up(),
            wait=self._seconds,
            sleep=self.pause,
            before_sleep=self._tell,
            reraise=True,
        )
        found = trying(work)
        if (attempts := trying.statistics["attempt_number"]) > 1:
            self.reporter.happened(Recovered(attempts=attempts))
        return found

    def _seconds(self, state: tenacity.RetryCallState) -> float:
        longest = tenacity.wait_exponential(_FIRST_SECONDS, max=_LONGEST_SECONDS)(state)
        return longest * (1 - self.chance() / 2)

    def _tell(self, state: tenacity.RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, WarehouseError):
            self.reporter.happened(
                Retrying(
                    attempt=state.attempt_number,
                    attempts=self.attempts,
                    seconds=state.upcoming_sleep,
                    code=error.code,
                    reason=error.message,
                )
            )
