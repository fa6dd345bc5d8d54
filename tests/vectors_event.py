"""What an event's value means, and what a warehouse's cell means: the same plain values as `vectors_source` gives."""

from __future__ import annotations

import base64
import math
import re
import struct
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal, localcontext
from typing import Any

from vectors import Connect, Vector, decoded
from vectors_source import (
    DAY,
    MICROS,
    NAMES,
    days,
    document,
    double,
    loose,
    network,
    number,
    padded,
    reader,
    single,
    xml,
)
from vectors_source import time as span

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ISO = re.compile(r"([+-]?\d+)-(\d\d)-(\d\d)(?:T(\d\d:\d\d:\d\d(?:\.\d+)?))?(?:Z|([+-])(\d\d):(\d\d))?")
_ISO_INTERVAL = re.compile(r"P(-?\d+)Y(-?\d+)M(-?\d+)DT(-?\d+)H(-?\d+)M(-?)(\d+(?:\.\d+)?)S")
_PER_MICRO = {"Timestamp": (1_000, 1), "Time": (1_000, 1), "NanoTimestamp": (1, 1_000), "NanoTime": (1, 1_000)}
_SHAPES = {1: "point", 2: "linestring", 3: "polygon"}


def sent(vector: Vector) -> Any:
    """What the connector's value means; None for null."""
    kind, _ = reader(vector.source, vector.type)
    return event(kind, vector.connect, vector.value, vector.variant)


def held(vector: Vector, cell: Any) -> Any:
    """What the warehouse's cell means; None for null."""
    kind, _ = reader(vector.source, vector.type)
    if cell is None:
        return None
    if vector.connect.type in ("array", "struct", "map") and isinstance(cell, str) and cell[:1] in "[{":
        return event(kind, vector.connect, decoded(cell), vector.variant)
    if vector.connect.type == "bytes" and kind in ("bits", "bytes", "loose"):
        cell = base64.b64encode(bytes.fromhex(cell)).decode()
    if kind in ("json", "hstore"):
        return document(cell)
    if kind == "number":
        return cell if isinstance(cell, bool) else number(str(_plain(cell)))
    return event(kind, vector.connect, _plain(cell), vector.variant)


def _plain(cell: Any) -> Any:
    """A cell as an event would hold it, where the driver has a type of its own."""
    match cell:
        case datetime():
            return _Micros(((cell if cell.tzinfo else cell.replace(tzinfo=UTC)) - _EPOCH) // _MICRO)
        case date():
            return (cell - _EPOCH.date()).days
        case time():
            return _Micros(((cell.hour * 60 + cell.minute) * 60 + cell.second) * MICROS + cell.microsecond)
        case float():
            return repr(cell) if math.isfinite(cell) else {"inf": "Infinity", "-inf": "-Infinity"}.get(str(cell), "NaN")
        case _:
            return cell


class _Micros(int):
    """Microseconds as they are, whatever unit the event had."""


_MICRO = datetime(1970, 1, 1, 0, 0, 0, 1, tzinfo=UTC) - _EPOCH


def event(kind: str, connect: Connect, value: Any, variant: str) -> Any:
    """What a value of an event means; inside an array each element in the form that the array's items have."""
    if value is None:
        return None
    if kind.endswith("[]"):
        return [event(kind.removesuffix("[]"), connect.items, item, variant) for item in value]
    return _READERS.get(kind, _text)(connect, value, variant)


def _text(_: Connect, value: Any, __: str) -> Any:
    return value


def _number(connect: Connect, value: Any, _: str) -> Any:
    if isinstance(value, dict):
        return _unscaled(value["value"], int(value["scale"]))
    if connect.short == "Decimal" and isinstance(value, str):
        return _unscaled(value, int(connect.parameters["scale"]))
    if isinstance(value, bool):
        return value
    return number(str(value)) if isinstance(value, str) else Decimal(value)


def _unscaled(text: str, scale: int) -> Decimal:
    with localcontext() as exact:
        exact.prec = 200_000
        return Decimal(int.from_bytes(base64.b64decode(text), "big", signed=True)).scaleb(-scale)


def _bytes(connect: Connect, value: str, variant: str) -> bytes:
    """Bytes as bytes, or as text in the setting's encoding, which no schema names."""
    if connect.type == "string" and "hex" in variant:
        return bytes.fromhex(value)
    return base64.b64decode(value.replace("-", "+").replace("_", "/"), validate=True)


def _date(_: Connect, value: Any, __: str) -> Any:
    return value if isinstance(value, int) else _iso(value)


def _time(connect: Connect, value: Any, _: str) -> int:
    return span(value) if isinstance(value, str) else _moment(connect, value)


def _timestamp(connect: Connect, value: Any, _: str) -> int | str:
    return _iso(value) if isinstance(value, str) else _moment(connect, value)


def _moment(connect: Connect, value: int) -> int:
    times, divided = (1, 1) if isinstance(value, _Micros) else _PER_MICRO.get(connect.short, (1, 1))
    return int(value) * times // divided


def _json(_: Connect, value: Any, __: str) -> Any:
    return document(value) if isinstance(value, str) else value


def _iso(text: str) -> int | str:
    """Days of a date, microseconds of a timestamp, or the name of an infinity."""
    if text.lower() in NAMES:
        return NAMES[text.lower()]
    found = _ISO.fullmatch(text)
    assert found, text
    day = days(int(found[1]), int(found[2]), int(found[3]))
    if found[4] is None:
        return day
    minutes = int(found[6] or 0) * 60 + int(found[7] or 0)
    return day * DAY + span(found[4]) - (-1 if found[5] == "-" else 1) * minutes * 60 * MICROS


def _interval(connect: Connect, value: Any, _: str) -> Any:
    if isinstance(value, int):
        return 0, 0, value // (1_000 if connect.short == "NanoDuration" else 1)
    found = _ISO_INTERVAL.fullmatch(value)
    assert found, value
    years, months, whole_days, hours, minutes = map(int, found.groups()[:5])
    seconds = int(Decimal(found[7]) * MICROS)
    micros = (hours * 3600 + minutes * 60) * MICROS + (-seconds if found[6] else seconds)
    return years * 12 + months, whole_days, micros


def _point(_: Connect, value: Any, __: str) -> tuple[float, float]:
    return float(value["x"]), float(value["y"])


def _wkb(_: Connect, value: Any, __: str) -> bytes:
    return base64.b64decode(value["wkb"])


def _shape(connect: Connect, value: Any, variant: str) -> tuple[str, tuple[float, ...]]:
    """The kind and the numbers of a little-endian WKB without a reference system."""
    raw = _wkb(connect, value, variant)
    (kind,) = struct.unpack_from("<I", raw, 1)
    at = {"point": 5, "linestring": 9, "polygon": 13}[_SHAPES[kind]]
    return _SHAPES[kind], struct.unpack(f"<{(len(raw) - at) // 8}d", raw[at:])


_READERS: dict[str, Callable[[Connect, Any, str], Any]] = {
    "number": _number,
    "single": lambda _, value, __: single(value),
    "double": lambda _, value, __: double(str(value)),
    "bits": lambda _, value, __: int.from_bytes(base64.b64decode(value), "little"),
    "bytes": _bytes,
    "loose": lambda connect, value, variant: loose(_bytes(connect, value, variant).decode()),
    "date": _date,
    "time": _time,
    "timestamp": _timestamp,
    "timetz": lambda _, value, __: span(value) % DAY,
    "interval": _interval,
    "json": _json,
    "hstore": _json,
    "point": _point,
    "wkb": _wkb,
    "shape": _shape,
    "padded": lambda _, value, __: padded(value),
    "xml": lambda _, value, __: xml(value),
    "network": lambda _, value, __: network(value),
}
