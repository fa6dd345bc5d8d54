"""The tables of a plan by the topics that feed them, and a fresh fold for each."""

from __future__ import annotations

from fnmatch import fnmatchcase

from .drift import Drift, NewTopic
from .envelope import Reader, Upsert
from .errors import RecordError
from .fold import Fold
from .lane import Lane, has_lane
from .log import Log
from .modes import Policy
from .plan import Plan
from .ports import Record
from .rows import RowConverter
from .state import State
from .table_program import TableProgram


class Tables:
    """What each topic feeds. `dropped` counts the values of fields that are left out: topic to field to count.

    Attributes:
        topics: those that feed a table.

    """

    def __init__(self, plan: Plan, dropped: dict[str, dict[str, int]] | None = None) -> None:
        self._source = plan.source
        self._unknown: dict[str, Policy] = {}
        self._programs: dict[str, list[tuple[TableProgram, RowConverter]]] = {}
        enveloped = not plan.source.format.startswith("flat")
        for program in plan.tables:
            converter = RowConverter(program, dropped)
            for topic in program.topics:
                self._programs.setdefault(topic, []).append((program, converter))
        self.topics = frozenset(self._programs)  # those that feed a table; asked for each record
        self._lanes = {
            topic: Lane(programs[0][0], enveloped=enveloped)
            for topic, programs in self._programs.items()
            if len(programs) == 1 and has_lane(programs[0][0])
        }

    def unknown(self, record: Record, reader: Reader) -> Drift | None:
        """What a record of a topic that feeds no table is; None where it is passed over.

        That is one of a topic that is not the source's or is to be ignored, and one that holds no row (a delete, a
        heartbeat, a transaction, what is broken): it says nothing that a table could be made from.
        """
        topic = record.at.topic
        if topic not in self._unknown:
            ours = any(fnmatchcase(topic, pattern) for pattern in self._source.topics)
            self._unknown[topic] = self._source.evolution if ours else Policy.IGNORE
        policy = self._unknown[topic]
        if policy is Policy.IGNORE or not _holds_a_row(record, reader):
            return None
        return Drift((NewTopic(topic),), policy)

    def lane(self, topic: str) -> Lane | None:
        """The way of the topic's usual events, where it has one."""
        return self._lanes.get(topic)

    def folds(self, topic: str) -> dict[str, Fold]:
        """An empty fold for each table that the topic feeds, by the source's `schema.table`; none for other topics."""
        return {program.source: _fold(program, converter) for program, converter in self._programs.get(topic, ())}


def _holds_a_row(record: Record, reader: Reader) -> bool:
    try:
        return isinstance(reader.event(record), Upsert)
    except RecordError:
        return False


def _fold(program: TableProgram, converter: RowConverter) -> Fold:
    return Log(program, converter) if program.appends else State(program, converter)
