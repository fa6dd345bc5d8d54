"""How much of the source is not in the warehouse yet: records of each partition behind its position in the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from .files import FileSource
from .kafka import Clients
from .kafka_samples import lag
from .plan import Plan
from .ports import Partition
from .program import Position
from .sources import kafka_of


def lag_of(
    plan: Plan, events: str | None, positions: Mapping[Partition, Position], environment: Mapping[str, str]
) -> dict[Partition, int]:
    """Counts them: in files, which are read once, where their place is given, else Kafka's offsets.

    Raises StopError X901, X902, X911, X914, X915, and X932 for a plan that names no source.
    """
    if path := events or plan.source.path:
        return lag_of_files(path, {at: position.offset for at, position in positions.items()})
    return lag(Clients.of(kafka_of(plan), environment), plan.source.topics, positions)


def lag_of_files(path: str, positions: Mapping[Partition, int]) -> dict[Partition, int]:
    """Counts them in the files that a glob matches. Partitions that are all committed have 0."""
    behind = Counter(dict.fromkeys(positions, 0))
    with FileSource(path) as source:
        source.seek(positions)
        while not source.ended:
            behind.update(record.at for record in source.poll())
    return dict(behind)
