"""Which offsets a run has taken, so that a record is taken once, and one that comes too late is never passed over.

**A record is taken, or was taken, or the run stops.**
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .errors import StopError
from .ports import Partition, Record

_GAPS = 10_000


@dataclass(slots=True)
class Offsets:
    """The last offset taken of each partition, and the gaps that the run left behind it."""

    last: dict[Partition, int] = field(default_factory=dict)
    gaps: dict[Partition, list[range]] = field(default_factory=dict)

    @classmethod
    def after(cls, positions: Mapping[Partition, int]) -> Offsets:
        """What the ledger says was taken."""
        return cls(last=dict(positions))

    def place(self, partitions: Iterable[Partition], positions: Mapping[Partition, int]) -> None:
        """These partitions go on after these offsets, or from their start; what was taken of them is forgotten."""
        for at in partitions:
            self.gaps.pop(at, None)
            self.last.pop(at, None)
            if at in positions:
                self.last[at] = positions[at]

    def taken(self, record: Record) -> bool:
        """Whether the record was taken before; raises StopError X912 when it comes after later ones and was not."""
        if record.offset > self.last.get(record.at, -1):
            return False
        if any(record.offset in gap for gap in self.gaps.get(record.at, ())):
            message = f"{record.place} comes after offset {self.last[record.at]}, which is later"
            raise StopError("X912", message, help="give the files in the order of their offsets, or one run a file")
        return True

    def take(self, record: Record) -> None:
        """The record is taken now; offsets between the last one and it are a gap."""
        start = self.last.get(record.at, -1) + 1
        if record.offset > start:
            gaps = self.gaps.setdefault(record.at, [])
            gaps.append(range(start, record.offset))
            if len(gaps) > _GAPS:  # rather stop once too often than forget one
                gaps[:2] = [range(gaps[0].start, gaps[1].stop)]
        self.last[record.at] = record.offset
