"""Whether a run does its work, for whoever watches the process.

It does while its loop turns, and while a failed transaction has been tried again only a few times. A topic that is held
does not make it unwell: the others go on, and only a person can end it.
"""

from __future__ import annotations

from collections.abc import Mapping

from .happenings import Happening, Recovered, Retrying

PATIENT_ATTEMPTS = 3


class Health:
    """A reporter that remembers what is wrong now."""

    def __init__(self) -> None:
        self._failing: Retrying | None = None

    @property
    def complaint(self) -> str:
        """Why the run does not do its work; empty while it does."""
        failing = self._failing
        if failing is None or failing.attempt < PATIENT_ATTEMPTS:
            return ""
        return f"failed {failing.attempt} times of {failing.attempts}: {failing.code} {failing.reason}"

    def happened(self, what: Happening) -> None:
        """Remembers failures until they are over."""
        match what:
            case Retrying():
                self._failing = what
            case Recovered():
                self._failing = None
            case _:
                pass

    def advanced(self, records: int, size: int) -> None:
        """Nothing."""


class Healths:
    """The health of several tasks, by their numbers: what is wrong with the first that is not well."""

    def __init__(self, of: Mapping[int, Health]) -> None:
        self._of = of

    @property
    def complaint(self) -> str:
        """Which does not do its work, and why; empty while all do."""
        complaints = (f"task {number}: {one.complaint}" for number, one in self._of.items() if one.complaint)
        return next(complaints, "")
