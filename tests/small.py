"""A small connector of its own for one test: what its source sends, and what then lies in its tables."""

from __future__ import annotations

import rig
from modes import HEAD, ask, built, run, write_lines


def change(topic: str, offset: int, op: str, row: dict | None, key: dict | None = None, **more) -> dict:
    """One record in an envelope of a row with a note; the key is the row's id unless it is given."""
    source = {"schema": "public", "table": topic.rpartition(".")[2], "ts_ms": 1_700_000_000_000 + offset}
    payload = {"op": op, "ts_ms": 1_700_000_100_000 + offset, "source": source | more}
    payload |= {"before": row, "after": None} if op == "d" else {"before": None, "after": row}
    key = key or (row and {"id": row["id"]})
    return {"topic": topic, "partition": 3, "offset": offset, "key": key, "value": payload}


def tombstone(topic: str, offset: int, key: dict) -> dict:
    return {"topic": topic, "partition": 3, "offset": offset, "key": key, "value": None}


class Small:
    """A connector of its own: built from what was seen, run over events, asked."""

    def __init__(self, folder, address, spec: str, seen: list[dict]) -> None:
        self.folder, self.address = folder, address
        self.plan = built(folder, HEAD + spec, seen, address)

    def run(self, lines: list[dict], **how):
        events = write_lines(self.folder / "events.jsonl", lines)
        with rig.warehouse_of(self.plan, self.address) as warehouse:
            return run(self.plan, warehouse, events, **how)

    def ask(self, sql: str) -> list[tuple]:
        with rig.warehouse_of(self.plan, self.address) as warehouse:
            return [tuple(row) for row in ask(warehouse, sql)]

    def quarantined(self) -> list[tuple]:
        return self.ask("SELECT topic_offset, code FROM modes._streamplan_quarantine ORDER BY topic_offset")
