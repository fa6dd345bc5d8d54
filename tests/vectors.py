"""One cell of a source's table, as its database held it and as the connector sent it.

The files under `data/vectors` are made by real connectors: a line is a cell in one setting. `settings` are the examples
of section 5 of the notes on events, which show the settings that the other two do not have. `defaults` are the columns'
defaults as the schemas of the same events tell them.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data" / "vectors"
FILES = ("postgres", "mariadb", "settings")
_CONNECT = re.compile(r"(\w+)(?:<(.*)>)?(?: ([\w.]+))?(?: (\{.*\}))?")


@dataclass(frozen=True, slots=True)
class Connect:
    """A Connect schema: type, semantic name, parameters, and that of an array's items."""

    type: str
    name: str
    parameters: dict[str, str]
    items: Connect | None

    @property
    def short(self) -> str:
        """The semantic name without its package."""
        return self.name.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Vector:
    """One cell: what the database held (`text`, None for null) and what the connector sent (`value`)."""

    source: str
    table: str
    column: str
    type: str
    text: str | None
    via: str
    variant: str
    connect: Connect
    optional: bool
    json: str

    @property
    def value(self) -> Any:
        """The value with the digits that were sent, as the runtime reads it."""
        return decoded(self.json)

    def __str__(self) -> str:
        where = f"{self.source} {self.table}.{self.column} {self.via} {self.variant}"
        return f"{where}: {self.type} {str(self.text)[:60]!r} as {self.connect.type} {self.connect.name}"


@cache
def connect(text: str) -> Connect:
    """A schema as the files write it: `array<bytes org.….Decimal {"scale": "2"}>`."""
    found = _CONNECT.fullmatch(text)
    assert found, text
    items = connect(found[2]) if found[1] == "array" and found[2] else None
    return Connect(found[1], found[3] or "", json.loads(found[4] or "{}"), items)


def _lines(name: str) -> Iterator[dict[str, Any]]:
    text = gzip.decompress((DATA / f"{name}.jsonl.gz").read_bytes()).decode()
    return (json.loads(line) for line in text.split("\n") if line)


def decoded(text: str) -> Any:
    """JSON with all its digits."""
    return json.loads(text, parse_float=Decimal)


def vectors(name: str) -> Iterator[Vector]:
    """The cells of one file."""
    for line in _lines(name):
        yield Vector(
            source=line.get("source", name),
            table=line["table"],
            column=line["column"],
            type=line["source_type"],
            text=line["source_text"],
            via=line["via"],
            variant=line["variant"],
            connect=connect(line["connect"]),
            optional=line["optional"],
            json=line["json"],
        )


@cache
def defaults() -> dict[tuple[str, str, str], tuple[Any, ...]]:
    """(source, table, column) to every default that the events' schemas show of it."""
    lines = _lines("defaults")
    return {(d["source"], d["table"], d["column"]): tuple(map(decoded, d["defaults"])) for d in lines}
