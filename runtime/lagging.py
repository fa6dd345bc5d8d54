"""How much of the source is not in the warehouse yet: records of each partition behind its position in the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from .errors import StopError
from .files import FileSource
from .plan import Plan
from .ports import Partition


def lag_of_files(path: str, positions: Mapping[Partition, int]) -> dict[Partition, int]:
    """Counts them, which reads the files once; `path` is a glob. Partitions that are all committed have 0.

    Raises StopError X911 when no file is there or one cannot be read.
    """
    behind = Counter(dict.fromkeys(positions, 0))
    with FileSource(path) as source:
        source.seek(positions)
        while not source.ended:
            behind.update(record.at for record in source.poll())
    return dict(behind)


def path_of(plan: Plan, events: str | None) -> str:
    """Where the events are: as told, or as the spec says; raises StopError X932 where neither says it."""
    path = events or plan.source.path
    if not path:
        raise StopError(
            "X932", "this version reads events from files", help="name them with --events PATH, or - for standard input"
        )
    return path
