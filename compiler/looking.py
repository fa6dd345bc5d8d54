"""The tables that one look sees: which table an event belongs to, and what is known of it.

A topic may hold several tables. An event that names none belongs to the only one there is.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from .inferring import Tally
from .observed import Learnt, ObservedTopic
from .origin import Origin
from .widening import Sight, merge_sight, renamings

_UNNAMED = ("", "")


class Untold(Exception):  # noqa: N818 - a record that is passed over is no error
    """Why a record is passed over, in words."""


class Table:
    """One table while it is looked at.

    Attributes:
        before: what was known of it; None when nothing was.
        first: the number of the first record of it in this look; 0 when there was none.
        last: the number of the last one.
        renamings: the pairs of fields of which one vanished as the other came.

    """

    def __init__(self, before: ObservedTopic | None) -> None:
        self.before = self.known = before
        self.first = self.last = 0
        self.renamings: tuple[tuple[str, str], ...] = ()
        self._look: object = None
        self._tally: Tally | None = None

    @property
    def carries(self) -> bool:
        """Whether its events are known to carry a schema, so that nothing is inferred."""
        return self.known is not None and self.known.learnt.by != "samples"

    def saw(self, look: object, number: int) -> bool:
        """Notes that record `number` was seen, and says whether it carries the same schema as the one before."""
        self.first, self.last = self.first or number, number
        same, self._look = self._look == look, look
        return same

    def take_in(self, sight: Sight) -> None:
        """Merges a schema that an event carried. Raises ValueError for a number that is none."""
        before, self.known, self._tally = self.known, merge_sight(self.known, sight), None
        if before is not None and before.learnt.by != "samples":
            self.renamings += renamings(before, self.known)

    @property
    def tally(self) -> Tally:
        """What its events said so far, counted."""
        if self._tally is None:
            self._tally = Tally(self.known.learnt.upto if self.known else {})
        return self._tally

    def finished(self, topic: str, schema: str, table: str) -> ObservedTopic | None:
        """What is known of it now; None when nothing is."""
        known = self.known
        if self._tally is not None:
            known = self._tally.merged(known or ObservedTopic(topic=topic, learnt=Learnt(by="samples")))
            self.renamings = self._tally.renamings
        return known and msgspec.structs.replace(known, schema=schema, table=table)


class Tables:
    """All tables, by topic, schema and table."""

    def __init__(self, before: tuple[ObservedTopic, ...]) -> None:
        self._topics: dict[str, dict[tuple[str, str], Table]] = {}
        for topic in before:
            self._topics.setdefault(topic.topic, {})[topic.schema, topic.table] = Table(topic)

    def of(self, topic: str, origin: Origin) -> Table:
        """The table that an event belongs to. One that nothing named before is named here.

        Raises Untold when the event names none and the topic has several.
        """
        tables = self._topics.setdefault(topic, {})
        place = origin.schema, origin.table
        if (found := tables.get(place)) is not None:
            return found
        if not origin.table and tables:
            return _only(tables)
        for unnamed in (_UNNAMED, ("", origin.table), (origin.schema, "")):
            if unnamed in tables:
                tables[place] = tables.pop(unnamed)
                return tables[place]
        return tables.setdefault(place, Table(None))

    def finished(self) -> Iterator[tuple[Table, ObservedTopic]]:
        """Each table of which something is known, with that."""
        for topic, tables in self._topics.items():
            for (schema, name), table in tables.items():
                if (known := table.finished(topic, schema, name)) is not None:
                    yield table, known


def _only(tables: dict[tuple[str, str], Table]) -> Table:
    if len(tables) > 1:
        raise Untold("a record that does not say which of the topic's tables it belongs to: passed over")
    return next(iter(tables.values()))
