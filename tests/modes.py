"""What the tests of the modes share: tables of every combination of settings, and events written as words.

An event is an operation, the number of a row's key, and its two values: `c1a` creates row 1 with the note a and the
size a, `u1ab` updates it to note a and size b, `u1~b` does not send the note (TOAST), `d1` deletes it as a source does
that sends only the key (with made-up values), `D1` as one that sends the old row, `01` is a tombstone, `t` a truncate,
`=` the record before once more, with its offset. `u2b<1a` says what the row was before. After a slash stands what is
wrong with the key: `c1a/null`, `c1a/part`, `c1a/short`.

Rows are written alike: `1a` is row 1 with note a and size a, `1ab!` is marked as deleted, `1-!` holds nothing but its
key and the mark. `X926` is a record in quarantine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

HEAD = """\
connector: modes
source:
  files: {path: events.jsonl, topics: ["*"]}
destination:
  host: ${REDSHIFT_HOST}
  port: ${REDSHIFT_PORT:-5439}
  user: ${REDSHIFT_USER}
  password: ${REDSHIFT_PASSWORD}
  database: dev
  schema: modes
"""
SALT = "pepper"
BARE, SCHEMAS, REWRITE, TOMBSTONES = "bare envelope", "envelope with schemas", "flat rewrite", "flat tombstones"
FORMATS = {BARE: "debezium-json", SCHEMAS: "debezium-json", REWRITE: "flat-json", TOMBSTONES: "flat-json"}
COLUMNS = {"id": "int64", "lang": "string", "note": "string", "size": "int32"}
KEYS = {"one": ("id",), "two": ("id", "lang"), "none": ()}
_EVENT = re.compile(r"([crudD0t=])(?:(\d)([a-z~]{0,2}))?(?:<(\d)([a-z]{1,2}))?(?:/(null|part|short))?")


@dataclass(frozen=True, kw_only=True)
class Table:
    """One combination of settings; `shape` says how many fields the source's primary key has."""

    mode: str
    deletes: str
    key: str
    shape: str
    truncates: str = "apply"

    @property
    def name(self) -> str:
        return f"{self.mode}_{self.deletes}_{self.key}_{self.shape}_{self.truncates}"

    @property
    def topic(self) -> str:
        return f"m.{self.name}"

    @property
    def kind(self) -> str:
        """What tables that treat every event alike have in common."""
        if self.key in ("record_key", "record_value"):
            return f"{self.mode} {self.deletes}"
        return f"{'unkeyed' if self.shape == 'none' else 'placed'} {self.deletes}"

    @property
    def settings(self) -> str:
        fields = f", fields: [{', '.join(KEYS[self.shape] or ('id',))}]" if self.key == "record_value" else ""
        key = f"primary_key: {{from: {self.key}{fields}}}"
        return f"{{mode: {self.mode}, deletes: {self.deletes}, truncates: {self.truncates}, {key}}}"


def spec_of(tables: Iterable[Table]) -> str:
    return HEAD + "tables:\n" + "".join(f"  {table.name}: {table.settings}\n" for table in tables)
