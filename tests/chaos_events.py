"""Events for the chaos tests with their truth: what a source sends, and what the tables then hold.

**All chance comes from one seed.**
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator
from typing import Any

from streamplan.runtime.convert import PLACEHOLDER

TABLES = {"orders": ("order_id",), "lines": ("order_id", "line_no"), "customers": ("customer_id",)}
PARTITIONS = 4
SHARES = {"c": 60, "u": 30, "d": 10}
SPEC = """\
connector: big
source:
  files: {{path: events.jsonl, topics: ["*"]}}
destination:
  host: ${{REDSHIFT_HOST}}
  port: ${{REDSHIFT_PORT:-5439}}
  user: ${{REDSHIFT_USER}}
  password: ${{REDSHIFT_PASSWORD}}
  database: dev
  schema: big
ingestion: {{batch: {{max_rows: {max_rows}}}}}
"""


class Generated:
    """Change events without schemas, of three tables in four partitions each, and what the tables hold after them.

    A key that is deleted may come again. An update may leave out the note, as a source does with a long value.
    """

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)  # noqa: S311 - the same events every time, not a secret
        self.rows: dict[str, dict[tuple[int, ...], dict[str, Any]]] = {table: {} for table in TABLES}
        self._live: dict[str, list[tuple[int, ...]]] = {table: [] for table in TABLES}
        self._gone: dict[str, list[tuple[int, ...]]] = {table: [] for table in TABLES}
        self._offsets: dict[tuple[str, int], int] = {}
        self._made = 0

    def records(self, events: int) -> Iterator[dict[str, Any]]:
        """So many events; a tombstone after each delete is not counted."""
        for _ in range(events):
            table = self._dice.choice(tuple(TABLES))
            (op,) = self._dice.choices(tuple(SHARES), tuple(SHARES.values())) if self._live[table] else "c"
            yield from getattr(self, f"_{op}")(table)

    def _c(self, table: str) -> Iterator[dict[str, Any]]:
        again = self._gone[table] and self._dice.random() < 0.2
        key = self._taken(self._gone[table]) if again else self._new(table)
        self._live[table].append(key)
        row = self.rows[table][key] = dict(zip(TABLES[table], key, strict=True)) | self._values()
        yield self._record(table, key, self._value(table, "c", None, row))

    def _u(self, table: str) -> Iterator[dict[str, Any]]:
        key = self._dice.choice(self._live[table])
        before = self.rows[table][key]
        row = self.rows[table][key] = before | self._values()
        sent = dict(row)
        if self._dice.random() < 0.3:
            row["note"], sent["note"] = before["note"], PLACEHOLDER
        yield self._record(table, key, self._value(table, "u", None, sent))

    def _d(self, table: str) -> Iterator[dict[str, Any]]:
        key = self._taken(self._live[table])
        self._gone[table].append(key)
        yield self._record(table, key, self._value(table, "d", self.rows[table].pop(key), None))
        yield self._record(table, key, None)

    def _taken(self, keys: list[tuple[int, ...]]) -> tuple[int, ...]:
        place = self._dice.randrange(len(keys))
        keys[place], keys[-1] = keys[-1], keys[place]
        return keys.pop()

    def _new(self, table: str) -> tuple[int, ...]:
        self._made += 1
        return (self._made, self._made % 7)[: len(TABLES[table])]

    def _values(self) -> dict[str, Any]:
        dice = self._dice
        return {
            "status": dice.choice(("new", "paid", "packed", "shipped", "done", "returned")),
            "ordered_at": f"2026-01-{dice.randint(1, 28):02}T{dice.randint(0, 23):02}:00:07.113000Z",
            "ship_date": dice.choice((None, dice.randint(20_000, 21_000))),
            "qty": dice.randint(1, 20),
            "discount": dice.choice((None, dice.randint(1, 9_999) / 10_000)),
            "is_gift": dice.random() < 0.1,
            "note": dice.choice((None, f"{dice.getrandbits(200):050x}")),
        }

    def _value(self, table: str, op: str, before: dict | None, after: dict | None) -> dict[str, Any]:
        moment = 1_795_465_774_000 + sum(self._offsets.values())
        source = {"connector": "postgresql", "name": "big", "ts_ms": moment, "schema": "public", "table": table}
        return {"before": before, "after": after and dict(after), "source": source, "op": op, "ts_ms": moment + 500}

    def _record(self, table: str, key: tuple[int, ...], value: dict | None) -> dict[str, Any]:
        topic, partition = f"big.public.{table}", zlib.crc32(repr(key).encode()) % PARTITIONS
        offset = self._offsets.get((table, partition), 0)
        self._offsets[table, partition] = offset + 1
        named = dict(zip(TABLES[table], key, strict=True))
        return {"topic": topic, "partition": partition, "offset": offset, "key": named, "value": value}
