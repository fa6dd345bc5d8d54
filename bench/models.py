"""The connector that is measured: a spec and its observed schemas, written as `streamplan observe` writes them.

The same numbers give the same bytes. Each table is made from its own seed, so that a table is the same in every size,
and a few are written at a time, so that the benchmark's own memory does not count in its children's.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from streamplan.compiler.observed import Learnt, ObservedField, ObservedTopic, save

SEED = "streamplan"
CONNECTOR = "bench"
OVERRIDDEN = 50  # every so many tables, the spec says something about one
_AT_ONCE = 100
_LENGTH = "__debezium.source.column.length"
_NATURAL = "__debezium.source.column.type"
_DECIMAL = "org.apache.kafka.connect.data.Decimal"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of column: how often it comes, as what Debezium sends it, and its SQL type, which the peer takes."""

    weight: int
    noun: str
    type: str
    name: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    sql: str = ""


def _text(weight: int, noun: str, length: int) -> Kind:
    parameters = {_NATURAL: "VARCHAR", _LENGTH: str(length)}
    return Kind(weight, noun, "string", parameters=parameters, sql=f"varchar({length * 4})")


def _decimal(weight: int, noun: str, precision: int, scale: int) -> Kind:
    parameters = {"connect.decimal.precision": str(precision), "scale": str(scale)}
    return Kind(weight, noun, "bytes", _DECIMAL, parameters, f"numeric({precision},{scale})")


KINDS = (
    Kind(3, "rank", "int16", sql="smallint"),
    Kind(12, "count", "int32", sql="integer"),
    Kind(8, "reference", "int64", sql="bigint"),
    _text(8, "code", 16),
    _text(10, "label", 64),
    _text(8, "title", 255),
    _text(3, "address", 2000),
    Kind(6, "comment", "string", sql="varchar(65535)"),
    _decimal(3, "rate", 9, 6),
    _decimal(8, "amount", 12, 2),
    _decimal(3, "balance", 18, 4),
    _decimal(1, "weight", 38, 10),
    Kind(5, "day", "int32", "io.debezium.time.Date", sql="date"),
    Kind(7, "moment", "int64", "io.debezium.time.MicroTimestamp", sql="timestamp"),
    Kind(5, "seen_at", "string", "io.debezium.time.ZonedTimestamp", sql="timestamptz"),
    Kind(6, "is_flag", "boolean", sql="boolean"),
    Kind(3, "uuid", "string", "io.debezium.data.Uuid", sql="varchar(36)"),
    Kind(3, "document", "string", "io.debezium.data.Json", sql="text"),
    Kind(4, "ratio", "double", sql="double precision"),
    Kind(1, "digest", "bytes", sql="bytea"),
)
NOTE = Kind(0, "note", "string", sql="varchar(65535)")
ADDED = Kind(0, "added", "string", sql="varchar(65535)")
_KEYS = (
    (Kind(0, "id", "int64", sql="bigint"),),
    (Kind(0, "tenant_id", "int32", sql="integer"), Kind(0, "line_id", "int64", sql="bigint")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of the source: its name, and its columns by name; the first `keys` of them are its key."""

    name: str
    keys: int
    columns: dict[str, Kind]


def tables(count: int, columns: int) -> Iterator[Table]:
    """The tables, one by one."""
    return (_table(number, columns) for number in range(count))


def _table(number: int, columns: int) -> Table:
    dice = random.Random(f"{SEED}/{number}")  # noqa: S311 - the same tables every time, not a secret
    key = _KEYS[dice.random() < 0.3]  # noqa: PLR2004 - the share of tables with a key of two columns
    drawn = dice.choices(KINDS, [kind.weight for kind in KINDS], k=columns - len(key) - 1)
    named = {kind.noun: kind for kind in key}
    named |= {f"{kind.noun}_{place:02}": kind for place, kind in enumerate(drawn, len(key) + 1)}
    return Table(name=f"table_{number:05}", keys=len(key), columns=named | {NOTE.noun: NOTE})


def grown(table: Table) -> Table:
    """The table with one column more, at its end."""
    return Table(name=table.name, keys=table.keys, columns=table.columns | {ADDED.noun: ADDED})


def write(folder: Path, count: int, columns: int) -> Path:
    """Writes the spec and the observed schemas of the tables; gives the spec's path."""
    spec = folder / f"{CONNECTOR}.yaml"
    spec.write_text(_spec(count), encoding="utf-8")
    made = tables(count, columns)
    while some := [*islice(made, _AT_ONCE)]:
        save(map(_topic, some), folder / "observed")
    return spec


def grow(folder: Path, count: int, columns: int) -> None:
    """Adds one column to the table in the middle."""
    save([_topic(grown(_table(count // 2, columns)))], folder / "observed")


def _topic(table: Table) -> ObservedTopic:
    fields = [
        _field(name, kind, optional=place >= table.keys) for place, (name, kind) in enumerate(table.columns.items())
    ]
    return ObservedTopic(
        topic=f"{CONNECTOR}.public.{table.name}",
        schema="public",
        table=table.name,
        learnt=Learnt(by="envelope"),
        key=tuple(fields[: table.keys]),
        value=tuple(fields),
    )


def _field(name: str, kind: Kind, *, optional: bool) -> ObservedField:
    return ObservedField(field=name, type=kind.type, name=kind.name, parameters=kind.parameters, optional=optional)


_HEAD = f"""\
connector: {CONNECTOR}

source:
  files:
    path: events/*.jsonl.gz
    topics: ["{CONNECTOR}.public.*"]
  format: debezium-json

destination:
  host: ${{REDSHIFT_HOST}}
  port: ${{REDSHIFT_PORT:-5439}}
  user: ${{REDSHIFT_USER}}
  password: ${{REDSHIFT_PASSWORD}}
  database: dev
  schema: {CONNECTOR}

access:
  deployer: streamplan_deployer
  loader: streamplan_loader
  readers: [analysts]

ingestion:
  mode: upsert
  deletes: hard
  truncates: apply
  primary_key: {{from: record_key}}
  schema_evolution: review
  batch: {{max_rows: 50000, max_bytes: 64MiB, max_seconds: 30}}

tables:
"""


def _spec(count: int) -> str:
    return _HEAD + "".join(_override(number) for number in range(0, count, OVERRIDDEN))


def _override(number: int) -> str:
    columns = f"    columns:\n      {NOTE.noun}: {{name: remark, type: VARCHAR(2000)}}\n"
    return f"  table_{number:05}:\n    truncates: ignore\n{columns}"
