"""A reporter for tests: it keeps what it is told."""

from __future__ import annotations

from streamplan.runtime.happenings import Happening, Retrying


class Noting:
    """Keeps what happened, in order."""

    def __init__(self) -> None:
        self.told: list[Happening] = []

    def happened(self, what: Happening) -> None:
        self.told.append(what)

    def advanced(self, records: int, size: int) -> None:
        """Nothing."""

    @property
    def retried(self) -> list[str]:
        """The codes of what was tried again."""
        return [what.code for what in self.told if isinstance(what, Retrying)]
