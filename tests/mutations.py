"""What can go wrong with the bytes of an event: one mutation for each way, over real records, the same for a seed.

A mutation gives a record of the same place with other bytes, so that each offset stays one record.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from typing import Any

import msgspec
from streamplan.runtime.ports import Record

HOSTILE: tuple[Any, ...] = (
    None,
    True,
    "",
    "\0",
    "a\0b",
    "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    "😀" * 20_000,
    -1,
    10**400,
    -(10**30),
    1e308,
    0.1 + 0.2,
    [],
    {},
    [[[]]],
    {"schema": None, "payload": None},
    "__debezium_unavailable_value",
    ["__debezium_unavailable_value"],
    "NaN",
    "9999-99-99T99:99:99Z",
)
_RAW_NUMBERS = (b"1e999999", b"1E-999999999", b"NaN", b"-Infinity", b"0" * 50, b"-", b"9" * 5_000)
_NUMBER = re.compile(rb"(?<=[:,\[])-?\d+(?:\.\d+)?")
Mutation = Callable[[random.Random, Record], Record]


def flipped(chance: random.Random, record: Record) -> Record:
    """Some bits are others."""
    raw = bytearray(record.value or b"{}")
    for _ in range(chance.randint(1, 4)):
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    return msgspec.structs.replace(record, value=bytes(raw))


def cut(chance: random.Random, record: Record) -> Record:
    """The end is missing."""
    raw = record.value or b"{}"
    return msgspec.structs.replace(record, value=raw[: chance.randrange(len(raw) + 1)])


def swapped(_: random.Random, record: Record) -> Record:
    """The key is the value, and the value the key."""
    return msgspec.structs.replace(record, key=record.value, value=record.key)


def without_key(_: random.Random, record: Record) -> Record:
    return msgspec.structs.replace(record, key=None)


def without_value(_: random.Random, record: Record) -> Record:
    return msgspec.structs.replace(record, value=None)


def hostile_value(chance: random.Random, record: Record) -> Record:
    """A value somewhere in the document is of another kind, of another length, or nothing."""
    return _changed(record, lambda holder, name: holder.__setitem__(name, chance.choice(HOSTILE)), chance)


def missing_part(chance: random.Random, record: Record) -> Record:
    """A field is not there."""
    return _changed(record, lambda holder, name: holder.__delitem__(name), chance)


def hostile_key(chance: random.Random, record: Record) -> Record:
    """The key is hostile, or a part of it is."""
    swap = msgspec.structs.replace(record, value=record.key)
    return msgspec.structs.replace(record, key=hostile_value(chance, swap).value)


def raw_number(chance: random.Random, record: Record) -> Record:
    """A number is one that no JSON writer writes."""
    found = list(_NUMBER.finditer(record.value or b""))
    if not found:
        return msgspec.structs.replace(record, value=chance.choice(_RAW_NUMBERS))
    at = chance.choice(found)
    raw = record.value or b""
    return msgspec.structs.replace(record, value=raw[: at.start()] + chance.choice(_RAW_NUMBERS) + raw[at.end() :])


def nested(chance: random.Random, record: Record) -> Record:
    """A document that is too deep for any reader."""
    depth = chance.choice([200, 2_000, 100_000])
    opening, closing = chance.choice([(b"[", b"]"), (b'{"a":', b"}")])
    deep = opening * depth + b"1" + closing * depth
    return msgspec.structs.replace(
        record, value=(record.value or b"{}").replace(b"null", deep, 1) if chance.random() < 0.5 else deep
    )


def no_text(chance: random.Random, record: Record) -> Record:
    """Bytes that are no UTF-8, in the value, the key, or both."""
    junk = bytes(chance.randrange(256) for _ in range(chance.randint(1, 60)))
    raw = record.value or b"{}"
    at = chance.randrange(len(raw))
    return msgspec.structs.replace(record, value=raw[:at] + junk + raw[at:], key=chance.choice([record.key, junk]))


def told_twice(chance: random.Random, record: Record) -> Record:
    """Names stand in the document twice."""
    raw = record.value or b"{}"
    double = chance.choice(
        [b'"op":"d",', b'"after":null,', b'"payload":{},', b'"schema":{"type":"struct"},', b'"op":5,']
    )
    return msgspec.structs.replace(record, value=raw.replace(b"{", b"{" + double, chance.randint(1, 3)))


def junk_headers(chance: random.Random, record: Record) -> Record:
    """Headers that say nothing, or that name another key in no readable way."""
    told = chance.choice(["", "null", "[]", "{", '{"no":1}', '{"order_id":1}', "\0", "x" * 70_000, "[" * 5_000])
    names = chance.choice(["__debezium.newkey", "__debezium.oldkey", "", "\0"])
    return msgspec.structs.replace(record, headers=((names, told), *record.headers))


def another(chance: random.Random, record: Record) -> Record:
    """Something else altogether."""
    texts = [b"", b" ", b"null", b"true", b'"op"', b"[]", b"{}", b'{"op":"c"}', b'{"op":"m"}', b'{"payload":null}']
    return msgspec.structs.replace(
        record, value=chance.choice(texts), key=chance.choice([record.key, b"", b"1", b"[]", b"{}"])
    )


MUTATIONS: tuple[Mutation, ...] = (
    flipped,
    cut,
    swapped,
    without_key,
    without_value,
    hostile_value,
    missing_part,
    hostile_key,
    raw_number,
    nested,
    no_text,
    told_twice,
    junk_headers,
    another,
)


def _changed(record: Record, change: Callable[[Any, Any], None], chance: random.Random) -> Record:
    try:
        document = json.loads(record.value or b"{}")
    except ValueError:
        return record
    places = [*_places(document)]
    if places:
        change(*chance.choice(places))
    return msgspec.structs.replace(record, value=json.dumps(document, ensure_ascii=False).encode())


def _places(document: Any) -> list[tuple[Any, Any]]:
    """Every place of a value, as what holds it and its name there."""
    items: list[tuple[Any, Any]] = []
    if isinstance(document, dict):
        items = list(document.items())
    elif isinstance(document, list):
        items = list(enumerate(document))
    return [(document, name) for name, _ in items] + [place for _, inner in items for place in _places(inner)]
