"""The shop's events, phase by phase, and what the source database held at the end of each phase."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data" / "shop"
FORMS = ("schemas", "noschema", "unwrap_schemas", "unwrap_tombstone_noschema")
FORMATS = dict(zip(FORMS, ("debezium-json", "debezium-json", "flat-json", "flat-json"), strict=True))


@cache
def lines(form: str) -> tuple[bytes, ...]:
    """The records of one form, as bytes."""
    return tuple(line for line in gzip.decompress((DATA / f"shop.{form}.jsonl.gz").read_bytes()).split(b"\n") if line)


@cache
def truth() -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Phase to table to rows."""
    phases = json.loads(gzip.decompress((DATA / "truth.json.gz").read_bytes()))
    return {p["phase"]: {name: table["rows"] for name, table in p["tables"].items()} for p in phases}


@cache
def _ends() -> dict[str, int]:
    """Phase to the log position at its end."""
    phases = json.loads(gzip.decompress((DATA / "truth.json.gz").read_bytes()))
    return {p["phase"]: p["end_lsn"] for p in phases}


@cache
def _facts() -> tuple[tuple[str, int | None, str], ...]:
    """Topic, log position and operation of each record of the form that says most."""
    facts = []
    for line in lines("schemas"):
        record = json.loads(line)
        payload = record["value"]["payload"] if record["value"] else None
        facts.append((record["topic"], payload and payload["source"]["lsn"], payload["op"] if payload else ""))
    return tuple(facts)


@cache
def _counts(phase: str, form: str) -> Counter[str]:
    """How many records of each topic belong to the phases up to this one."""
    end, facts = _ends()[phase], _facts()
    snapshot = sum(op == "r" for _, _, op in facts)
    cut = next((i for i, (_, lsn, _) in enumerate(facts) if i >= snapshot and lsn and lsn > end), len(facts))
    flat = FORMATS[form] == "flat-json"
    return Counter(topic for topic, _, op in facts[: max(cut, snapshot)] if not flat or op not in ("", "t"))


def records(form: str, phase: str) -> Iterator[bytes]:
    """The records of one form up to the end of a phase."""
    left = _counts(phase, form).copy()
    for line in lines(form):
        topic = json.loads(line)["topic"]
        if left[topic] > 0:
            left[topic] -= 1
            yield line


def write(path: Path, form: str, phase: str) -> Path:
    """A file of the records of one form up to the end of a phase."""
    path.write_bytes(b"".join(line + b"\n" for line in records(form, phase)))
    return path


@cache
def carried(phase: str, table: str, column: str, key: tuple[str, ...]) -> frozenset[tuple[Any, ...]]:
    """The keys of the rows of which some event up to the end of a phase carried the column."""
    keys = set()
    for line in records("schemas", phase):
        record = json.loads(line)
        row = record["value"] and record["value"]["payload"].get("after")
        if row and record["topic"] == f"shop.shop.{table}" and column in row:
            keys.add(tuple(row[name] for name in key))
    return frozenset(keys)
