"""What is wrong with a spec: what the published JSON Schema refuses, and settings that cannot stand together.

The one owner of jsonschema. **All problems of a spec are found at once, each at its place.**
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from streamplan.runtime.modes import Deletes, Encryption, KeySource, Mode, Policy

from .diagnostic import Diagnostic, Span
from .model import TYPE_NAMES, parse_type
from .source import Source
from .spec import ColumnSpec, Ingestion, Spec, TableSpec
from .spelling import did_you_mean, wrong_value

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

_OWN_CLIENT = {
    "bootstrap.servers": "say it with brokers",
    "metadata.broker.list": "say it with brokers",
    "group.id": "say it with group",
    "group.instance.id": "say it with instance",
    "partition.assignment.strategy": "remove it: partitions come and go one by one, cooperative-sticky",
    "enable.auto.commit": "remove it: offsets are committed after the warehouse has them",
    "enable.auto.offset.store": "remove it: offsets are committed after the warehouse has them",
    "enable.partition.eof": "remove it",
}
_PARTS = ("connector", "topic", "source_schema", "source_table")
_TABLE = ("table",)
_PLACEHOLDER = re.compile(r"\{([^}]*)\}")
_OTHER_KIND = ("type", "const", "enum")


def schema_text() -> str:
    """The JSON Schema of a spec, as published in the package."""
    return files(__package__).joinpath("spec.schema.json").read_text(encoding="utf-8")


@cache
def _validator() -> Draft202012Validator:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - a spec that is remembered does not need it

    return Draft202012Validator(json.loads(schema_text()))


def misspelled(source: Source) -> Iterator[Diagnostic]:
    """What the schema refuses: S201, S202, S204; and S203 for what is no column type."""
    problems = [found for error in _validator().iter_errors(source.data) for found in _shown(source, error)]
    yield from problems or _type_problems(source)


def _shown(source: Source, error: ValidationError) -> Iterator[Diagnostic]:
    path = tuple(error.absolute_path)
    schema: Any = error.schema
    wanted: Any = error.validator_value
    given: Any = error.instance
    match error.validator:
        case "additionalProperties":
            known = sorted(schema.get("properties", {}))
            for name in sorted(set(given) - set(known)):
                yield _unknown_key(source, (*path, name), known)
        case "required":
            missing = [name for name in wanted if name not in given]
            message = f"{_where(path)} needs {_quoted(missing)}"
            yield _problem(source.key_at(*path), "S202", message, "add it; streamplan init writes an example")
        case "anyOf" if meant := _meant(error):
            for inner in meant:
                yield from _shown(source, inner)
        case _:
            message, help_ = wrong_value(_where(path), error)
            yield _problem(source.at(*path), "S204", message, help_)


def _meant(error: ValidationError) -> list[ValidationError]:
    """The errors of the alternative that the user meant: the one of the value's own kind."""
    branches: dict[Any, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.schema_path[0], []).append(inner)
    fitting = [b for b in branches.values() if not any(e.validator in _OTHER_KIND and not e.path for e in b)]
    return fitting[0] if fitting else []


def _unknown_key(source: Source, path: tuple[str | int, ...], known: list[str]) -> Diagnostic:
    name = str(path[-1])
    message = f'unknown key "{name}" in {_where(path[:-1])}'
    return _problem(source.key_at(*path), "S201", message, did_you_mean(name, known))


def _type_problems(source: Source) -> Iterator[Diagnostic]:
    for table, settings in (source.data.get("tables") or {}).items():
        for name, column in ((settings or {}).get("columns") or {}).items():
            text = (column or {}).get("type")
            if text is not None and parse_type(text) is None:
                span = source.at("tables", table, "columns", name, "type")
                yield _problem(span, "S203", f'"{text}" is not a column type', did_you_mean(text, TYPE_NAMES))


def impossible(source: Source, spec: Spec) -> Iterator[Diagnostic]:
    """Settings that cannot stand together: S205; patterns with unknown placeholders: S206."""
    yield from _patterns(source, spec)
    if ("files" in source.data["source"]) == ("kafka" in source.data["source"]):
        yield _problem(source.key_at("source"), "S205", "events come from files or from kafka", "name one of the two")
    yield from _client(source, spec)
    yield from _shared(source, spec)
    yield from _refuge(source, spec)
    yield from _encryption(source, spec)
    for table in (spec.defaults, *spec.tables):
        at = () if table is spec.defaults else ("tables", table.name)
        where = f'table "{table.name}": ' if at else ""
        for setting, message, help_ in (*_ingestion(table.ingestion), *_together(table)):
            yield _problem(_set_at(source, at, setting), "S205", where + message, help_)
        for column, message, help_ in _columns(table):
            yield _problem(column.span, "S205", where + message, help_)


def _encryption(source: Source, spec: Spec) -> Iterator[Diagnostic]:
    """A key of KMS that nothing is encrypted with."""
    at = spec.staging.at if spec.staging else None
    if at and at.kms_key and at.encryption is not Encryption.SSE_KMS:
        span = source.key_at("destination", "staging", "s3", "kms_key")
        message = f"kms_key encrypts nothing under encryption: {at.encryption}"
        yield _problem(span, "S205", message, "write encryption: sse-kms, or remove the key")


def _client(source: Source, spec: Spec) -> Iterator[Diagnostic]:
    """Settings of Kafka's client that streamplan makes itself."""
    for name in spec.kafka.settings if spec.kafka else ():
        if name in _OWN_CLIENT:
            span = source.key_at("source", "kafka", "settings", name)
            yield _problem(span, "S205", f'streamplan sets "{name}" itself', _OWN_CLIENT[name])


def _shared(source: Source, spec: Spec) -> Iterator[Diagnostic]:
    """Several tasks of a source that has no partitions to share."""
    if spec.tasks > 1 and spec.kafka is None:
        message = "tasks share the partitions of source.kafka, and the source is files"
        yield _problem(source.at("ingestion", "tasks"), "S205", message, "remove tasks: files are read by one process")


def _refuge(source: Source, spec: Spec) -> Iterator[Diagnostic]:
    """Where records go that cannot be taken in: somewhere, and not back into the source."""
    topic = spec.quarantine.kafka_topic
    if not topic and not spec.quarantine.warehouse:
        message = "a record that cannot be taken in has nowhere to go"
        yield _problem(source.at("quarantine"), "S205", message, "name a kafka_topic, or remove warehouse: false")
    if topic and spec.kafka is None:
        message = "kafka_topic needs the brokers of source.kafka, and the source is files"
        yield _problem(source.at("quarantine", "kafka_topic"), "S205", message, "remove it: the warehouse keeps them")
    elif topic and any(fnmatchcase(topic, pattern) for pattern in spec.topics):
        message = f'the source would read "{topic}" again, which its topics match'
        yield _problem(source.at("quarantine", "kafka_topic"), "S205", message, "give it another name")


def _set_at(source: Source, table: tuple[str, ...], setting: str) -> Span:
    """The place of a setting: at the table, or at the connector when the table inherits it."""
    own = (*table, setting)
    return source.at(*(own if table and own in source.values else ("ingestion", setting)))


def _patterns(source: Source, spec: Spec) -> Iterator[Diagnostic]:
    patterns: list[tuple[Span, str, tuple[str, ...]]]
    patterns = [(source.at("naming", name), getattr(spec.naming, name), _PARTS) for name in ("schema", "table")]
    patterns.append((source.at("ingestion", "latest_view"), spec.defaults.ingestion.latest_view, _TABLE))
    patterns += [
        (source.at("tables", t.name, "latest_view"), t.ingestion.latest_view, _TABLE)
        for t in spec.tables
        if t.ingestion.latest_view != spec.defaults.ingestion.latest_view
    ]
    for span, pattern, known in patterns:
        for name in _PLACEHOLDER.findall(pattern):
            if name not in known:
                places = ", ".join(f"{{{part}}}" for part in known)
                yield _problem(span, "S206", f"the pattern has a placeholder {{{name}}}", f"it knows {places}")


def _ingestion(at: Ingestion) -> Iterator[tuple[str, str, str]]:
    if at.mode is Mode.UPSERT and at.key.source is KeySource.NONE:
        message = "mode upsert needs a key, and primary_key says none"
        yield "primary_key", message, "use mode: insert, or say what identifies a row"
    if at.deletes is Deletes.HARD and not at.key.source.of_the_row:
        message = f"deletes: hard cannot find the row by primary_key {at.key.source}"
        yield "deletes", message, "use deletes: soft or ignore, or a key from record_key or record_value"
    if at.key.fields and not at.key.source.of_the_row:
        message = f"primary_key {at.key.source} takes no fields"
        yield "primary_key", message, "remove them, or use from: record_value"
    if at.latest_view and (at.mode is Mode.UPSERT or not at.key.source.of_the_row):
        message = "latest_view needs mode insert and a key from record_key or record_value"
        yield "latest_view", message, "remove it: an upserted table is its own latest state"
    yield from _guarded(at) if at.guarded else ()


def _guarded(at: Ingestion) -> Iterator[tuple[str, str, str]]:
    """What the position guard cannot stand with: it compares a change with the stored row, which must be there."""
    if at.mode is Mode.INSERT or not at.key.source.of_the_row:
        message = "position_guard needs mode upsert and a key from record_key or record_value"
        yield "position_guard", message, "remove it: where every change is a row, none overwrites another"
    elif at.deletes is Deletes.HARD:
        message = "position_guard cannot keep a deleted row from rising again when nothing of it stays"
        yield "position_guard", message, "use deletes: soft, and read the rows that are not deleted"
    if at.truncates is Policy.APPLY:
        message = "position_guard cannot tell which changes a truncate came after"
        yield "truncates", message, "use truncates: stop or ignore"


def _together(table: TableSpec) -> Iterator[tuple[str, str, str]]:
    if len(table.topics) > 1 and table.ingestion.latest_view:
        message = "latest_view cannot tell which of several topics is the latest: offsets are a topic's own"
        yield "latest_view", message, "give each topic its own table, or write the view by hand"
    if len(table.topics) > 1 and table.ingestion.truncates is Policy.APPLY:
        message = "truncates: apply would empty the table of what the other topics feed"
        yield "truncates", message, "use truncates: stop or ignore, or give each topic its own table"


def _columns(table: TableSpec) -> Iterator[tuple[ColumnSpec, str, str]]:
    for column in table.columns:
        shaped = column.type is not None or column.length is not None or column.truncated
        if column.hashed and shaped:
            yield column, f'a hash of "{column.field}" is always VARCHAR(64)', "remove type, length and too_long"
        if column.type is not None and column.length is not None:
            yield column, f'"{column.field}" has a type and a length', "write the length in the type"
        if column.excluded and (shaped or column.hashed or column.name or column.encoding or column.comment):
            yield column, f'"{column.field}" is excluded and has other settings', "remove them, or load it"


def _problem(span: Span, code: str, message: str, help_: str) -> Diagnostic:
    return Diagnostic(span=span, code=code, message=message, help=help_)


def _where(path: tuple[str | int, ...]) -> str:
    return '"' + ".".join(str(step) for step in path) + '"' if path else "the spec"


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
