"""Counts what a run did, from what each batch held."""

from __future__ import annotations

from dataclasses import dataclass, field

from .fold import in_order
from .happenings import Committed, Held, Span
from .program import Batch


@dataclass(slots=True)
class Summary:
    """What a run did.

    Attributes:
        repeated: records whose offset had been taken already, since files overlap or stand in the wrong order.
        skipped: by topic, the records of topics that are not in the plan.
        held: the topics that wait.
        dropped: by topic and field, the records whose field was left out, since the plan ignores what it does not know.

    """

    events: int = 0
    upserts: int = 0
    deletes: int = 0
    truncated: int = 0
    quarantined: int = 0
    batches: int = 0
    repeated: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    held: list[Held] = field(default_factory=list)
    dropped: dict[str, dict[str, int]] = field(default_factory=dict)

    def add(self, what: Committed) -> None:
        """One more batch."""
        self.batches += 1
        self.events += what.events
        self.upserts += what.upserts
        self.deletes += what.deletes
        self.truncated += what.truncated
        self.quarantined += what.quarantined


def committed(topic: str, batch: Batch, version: int, seconds: float) -> Committed:
    """What a batch held, which version of the plan wrote it, and how long that took."""
    sizes = [fold.sizes() for fold in batch.folds.values()]
    return Committed(
        table=", ".join(fold.program.table for fold in in_order(batch.folds)) or topic,
        events=batch.events,
        upserts=sum(there for there, _ in sizes) - len(batch.absent),
        deletes=sum(gone for _, gone in sizes),
        quarantined=len(batch.refused) + len(batch.absent),
        truncated=sum(fold.truncated for fold in batch.folds.values()),
        spans=tuple(Span(at=at, first=batch.first[at], last=last) for at, last in batch.last.items()),
        seconds=seconds,
        version=version,
    )
