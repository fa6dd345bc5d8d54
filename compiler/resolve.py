"""Joins the spec and the observed schemas into what the warehouse shall hold, and how each topic gets there.

Names are folded and types are chosen here, once. It knows neither what the warehouse holds now nor SQL.
**All problems of the connector are reported at once, each at the place that caused it.**
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from streamplan.runtime.plan import KeySource, Policy

from .access import access_model
from .control import CONTROL_TABLES
from .diagnostic import CompileError, Diagnostic, Span
from .lex import fold
from .model import Column, Model, Table
from .naming import unholdable
from .observed import Observed, ObservedField, ObservedTopic
from .redshift import RESERVED
from .spec import ColumnSpec, Spec, TableSpec
from .typemap import Mapped, accepts, known, mapped, overridden


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """One field of a topic bound to its column."""

    field: ObservedField
    column: Column
    mapped: Mapped
    accepts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """One topic bound to its table. `key` holds the event's names of the key fields."""

    topic: str
    table: Table
    bound: tuple[Bound, ...]
    key_from: KeySource
    key: tuple[str, ...]
    truncates: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """The desired model, and the bindings that feed its tables, in the order of the model's tables."""

    spec: Spec
    model: Model
    bindings: tuple[Binding, ...]


@dataclass(frozen=True, slots=True)
class _Work:
    """One topic with the settings that apply to it, and the list that its problems go to."""

    spec: Spec
    topic: ObservedTopic
    settings: TableSpec
    place: Span
    problems: list[Diagnostic]

    def problem(self, code: str, message: str, help_: str, span: Span | None = None) -> None:
        self.problems.append(Diagnostic(span=span or self.place, code=code, message=message, help=help_))


def resolve(spec: Spec, observed: Observed) -> Resolved:
    """The desired model; raises CompileError with every O3xx and R4xx."""
    problems = [*_unholdable(spec)]
    if problems:
        raise CompileError(problems)
    topics = [t for t in observed.topics if any(fnmatchcase(t.topic, p) for p in spec.topics)]
    problems += _missing(spec, observed, topics)
    works = [_work(spec, observed, topic, problems) for topic in topics]
    bindings = sorted((b for w in works if (b := _bind(w)) is not None), key=lambda b: (b.table.schema, b.table.name))
    problems += _collisions(bindings)
    model = access_model(spec, tuple(binding.table for binding in bindings))
    problems += _accounts(spec, model)
    if problems:
        raise CompileError(problems)
    return Resolved(spec=spec, model=model, bindings=tuple(bindings))


def _unholdable(spec: Spec) -> Iterator[Diagnostic]:
    """The names of schema, database and accounts that cannot stand in Redshift."""
    access = spec.access
    accounts = (access.loader, access.deployer or access.loader, *access.readers) if access else ()
    named = [
        ("schema", spec.schema),
        ("database", spec.destination.database),
        *(("account", name) for name in accounts),
    ]
    for what, name in named:
        if (why := unholdable(name)) is not None:
            yield Diagnostic(
                span=Span(spec.path), code="R402", message=f'{what} "{name}" {why}', help="give it another name"
            )


def _accounts(spec: Spec, model: Model) -> Iterator[Diagnostic]:
    for name in sorted({name for name in model.roles if fold(name) in RESERVED}):
        message = f'role "{name}" is a reserved word, which Redshift refuses (RS-510)'
        yield Diagnostic(span=Span(spec.path), code="R413", message=message, help="rename the role under access")
    for name in sorted(set(model.users) & set(model.roles)):
        message = f'"{name}" is a user and a role; Redshift wants them to differ (RS-510)'
        yield Diagnostic(span=Span(spec.path), code="R412", message=message, help="rename the user under access")


def _missing(spec: Spec, observed: Observed, topics: list[ObservedTopic]) -> Iterator[Diagnostic]:
    help_ = f"run: streamplan observe {spec.path} --events FILE"
    if not topics:
        message = f'no observed schema in "{observed.folder}" matches {", ".join(spec.topics)}'
        yield Diagnostic(span=Span(spec.path), code="O301", message=message, help=help_)
    tables = {_table_name(topic, None) for topic in topics}
    named = {topic.topic for topic in topics}
    for table in spec.tables:
        if table.topic is not None and table.topic not in named:
            message = f'no observed schema for topic "{table.topic}"'
            yield Diagnostic(span=table.span, code="O301", message=message, help=help_)
        elif table.topic is None and fold(table.name) not in tables:
            message = f'table "{table.name}" is not fed by any observed topic'
            yield Diagnostic(span=table.span, code="R401", message=message, help="name its topic, or remove it")


def _work(spec: Spec, observed: Observed, topic: ObservedTopic, problems: list[Diagnostic]) -> _Work:
    by_topic = next((t for t in spec.tables if t.topic == topic.topic), None)
    name = _table_name(topic, None)
    by_name = next((t for t in spec.tables if t.topic is None and fold(t.name) == name), None)
    return _Work(spec, topic, by_topic or by_name or spec.defaults, observed.span(topic.topic), problems)


def _table_name(topic: ObservedTopic, settings: TableSpec | None) -> str:
    if settings is not None and settings.topic == topic.topic:
        return fold(settings.name)
    return fold(topic.table or topic.topic.rpartition(".")[2])


def _bind(work: _Work) -> Binding | None:
    name = _table_name(work.topic, work.settings)
    if (why := unholdable(name)) is not None:
        work.problem(
            "R402",
            f'table "{name}" {why}',
            f"name it in the spec: tables: {{NAME: {{topic: {work.topic.topic}}}}}",
        )
        return None
    _unknown_columns(work)
    key = _key(work)
    before = len(work.problems)
    bound = tuple(b for f in work.topic.value if (b := _bound(work, f, key)) is not None)
    _column_collisions(work, bound)
    if len(work.problems) > before or key is None:
        return None
    by_field = {b.field.field: b.column.name for b in bound}
    table = Table(
        schema=fold(work.spec.schema),
        name=name,
        columns=tuple(b.column for b in bound),
        key=tuple(by_field[f] for f in key),
        because=f"topic {work.topic.topic}",
        origin=work.place,
    )
    source, truncates = work.settings.key.source, work.settings.truncates
    return Binding(topic=work.topic.topic, table=table, bound=bound, key_from=source, key=key, truncates=truncates)


def _unknown_columns(work: _Work) -> None:
    fields = {f.field for f in work.topic.value}
    for column in work.settings.columns:
        if column.field not in fields:
            message = f'topic "{work.topic.topic}" has no field "{column.field}"'
            work.problem("R403", message, "one of " + ", ".join(sorted(fields)), column.span)


def _key(work: _Work) -> tuple[str, ...] | None:
    """The event's names of the key fields; None, with a problem, when the topic has no usable key."""
    wanted, fields = work.settings.key, {f.field for f in work.topic.value}
    seen = tuple(f.field for f in work.topic.key)
    key = wanted.fields or seen
    if not key:
        table = _table_name(work.topic, work.settings)
        way = f"{table}: {{primary_key: {{from: record_value, fields: [...]}}}}"
        work.problem(
            "R404",
            f'topic "{work.topic.topic}" has no record key',
            f"say what identifies a row: tables: {way}",
        )
        return None
    missing = [name for name in key if name not in fields]
    if missing or (wanted.source is KeySource.RECORD_KEY and set(key) != set(seen)):
        message = f'the key ({", ".join(key)}) of topic "{work.topic.topic}" is not its record key'
        if missing:
            message = f'topic "{work.topic.topic}" has no key field {", ".join(map(repr, missing))}'
        way = f"its record key is ({', '.join(seen)}); for another: primary_key: {{from: record_value, fields: [...]}}"
        work.problem("R405", message, way, wanted.span)
        return None
    return key


def _bound(work: _Work, field: ObservedField, key: tuple[str, ...] | None) -> Bound | None:
    wanted = next((c for c in work.settings.columns if c.field == field.field), None)
    name = fold(wanted.name if wanted and wanted.name else field.field)
    span = wanted.span if wanted else work.place
    if (why := unholdable(name)) is not None:
        way = f'name it: columns: {{"{field.field}": {{name: ...}}}}'
        work.problem("R406", f'field "{field.field}" of "{work.topic.topic}" {why}', way, span)
        return None
    found = _mapped(work, field, wanted)
    if found is None:
        return None
    nullable = field.field not in (key or ())
    column = Column(name=name, type=found.type, nullable=nullable, because=_because(field), origin=span)
    return Bound(field=field, column=column, mapped=found, accepts=accepts(field))


def _mapped(work: _Work, field: ObservedField, wanted: ColumnSpec | None) -> Mapped | None:
    where = f'field "{field.field}" of "{work.topic.topic}"'
    if wanted is None or wanted.type is None:
        return _natural(work, field, where)
    found = overridden(field, wanted.type)
    if found is None:
        natural = mapped(field) if known(field) else None
        help_ = f"it fits {natural.type}" if natural else "choose another type"
        work.problem("R409", f"{where} is {field.kind} and does not fit {wanted.type}", help_, wanted.span)
    return found


def _natural(work: _Work, field: ObservedField, where: str) -> Mapped | None:
    way = f'choose a column type: columns: {{"{field.field}": {{type: ...}}}}'
    if not known(field):
        work.problem("R407", f"{where} has type {field.kind}, which is not in the type table", way)
        return None
    found = mapped(field)
    if found is None:
        work.problem("R408", f"{where}: no column type holds every value of {field.kind}", way)
    return found


def _because(field: ObservedField) -> str:
    source = field.parameters.get("__debezium.source.column.type", "")
    return f"{field.kind}, {source}" if source else field.kind


def _column_collisions(work: _Work, bound: tuple[Bound, ...]) -> None:
    first: dict[str, str] = {}
    for b in bound:
        other = first.setdefault(b.column.name, b.field.field)
        if other != b.field.field:
            message = (
                f'fields "{other}" and "{b.field.field}" of "{work.topic.topic}" are one column, "{b.column.name}"'
            )
            work.problem("R410", message, f'name one: columns: {{"{b.field.field}": {{name: ...}}}}', b.column.origin)


def _collisions(bindings: list[Binding]) -> Iterator[Diagnostic]:
    first: dict[str, Binding] = {}
    for binding in bindings:
        other = first.setdefault(binding.table.id, binding)
        if other is not binding:
            message = f'topics "{other.topic}" and "{binding.topic}" are one table, "{binding.table.id}"'
            way = f"name one: tables: {{NAME: {{topic: {binding.topic}}}}}"
            yield Diagnostic(span=binding.table.origin, code="R411", message=message, help=way)
    for name in sorted(set(first) & {f"{b.table.schema}.{name}" for b in bindings for name in CONTROL_TABLES}):
        yield Diagnostic(
            span=first[name].table.origin, code="R411", message=f'"{name}" is a table of streamplan\'s own'
        )
