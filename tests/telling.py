"""Sends the events of operations to one topic for each table, and reads back what the tables hold of one story.

Stories have rows of their own, ten keys each, so that many are told to the same tables. Offsets go on from story to
story.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import rig
from modes import HEAD, HEADERS, Table, ask, built, run, write_lines
from operations import Event, Held, Values
from streamplan.runtime.convert import PLACEHOLDER
from streamplan.runtime.plan import Plan

ROWS = 10


@dataclass(frozen=True, kw_only=True)
class Guarded(Table):
    """A table with a position guard."""

    truncates: str = "ignore"

    @property
    def name(self) -> str:
        return f"{super().name}_guarded"

    @property
    def settings(self) -> str:
        return super().settings[:-1] + ", position_guard: true}"


def spec_of(tables: Iterable[Table]) -> str:
    """A spec of these tables."""
    head = HEAD + "ingestion: {schema_evolution: ignore}\ntables:\n"
    return head + "".join(f"  {table.name}: {table.settings}\n" for table in tables)


@dataclass(kw_only=True)
class Told:
    """What became of one story: by table, its rows in no order, its latest state, and the offsets in quarantine."""

    rows: dict[str, list[Held]]
    latest: dict[str, dict[int, Values]]
    refused: dict[str, list[tuple[Event, str]]]
    ledger: list[tuple[str, int, int, int]]


@dataclass
class Telling:
    """A connector with these tables, in a folder and a warehouse."""

    folder: Path
    address: Any
    tables: Sequence[Table]
    stories: int = 0
    ends: dict[tuple[str, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        seen = [Event(op="c", key=1, values=("a", 1), position=1)]
        lines = [line for table in self.tables for line, _ in self._lines(table, seen, [0])]
        self.plan: Plan = built(self.folder, spec_of(self.tables), lines, self.address)
        self.ends.clear()

    def tell(self, events: Sequence[Event], places: Sequence[int], max_rows: int) -> Told:
        """Sends the events in their order, each in its partition, and reads what is held of them."""
        self.stories += 1
        sent = {table.topic: list(self._lines(table, events, places)) for table in self.tables}
        path = write_lines(self.folder / "events.jsonl", [line for lines in sent.values() for line, _ in lines])
        with rig.warehouse_of(self.plan, self.address) as warehouse:
            run(self.plan, warehouse, path, max_rows=max_rows)
            return self._told(warehouse, sent)

    def _lines(
        self, table: Table, events: Sequence[Event], places: Sequence[int]
    ) -> Iterator[tuple[dict[str, Any], Event]]:
        for event, place in zip(events, places, strict=True):
            offset = self.ends.get((table.topic, place), 0)
            self.ends[table.topic, place] = offset + 1
            line = {"topic": table.topic, "partition": place, "offset": offset, "key": self._key(event)}
            yield line | {"value": self._value(event, table), "headers": self._headers(event)}, event

    def _key(self, event: Event) -> dict[str, Any] | None:
        return None if event.op == "t" else {"id": self.stories * ROWS + event.key}

    def _headers(self, event: Event) -> list[tuple[str, str]]:
        if event.moved is None:
            return []
        return [(HEADERS["^" if event.op == "c" else ">"], json.dumps({"id": self.stories * ROWS + event.moved}))]

    def _value(self, event: Event, table: Table) -> dict[str, Any] | None:
        if event.op == "0":
            return None
        note, size = event.values
        row = {**(self._key(event) or {}), "note": PLACEHOLDER if event.unsent else note, "size": size}
        before, after = (row, None) if event.op == "d" else (None, None) if event.op == "t" else (None, row)
        source = {"schema": "public", "table": table.name, "ts_ms": 1_700_000_000_000, "lsn": event.position}
        return {"op": event.op, "before": before, "after": after, "source": source, "ts_ms": 1_700_000_000_001}

    def _told(self, warehouse: Any, sent: dict[str, list[tuple[dict[str, Any], Event]]]) -> Told:
        rows = {table.name: self._rows(warehouse, table) for table in self.tables}
        latest = {t.name: self._latest(warehouse, t) for t in self.tables if t.viewed}
        refused: dict[str, list[tuple[Event, str]]] = {table.name: [] for table in self.tables}
        names = {table.topic: table.name for table in self.tables}
        place = {
            (topic, line["partition"], line["offset"]): event for topic, pairs in sent.items() for line, event in pairs
        }
        sql = "SELECT topic, topic_partition, topic_offset, code FROM modes._streamplan_quarantine"
        for *at, code in ask(warehouse, sql):
            if tuple(at) in place:
                refused[names[at[0]]].append((place[tuple(at)], code))
        sql = "SELECT topic, topic_partition, from_offset, to_offset FROM modes._streamplan_ledger"
        return Told(rows=rows, latest=latest, refused=refused, ledger=[tuple(row) for row in ask(warehouse, sql)])

    def _rows(self, warehouse: Any, table: Table) -> list[Held]:
        program = next(program for program in self.plan.tables if program.topics == (table.topic,))
        mark = "_deleted" if any(f.column == "_deleted" for f in program.fields) else "FALSE"
        found = ask(warehouse, f"SELECT id, note, size, {mark} FROM modes.{table.name} WHERE {self._mine}")
        return [Held(key=row[0] % ROWS, values=(row[1] or "", row[2] or 0), marked=bool(row[3])) for row in found]

    def _latest(self, warehouse: Any, table: Table) -> dict[int, Values]:
        found = ask(warehouse, f"SELECT id, note, size FROM modes.{table.name}_latest WHERE {self._mine}")
        return {at % ROWS: (note, size) for at, note, size in found}

    @property
    def _mine(self) -> str:
        return f"id BETWEEN {self.stories * ROWS} AND {self.stories * ROWS + ROWS - 1}"
