"""Turns a source into a `Spec`: every setting with its default, checked against the published JSON Schema.

The one owner of jsonschema.

It knows nothing of events or of Redshift's types beyond their names. **All problems of a spec are reported at once.**
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator
from streamplan.runtime.plan import BatchSettings, DestinationSettings, KeySource, Policy

from .diagnostic import CompileError, Diagnostic, Span
from .model import TYPE_NAMES, ColumnType, parse_type
from .source import Source
from .spelling import did_you_mean, wrong_value

_UNITS = {"": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnSpec:
    """What the user wants of one field: a name, a type, or what observation gives (None)."""

    field: str
    name: str | None
    type: ColumnType | None
    span: Span = dataclasses.field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySpec:
    """Where the key comes from. `fields` is empty where the record's key says it."""

    source: KeySource
    fields: tuple[str, ...]
    span: Span = dataclasses.field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpec:
    """What the user wants of one table."""

    name: str
    topic: str | None
    key: KeySpec
    truncates: Policy
    columns: tuple[ColumnSpec, ...]
    span: Span = dataclasses.field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessSpec:
    """The accounts: users for the deployer and the loader, roles for the readers."""

    deployer: str | None
    loader: str
    readers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """A connector spec with its defaults filled in. `tables` holds the overrides, sorted by name."""

    path: str
    connector: str
    format: str
    topics: tuple[str, ...]
    events: str
    destination: DestinationSettings
    schema: str
    access: AccessSpec | None
    defaults: TableSpec
    evolution: Policy
    batch: BatchSettings
    tables: tuple[TableSpec, ...]


def schema_text() -> str:
    """The JSON Schema of a spec, as published in the package."""
    return files(__package__).joinpath("spec.schema.json").read_text(encoding="utf-8")


def parse_spec(source: Source) -> Spec:
    """The spec; raises CompileError with every S2xx at its place."""
    problems = [*_schema_problems(source)]
    problems += [] if problems else [*_type_problems(source)]
    if problems:
        raise CompileError(problems)
    return _build(source, source.data)


def _schema_problems(source: Source) -> Iterator[Diagnostic]:
    validator = Draft202012Validator(json.loads(schema_text()))
    for error in validator.iter_errors(source.data):
        path = tuple(error.absolute_path)
        match error.validator:
            case "additionalProperties":
                known = sorted(error.schema.get("properties", {}))
                for name in sorted(set(error.instance) - set(known)):
                    yield _unknown_key(source, (*path, name), known)
            case "required":
                missing = [name for name in error.validator_value if name not in error.instance]
                message = f"{_where(path)} needs {_quoted(missing)}"
                yield _problem(source.key_at(*path), "S202", message, "add it; streamplan init writes an example")
            case _:
                message, help_ = wrong_value(_where(path), error)
                yield _problem(source.at(*path), "S204", message, help_)


def _unknown_key(source: Source, path: tuple[str | int, ...], known: list[str]) -> Diagnostic:
    name = str(path[-1])
    message = f'unknown key "{name}" in {_where(path[:-1])}'
    return _problem(source.key_at(*path), "S201", message, did_you_mean(name, known))


def _type_problems(source: Source) -> Iterator[Diagnostic]:
    for table, settings in (source.data.get("tables") or {}).items():
        for name, column in (settings.get("columns") or {}).items():
            text = column.get("type")
            if text is not None and parse_type(text) is None:
                span = source.at("tables", table, "columns", name, "type")
                yield _problem(span, "S203", f'"{text}" is not a column type', did_you_mean(text, TYPE_NAMES))


def _problem(span: Span, code: str, message: str, help_: str) -> Diagnostic:
    return Diagnostic(span=span, code=code, message=message, help=help_)


def _where(path: tuple[str | int, ...]) -> str:
    return '"' + ".".join(str(step) for step in path) + '"' if path else "the spec"


def _quoted(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _build(source: Source, data: dict[str, Any]) -> Spec:
    where = data["source"].get("files") or data["source"].get("kafka") or {"topics": []}
    ingestion = data.get("ingestion") or {}
    defaults = _table(source, ("ingestion",), ingestion, None)
    tables = data.get("tables") or {}
    return Spec(
        path=source.path,
        connector=data["connector"],
        format=data["source"].get("format", "debezium-json"),
        topics=tuple(where["topics"]),
        events=where.get("path", ""),
        destination=_destination(data["destination"]),
        schema=data["destination"]["schema"],
        access=_access(data.get("access")),
        defaults=defaults,
        evolution=Policy(ingestion.get("schema_evolution", "review")),
        batch=_batch(ingestion.get("batch") or {}),
        tables=tuple(_table(source, ("tables", name), tables[name] or {}, defaults) for name in sorted(tables)),
    )


def _destination(data: dict[str, Any]) -> DestinationSettings:
    return DestinationSettings(
        host=data["host"],
        port=_port(data.get("port", 5439)),
        user=data["user"],
        password=data["password"],
        database=data["database"],
    )


def _port(port: str | float) -> str:
    return port if isinstance(port, str) else str(int(port))


def _access(data: dict[str, Any] | None) -> AccessSpec | None:
    if data is None:
        return None
    readers = tuple(sorted(set(data.get("readers", ()))))
    return AccessSpec(deployer=data.get("deployer"), loader=data["loader"], readers=readers)


def _batch(data: dict[str, Any]) -> BatchSettings:
    return BatchSettings(
        max_rows=int(data.get("max_rows", 50_000)),
        max_bytes=_bytes(data.get("max_bytes", "64MiB")),
        max_seconds=int(data.get("max_seconds", 30)),
    )


def _bytes(size: str | float) -> int:
    text = size if isinstance(size, str) else str(int(size))
    digits = text.rstrip("BGKMi ")
    return int(digits) * _UNITS[text[len(digits) :].strip()]


def _table(source: Source, at: tuple[str, ...], data: dict[str, Any], defaults: TableSpec | None) -> TableSpec:
    key = data.get("primary_key")
    columns = data.get("columns") or {}
    truncates = data.get("truncates") or (defaults.truncates if defaults else "stop")
    return TableSpec(
        name=at[-1],
        topic=data.get("topic"),
        key=_key(source, at, key) if key or defaults is None else defaults.key,
        truncates=Policy(truncates),
        columns=tuple(_column(source, (*at, "columns", name), columns[name] or {}) for name in sorted(columns)),
        span=source.key_at(*at),
    )


def _key(source: Source, at: tuple[str, ...], data: dict[str, Any] | None) -> KeySpec:
    data = data or {"from": "record_key"}
    span = source.at(*at, "primary_key")
    return KeySpec(source=KeySource(data["from"]), fields=tuple(data.get("fields", ())), span=span)


def _column(source: Source, at: tuple[str, ...], data: dict[str, Any]) -> ColumnSpec:
    kind = parse_type(data["type"]) if "type" in data else None
    span = source.at(*at, "type") if "type" in data else source.key_at(*at)
    return ColumnSpec(field=at[-1], name=data.get("name"), type=kind, span=span)
