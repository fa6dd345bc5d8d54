"""Several reporters as one."""

from __future__ import annotations

from .happenings import Happening
from .ports import Reporter


class Together:
    """Tells each of the reporters, in order."""

    def __init__(self, *reporters: Reporter) -> None:
        self._reporters = reporters

    def happened(self, what: Happening) -> None:
        """Tells all."""
        for reporter in self._reporters:
            reporter.happened(what)

    def advanced(self, records: int, size: int) -> None:
        """Tells all."""
        for reporter in self._reporters:
            reporter.advanced(records, size)
