"""Which tables there are to make: each observed topic under the settings and the name that the spec gives it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import lru_cache, reduce

import msgspec

from .diagnostic import CompileError, Diagnostic, Span
from .lex import fold
from .observed import ObservedTopic, bad_file
from .seen import Seen
from .spec import Spec, StagingSpec, TableSpec
from .widening import merge_fields
from .work import Work


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One table to make.

    Attributes:
        members: what was observed of the topics that feed it.
        settings: those of the table, or the connector's.
        schema: the name of the table's schema, folded.
        name: the name of the table, folded.
        source: the source's `schema.table` where it is one of several in the topic.

    """

    spec: Spec
    members: tuple[Seen, ...]
    settings: TableSpec
    schema: str
    name: str
    source: str

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that feed the table."""
        return tuple(member.topic for member in self.members)

    def key(self, compiler: str) -> str:
        """A digest of all that the table is made from, the compiler itself among it."""
        common = _common(self.spec.connector, self.spec.staging)
        said = (compiler, common, _written(self.settings), self.schema, self.name, self.source)
        digest = hashlib.sha256("\0".join(said).encode(errors="surrogatepass"))
        for member in self.members:
            digest.update(member.digest.encode())
        return digest.hexdigest()

    def work(self, problems: list[Diagnostic]) -> Work:
        """What binding works on; raises CompileError O302. Problems of the topics' differences are added."""
        read = _read(self.members)
        try:
            topic = reduce(_merged, read)
        except ValueError as error:  # a parameter that is no number, in a file edited by hand
            raise CompileError([bad_file(self.members[0].place.path, error)]) from None
        work = Work(
            spec=self.spec,
            topic=topic,
            topics=self.topics,
            source=self.source,
            settings=self.settings,
            schema=self.schema,
            name=self.name,
            place=self.members[0].place,
            problems=problems,
        )
        _disagreements(work, read)
        return work


def _read(members: tuple[Seen, ...]) -> list[ObservedTopic]:
    """What was observed of each topic; raises CompileError O302 with all files that are bad."""
    read: list[ObservedTopic] = []
    problems: list[Diagnostic] = []
    for member in members:
        try:
            read.append(member.read())
        except CompileError as error:
            problems += error.diagnostics
    if problems:
        raise CompileError(problems)
    return read


@lru_cache(maxsize=4)
def _common(connector: str, staging: StagingSpec | None) -> str:
    """What all tables of a spec are made from."""
    return repr((connector, staging))


@lru_cache(maxsize=1 << 12)
def _written(settings: TableSpec) -> str:
    return repr(settings)


def tasks(spec: Spec, seen: tuple[Seen, ...]) -> tuple[Task, ...]:
    """The tables to make, sorted by schema and name; the topics that the spec puts into one table are one task."""
    wanted = [one for one in seen if any(fnmatchcase(one.topic, pattern) for pattern in spec.topics)]
    shared = {topic for topic, count in Counter(one.topic for one in wanted).items() if count > 1}
    finder = _Finder(spec)
    groups: dict[object, list[Seen]] = {}
    for one in wanted:
        settings = finder.settings(one)
        groups.setdefault(settings.name if len(settings.topics) > 1 else (one.topic, one.schema, one.table), []).append(
            one
        )
    made = (_task(spec, finder, tuple(members), shared) for members in groups.values())
    return tuple(sorted(made, key=lambda task: (task.schema, task.name)))


def _task(spec: Spec, finder: _Finder, members: tuple[Seen, ...], shared: set[str]) -> Task:
    first = members[0]
    settings = finder.settings(first)
    schema, name = finder.names(first, settings)
    source = f"{first.schema}.{first.table}" if first.topic in shared else ""
    return Task(spec=spec, members=members, settings=settings, schema=schema, name=name, source=source)


class _Finder:
    """Finds the settings and the names of a topic's table: by its source, by its topic, by its name, or by pattern."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._by_source = {t.source: t for t in spec.tables if t.source}
        self._by_topic = {topic: t for t in spec.tables if not t.source for topic in t.topics}
        self._by_name = {fold(t.name): t for t in spec.tables if not t.source and not t.topics}

    def settings(self, one: Seen) -> TableSpec:
        """The table's own settings, or the connector's."""
        by_source = self._by_source.get(f"{one.schema}.{one.table}")
        if by_source is not None and (not by_source.topics or one.topic in by_source.topics):
            return by_source
        named = self._by_topic.get(one.topic) or self._by_name.get(self._pattern(one, self._spec.naming.table))
        return named or self._spec.defaults

    def names(self, one: Seen, settings: TableSpec) -> tuple[str, str]:
        """Schema and table, folded."""
        schema = self._pattern(one, self._spec.naming.schema or self._spec.schema)
        overridden = settings is not self._spec.defaults
        return schema, fold(settings.name) if overridden else self._pattern(one, self._spec.naming.table)

    def _pattern(self, one: Seen, pattern: str) -> str:
        table = one.table or one.topic.rpartition(".")[2]
        if not pattern:
            return fold(table)
        values = {
            "connector": self._spec.connector,
            "topic": one.topic,
            "source_schema": one.schema or self._spec.schema,
            "source_table": table,
        }
        for name, value in values.items():
            pattern = pattern.replace(f"{{{name}}}", value)
        return fold(pattern)


def _merged(one: ObservedTopic, other: ObservedTopic) -> ObservedTopic:
    key = merge_fields(one.key, other.key) if other.key else one.key
    return msgspec.structs.replace(one, value=merge_fields(one.value, other.value), key=key)


def _disagreements(work: Work, members: list[ObservedTopic]) -> None:
    """Fields that topics of one table send in types that are no one type."""
    seen = {f.field for member in members for f in member.value if f.became}
    for field in work.topic.value if len(members) > 1 else ():
        if field.became and field.field not in seen:
            message = f'topics {", ".join(work.topics)} disagree on "{field.field}": {field.kind}, {field.became[0]}'
            work.problem("R414", message, "give each its own table, or exclude the field", work.settings.span)
    if len({tuple(f.field for f in member.key) for member in members}) > 1:
        message = f"topics {', '.join(work.topics)} have different keys"
        way = "name the key: primary_key: {from: record_value, fields: [...]}"
        work.problem("R414", message, way, work.settings.span)


def missing(spec: Spec, made: tuple[Task, ...], folder: str) -> Iterator[Diagnostic]:
    """What the spec names and nothing was observed of: O301; tables that nothing feeds: R401."""
    help_ = f"run: streamplan observe {spec.path} --events FILE"
    if not made:
        message = f'no observed schema in "{folder}" matches {", ".join(spec.topics)}'
        yield Diagnostic(span=Span(spec.path), code="O301", message=message, help=help_)
    named = {topic for task in made for topic in task.topics}
    used = {id(task.settings) for task in made}
    for table in spec.tables:
        for topic in (topic for topic in table.topics if topic not in named):
            yield Diagnostic(
                span=table.span, code="O301", message=f'no observed schema for topic "{topic}"', help=help_
            )
        if id(table) not in used and set(table.topics) <= named:
            message = f'table "{table.name}" is not fed by any observed topic'
            yield Diagnostic(span=table.span, code="R401", message=message, help="name its topic, or remove it")
