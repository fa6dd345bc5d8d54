"""Which open batches share a transaction: small ones, since a warehouse puts all commits through one queue.

A batch that is large alone goes alone. **A topic's records are in one group, whole.**
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .plan import BatchSettings
from .program import Batch, Group

MOST_TABLES = 50  # whose locks one transaction holds to its end


def grouped(batches: Mapping[str, Batch], limits: BatchSettings) -> Iterator[Group]:
    """The batches in the order of their topics, together up to the limits of one: its events, bytes, and tables."""
    group: dict[str, Batch] = {}
    for topic, batch in sorted(batches.items()):
        if not batch.last:
            continue
        if group and not _fits(group, batch, limits):
            yield group
            group = {}
        group[topic] = batch
    if group:
        yield group


def _fits(group: Group, batch: Batch, limits: BatchSettings) -> bool:
    together = (*group.values(), batch)
    return (
        sum(one.events for one in together) <= limits.max_rows
        and sum(one.size for one in together) <= limits.max_bytes
        and sum(max(1, len(one.folds)) for one in together) <= MOST_TABLES
    )
