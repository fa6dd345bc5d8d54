"""Binds one observed topic to its table: its columns, what identifies a row, how it is spread and sorted."""

from __future__ import annotations

from collections.abc import Iterable

from streamplan.runtime.modes import KeySource, Mode, Origin

from .bound import Binding, Bound, columns_of
from .columns import columns, metadata
from .lex import fold
from .model import Distribution, LatestView, Table
from .naming import unholdable_schema, unholdable_table
from .redshift import NO_KEY_TYPES, TABLE_COLUMNS
from .spelling import did_you_mean
from .work import Work

_PLACE = (Origin.TOPIC, Origin.TOPIC_PARTITION, Origin.TOPIC_OFFSET)


def bind(work: Work) -> Binding | None:
    """The topic's table with its columns; None when there are problems."""
    before = len(work.problems)
    _sound_names(work)
    key = _key(work)
    source = work.settings.ingestion.key.source
    required = key if work.settings.ingestion.mode is Mode.UPSERT and source is not KeySource.KAFKA_COORDINATES else ()
    place = _PLACE if source is KeySource.KAFKA_COORDINATES else ()
    bound = tuple(b for f in work.topic.value for b in columns(work, f, required))
    bound = (*bound, *metadata(work, place))
    _collisions(work, bound)
    layout = _distribution(work, bound), _sort_key(work, bound)
    view_name = _view_name(work)
    if len(work.problems) > before:
        return None
    coordinates = tuple(b.column.name for o in place for b in bound if b.origin is o)
    return _binding(work, bound, key, coordinates, layout, view_name)


def _binding(  # noqa: PLR0917 - what one binding is made of
    work: Work,
    bound: tuple[Bound, ...],
    key: tuple[str, ...],
    place: tuple[str, ...],
    layout: tuple[Distribution, tuple[str, ...] | None],
    view_name: str,
) -> Binding:
    settings = work.settings.ingestion
    key_columns = columns_of(bound, key)
    table = Table(
        schema=work.schema,
        name=work.name,
        columns=tuple(b.column for b in bound),
        key=place or (key_columns if settings.mode is Mode.UPSERT else ()),
        distribution=layout[0],
        sort_key=layout[1],
        comment=work.settings.comment,
        because=f"topic {', '.join(work.topics)}",
        origin=work.place,
    )
    view = _view(view_name, table, bound, key_columns) if view_name else None
    excluded = tuple(c.field for c in work.settings.columns if c.excluded)
    return Binding(
        topics=work.topics,
        source=work.source,
        table=table,
        bound=bound,
        excluded=excluded,
        key=key,
        other_keys=work.topic.key_became if settings.key.source is KeySource.RECORD_KEY else (),
        ingestion=settings,
        view=view,
    )


def _sound_names(work: Work) -> None:
    if (why := unholdable_schema(work.schema)) is not None:
        way = "write naming: {schema: ...}, or name the destination's"
        work.problem("R402", f'schema "{work.schema}" {why}', way)
    if (why := unholdable_table(work.name)) is not None:
        way = f"name it in the spec: tables: {{NAME: {{topic: {work.topic.topic}}}}}"
        work.problem("R402", f'table "{work.name}" {why}', way)
    fields = {f.field for f in work.topic.value}
    for column in work.settings.columns:
        if column.field not in fields:
            message = f'topic "{work.topic.topic}" has no field "{column.field}"'
            work.problem("R403", message, did_you_mean(column.field, fields), column.span)
    if len(work.topic.value) > TABLE_COLUMNS:
        message = (
            f'topic "{work.topic.topic}" has {len(work.topic.value)} fields; a table holds {TABLE_COLUMNS} columns'
        )
        work.problem("R417", message, "exclude the fields that nobody needs (RS-319)")


def _key(work: Work) -> tuple[str, ...]:
    """The event's names of the fields that say which row is meant, in order; empty where nothing does."""
    wanted = work.settings.ingestion.key
    fields = {f.field for f in work.topic.value} - {c.field for c in work.settings.columns if c.excluded}
    seen = tuple(f.field for f in work.topic.key)
    if not wanted.source.of_the_row:
        return tuple(f for f in seen if f in fields)
    key = wanted.fields or seen
    if not key:
        way = f"{{{work.topic.topic.rpartition('.')[2]}: {{primary_key: {{from: record_value, fields: [...]}}}}}}"
        message = f'topic "{work.topic.topic}" has no record key'
        work.problem("R404", message, f"say what identifies a row: tables: {way}")
        return ()
    if hidden := [c.field for c in work.settings.columns if c.excluded and c.field in key]:
        message = f'key field "{hidden[0]}" of topic "{work.topic.topic}" is excluded'
        work.problem("R415", message, "load it; to hide its values: hash: sha256", work.settings.span)
        return ()
    missing = [name for name in key if name not in fields]
    if missing or (wanted.source is KeySource.RECORD_KEY and set(key) != set(seen)):
        _no_key(work, key, seen, missing)
        return ()
    return key


def _no_key(work: Work, key: tuple[str, ...], seen: tuple[str, ...], missing: list[str]) -> None:
    message = f'the key ({", ".join(key)}) of topic "{work.topic.topic}" is not its record key'
    if missing:
        message = f'topic "{work.topic.topic}" has no key field {", ".join(map(repr, missing))}'
    way = f"its record key is ({', '.join(seen)}); for another: primary_key: {{from: record_value, fields: [...]}}"
    work.problem("R405", message, way, work.settings.ingestion.key.span)


def _collisions(work: Work, bound: Iterable[Bound]) -> None:
    first: dict[str, str] = {}
    for b in bound:
        other = first.get(b.column.name)
        first.setdefault(b.column.name, b.field)
        if other is not None:
            message = f'fields "{other}" and "{b.field}" of "{work.topic.topic}" are one column, "{b.column.name}"'
            way = f'name one: columns: {{"{b.field}": {{name: ...}}}}'
            if b.origin is not Origin.VALUE:
                way = f"name it: metadata_columns: {{{b.field}: ...}}"
            work.problem("R410", message, way, b.column.origin)


def _distribution(work: Work, bound: tuple[Bound, ...]) -> Distribution:
    wanted = work.settings.distribution
    if wanted.style != "KEY":
        return wanted
    return Distribution("KEY", *_key_columns(work, bound, (wanted.key,), "distribution"))


def _sort_key(work: Work, bound: tuple[Bound, ...]) -> tuple[str, ...] | None:
    wanted = work.settings.sort_key
    return wanted if wanted is None else _key_columns(work, bound, wanted, "sort_key")


def _key_columns(work: Work, bound: tuple[Bound, ...], names: tuple[str, ...], setting: str) -> tuple[str, ...]:
    """The columns that a setting names, by their field or their own name."""
    by_name = {b.field: b.column for b in reversed(bound)} | {b.column.name: b.column for b in bound}
    found = []
    for name in names:
        column = by_name.get(name)
        if column is None:
            message = f'{setting} names "{name}", which "{work.name}" does not have'
            work.problem("R403", message, did_you_mean(name, by_name), work.settings.span)
        elif column.type.name.lower() in NO_KEY_TYPES:
            message = f'{setting} names "{name}", and {column.type} can be no key (RS-313)'
            work.problem("R416", message, "choose a column of another type", work.settings.span)
        found.append(column.name if column else "")
    return tuple(found)


def _view_name(work: Work) -> str:
    pattern = work.settings.ingestion.latest_view
    name = fold(pattern.replace("{table}", work.name))
    if pattern and (name == work.name or unholdable_table(name) is not None):
        message = f'view "{name}" cannot have that name'
        work.problem("R402", message, "write latest_view: {table}_latest", work.settings.span)
    return name


def _view(name: str, table: Table, bound: tuple[Bound, ...], key: tuple[str, ...]) -> LatestView:
    by_origin = {b.origin: b.column.name for b in bound}
    return LatestView(
        schema=table.schema,
        name=name,
        table=table.name,
        columns=tuple(c.name for c in table.columns),
        key=key,
        place=(by_origin[Origin.TOPIC_PARTITION], by_origin[Origin.TOPIC_OFFSET]),
        deleted=by_origin.get(Origin.DELETED, ""),
    )
