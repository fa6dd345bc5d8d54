"""The peer dlt, in its default way and in its best: a merge by delete and insert, with deletes marked in a column.

    python bench/peer_dlt.py HOW DSN EVENTS FOLDER

HOW is `default`, dicts that dlt normalises itself and inserts as literals, or `best`, the last change of each key in
Arrow tables, decoded as the floor decodes them, loaded from Parquet over ADBC. The stream is cut into loads of 50,000
changes, as streamplan cuts its batches.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import dlt
import pyarrow as pa
from dlt.destinations import postgres

import orders

_LOAD = 50_000
_KINDS = "bigint bigint text timestamp bigint decimal bigint text double bool text bigint".split()
_HINTS: Any = {
    "table_name": "orders",
    "primary_key": "order_id",
    "write_disposition": {"disposition": "merge", "strategy": "delete-insert"},
    "columns": {name: {"data_type": kind} for name, kind in zip(orders.COLUMNS, _KINDS, strict=True)}
    | {
        "deleted": {"hard_delete": True, "data_type": "bool"},
        "place": {"dedup_sort": "desc", "data_type": "bigint"},
        "total": {"data_type": "decimal", "precision": 12, "scale": 2},
    },
}
_TYPES = [pa.int64(), pa.int32(), pa.string(), pa.timestamp("us", "UTC"), pa.int32(), pa.decimal128(12, 2)]
_TYPES += [pa.int32(), pa.string(), pa.float64(), pa.bool_(), pa.string(), pa.int64()]
_SCHEMA = pa.schema([*zip(orders.COLUMNS, _TYPES, strict=True), ("deleted", pa.bool_()), ("place", pa.int64())])
_places = count()


def loads(path: Path) -> Iterator[list[orders.Change]]:
    """The changes of one load after the other."""
    waiting: list[orders.Change] = []
    for block in orders.changes(path):
        waiting += block
        while len(waiting) >= _LOAD:
            yield waiting[:_LOAD]
            del waiting[:_LOAD]
    if waiting:
        yield waiting


def dicts(changes: list[orders.Change]) -> Iterator[dict[str, Any]]:
    """A dict for each change, in their order."""
    for key, row in changes:
        values = dict(zip(orders.COLUMNS, orders.values(row), strict=True)) if row else {"order_id": key}
        yield values | {"deleted": row is None, "place": next(_places)}


def arrow(changes: list[orders.Change]) -> Iterator[pa.Table]:
    """The last change of each key, as one table."""
    last = dict(changes)
    none = (None,) * (len(orders.COLUMNS) - 1)
    rows = [orders.values(row) if row else (key, *none) for key, row in last.items()]
    columns = [[*column] for column in zip(*rows, strict=True)]
    columns += [[row is None for row in last.values()], [next(_places) for _ in last]]
    at = orders.COLUMNS.index("order_ts")
    arrays = [
        pa.array(column, pa.string() if place == at else _SCHEMA.types[place]) for place, column in enumerate(columns)
    ]
    arrays[at] = arrays[at].cast(pa.timestamp("us", "UTC"))
    yield pa.Table.from_arrays(arrays, schema=_SCHEMA)


def main(how: str, dsn: str, path: Path, folder: Path) -> None:
    """Loads the events, a load after the other."""
    os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}
    made, file_format = {"default": (dicts, None), "best": (arrow, "parquet")}[how]
    pipeline = dlt.pipeline(
        "bench", destination=postgres(credentials=dsn), dataset_name="bench", pipelines_dir=str(folder)
    )
    for changes in loads(path):
        resource = dlt.resource(made(changes), name="orders")
        resource.apply_hints(**_HINTS)
        pipeline.run(resource, loader_file_format=file_format)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
