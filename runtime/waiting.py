"""The topics of a run that wait, what their records teach, and the proposal that is made of it.

A proposal is made when a topic begins to wait, when 10, 100 and 1,000 further records of it were seen, and at the end
of the run. **The same records give the same proposal.**
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from . import proposals
from .happenings import Held
from .plan import Plan
from .ports import Record

if TYPE_CHECKING:
    from streamplan.compiler.evolving import Bench, Observed

_LEARNT_AT = (10, 100, 1_000)  # further records teach nothing
_MOST_BYTES = 16 << 20  # that are kept to learn from

_Opened: TypeAlias = "Callable[[], Bench | None]"


@dataclass(slots=True)
class _Topic:
    """A topic that waits: its first record, and those that were not learnt from yet."""

    held: Held
    first: Record
    fresh: list[Record] = field(default_factory=list)
    count: int = 0
    size: int = 0

    def saw(self, record: Record) -> bool:
        """Keeps a record to learn from, and says whether it is time to."""
        if self.count >= _LEARNT_AT[-1] or self.size + record.size > _MOST_BYTES:
            return False
        self.fresh.append(record)
        self.count += 1
        self.size += record.size
        return self.count in _LEARNT_AT


class Waiting:
    """The topics of a run that wait. Their proposal is written to a folder, or nowhere."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._topics: dict[str, _Topic] = {}
        self._learnt: Observed | None = None

    def hold(self, held: Held, record: Record, plan: Plan, opened: _Opened) -> None:
        """The topic waits from this record on."""
        self._topics[held.topic] = _Topic(held, record, [record])
        self._propose(plan, opened)

    def saw(self, record: Record, plan: Plan, opened: _Opened) -> None:
        """A later record of a topic that waits."""
        if self._folder and self._topics[record.at.topic].saw(record):
            self._propose(plan, opened)

    def finish(self, plan: Plan, opened: _Opened) -> None:
        """The run is over: the last proposal is written, or one that nothing waits for any more is taken away."""
        if not self._topics and self._folder:
            proposals.remove(self._folder)
        elif any(topic.fresh for topic in self._topics.values()):
            self._propose(plan, opened)

    def _propose(self, plan: Plan, opened: _Opened) -> None:
        if self._folder is None:
            return
        bench = opened()
        files = self._files(bench) if bench else {}
        since = (plan.connector, plan.version, plan.id)
        proposals.write(self._folder, files, [topic.held for topic in self._topics.values()], since)

    def _files(self, bench: Bench) -> dict[str, str]:
        known = bench.merged(self._learnt, self._topics) if self._learnt else bench.observed
        for topic in self._topics.values():
            known = bench.learnt(known, topic.fresh) if topic.fresh else known
            topic.fresh = []
        self._learnt = known
        return bench.proposal(known, {name: topic.first for name, topic in self._topics.items()})
