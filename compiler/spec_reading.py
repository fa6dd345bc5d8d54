"""Turns a source into a `Spec`: every setting with its default, those of a table inherited from the connector."""

from __future__ import annotations

import json
from typing import Any

from streamplan.runtime.modes import Deletes, Encryption, KeySource, Mode, Origin, Policy
from streamplan.runtime.plan import BatchSettings, DestinationSettings, KafkaSettings, Staging, Start

from .diagnostic import CompileError
from .model import AUTO, Distribution, parse_type
from .source import Source
from .spec import (
    AccessSpec,
    Account,
    ColumnSpec,
    Ingestion,
    KeySpec,
    Naming,
    QuarantineSpec,
    Spec,
    StagingSpec,
    TableSpec,
)
from .spec_check import impossible, misspelled

_UNITS = {"": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
_BROKERS = "${KAFKA_BROKERS}"
_SALT = "${STREAMPLAN_SALT}"


def parse_spec(source: Source) -> Spec:
    """The spec; raises CompileError with every S2xx at its place."""
    if problems := [*misspelled(source)]:
        raise CompileError(problems)
    spec = _build(source, source.data)
    if problems := [*impossible(source, spec)]:
        raise CompileError(problems)
    return spec


def _build(source: Source, data: dict[str, Any]) -> Spec:
    where = data["source"].get("files") or data["source"].get("kafka") or {"topics": []}
    ingestion, tables = data.get("ingestion") or {}, data.get("tables") or {}
    return Spec(
        path=source.path,
        connector=data["connector"],
        format=data["source"].get("format", "debezium-json"),
        topics=tuple(where["topics"]),
        events=where.get("path", ""),
        kafka=_kafka(data["connector"], data["source"].get("kafka")),
        quarantine=QuarantineSpec(**{"warehouse": True, "kafka_topic": "", **(data.get("quarantine") or {})}),
        destination=_destination(data["destination"]),
        schema=data["destination"]["schema"],
        staging=_staging(data["destination"].get("staging", "insert")),
        naming=Naming(**{"schema": "", "table": "", **(data.get("naming") or {})}),
        access=_access(data.get("access")),
        defaults=_table(source, ("ingestion",), {}, ingestion),
        batch=_batch(ingestion.get("batch") or {}),
        tasks=int(ingestion.get("tasks", 1)),
        hash_salt=ingestion.get("hash_salt", _SALT),
        tables=tuple(_table(source, ("tables", name), tables[name] or {}, ingestion) for name in sorted(tables)),
    )


def _kafka(connector: str, data: dict[str, Any] | None) -> KafkaSettings | None:
    if data is None:
        return None
    settings = data.get("settings") or {}
    return KafkaSettings(
        brokers=data.get("brokers", _BROKERS),
        group=data.get("group", f"streamplan-{connector}"),
        instance=data.get("instance", ""),
        start=Start(data.get("start", "earliest")),
        settings={name: _client_text(settings[name]) for name in sorted(settings)},
    )


def _client_text(value: str | bool | float) -> str:  # noqa: FBT001 - a value of YAML
    return value if isinstance(value, str) else json.dumps(value)


def _destination(data: dict[str, Any]) -> DestinationSettings:
    return DestinationSettings(
        host=data["host"],
        port=_port(data.get("port", 5439)),
        user=data["user"],
        password=data["password"],
        database=data["database"],
    )


def _staging(data: str | dict[str, Any]) -> StagingSpec | None:
    if isinstance(data, str):
        return None
    s3 = data["s3"]
    at = Staging(
        prefix=s3["prefix"],
        region=s3.get("region", ""),
        endpoint=s3.get("endpoint", ""),
        encryption=Encryption(s3.get("encryption", "none")),
        kms_key=s3.get("kms_key", ""),
        files=int(s3.get("files", 1)),
    )
    return StagingSpec(at=at, iam_role=s3.get("iam_role", "default"))


def _port(port: str | float) -> str:
    return port if isinstance(port, str) else str(int(port))


def _access(data: dict[str, Any] | None) -> AccessSpec | None:
    if data is None:
        return None
    return AccessSpec(
        deployer=_account(data["deployer"]) if "deployer" in data else None,
        loader=_account(data["loader"]),
        readers=tuple(sorted(set(data.get("readers", ())))),
        groups=tuple(sorted(set(data.get("reader_groups", ())))),
    )


def _account(data: str | dict[str, str]) -> Account:
    if isinstance(data, str):
        return Account(user=data, password="")
    return Account(user=data["user"], password=data.get("password", ""))


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


def _table(source: Source, at: tuple[str, ...], data: dict[str, Any], connector: dict[str, Any]) -> TableSpec:
    columns = data.get("columns") or {}
    sort_key = data.get("sort_key", "auto")
    return TableSpec(
        name=at[-1],
        topics=tuple(data.get("topics", [data["topic"]] if "topic" in data else ())),
        source=data.get("source", ""),
        ingestion=_ingestion(source, at, data, connector),
        distribution=_distribution(data.get("distribution", "auto")),
        sort_key=None if sort_key == "auto" else tuple(sort_key),
        comment=data.get("comment", ""),
        columns=tuple(_column(source, (*at, "columns", name), columns[name] or {}) for name in sorted(columns)),
        span=source.key_at(*at),
    )


def _distribution(data: str | dict[str, str]) -> Distribution:
    if isinstance(data, str):
        return AUTO if data == "auto" else Distribution(data.upper())
    return Distribution("KEY", data["key"])


def _ingestion(source: Source, at: tuple[str, ...], data: dict[str, Any], connector: dict[str, Any]) -> Ingestion:
    said = {**connector, **data}
    mode = Mode(said.get("mode", "upsert"))
    key = _key(source, at if "primary_key" in data else ("ingestion",), said.get("primary_key"))
    hard = mode is Mode.UPSERT and key.source.of_the_row
    deletes = Deletes(said.get("deletes", "hard" if hard else "soft"))
    view = said.get("latest_view") or ""
    guarded = bool(said.get("position_guard"))
    return Ingestion(
        mode=mode,
        deletes=deletes,
        truncates=Policy(said.get("truncates", "stop")),
        key=key,
        evolution=Policy(said.get("schema_evolution", "review")),
        type_change=Policy(said.get("on_type_change", "stop")),
        metadata=_metadata(said.get("metadata_columns") or [], _needed(key, deletes, view=bool(view), guarded=guarded)),
        latest_view="{table}_latest" if view is True else view,
        guarded=guarded,
    )


def _needed(key: KeySpec, deletes: Deletes, *, view: bool, guarded: bool) -> set[str]:
    """The metadata columns that other settings cannot do without."""
    needed = {"deleted"} if deletes is Deletes.SOFT else set()
    if guarded:
        needed.add("source_position")
    if key.source is KeySource.KAFKA_COORDINATES:
        needed |= {"topic", "topic_partition", "topic_offset"}
    return needed | ({"topic_partition", "topic_offset"} if view else set())


def _metadata(said: list[str] | dict[str, str], needed: set[str]) -> tuple[tuple[Origin, str], ...]:
    names = said if isinstance(said, dict) else {kind: f"_{kind}" for kind in said}
    named = {kind: f"_{kind}" for kind in needed} | names
    return tuple((Origin(kind), named[kind]) for kind in sorted(named))


def _key(source: Source, at: tuple[str, ...], data: dict[str, Any] | None) -> KeySpec:
    data = data or {"from": "record_key"}
    span = source.at(*at, "primary_key")
    return KeySpec(source=KeySource(data["from"]), fields=tuple(data.get("fields", ())), span=span)


def _column(source: Source, at: tuple[str, ...], data: dict[str, Any]) -> ColumnSpec:
    return ColumnSpec(
        field=at[-1],
        name=data.get("name"),
        type=parse_type(data["type"]) if "type" in data else None,
        length=int(data["length"]) if "length" in data else None,
        truncated=data.get("too_long") == "truncate",
        encoding=data.get("encoding", ""),
        excluded=bool(data.get("exclude")),
        hashed="hash" in data,
        comment=data.get("comment", ""),
        span=source.at(*at, "type") if "type" in data else source.key_at(*at),
    )
