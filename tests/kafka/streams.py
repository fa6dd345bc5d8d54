"""A small connector over topics of several partitions: what its source sends, and what then must lie in its tables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import rig
from brokers import Broker
from members import batched, kafka_spec
from streamplan.runtime.plan import Plan
from streamplan.runtime.statement import Statement

SPEC = """\
connector: stream
source:
  files: {path: events.jsonl, topics: ["s.*"]}
  format: debezium-json
destination:
  host: ${REDSHIFT_HOST}
  port: ${REDSHIFT_PORT:-5439}
  user: ${REDSHIFT_USER}
  password: ${REDSHIFT_PASSWORD}
  database: dev
  schema: s
"""
TOPICS = '["s.*"]'
FIRST = {"id": 1, "note": "n"}


def envelope(row: dict[str, Any], op: str = "c", table: str = "orders") -> bytes:
    payload = {"op": op, "ts_ms": 1, "source": {"schema": "public", "table": table, "ts_ms": 1}}
    rows = {"before": row, "after": None} if op == "d" else {"before": None, "after": row}
    return json.dumps(payload | rows).encode()


class Stream:
    """A topic `s.orders`, its plan, and the rows that its records make."""

    def __init__(self, folder: Path, broker: Broker, address: Any, partitions: int = 1, spec: str = "", **how: str):
        self.folder, self.broker, self.address, self.partitions = folder, broker, address, partitions
        self.text = SPEC.replace("dev", address.database)
        self.rows: dict[int, str] = {}
        self.count = 0
        self.plan = self.built(spec, **how)
        rig.apply_plan(self.plan, address)
        broker.topic("s.orders", partitions)

    def built(self, more: str, tables: tuple[str, ...] = ("orders",), topics: str = TOPICS, **how: str) -> Plan:
        path = self.folder / "stream.yaml"
        path.write_text(kafka_spec(self.text, self.broker, topics, **how) + more)
        seen = [
            {"topic": f"s.{table}", "offset": 0, "key": {"id": 1}, "value": json.loads(envelope(FIRST, table=table))}
            for table in tables
        ]
        events = self.folder / "seen.jsonl"
        events.write_text("".join(json.dumps(line) + "\n" for line in seen))
        rig.observe_file(path, events)
        return rig.compile_plan(path, self.folder / "plan")

    def cut(self, **limits: int) -> Plan:
        """The plan with other limits of a batch."""
        return batched(self.plan, **limits)

    def send(self, count: int) -> None:
        """So many changes of a hundred keys, each key in a partition of its own choice."""
        for number in range(self.count, self.count + count):
            key = number % 100
            self.rows[key] = f"n{number}"
            row = {"id": key, "note": self.rows[key]}
            self.broker.send("s.orders", json.dumps({"id": key}).encode(), envelope(row), key % self.partitions)
        self.count += count
        self.broker.sent()

    def stored(self) -> dict[int, str]:
        return dict(self.ask("SELECT id, note FROM s.orders"))

    def complete(self) -> bool:
        return self.stored() == self.rows

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        with rig.warehouse_of(self.plan, self.address) as warehouse, warehouse.transaction():
            return [tuple(row) for row in warehouse.execute(Statement(path="asked", sql=sql))]

    def ledger(self) -> list[tuple[Any, ...]]:
        """Every batch: partition, from, to, in order."""
        columns = "topic_partition, from_offset, to_offset"
        return self.ask(f"SELECT {columns} FROM s._streamplan_ledger WHERE topic = 's.orders' ORDER BY 1, 2")

    def seamless(self) -> bool:
        """Whether the batches cover each partition's offsets once: none is left out, none is taken twice."""
        return self.seamless_as_far() and sum(last - first + 1 for _, first, last in self.ledger()) == self.count

    def seamless_as_far(self) -> bool:
        """The same, as far as the ledger goes."""
        covered: dict[int, int] = {}
        for number, first, last in self.ledger():
            if first != covered.get(number, 0):
                return False
            covered[number] = last + 1
        return True
