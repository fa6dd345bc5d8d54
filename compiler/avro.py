"""Avro schemas in Connect's vocabulary: the same document that a JSON event carries as its `schema`.

Reads schemas, which are JSON; it decodes no value and knows neither registries nor Redshift.
Source: Apache Avro 1.11 specification; Confluent's AvroData for the `connect.*` properties.
**A semantic name comes from `connect.name` or from a logical type, never from a record's own name.**
"""

from __future__ import annotations

import base64
from typing import Any

_PLAIN = {
    "null": "null",
    "boolean": "boolean",
    "int": "int32",
    "long": "int64",
    "float": "float",
    "double": "double",
    "bytes": "bytes",
    "string": "string",
}
_CONNECT = "org.apache.kafka.connect.data."
_DEBEZIUM = "io.debezium.time."
_LOGICAL = {
    ("bytes", "decimal"): _CONNECT + "Decimal",
    ("fixed", "decimal"): _CONNECT + "Decimal",
    ("int", "date"): _CONNECT + "Date",
    ("int", "time-millis"): _CONNECT + "Time",
    ("long", "time-micros"): _DEBEZIUM + "MicroTime",
    ("long", "timestamp-millis"): _CONNECT + "Timestamp",
    ("long", "timestamp-micros"): _DEBEZIUM + "MicroTimestamp",
    ("long", "timestamp-nanos"): _DEBEZIUM + "NanoTimestamp",
    ("long", "local-timestamp-millis"): _DEBEZIUM + "Timestamp",
    ("long", "local-timestamp-micros"): _DEBEZIUM + "MicroTimestamp",
    ("long", "local-timestamp-nanos"): _DEBEZIUM + "NanoTimestamp",
    ("string", "uuid"): "io.debezium.data.Uuid",
}
_UNION = "io.confluent.connect.avro.Union"
_MAP_ENTRY = "io.confluent.connect.avro.MapEntry"
_UNKNOWN_PRECISION = 64  # what AvroData writes for a decimal whose precision nobody gave
_NAMED = ("record", "error", "enum", "fixed")

Connect = dict[str, Any]
Names = dict[str, Connect]


def connect_schema(avro: Any, names: Names | None = None) -> Connect:
    """The Connect schema of an Avro schema, in the form in which JsonConverter writes it.

    `names` holds the named types that are known already, by full name, and receives those that are defined here.
    Raises ValueError for what is no Avro schema, such as a type that nobody defined.
    """
    found = _schema(avro, "", {} if names is None else names)
    found.setdefault("optional", False)
    return found


def _schema(avro: Any, space: str, names: Names) -> Connect:
    match avro:
        case str():
            return _reference(avro, space, names)
        case list():
            return _union(avro, space, names)
        case {"type": list() | {}} if not _properties(avro):
            return _schema(avro["type"], space, names)
        case {"type": {**inner}}:
            return _schema({**inner, **_properties(avro)}, space, names)
        case {"type": str(kind)}:
            return _described(_complex(kind, avro, space, names), kind, avro)
    raise ValueError(f"not an Avro schema: {str(avro)[:80]}")


def _properties(avro: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in avro.items() if name.startswith("connect.") or name == "logicalType"}


def _reference(name: str, space: str, names: Names) -> Connect:
    """A primitive, or a type that was defined before. A name without a dot lies in the namespace around it."""
    if name in _PLAIN:
        return {"type": _PLAIN[name]}
    found = names.get(_full(name, space)) or names.get(name)
    if found is None:
        raise ValueError(f'type "{name}" is not defined')
    return dict(found)


def _full(name: str, space: str) -> str:
    return f"{space}.{name}" if space and "." not in name else name


def _union(branches: list[Any], space: str, names: Names) -> Connect:
    """A union with null is an optional value. One of several types is a struct with a field for each, as AvroData."""
    some = [branch for branch in branches if branch not in ("null", {"type": "null"})]
    if not some:
        return {"type": "null", "optional": True}
    optional = len(some) < len(branches)
    if len(some) == 1:
        found = _schema(some[0], space, names)
        return {**found, "optional": optional or bool(found.get("optional"))}
    fields = [{**_schema(branch, space, names), "field": _branch(branch), "optional": True} for branch in some]
    return {"type": "struct", "name": _UNION, "fields": fields, "optional": optional}


def _branch(branch: Any) -> str:
    if isinstance(branch, dict):
        return str(branch.get("name") or branch.get("type"))
    return str(branch)


def _complex(kind: str, avro: dict[str, Any], space: str, names: Names) -> Connect:
    if kind in _NAMED:
        return _named(kind, avro, space, names)
    match kind:
        case "array":
            return _array(avro["items"], space, names)
        case "map":
            return {"type": "map", "keys": {"type": "string"}, "values": _schema(avro["values"], space, names)}
        case _:
            return _reference(kind, space, names)


def _array(items: Any, space: str, names: Names) -> Connect:
    """An array; a list of entries is a map whose keys are no plain strings, as AvroData writes it."""
    found = _schema(items, space, names)
    entry = isinstance(items, dict) and "MapEntry" in (items.get("connect.internal.type"), items.get("name"))
    if entry and (items.get("connect.internal.type") or _full(items["name"], items.get("namespace", "")) == _MAP_ENTRY):
        parts = {field["field"]: field for field in found["fields"]}
        return {"type": "map", "keys": parts["key"], "values": parts["value"]}
    return {"type": "array", "items": found}


def _named(kind: str, avro: dict[str, Any], space: str, names: Names) -> Connect:
    """A record, enum or fixed; it is known by its full name from here on, also within itself."""
    full = _full(avro["name"], avro.get("namespace", space))
    names[full] = {"type": "struct"}  # within itself a record is a struct whose fields are not told again
    found = _body(kind, avro, full.rpartition(".")[0], names)
    names[full] = _described(dict(found), kind, avro)
    return found


def _body(kind: str, avro: dict[str, Any], space: str, names: Names) -> Connect:
    match kind:
        case "enum":
            return {"type": "string", "parameters": {"allowed": ",".join(avro["symbols"])}}
        case "fixed":
            return {"type": "bytes", "parameters": {"connect.fixed.size": str(avro["size"])}}
        case _:
            return {"type": "struct", "fields": [_field(field, space, names) for field in avro["fields"]]}


def _field(field: dict[str, Any], space: str, names: Names) -> Connect:
    found = _schema(field["type"], space, names)
    found.setdefault("optional", False)
    default = found.pop("default", field.get("default"))
    if default is not None:
        found["default"] = _default(found["type"], default)
    return {**found, "field": field["name"]}


def _default(kind: str, default: Any) -> Any:
    """A default as JSON events write it: Avro spells bytes as a string of Latin-1, JsonConverter as base64."""
    if kind == "bytes" and isinstance(default, str):
        return base64.b64encode(default.encode("latin-1", "replace")).decode()
    return default


def _described(found: Connect, kind: str, avro: dict[str, Any]) -> Connect:
    """Adds what the properties say: the narrower type, the semantic name, the parameters, the default."""
    name = avro.get("connect.name") or _LOGICAL.get((kind, avro.get("logicalType", "")))
    parameters = {**found.get("parameters", {}), **_digits(name, avro), **avro.get("connect.parameters", {})}
    told = {
        "type": avro.get("connect.type"),
        "name": name,
        "parameters": {key: str(value) for key, value in parameters.items()},
        "version": avro.get("connect.version"),
        "default": avro.get("connect.default"),
    }
    return {**found, **{key: value for key, value in told.items() if value not in (None, {})}}


def _digits(name: str | None, avro: dict[str, Any]) -> dict[str, Any]:
    if name != _LOGICAL["bytes", "decimal"]:
        return {}
    digits = {"scale": avro.get("scale", 0)}
    if avro.get("precision", _UNKNOWN_PRECISION) != _UNKNOWN_PRECISION:
        digits["connect.decimal.precision"] = avro["precision"]
    return digits
