"""What a run's neighbours ask of a source whose partitions come and go, or whose end is known.

Nothing here does anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from .ports import Partition


class Measured(Protocol):
    """A source that knows its end: bytes of all of it, 0 when they cannot be known, and of what was read."""

    @property
    def total(self) -> int: ...  # noqa: D102 - the class says it

    @property
    def done(self) -> int: ...  # noqa: D102

    def lag(self) -> Mapping[Partition, int]:
        """Records of each partition that are not read yet, as far as it is known."""


class Moves(Protocol):
    """What a run does when partitions come and go."""

    def came(self, partitions: Sequence[Partition]) -> Mapping[Partition, int] | None:
        """The ledger's last offsets of those that are there; None when it is told later, by `seek`."""

    def left(self, partitions: Sequence[Partition]) -> None:
        """They go to others when it returns."""

    def lost(self, partitions: Sequence[Partition]) -> None:
        """Others may have them already."""

    def cut(self, reason: str) -> None:
        """The source cannot be reached, or gives no records; it is tried again."""
