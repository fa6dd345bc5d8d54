"""Joins the spec and the observed schemas into what the warehouse shall hold, and how each topic gets there.

Names are folded and types are chosen here, once. It knows neither what the warehouse holds now nor SQL.
**All problems of the connector are reported at once, each at the place that caused it.**
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import reduce

import msgspec

from .access import access_model
from .bind import bind
from .bound import Binding, Resolved
from .control import CONTROL_TABLES
from .diagnostic import CompileError, Diagnostic, Span
from .lex import fold
from .model import Model
from .naming import unholdable
from .observed import Observed, ObservedTopic
from .redshift import RESERVED, SYSTEM_SCHEMAS
from .spec import Spec, TableSpec
from .widening import merge_fields
from .work import Work


def resolve(spec: Spec, observed: Observed) -> Resolved:
    """The desired model; raises CompileError with every O3xx and R4xx."""
    problems = [*_unholdable(spec)]
    if problems:
        raise CompileError(problems)
    topics = [t for t in observed.topics if any(fnmatchcase(t.topic, p) for p in spec.topics)]
    works = [*_works(spec, observed, topics, problems)]
    problems += _missing(spec, observed, topics, works)
    bindings = sorted((b for w in works if (b := bind(w)) is not None), key=lambda b: (b.table.schema, b.table.name))
    problems += _collisions(spec, bindings)
    model = access_model(spec, tuple(bindings))
    problems += _accounts(spec, model)
    if problems:
        raise CompileError(problems)
    return Resolved(spec=spec, model=model, bindings=tuple(bindings))


def _unholdable(spec: Spec) -> Iterator[Diagnostic]:
    """The names of schema, database and accounts that cannot stand in Redshift."""
    access = spec.access
    users = (access.loader, *([access.deployer] if access.deployer else [])) if access else ()
    accounts = (*(account.user for account in users), *(access.readers + access.groups if access else ()))
    named = [
        ("schema", spec.schema),
        ("database", spec.destination.database),
        *(("account", name) for name in accounts),
    ]
    for what, name in named:
        why = unholdable(name)
        if what == "schema" and why is None and (fold(name) in SYSTEM_SCHEMAS or fold(name).startswith("pg_")):
            why = "is kept for Redshift itself"
        if why is not None:
            yield Diagnostic(
                span=Span(spec.path), code="R402", message=f'{what} "{name}" {why}', help="give it another name"
            )


def _accounts(spec: Spec, model: Model) -> Iterator[Diagnostic]:
    for name in sorted({name for name in model.roles if fold(name) in RESERVED}):
        message = f'role "{name}" is a reserved word, which Redshift refuses (RS-510)'
        yield Diagnostic(span=Span(spec.path), code="R413", message=message, help="rename the role under access")
    for name in sorted({*model.users, *model.groups} & set(model.roles)):
        message = f'"{name}" is a role and a user or group; Redshift wants them to differ (RS-510)'
        yield Diagnostic(span=Span(spec.path), code="R412", message=message, help="rename one under access")


def _works(spec: Spec, observed: Observed, topics: list[ObservedTopic], problems: list[Diagnostic]) -> Iterator[Work]:
    """One piece of work for each table: the topics that the spec puts into one table are merged."""
    shared = {topic for topic, count in Counter(t.topic for t in topics).items() if count > 1}
    finder = _Finder(spec)
    together: dict[str, list[ObservedTopic]] = {}
    for topic in topics:
        settings = finder.settings(topic)
        if len(settings.topics) > 1:
            together.setdefault(settings.name, []).append(topic)
        else:
            yield _work(spec, observed, (topic,), settings, finder.names(topic, settings), problems, shared)
    for members in together.values():
        settings = finder.settings(members[0])
        work = _work(spec, observed, tuple(members), settings, finder.names(members[0], settings), problems, shared)
        _disagreements(work, members)
        yield work


def _work(  # noqa: PLR0917
    spec: Spec,
    observed: Observed,
    members: tuple[ObservedTopic, ...],
    settings: TableSpec,
    names: tuple[str, str],
    problems: list[Diagnostic],
    shared: set[str],
) -> Work:
    merged = reduce(_merged, members)
    return Work(
        spec=spec,
        topic=merged,
        topics=tuple(member.topic for member in members),
        source=f"{merged.schema}.{merged.table}" if merged.topic in shared else "",
        settings=settings,
        schema=names[0],
        name=names[1],
        place=observed.span(members[0].topic),
        problems=problems,
    )


def _merged(one: ObservedTopic, other: ObservedTopic) -> ObservedTopic:
    return msgspec.structs.replace(
        one, value=merge_fields(one.value, other.value), key=merge_fields(one.key, other.key) if other.key else one.key
    )


def _disagreements(work: Work, members: list[ObservedTopic]) -> None:
    """Fields that topics of one table send in types that are no one type."""
    seen = {f.field for member in members for f in member.value if f.became}
    for field in work.topic.value:
        if field.became and field.field not in seen:
            message = f'topics {", ".join(work.topics)} disagree on "{field.field}": {field.kind}, {field.became[0]}'
            work.problem("R414", message, "give each its own table, or exclude the field", work.settings.span)
    keys = {tuple(f.field for f in member.key) for member in members}
    if len(keys) > 1:
        message = f"topics {', '.join(work.topics)} have different keys"
        work.problem(
            "R414", message, "name the key: primary_key: {from: record_value, fields: [...]}", work.settings.span
        )


class _Finder:
    """Finds the settings and the names of a topic's table: by its source, by its topic, by its name, or by pattern."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._by_source = {t.source: t for t in spec.tables if t.source}
        self._by_topic = {topic: t for t in spec.tables if not t.source for topic in t.topics}
        self._by_name = {fold(t.name): t for t in spec.tables if not t.source and not t.topics}

    def settings(self, topic: ObservedTopic) -> TableSpec:
        """The table's own settings, or the connector's."""
        by_source = self._by_source.get(f"{topic.schema}.{topic.table}")
        if by_source is not None and (not by_source.topics or topic.topic in by_source.topics):
            return by_source
        named = self._by_topic.get(topic.topic) or self._by_name.get(self._pattern(topic, self._spec.naming.table))
        return named or self._spec.defaults

    def names(self, topic: ObservedTopic, settings: TableSpec) -> tuple[str, str]:
        """Schema and table, folded."""
        schema = self._pattern(topic, self._spec.naming.schema or self._spec.schema)
        overridden = settings is not self._spec.defaults
        return schema, fold(settings.name) if overridden else self._pattern(topic, self._spec.naming.table)

    def _pattern(self, topic: ObservedTopic, pattern: str) -> str:
        table = topic.table or topic.topic.rpartition(".")[2]
        if not pattern:
            return fold(table)
        values = {
            "connector": self._spec.connector,
            "topic": topic.topic,
            "source_schema": topic.schema or self._spec.schema,
            "source_table": table,
        }
        for name, value in values.items():
            pattern = pattern.replace(f"{{{name}}}", value)
        return fold(pattern)


def _missing(spec: Spec, observed: Observed, topics: list[ObservedTopic], works: list[Work]) -> Iterator[Diagnostic]:
    help_ = f"run: streamplan observe {spec.path} --events FILE"
    if not topics:
        message = f'no observed schema in "{observed.folder}" matches {", ".join(spec.topics)}'
        yield Diagnostic(span=Span(spec.path), code="O301", message=message, help=help_)
    named = {topic.topic for topic in topics}
    used = {id(work.settings) for work in works}
    for table in spec.tables:
        for topic in table.topics:
            if topic not in named:
                message = f'no observed schema for topic "{topic}"'
                yield Diagnostic(span=table.span, code="O301", message=message, help=help_)
        if id(table) not in used and set(table.topics) <= named:
            message = f'table "{table.name}" is not fed by any observed topic'
            yield Diagnostic(span=table.span, code="R401", message=message, help="name its topic, or remove it")


def _collisions(spec: Spec, bindings: list[Binding]) -> Iterator[Diagnostic]:
    first: dict[tuple[str, str], Binding] = {}
    for binding in bindings:
        for name in (binding.table.name, *([binding.view.name] if binding.view else [])):
            other = first.setdefault((binding.table.schema, name), binding)
            if other is not binding:
                yield _one_table(binding, ", ".join(other.topics), f"{binding.table.schema}.{name}")
    for schema, name in sorted(set(first) & {(fold(spec.schema), name) for name in CONTROL_TABLES}):
        message = f'"{schema}.{name}" is a table of streamplan\'s own'
        yield Diagnostic(span=Span(spec.path), code="R411", message=message, help="give it another name")


def _one_table(binding: Binding, other: str, name: str) -> Diagnostic:
    topics = ", ".join(binding.topics)
    message = f'topics "{other}" and "{topics}" are one table, "{name}"'
    way = f"name one: tables: {{NAME: {{topic: {topics}}}}}; or feed one from both: {{NAME: {{topics: [...]}}}}"
    if other == topics:
        message = f'source tables of topic "{topics}" are one table, "{name}"'
        way = f"name one: tables: {{NAME: {{source: {binding.source or 'schema.table'}}}}}"
    return Diagnostic(span=binding.table.origin, code="R411", message=message, help=way)
