"""The table `orders` by hand: its events decoded into Structs, the last row of each key, and sums to compare tables by.

For the floor and the peers, which may not lean on streamplan. It knows this one table, and needs msgspec alone.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

COLUMNS = ("order_id customer_id status order_ts ship_date total qty currency discount is_gift note updated_at").split()
# Sums that differ where a row or the values of two rows do; a value's place is in them by a remainder of the key.
SUMS = (
    "COUNT(*)",
    "SUM(order_id)",
    "SUM(customer_id * (order_id % 97))",
    "SUM(total * (order_id % 89))",
    "SUM(qty * (order_id % 83))",
    "SUM(LENGTH(note) * (order_id % 79))",
    "SUM(LENGTH(status) * (order_id % 73))",
    "SUM(LENGTH(currency) * (order_id % 71))",
    "SUM(CASE WHEN is_gift THEN order_id % 67 ELSE 0 END)",
    "SUM(CASE WHEN ship_date IS NULL THEN 0 ELSE order_id % 61 END)",
    "SUM(CASE WHEN updated_at IS NULL THEN 0 ELSE order_id % 59 END)",
    "SUM(CASE WHEN discount IS NULL THEN 0 ELSE order_id % 53 END)",
)
_BLOCK_BYTES = 1 << 20


class Row(msgspec.Struct, gc=False, array_like=False):
    """A row as the source sends it."""

    order_id: int
    customer_id: int
    status: str
    order_ts: str
    ship_date: int | None
    total: str
    qty: int
    currency: str
    discount: float | None
    is_gift: bool
    note: str | None
    updated_at: int | None


class Key(msgspec.Struct, gc=False):
    """A record's key."""

    order_id: int


class Envelope(msgspec.Struct, gc=False):
    """What a change says: the rest of it is passed over."""

    op: str
    after: Row | None = None


class Line(msgspec.Struct, gc=False):
    """A line of a file of events; a tombstone has no value."""

    key: Key
    value: Envelope | None = None


Change: TypeAlias = tuple[int, Row | None]


def changes(path: Path) -> Iterator[list[Change]]:
    """The key and the row of each change, None for a delete, a block of the file at a time; tombstones are left out."""
    decode = msgspec.json.Decoder(Line).decode_lines
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            lines = decode(block + file.readline())
            yield [(line.key.order_id, line.value.after) for line in lines if line.value is not None]


def amount(total: str) -> Decimal:
    """The NUMERIC(12,2) that Debezium sends as base64."""
    return Decimal(int.from_bytes(binascii.a2b_base64(total), "big", signed=True)).scaleb(-2)


def values(row: Row) -> tuple[Any, ...]:
    """The row's values in the order of COLUMNS, its total as a number; epochs stay as they are sent."""
    return (
        row.order_id,
        row.customer_id,
        row.status,
        row.order_ts,
        row.ship_date,
        amount(row.total),
        row.qty,
        row.currency,
        row.discount,
        row.is_gift,
        row.note,
        row.updated_at,
    )


def sums(path: Path) -> list[str]:
    """What SUMS must give for the table, once all changes of the file are in it."""
    rows: dict[int, Row] = {}
    for block in changes(path):
        for key, row in block:
            if row is None:
                rows.pop(key, None)
            else:
                rows[key] = row
    found = [
        (
            1,
            key,
            row.customer_id * (key % 97),
            amount(row.total) * (key % 89),
            row.qty * (key % 83),
            len(row.note or "") * (key % 79),
            len(row.status) * (key % 73),
            len(row.currency) * (key % 71),
            key % 67 if row.is_gift else 0,
            0 if row.ship_date is None else key % 61,
            0 if row.updated_at is None else key % 59,
            0 if row.discount is None else key % 53,
        )
        for key, row in rows.items()
    ]
    return as_text([sum(column) for column in zip(*found, strict=True)])


def as_text(found: list[Any]) -> list[str]:
    """Sums as texts that do not depend on the types they came in."""
    return [str(Decimal(str(value or 0)).quantize(Decimal("0.01"))) for value in found]
