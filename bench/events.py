"""The stream that is measured: changes of one table, `orders`, as Debezium sends them, a line each as run reads them.

The same seed and count give the same bytes. Of the events 60 % create, 30 % update and 10 % delete; a key that is
changed is half of the time any living one, else one of the last 5,000. A delete brings its tombstone along, as
Debezium sends it, which is a record but not counted as an event.
"""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

TOPIC = "bench.public.orders"
SEED = 20260101
Row: TypeAlias = dict[str, Any]

_RECENT = 5_000
_START = 1_767_225_600_000  # 2026-01-01, in milliseconds
_DAY_OF_START = 20_454
_STATUS = ("new", "paid", "packed", "shipped", "delivered", "returned", "zurückgesandt", "доставлено")
_CURRENCIES = ("EUR", "USD", "GBP", "SEK", "JPY")
_EMPTY = {"customer_id": 0, "status": "", "order_ts": "1970-01-01T00:00:00Z", "ship_date": None, "total": "AA=="}
_EMPTY |= {"qty": 0, "currency": "", "discount": None, "is_gift": False, "note": None, "updated_at": None}
_HEADERS = json.dumps(
    [[f"__debezium.context.{name}", value] for name, value in (("connectorLogicalName", "bench"), ("taskId", "0"))],
    separators=(",", ":"),
)


class Changes:
    """The table at the source, and what becomes of it; `live` is what it holds, by key."""

    def __init__(self, seed: int = SEED) -> None:
        self.live: dict[int, Row] = {}
        self._keys: list[int] = []
        self._random = random.Random(seed)  # noqa: S311 - nothing is secret here
        self._last = 0

    def next(self) -> tuple[str, int, Row | None]:
        """One more change: its operation, its key, and its row where there is one."""
        draw = self._random.random()
        if draw < 0.6 or not self._keys:  # noqa: PLR2004 - 60 % of all
            self._last += 1
            self._keys.append(self._last)
            row = self.live[self._last] = self._made(self._last)
            return "c", self._last, row
        place = self._place()
        key = self._keys[place]
        if draw < 0.9:  # noqa: PLR2004 - 30 % of all
            row = self.live[key] = self._changed(self.live[key])
            return "u", key, row
        self._keys[place] = self._keys[-1]
        self._keys.pop()
        del self.live[key]
        return "d", key, None

    def _place(self) -> int:
        count = len(self._keys)
        low = max(0, count - _RECENT) if self._random.random() < 0.5 else 0  # noqa: PLR2004 - half of the time
        return low + int(self._random.random() * (count - low))

    def _made(self, key: int) -> Row:
        draw = self._random.random
        millis = _START + key * 7 + int(draw() * 7)
        return {
            "order_id": key,
            "customer_id": int(draw() * 50_000) + 1,
            "status": _STATUS[int(draw() * 2)],
            "order_ts": _zoned(millis),
            "ship_date": None,
            "total": _decimal(int(draw() * 500_000)),
            "qty": int(draw() * 20) + 1,
            "currency": _CURRENCIES[int(draw() * 5)],
            "discount": round(draw(), 4) if draw() < 0.3 else None,  # noqa: PLR2004 - a few have one
            "is_gift": draw() < 0.1,  # noqa: PLR2004 - a few are
            "note": self._note(),
            "updated_at": None,
        }

    def _changed(self, row: Row) -> Row:
        draw = self._random.random
        shipped = _DAY_OF_START + int(draw() * 300) if draw() < 0.7 else None  # noqa: PLR2004 - most are
        changed = {"status": _STATUS[int(draw() * len(_STATUS))], "ship_date": shipped, "qty": int(draw() * 20) + 1}
        updated = _START + int(draw() * 20_000_000_000)
        return row | changed | {"total": _decimal(int(draw() * 500_000)), "updated_at": updated}

    def _note(self) -> str | None:
        draw = self._random.random()
        if draw < 0.4:  # noqa: PLR2004 - many have none
            return None
        text = f"{self._random.getrandbits(236):059x}"
        if draw < 0.41:  # noqa: PLR2004 - 1 % hold a quote
            return f'{text[:9]} "quoted" {text[20:]}'
        if draw < 0.42:  # noqa: PLR2004 - 1 % hold what text formats escape
            return f"{text[:9]}\n\t\\{text[20:]}"
        return text


def lines(count: int, seed: int = SEED) -> Iterator[bytes]:
    """So many events, and the tombstones between them."""
    changes, offset = Changes(seed), 0
    for number in range(count):
        op, key, row = changes.next()
        yield _line(offset, number, key, _envelope(op, key, row, number))
        offset += 1
        if row is None:
            yield _line(offset, number, key, "null")
            offset += 1


def write(path: Path, count: int, seed: int = SEED) -> None:
    """A file of so many events."""
    with path.open("wb", buffering=1 << 20) as file:
        file.writelines(lines(count, seed))


def _line(offset: int, number: int, key: int, value: str) -> bytes:
    place = f'{{"topic":"{TOPIC}","partition":0,"offset":{offset},"timestamp_ms":{_START + number}'
    return f'{place},"headers":{_HEADERS},"key":{{"order_id":{key}}},"value":{value}}}\n'.encode()


def _envelope(op: str, key: int, row: Row | None, number: int) -> str:
    before = "null" if row else _encode({"order_id": key} | _EMPTY)
    after = _encode(row) if row else "null"
    millis, lsn = _START + number, 146_028_928 + number * 104
    source = (
        f'{{"version":"3.6.3.Final","connector":"postgresql","name":"bench","ts_ms":{millis},"snapshot":"false",'
        f'"db":"bench","sequence":"[null,\\"{lsn}\\"]","ts_us":{millis}033,"ts_ns":{millis}033000,"schema":"public",'
        f'"table":"orders","txId":{4458 + number // 50},"lsn":{lsn},"xmin":null,"origin":null,"origin_lsn":null}}'
    )
    ends = f'"transaction":null,"op":"{op}","ts_ms":{millis + 9},"ts_us":{millis + 9}786,"ts_ns":{millis + 9}786083'
    return f'{{"before":{before},"after":{after},"source":{source},{ends}}}'


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _decimal(cents: int) -> str:
    """As Debezium sends a NUMERIC of scale 2: base64 of a two's complement number."""
    return base64.b64encode(cents.to_bytes(cents.bit_length() // 8 + 1, "big", signed=True)).decode()


def _zoned(millis: int) -> str:
    """A moment of 2026-01-01 or shortly after, as Debezium's ZonedTimestamp."""
    seconds, rest = divmod(millis - _START, 1000)
    days, seconds = divmod(seconds, 86_400)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"2026-{1 + days // 28:02}-{1 + days % 28:02}T{clock}.{rest:03}000Z"
