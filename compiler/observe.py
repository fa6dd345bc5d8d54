"""Learns the schemas of source tables from events, and from a registry's dump.

From the schema that an event carries, or the registry's that it names, or by inference from its values. Tables that
share a topic are told apart by the source's schema and table. A second look merges (`widening.py`).
It decides nothing about Redshift.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

import msgspec

from .avro import Connect
from .carried import Row, fields_of, row_of
from .inferring import row_in
from .looking import Tables, Untold
from .noticing import Looked, News, news_of, resemblances
from .observed import Learnt, Observed, ObservedField, ObservedTopic
from .origin import NOWHERE, Origin, envelope_origin, flat_origin, origin_of
from .registry import Registry, wire_id
from .widening import Sight

_TOPIC = re.compile(r"[A-Za-z0-9._-]{1,249}")  # Kafka's rule; the name is that of a file too
_SENSELESS = (LookupError, TypeError, AttributeError, ValueError, RecursionError, msgspec.MsgspecError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One record as its raw bytes: JSON, or Avro in Confluent's wire format. `key` and `value` may be absent.

    `offset` and `partition` say which records were counted before; without an offset every record counts.
    """

    topic: str
    key: bytes | None
    value: bytes | None
    partition: int = 0
    offset: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What observing gave.

    Attributes:
        observed: all tables, those known before among them.
        news: one for each table that was looked at, sorted.
        notes: what a reviewer should know, in words, sorted.
        passed_over: records that should have taught something and did not: why, and how many.

    """

    observed: Observed
    notes: tuple[str, ...]
    news: tuple[News, ...]
    passed_over: dict[str, int]


class _Carried(msgspec.Struct):
    schema: msgspec.Raw
    payload: msgspec.Raw


_CARRIED = msgspec.json.Decoder(_Carried)


def observe(
    samples: Iterable[Sample], topics: tuple[str, ...], before: Observed, registry: Registry | None = None
) -> Observation:
    """Learns from samples whose topic matches one of the patterns, on top of what was observed before.

    A registry says what the ids of Avro samples mean.
    """
    looking = _Looking(topics, before, registry)
    for sample in samples:
        looking.take_in(sample)
    return looking.result(before)


def observe_registry(registry: Registry, topics: tuple[str, ...], before: Observed) -> Observation:
    """Learns from all versions of a registry's subjects whose topic matches, in the order of their registration."""
    looking = _Looking(topics, before, registry)
    newest: dict[tuple[str, str], int] = {}
    for version in registry.versions:
        newest[version.topic, version.part] = version.id
        if (value := newest.get((version.topic, "value"))) is not None:
            looking.take_in_versions(version.topic, newest.get((version.topic, "key")), value)
    return looking.result(before)


class _Looking:
    """One look: the tables it sees, and the schemas that it has read already."""

    def __init__(self, topics: tuple[str, ...], before: Observed, registry: Registry | None) -> None:
        self._topics, self._registry = topics, registry
        self._tables = Tables(before.topics)
        self._wanted: dict[str, bool] = {}
        self._rows: dict[bytes | int, Row | None] = {}
        self._keys: dict[bytes | int, tuple[ObservedField, ...]] = {}
        self._passed_over: dict[str, int] = {}
        self._count = 0

    def take_in(self, sample: Sample) -> None:
        """Learns from one record; what makes no sense is counted."""
        self._count += 1
        if sample.value is None or not self._wants(sample.topic):
            return
        try:
            self._learn(sample, sample.value)
        except Untold as untold:
            self._pass_over(sample.topic, str(untold))
        except _SENSELESS:
            self._pass_over(sample.topic, "a record whose schema makes no sense: passed over")

    def take_in_versions(self, topic: str, key: int | None, value: int) -> None:
        """Learns from one version of a topic's key and value."""
        self._count += 1
        if self._wants(topic):
            try:
                self._learn_avro(topic, key, value)
            except _SENSELESS:
                self._pass_over(topic, f"schema {value} makes no sense as a row: passed over")

    def _pass_over(self, topic: str, why: str) -> None:
        text = f"{topic}: {why}"
        self._passed_over[text] = self._passed_over.get(text, 0) + 1

    def _wants(self, topic: str) -> bool:
        if topic not in self._wanted:
            self._wanted[topic] = any(fnmatchcase(topic, pattern) for pattern in self._topics)
        if self._wanted[topic] and not _TOPIC.fullmatch(topic):
            self._pass_over(topic, "not a topic name that Kafka allows: passed over")
            return False
        return self._wanted[topic]

    def _learn(self, sample: Sample, value: bytes) -> None:
        if (number := wire_id(value)) is not None:
            self._learn_avro(sample.topic, wire_id(sample.key), number)
            return
        schema, payload = _split(value)
        if schema is None:
            self._infer(sample, payload)
        elif (row := self._row(schema)) is not None:
            key = (_split(sample.key)[0] if sample.key else None) or b""
            origin = envelope_origin(payload) if row.enveloped else flat_origin(payload)
            self._see(sample.topic, origin, (schema, key), Learnt(by="envelope"))

    def _learn_avro(self, topic: str, key: int | None, value: int) -> None:
        if self._row(value) is not None:
            self._see(topic, NOWHERE, (value, b"" if key is None else key), Learnt(by="registry"))

    def _see(self, topic: str, origin: Origin, mark: tuple[bytes | int, bytes | int], learnt: Learnt) -> None:
        table, row, key = self._tables.of(topic, origin), self._row(mark[0]), self._key(mark[1])
        if row is None or table.saw((mark, origin.snapshot), self._count):
            return
        told = ObservedTopic(
            topic=topic, schema=origin.schema, table=origin.table, learnt=learnt, key=key, value=row.fields
        )
        table.take_in(Sight(topic=told, snapshot=origin.snapshot))

    def _row(self, schema: bytes | int) -> Row | None:
        if schema not in self._rows:
            self._rows[schema] = row_of(self._schema(schema))
        return self._rows[schema]

    def _key(self, schema: bytes | int) -> tuple[ObservedField, ...]:
        if schema not in self._keys:
            self._keys[schema] = fields_of(self._schema(schema)) if schema != b"" else ()
        return self._keys[schema]

    def _schema(self, schema: bytes | int) -> Connect:
        if isinstance(schema, bytes):
            return msgspec.json.decode(schema, type=Connect)
        if self._registry is None or schema not in self._registry.by_id:
            raise Untold(f"Avro schema {schema} is not in the registry's dump: passed over")
        return self._registry.by_id[schema]

    def _infer(self, sample: Sample, payload: bytes) -> None:
        value = msgspec.json.decode(payload)
        row = row_in(value) if isinstance(value, dict) else None
        if row is None:
            return
        origin = origin_of(value)
        table = self._tables.of(sample.topic, origin)
        if not table.carries:
            table.saw(None, self._count)
            at = sample.partition, sample.offset
            table.tally.add(row, _payload(sample.key), at, snapshot=origin.snapshot)

    def result(self, before: Observed) -> Observation:
        """What is known now, and what is new about it."""
        done = [*self._tables.finished()]
        observed = Observed(topics=tuple(known for _, known in done), folder=before.folder)
        looked = [Looked(known, table.before is None, table.first, table.last) for table, known in done]
        news = [news_of(table.before, known, table.renamings) for table, known in done if table.first]
        news.sort(key=lambda one: one.topic.identity)
        notes = {f"{observed.label(one.topic)}: {text}" for one in news for text in one.words}
        notes |= {*resemblances(looked), *self._passed_over, *(self._registry.notes if self._registry else ())}
        return Observation(
            observed=observed, notes=tuple(sorted(notes)), news=tuple(news), passed_over=self._passed_over
        )


def _split(raw: bytes) -> tuple[bytes | None, bytes]:
    """The schema that a document carries, raw, and its payload; (None, the document) when it carries none."""
    try:
        carried = _CARRIED.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None, raw
    schema = bytes(carried.schema)
    return (None if schema == b"null" else schema), bytes(carried.payload)


def _payload(key: bytes | None) -> object:
    return msgspec.json.decode(_split(key)[1]) if key else None
