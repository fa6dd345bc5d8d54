"""Strategies of hypothesis: models, and specs with the schemas observed beside them, over the whole of the spec.

A `World` is what a compile reads. Its names come from a small vocabulary, so that two draws meet, with names among
them that SQL finds hard. Most worlds compile; an edit of one is what a user or a source does to it next.
"""

from __future__ import annotations

import copy
import json
import os
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from msgspec.structs import replace as with_
from streamplan.compiler.model import (
    AUTO,
    Column,
    ColumnType,
    Distribution,
    Grant,
    Grantee,
    GranteeKind,
    LatestView,
    Member,
    Model,
    Privilege,
    Securable,
    SecurableKind,
    Table,
)
from streamplan.compiler.observed import Learnt, Observed, ObservedField, ObservedTopic
from streamplan.compiler.redshift import ENCODINGS, NO_KEY_TYPES
from streamplan.compiler.source import Source, parse_source
from streamplan.compiler.typemap import ROWS, mapped
from streamplan.compiler.widening import DECIMAL, PRECISION, SCALE

TIMES = int(os.environ.get("STREAMPLAN_EXAMPLES", "1"))  # how many times as many examples, at random from 2 on
TABLES = ("orders", "Customers", "order items", 'say "hi"', "select", "größe", "o'clock", "a--b", "x.y", "/*")
FIELDS = ("id", "note", "Amount", "at", "select", 'a"b', "it's", "größe", "x--y", "/*", "$1", "?", "back\\slash")
NAMES = ("renamed", "Other", 'q"q', "group", "ü;DROP TABLE x", "--", "*/")
COMMENTS = ("", "plain", "it's", 'a "name"', "-- no comment", "/* open", "back\\slash\\'", "line\nbreak", "$$ ; $1 ?")
TOPIC_SCHEMAS = ("public", "Sales", "public.x")
ROLES, GROUPS = ("analysts", "Finance", 'ro"le', "a.b", "PUBLIC", "shop_loader"), ("bi", "it's", "ops", "public")
METADATA = ("deleted", "event_ts", "loaded_at", "op", "source_ts", "topic", "topic_offset", "topic_partition")
KINDS = sorted({(row.type, row.name) for row in ROWS if row.type != "null"})
DESTINATION = {
    "host": "${REDSHIFT_HOST}",
    "port": "${REDSHIFT_PORT:-5439}",
    "user": "${REDSHIFT_USER}",
    "password": "${REDSHIFT_PASSWORD}",
    "database": "dev",
    "schema": "shop",
}
# (mode, where the key comes from, deletes that go with both)
UPSERTS = (
    ("upsert", "record_key", ("hard", "soft", "ignore")),
    ("upsert", "record_value", ("hard", "soft", "ignore")),
)
INSERTS = (
    ("insert", "record_key", ("hard", "soft", "ignore")),
    ("insert", "record_value", ("hard", "soft", "ignore")),
)
KEYLESS = (
    ("upsert", "kafka_coordinates", ("soft", "ignore")),
    ("insert", "kafka_coordinates", ("soft", "ignore")),
    ("insert", "none", ("soft", "ignore")),
)


@dataclass(frozen=True)
class World:
    """A spec as plain data, and the observed topics beside it."""

    spec: dict[str, Any]
    topics: tuple[ObservedTopic, ...]

    @cached_property
    def source(self) -> Source:
        return parse_source(yaml(self.spec), "spec.yaml")

    @property
    def observed(self) -> Observed:
        return Observed(topics=self.topics)

    def copied(self) -> dict[str, Any]:
        return copy.deepcopy(self.spec)


def bounded(examples: int) -> settings:
    """So many examples, always the same ones."""
    return settings(max_examples=examples * TIMES, derandomize=TIMES == 1)


def yaml(data: Any) -> str:
    """Plain data as YAML, of which JSON is a part; what cannot be printed is escaped."""
    text = json.dumps(data, ensure_ascii=False, indent=1)
    return "".join(c if c.isprintable() or c == "\n" else f"\\U{ord(c):08X}" for c in text)


def maybe(strategy: st.SearchStrategy[Any], otherwise: Any = None) -> st.SearchStrategy[Any]:
    return st.one_of(st.just(otherwise), strategy)


def some_of(choices: tuple[Any, ...], least: int = 0, most: int = 3) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(choices), min_size=least, max_size=most, unique=True)


# what is observed


@st.composite
def fields(draw, name: str) -> ObservedField:
    kind, semantic = draw(st.sampled_from((*KINDS, *[("string", ""), ("int64", "")] * 8)))
    parameters: dict[str, str] = {}
    if semantic == DECIMAL:
        scale = draw(st.integers(-2, 8))
        parameters = {SCALE: str(scale), PRECISION: str(draw(st.integers(max(scale, 1), 45)))}
    if (kind, semantic) == ("string", "") and draw(st.booleans()):
        parameters = lengths(draw(st.sampled_from((1, 10, 255, 100_000))))
    return ObservedField(field=name, type=kind, name=semantic, parameters=parameters, optional=draw(st.booleans()))


def lengths(length: int) -> dict[str, str]:
    return {"__debezium.source.column.type": "VARCHAR", "__debezium.source.column.length": str(length)}


@st.composite
def topics(draw, table: str, topic: str = "") -> ObservedTopic:
    names = draw(some_of(FIELDS, 1, 5))
    schema = draw(st.sampled_from(TOPIC_SCHEMAS))
    value = tuple(draw(fields(name)) for name in names)
    key = value[: draw(st.sampled_from((1, 1, 1, 2, 0)))]
    learnt = Learnt(by="envelope")
    name = topic or f"shop.{schema}.{table}"
    return ObservedTopic(topic=name, schema=schema, table=table, learnt=learnt, key=key, value=value)


# what the spec says


@st.composite
def ways(draw, value: tuple[str, ...], *, keyed: bool) -> dict[str, Any]:
    """A mode, a key and a delete mode that can stand together."""
    able = (*UPSERTS, *INSERTS, *KEYLESS) if keyed else (*UPSERTS[1:], *INSERTS[1:], *KEYLESS)
    mode, source, deletes = draw(st.sampled_from(able))
    key: dict[str, Any] = {"from": source}
    if source == "record_value":
        key["fields"] = draw(some_of(value, 1, 2))
    settings = {"mode": mode, "primary_key": key, "deletes": draw(st.sampled_from(deletes))}
    views = (
        (False, True, "{table}_now", 'v "{table}"') if mode == "insert" and source.startswith("record") else (False,)
    )
    return {**settings, "latest_view": draw(st.sampled_from(views))}


@st.composite
def policies(draw) -> dict[str, Any]:
    named = st.dictionaries(st.sampled_from(METADATA), st.sampled_from(NAMES), max_size=2)
    said = {
        "truncates": draw(maybe(st.sampled_from(("apply", "ignore", "stop")))),
        "schema_evolution": draw(maybe(st.sampled_from(("auto", "review", "ignore", "stop")))),
        "on_type_change": draw(maybe(st.sampled_from(("stop", "new_column")))),
        "metadata_columns": draw(maybe(st.one_of(some_of(METADATA), named))),
    }
    return {name: value for name, value in said.items() if value is not None}


@st.composite
def layouts(draw, topic: ObservedTopic, hidden: set[str]) -> dict[str, Any]:
    able = tuple(f.field for f in topic.value if f.field not in hidden and _sorts(f))
    keys = st.sampled_from(able).map(lambda name: {"key": name}) if able else st.just("even")
    said = {
        "distribution": draw(maybe(st.one_of(st.sampled_from(("auto", "even", "all")), keys))),
        "sort_key": draw(maybe(some_of(able, 1, 2) if able else st.just("auto"))),
        "comment": draw(maybe(st.sampled_from(COMMENTS))),
    }
    return {name: value for name, value in said.items() if value is not None}


def _sorts(field: ObservedField) -> bool:
    found = mapped(field)
    return found is not None and found.type.name.lower() not in NO_KEY_TYPES


@st.composite
def overrides(draw, field: ObservedField, *, key: bool) -> dict[str, Any]:
    """What a spec may say of a field; seldom what does not fit its type."""
    found = mapped(field)
    if found is None:
        return {"type": "VARCHAR(100)"}
    kind = found.type.name
    able = [{"name": draw(st.sampled_from(NAMES))}, {"hash": "sha256"}, {"type": str(found.type)}]
    able += [] if key else [{"exclude": True}]
    able += [{"encoding": e} for e in sorted(ENCODINGS) if kind.lower() in ENCODINGS[e]]
    able += [{"length": draw(st.sampled_from((1, 64, 65_535)))}] * 2 if kind in ("VARCHAR", "VARBYTE") else []
    able += [{"too_long": draw(st.sampled_from(("truncate", "quarantine")))}] if found.converter == "text" else []
    able += [{"type": draw(st.sampled_from(("BIGINT", "VARCHAR(80)", "numeric(38,10)", "smallint")))}]
    said = dict(draw(st.sampled_from(able)))
    if "exclude" not in said and draw(st.booleans()):
        said["comment"] = draw(st.sampled_from(COMMENTS))
    return said


@st.composite
def columns(draw, topic: ObservedTopic) -> dict[str, Any]:
    """Overrides of some fields; a name is given once."""
    found: dict[str, Any] = {}
    keys = {f.field for f in topic.key}
    for field in topic.value:
        if draw(st.integers(0, 2)) == 0:
            found[field.field] = draw(overrides(field, key=field.field in keys))
    names = [said.get("name") for said in found.values()]
    return {f: said for f, said in found.items() if "name" not in said or names.count(said["name"]) == 1}


@st.composite
def tables(draw, topic: ObservedTopic) -> dict[str, Any]:
    """The settings of one table, without what says which topic feeds it."""
    overridden = draw(columns(topic))
    hidden = {name for name, said in overridden.items() if said.get("exclude")}
    seen = tuple(f.field for f in topic.value if f.field not in hidden)
    settings = draw(ways(seen, keyed=bool(topic.key))) if seen and (not topic.key or draw(st.booleans())) else {}
    said = {**settings, **draw(policies()), **draw(layouts(topic, hidden))}
    return said | ({"columns": overridden} if overridden else {})


@st.composite
def accounts(draw) -> dict[str, Any]:
    def user(name: str) -> st.SearchStrategy[Any]:
        with_password = {"user": name, "password": f"${{{name.upper()}_PASSWORD}}"}
        return st.sampled_from((name, {"user": name}, with_password))

    said: dict[str, Any] = {"loader": draw(user(draw(st.sampled_from(("loader", "Loader")))))}
    if draw(st.booleans()):
        said["deployer"] = draw(user(draw(st.sampled_from(("deployer", "loader")))))
    if draw(st.booleans()):
        said["readers"] = draw(some_of(ROLES))
    return said | ({"reader_groups": draw(some_of(GROUPS))} if draw(st.booleans()) else {})


@st.composite
def ingestions(draw) -> dict[str, Any]:
    said = draw(policies())
    if draw(st.integers(0, 3)) == 0:
        said |= draw(
            st.sampled_from(({"mode": "insert"}, {"deletes": "soft"}, {"mode": "insert", "latest_view": True}))
        )
    batches = st.fixed_dictionaries({}, optional={"max_rows": st.integers(1, 10**6), "max_bytes": st.just("8 MiB")})
    return said | ({"batch": draw(batches)} if draw(st.booleans()) else {}) | draw(salts())


def salts() -> st.SearchStrategy[dict[str, str]]:
    return st.sampled_from(({}, {"hash_salt": "${SHOP_SALT}"}))


def namings() -> st.SearchStrategy[dict[str, str]]:
    schemas, names = (
        ("raw_{source_schema}", "shop", "Raw"),
        ("{source_table}", "{connector} {source_schema} {source_table}", "{topic}"),
    )
    return st.fixed_dictionaries({}, optional={"schema": st.sampled_from(schemas), "table": st.sampled_from(names)})


@st.composite
def worlds(draw, most: int = 3) -> World:
    names = draw(some_of(TABLES, 1, most))
    seen = [draw(topics(name)) for name in names]
    spec: dict[str, Any] = {
        "connector": "shop",
        "source": draw(st.sampled_from((_files("shop.*"), _files("*"), _kafka()))),
        "destination": dict(DESTINATION),
        "ingestion": draw(ingestions()),
        "naming": draw(namings()),
        "tables": {},
    }
    if draw(st.booleans()):
        spec["access"] = draw(accounts())
    world = World(spec, ())
    for topic in seen:
        world = draw(with_topic(world, topic))
    return world


def _files(pattern: str) -> dict[str, Any]:
    return {"files": {"path": "events.jsonl", "topics": [pattern]}, "format": "debezium-json"}


def _kafka() -> dict[str, Any]:
    return {"kafka": {"brokers": "${BROKERS}", "topics": ["shop.*"]}, "format": "flat-json"}


@st.composite
def with_topic(draw, world: World, topic: ObservedTopic) -> World:
    """The world with one topic more: alone, of two topics in one table, or of two source tables in one topic."""
    spec, added = world.copied(), [topic]
    settings = draw(tables(topic))
    name = f"t {topic.table}" if draw(st.booleans()) else topic.table
    match draw(st.sampled_from(("topic", "topic", "name", "topics", "source", "default"))):
        case "topic":
            spec["tables"][name] = {"topic": topic.topic, **settings}
        case "name" if "table" not in spec["naming"]:
            spec["tables"][topic.table] = settings
        case "topics":
            added.append(with_(topic, topic=f"{topic.topic}_eu", value=(*topic.value, *draw(more(topic)))))
            spec["tables"][name] = {"topics": [t.topic for t in added], **settings}
        case "source":
            added.append(with_(topic, table=f"{topic.table}_2"))
            spec["tables"][name] = {"source": f"{topic.schema}.{topic.table}", **settings}
            spec["tables"][f"{name} of 2"] = {"source": f"{topic.schema}.{topic.table}_2", **settings}
        case _ if not topic.key:
            spec["tables"][name] = {"topic": topic.topic, **settings}
    return World(spec, (*world.topics, *added))


@st.composite
def more(draw, topic: ObservedTopic) -> tuple[ObservedField, ...]:
    """A field that the topic does not have yet, or none."""
    known = {f.field for f in topic.value}
    able = [name for name in FIELDS if name not in known]
    return (draw(fields(draw(st.sampled_from(able)))),) if able and draw(st.booleans()) else ()


# what happens next


@st.composite
def edits(draw, world: World) -> World:
    """What a user or a source does next. Some of it is refused."""
    return draw(draw(st.sampled_from(EDITS))(world))


@st.composite
def _grown(draw, world: World) -> World:
    place = draw(st.integers(0, len(world.topics) - 1))
    topic = world.topics[place]
    return _with_topics(world, place, with_(topic, value=(*topic.value, *draw(more(topic)))))


@st.composite
def _widened(draw, world: World) -> World:
    """Every text longer, as wide as it gets, or of a later kind."""
    place, way = draw(st.integers(0, len(world.topics) - 1)), draw(st.sampled_from(("longer", "open", "became")))
    topic = world.topics[place]
    kind = draw(st.sampled_from(KINDS))
    return _with_topics(world, place, with_(topic, value=tuple(_wider(f, way, kind) for f in topic.value)))


def _wider(field: ObservedField, way: str, kind: tuple[str, str]) -> ObservedField:
    later = " ".join(kind).strip()
    if way == "became" and later not in (field.kind, *field.became):
        return with_(field, became=(*field.became, later))
    if way != "became" and (field.type, field.name) == ("string", "") and field.parameters:
        length = int(field.parameters["__debezium.source.column.length"]) * 2
        return with_(field, parameters=lengths(length) if way == "longer" else {})
    return field


def _with_topics(world: World, place: int, topic: ObservedTopic) -> World:
    changed = (*world.topics[:place], topic, *world.topics[place + 1 :])
    return replace(world, topics=changed)


@st.composite
def _another_topic(draw, world: World) -> World:
    able = [name for name in TABLES if all(t.table != name for t in world.topics)]
    return draw(with_topic(world, draw(topics(draw(st.sampled_from(able)))))) if able else world


@st.composite
def _lost(draw, world: World) -> World:
    """A topic or a field that is no longer there: refused, but where nothing was loaded."""
    place = draw(st.integers(0, len(world.topics) - 1))
    topic = world.topics[place]
    if draw(st.booleans()) and len(world.topics) > 1:
        return replace(world, topics=(*world.topics[:place], *world.topics[place + 1 :]))
    return _with_topics(world, place, with_(topic, value=topic.value[:-1] or topic.value))


def _other(setting: str, strategy: Any) -> Any:
    @st.composite
    def changed(draw, world: World) -> World:
        spec = world.copied()
        value = draw(strategy)
        spec.pop(setting, None)
        return replace(world, spec=spec if value is None else {**spec, setting: value})

    return changed


@st.composite
def _other_layout(draw, world: World) -> World:
    """One table is laid out, commented and encoded in another way, and keeps its mode and its key."""
    spec = world.copied()
    table, topic = _a_table(draw, world, spec)
    if topic is not None:
        hidden = {name for name, said in table.get("columns", {}).items() if said.get("exclude")}
        for name in ("distribution", "sort_key", "comment"):
            table.pop(name, None)
        table |= draw(layouts(topic, hidden)) | draw(policies())
    return replace(world, spec=spec)


@st.composite
def _other_columns(draw, world: World) -> World:
    spec = world.copied()
    table, topic = _a_table(draw, world, spec)
    if topic is not None:
        field = draw(st.sampled_from(topic.value))
        said = draw(overrides(field, key=field in topic.key))
        table["columns"] = {**table.get("columns", {}), field.field: said}
    return replace(world, spec=spec)


@st.composite
def _other_way(draw, world: World) -> World:
    """Another mode, key or delete mode: the key of a table that is there may not change."""
    spec = world.copied()
    table, topic = _a_table(draw, world, spec)
    if topic is not None:
        table |= draw(ways(tuple(f.field for f in topic.value), keyed=bool(topic.key)))
    return replace(world, spec=spec)


def _a_table(draw, world: World, spec: dict[str, Any]) -> tuple[dict[str, Any], ObservedTopic | None]:
    """One table of the spec, as it stands there, and a topic that feeds it."""
    if not spec["tables"]:
        return {}, None
    name = draw(st.sampled_from(sorted(spec["tables"])))
    table = spec["tables"][name]
    return table, next((t for t in world.topics if _feeds(t, name, table)), None)


def _feeds(topic: ObservedTopic, name: str, table: dict[str, Any]) -> bool:
    if "source" in table:
        return table["source"] == f"{topic.schema}.{topic.table}"
    return topic.topic in table.get("topics", (table.get("topic", ""),)) or topic.table == name


@st.composite
def _other_place(draw, world: World) -> World:
    """Another schema for tables and control tables, or another database."""
    spec = world.copied()
    able = [{"database": "prod"}, {"database": "dev"}]
    able += [{"schema": "shop_2"}, {"database": "Dev"}]
    spec["destination"] |= draw(st.sampled_from(able))
    return replace(world, spec=spec)


EDITS = (
    _grown,
    _grown,
    _widened,
    _widened,
    _another_topic,
    _lost,
    _other_layout,
    _other_layout,
    _other_columns,
    _other_way,
    _other_place,
    _other("access", maybe(accounts())),
    _other("access", accounts()),
    _other("ingestion", ingestions()),
    _other("naming", namings()),
)


@st.composite
def histories(draw, most: int = 5) -> tuple[World, ...]:
    """A world and what becomes of it, step by step."""
    found = [draw(worlds())]
    for _ in range(draw(st.integers(1, most))):
        found.append(draw(edits(found[-1])))
    return tuple(found)


# models that no spec was written for

TYPES = st.one_of(
    st.sampled_from(("BIGINT", "BOOLEAN", "DATE", "DOUBLE PRECISION", "SUPER", "TIME", "TIMESTAMPTZ")).map(ColumnType),
    st.integers(1, 65_535).map(lambda n: ColumnType("VARCHAR", (n,))),
    st.integers(1, 1_024_000).map(lambda n: ColumnType("VARBYTE", (n,))),
    st.integers(1, 38).flatmap(lambda p: st.integers(0, min(p, 37)).map(lambda s: ColumnType("NUMERIC", (p, s)))),
)


@st.composite
def model_columns(draw, name: str, *, required: bool) -> Column:
    kind = draw(TYPES)
    able = ["", *(e for e, kinds in sorted(ENCODINGS.items()) if kind.name.lower() in kinds)]
    encoding, comment = draw(st.sampled_from(able)), draw(st.sampled_from(COMMENTS))
    return Column(name=name, type=kind, nullable=not required, encoding=encoding, comment=comment)


@st.composite
def model_tables(draw, schema: str, name: str) -> Table:
    names = [field.lower() for field in draw(some_of(FIELDS, 1, 4))]
    key = tuple(names[: draw(st.integers(0, 2))])
    held = tuple(draw(model_columns(n, required=n in key)) for n in names)
    table = Table(schema=schema, name=name, columns=held, key=key)
    return draw(laid_out(table))


@st.composite
def laid_out(draw, table: Table) -> Table:
    able = tuple(c.name for c in table.columns if c.type.name.lower() not in NO_KEY_TYPES)
    styles = [AUTO, Distribution("EVEN"), Distribution("ALL"), *(Distribution("KEY", name) for name in able)]
    sort_key = draw(some_of(able, 1, 3)) if able and draw(st.booleans()) else None
    return replace(
        table,
        distribution=draw(st.sampled_from(styles)),
        sort_key=None if sort_key is None else tuple(sort_key),
        comment=draw(st.sampled_from(COMMENTS)),
    )


@st.composite
def models(draw) -> Model:
    found = []
    for schema in draw(some_of(("shop", 'sch"ema', "raw"), 1, 2)):
        found += [draw(model_tables(schema, name.lower())) for name in draw(some_of(TABLES, 0, 2))]
    return draw(with_access(Model(control="shop", schemas=("shop", *(t.schema for t in found)), tables=tuple(found))))


@st.composite
def with_access(draw, model: Model) -> Model:
    """The same tables with some views, users, roles, groups and grants."""
    views = tuple(_view(table) for table in model.tables if table.key and draw(st.booleans()))
    things = [Securable(SecurableKind.SCHEMA, (schema,)) for schema in model.schemas]
    things += [Securable(SecurableKind.TABLE, (t.schema, t.name)) for t in (*model.tables, *views)]
    grantees = [Grantee(GranteeKind.ROLE, name) for name in draw(some_of(ROLES))]
    grantees += [Grantee(GranteeKind.GROUP, name) for name in draw(some_of(GROUPS))]
    return replace(
        model,
        views=views,
        users=("loader",),
        roles=tuple(g.name for g in grantees if g.kind is GranteeKind.ROLE),
        groups=tuple(g.name for g in grantees if g.kind is GranteeKind.GROUP),
        members=tuple(Member("loader", g.name) for g in grantees if g.kind is GranteeKind.ROLE and draw(st.booleans())),
        grants=tuple(_grant(thing, to) for thing in things for to in grantees if draw(st.booleans())),
    )


def _view(table: Table) -> LatestView:
    names = tuple(column.name for column in table.columns)
    place = (names[0], names[-1])
    return LatestView(
        schema=table.schema,
        name=f"{table.name}_v",
        table=table.name,
        columns=names,
        key=table.key,
        place=place,
        deleted="",
    )


def _grant(on: Securable, to: Grantee) -> Grant:
    usage = on.kind is SecurableKind.SCHEMA
    return Grant(on=on, to=to, privileges=(Privilege.USAGE,) if usage else (Privilege.INSERT, Privilege.SELECT))


@st.composite
def later(draw, model: Model) -> Model:
    """A model that grew out of another: nothing is lost, so that few are refused."""
    grown = tuple(draw(_later_table(table)) for table in model.tables)
    there = {(t.schema, t.name) for t in grown}
    fresh = [draw(model_tables("new", name.lower())) for name in draw(some_of(TABLES, 0, 1))]
    held = (*grown, *(t for t in fresh if (t.schema, t.name) not in there))
    return draw(with_access(replace(model, schemas=("shop", *model.schemas, *(t.schema for t in held)), tables=held)))


@st.composite
def _later_table(draw, table: Table) -> Table:
    held = tuple(draw(_later_column(column)) for column in table.columns)
    names = {column.name for column in table.columns}
    fresh = [name.lower() for name in draw(some_of(FIELDS, 0, 2)) if name.lower() not in names]
    held = (*held, *[draw(model_columns(name, required=False)) for name in fresh])
    return draw(laid_out(replace(table, columns=held)))


@st.composite
def _later_column(draw, column: Column) -> Column:
    other = draw(model_columns(column.name, required=not column.nullable))
    kind = column.type
    if kind.name == "VARCHAR" and draw(st.booleans()):
        kind = ColumnType("VARCHAR", (draw(st.integers(kind.args[0], 65_535)),))
    fits = not other.encoding or kind.name.lower() in ENCODINGS[other.encoding]
    return replace(column, type=kind, encoding=other.encoding if fits else column.encoding, comment=other.comment)
