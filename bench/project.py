"""The connector that the stream is measured with: a spec and the observed schema of one table, compiled to a plan."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import msgspec
from streamplan.compiler.observed import Learnt, ObservedField, ObservedTopic, save

STREAMPLAN = str(Path(sys.executable).with_name("streamplan"))
SCHEMA = "bench"
_FILES = 'files: {{path: events.jsonl, topics: ["{topic}"]}}'
_Parameters: TypeAlias = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """How a batch is cut and staged: rows and MiB at most, and files of a COPY; 0 files insert the rows."""

    rows: int = 50_000
    mebibytes: int = 1024
    files: int = 1


def plan(folder: Path, topic: str, batch: Batch, database: str = "dev", source: str = "") -> Path:
    """Writes spec and schema into an empty folder, compiles them, and gives the plan's folder.

    `topic` is as Debezium names it, with the source's schema and table at its end. `source` is where it is read, as the
    spec says it: files, unless it is given. Raises CalledProcessError.
    """
    folder.mkdir(parents=True)
    (folder / "bench.yaml").write_text(_spec(source or _FILES.format(topic=topic), batch, database), encoding="utf-8")
    save([_observed(topic)], folder / "observed")
    subprocess.run([STREAMPLAN, "compile", "bench.yaml", "--out", "plan"], cwd=folder, check=True, capture_output=True)
    return folder / "plan"


def _spec(source: str, batch: Batch, database: str) -> str:
    staging = f'{{s3: {{prefix: "s3://bench-staging/", files: {batch.files}}}}}' if batch.files else "insert"
    return f"""\
connector: bench
source:
  {source}
  format: debezium-json
destination:
  host: ${{REDSHIFT_HOST}}
  port: ${{REDSHIFT_PORT:-5439}}
  user: ${{REDSHIFT_USER}}
  password: ${{REDSHIFT_PASSWORD}}
  database: {database}
  schema: {SCHEMA}
  staging: {staging}
ingestion:
  batch: {{max_rows: {batch.rows}, max_bytes: {batch.mebibytes}MiB, max_seconds: 30}}
"""


def _observed(topic: str) -> ObservedTopic:
    *_, schema, table = topic.split(".")
    key = _field("order_id", "int64")
    value = (
        key,
        _field("customer_id", "int32"),
        _field("status", "string"),
        _field("order_ts", "string", "io.debezium.time.ZonedTimestamp"),
        _optional(_field("ship_date", "int32", "io.debezium.time.Date")),
        _decimal("total"),
        _field("qty", "int32"),
        _field("currency", "string"),
        _optional(_field("discount", "double")),
        _field("is_gift", "boolean"),
        _optional(_field("note", "string")),
        _optional(_field("updated_at", "int64", "io.debezium.time.Timestamp")),
    )
    return ObservedTopic(topic=topic, schema=schema, table=table, learnt=Learnt(by="envelope"), key=(key,), value=value)


def _field(field: str, kind: str, name: str = "", parameters: _Parameters | None = None) -> ObservedField:
    return ObservedField(field=field, type=kind, name=name, parameters=parameters or {}, optional=False)


def _decimal(field: str) -> ObservedField:
    return _field(
        field, "bytes", "org.apache.kafka.connect.data.Decimal", {"scale": "2", "connect.decimal.precision": "12"}
    )


def _optional(field: ObservedField) -> ObservedField:
    return msgspec.structs.replace(field, optional=True)
