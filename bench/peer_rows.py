"""Peers that write rows to PostgreSQL with psycopg: what a sink of rows does, and what a careful one does.

    python bench/peer_rows.py HOW DSN EVENTS

HOW is `rows`, a statement a change, or `reduced`, the last change of each key, many at a time. Both commit every
3,000 changes, and both get the events decoded as the floor decodes them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg

import orders

_COMMIT = 3_000
_TABLE = """\
CREATE TABLE orders (order_id bigint PRIMARY KEY, customer_id integer, status varchar(65535), order_ts timestamptz,
  ship_date integer, total numeric(12,2), qty integer, currency varchar(65535), discount double precision,
  is_gift boolean, note varchar(65535), updated_at bigint)"""
_SET = ", ".join(f"{name} = EXCLUDED.{name}" for name in orders.COLUMNS[1:])
_UPSERT = (
    f"INSERT INTO orders VALUES ({', '.join(['%s'] * len(orders.COLUMNS))})"  # noqa: S608 - our own words
    f" ON CONFLICT (order_id) DO UPDATE SET {_SET}"
)
_DELETE = "DELETE FROM orders WHERE order_id = %s"


def commits(path: Path) -> Iterator[list[orders.Change]]:
    """The changes of one transaction after the other."""
    waiting: list[orders.Change] = []
    for block in orders.changes(path):
        waiting += block
        while len(waiting) >= _COMMIT:
            yield waiting[:_COMMIT]
            del waiting[:_COMMIT]
    yield waiting


def rows(connection: psycopg.Connection, changes: list[orders.Change]) -> None:
    """A statement for each change."""
    with connection.cursor() as cursor:
        for key, row in changes:
            cursor.execute(_DELETE, (key,)) if row is None else cursor.execute(_UPSERT, orders.values(row))


def reduced(connection: psycopg.Connection, changes: list[orders.Change]) -> None:
    """The last change of each key: deletes together, and upserts together."""
    last = dict(changes)
    with connection.cursor() as cursor:
        cursor.executemany(_DELETE, [(key,) for key, row in last.items() if row is None])
        cursor.executemany(_UPSERT, [orders.values(row) for row in last.values() if row is not None])


def main(how: str, dsn: str, path: Path) -> None:
    """Loads the events into a new table."""
    load = {"rows": rows, "reduced": reduced}[how]
    with psycopg.connect(dsn) as connection:
        connection.execute(_TABLE)
        connection.execute("SET enable_seqscan = off")  # a statement that was prepared for an empty table would scan
        for changes in commits(path):
            load(connection, changes)
            connection.commit()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
