"""The cells as a stream of change events that carry their schema, and what a plan makes of them.

One topic for each Connect schema, one event a cell: observed, compiled, applied and run as the commands do.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rig import apply_plan, compile_plan, observe_file, rows_of, run_plan
from streamplan.compiler.control import QUARANTINE
from streamplan.runtime.plan import Plan
from vectors import Connect, Vector

TOPICS = "v.v"
SPEC = """
connector: vectors
source: {files: {path: events.jsonl, topics: ["v.v.*"]}, format: debezium-json}
destination:
  host: ${REDSHIFT_HOST}
  port: ${REDSHIFT_PORT:-5439}
  user: ${REDSHIFT_USER}
  password: ${REDSHIFT_PASSWORD}
  database: dev
  schema: v
"""
STAGED = SPEC + "  staging: {s3: {prefix: 's3://sandbox/vectors/'}}\n"
_ID = {"type": "int64", "optional": False, "field": "id"}
_SOURCE = {"type": "struct", "field": "source", "optional": False, "fields": []}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a cell: what the driver reads back, or why its record is in quarantine."""

    vector: Vector
    held: Any = None
    refused: str = ""


def run(cells: Iterable[Vector], folder: Path, address: Any, spec: str = SPEC) -> list[Outcome]:
    """Loads every cell by a plan and reads it back; a cell that is neither held nor refused raises KeyError."""
    stream, events = _tables(cells), folder / "events.jsonl"
    lines = [_line(table, number, vector) for table, found in stream.items() for number, vector in enumerate(found)]
    events.write_text("".join(lines), encoding="utf-8")
    (folder / "spec.yaml").write_text(spec)
    observe_file(folder / "spec.yaml", events)
    plan = compile_plan(folder / "spec.yaml", folder / "plan")
    apply_plan(plan, address)
    run_plan(plan, address, events)
    aside = {(row["topic"], row["topic_offset"]): row for row in rows_of(plan, address, "v", QUARANTINE)}
    return [outcome for table, found in stream.items() for outcome in _outcomes(plan, address, table, found, aside)]


def _tables(cells: Iterable[Vector]) -> dict[str, list[Vector]]:
    """A table's name for each distinct schema, and its cells; the place in the list is the row's id and its offset."""
    found: dict[str, list[Vector]] = defaultdict(list)
    for vector in cells:
        found[repr(vector.connect)].append(vector)
    return {f"t{number}": vectors for number, vectors in enumerate(found.values())}


def _outcomes(
    plan: Plan, address: Any, table: str, found: list[Vector], aside: dict[tuple[str, int], dict[str, Any]]
) -> Iterator[Outcome]:
    held = {row["id"]: row["v"] for row in rows_of(plan, address, "v", table)}
    for number, vector in enumerate(found):
        row = aside.get((f"{TOPICS}.{table}", number))
        if row is None:
            yield Outcome(vector, held.pop(number))
        else:
            yield Outcome(vector, refused=f"{row['code']}: {row['reason']}")
    assert held == {}, "a refused record stands in its table too"


def _line(table: str, number: int, vector: Vector) -> str:
    key = json.dumps({"schema": _struct(_ID), "payload": {"id": number}})
    row = f'{{"id":{number},"v":{vector.json}}}'
    source = json.dumps({"schema": "v", "table": table})
    payload = f'{{"before":null,"after":{row},"source":{source},"op":"c"}}'
    value = f'{{"schema":{json.dumps(_envelope(vector.connect))},"payload":{payload}}}'
    place = f'"topic":"{TOPICS}.{table}","partition":0,"offset":{number},"timestamp_ms":0,"headers":[]'
    return f'{{{place},"key":{key},"value":{value}}}\n'


def _struct(*fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "struct", "optional": False, "fields": list(fields), **more}


def _envelope(connect: Connect) -> dict[str, Any]:
    rows = [_struct(_ID, _schema(connect) | {"field": "v"}, field=part) for part in ("before", "after")]
    operation = {"type": "string", "optional": False, "field": "op"}
    return _struct(*rows, _SOURCE, operation, name=f"{TOPICS}.Envelope")


def _schema(connect: Connect) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": connect.type, "optional": True}
    schema |= {"name": connect.name} if connect.name else {}
    schema |= {"parameters": connect.parameters} if connect.parameters else {}
    schema |= {"items": _schema(connect.items)} if connect.items else {}
    return schema
