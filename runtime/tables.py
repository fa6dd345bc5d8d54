"""The tables of a plan by the topics that feed them, and a fresh fold for each."""

from __future__ import annotations

from .fold import Fold, State
from .log import Log
from .plan import Plan, TableProgram
from .rows import RowConverter


class Tables:
    """What each topic feeds."""

    def __init__(self, plan: Plan) -> None:
        self._programs: dict[str, list[tuple[TableProgram, RowConverter]]] = {}
        for program in plan.tables:
            converter = RowConverter(program)
            for topic in program.topics:
                self._programs.setdefault(topic, []).append((program, converter))

    @property
    def topics(self) -> frozenset[str]:
        """The topics that feed a table."""
        return frozenset(self._programs)

    def folds(self, topic: str) -> dict[str, Fold]:
        """An empty fold for each table that the topic feeds, by the source's `schema.table`; none for other topics."""
        return {program.source: _fold(program, converter) for program, converter in self._programs.get(topic, ())}


def _fold(program: TableProgram, converter: RowConverter) -> Fold:
    return Log(program, converter) if program.appends else State(program, converter)
