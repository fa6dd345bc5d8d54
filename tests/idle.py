"""A plan of hundreds of tables of which few are busy: its spec, and events of its tables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

SPEC = """\
connector: many
source:
  files: {path: events.jsonl, topics: ["s.*"]}
destination:
  host: ${REDSHIFT_HOST}
  port: ${REDSHIFT_PORT:-5439}
  user: ${REDSHIFT_USER}
  password: ${REDSHIFT_PASSWORD}
  database: dev
  schema: many
ingestion: {batch: {max_bytes: 8MiB, max_seconds: 600}}
"""


def topic(number: int) -> str:
    return f"s.t{number:03}"


def event(number: int, offset: int, note: str) -> dict[str, object]:
    """A change of the nth table, in which each offset is a row."""
    source = {"schema": "public", "table": topic(number)[2:], "ts_ms": 1}
    value = {"op": "c", "ts_ms": 1, "source": source, "before": None, "after": {"id": offset, "note": note}}
    return {"topic": topic(number), "partition": 0, "offset": offset, "key": {"id": offset}, "value": value}


def written(path: Path, events: Iterator[dict[str, object]]) -> Path:
    """A file of events."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(one) + "\n" for one in events)
    return path
