"""The page on specs, `docs/spec.md`: the published JSON Schema in the words of a reader, and whole examples.

It decides nothing: places, values, defaults and descriptions are the schema's. **The same schema is the same page.**
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from .metadata import METADATA
from .spec_check import schema_text

Schema: TypeAlias = dict[str, Any]

_PLACEHOLDERS = {"tables": "NAME", "columns": "FIELD", "settings": "NAME"}
_KINDS = {"string": "text", "number": "number", "boolean": "`true`, `false`", "object": "mapping"}
_OWN = "tables.NAME."
_FEW = 2  # keys of a mapping that are shown with it
_HEAD = """# The spec

This page is printed from `compiler/spec.schema.json` by `compiler/specdoc.py`. Do not edit it: run
`make golden`.

A spec is one YAML file for one connector: what it reads, where it lands, who may do what, and how changes are taken in.
`streamplan init` writes one to start from; the observed schemas are in the folder `observed` beside it. An unknown key,
a value that a setting does not take, and settings that cannot stand together are refused at their line: codes S201 to
S206, see [errors](errors.md). Merge keys and tags of YAML are not taken. An editor completes a spec whose first line is
`# yaml-language-server: $schema=PATH/spec.schema.json`.

Of a setting, *needed* means: where the mapping stands that it is in. Every other one may be left out.
"""
_TITLES = ("Setting", "Values", "Default", "What it says")
_AT_TABLE = "At a table"
_KINDS_HEAD = """
The kinds of metadata columns. Soft deletes add `deleted`; a latest view adds `topic_partition` and `topic_offset`; a
key from kafka_coordinates adds these two and `topic`. A column that is there once stays (D502): whoever removes the
setting that added it lists its kind here.

| Kind | Column | What it holds |
|---|---|---|
"""
_IN_TABLES = """
A table can have its own of these settings of `ingestion`, at `{at}`:
{names}.
Its value takes the place of the connector's, whole: lists and mappings are not merged.
"""
_EXAMPLES = """## Examples

Each is a file of [specs/examples](../specs/examples), and a test compiles it.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting: its dotted place, what it may be, and what it is when it is not written.

    `default` is None where there is none; `inherited` says that a table may have its own.
    """

    place: str
    values: str
    default: Any
    needed: bool
    says: str
    inherited: bool


def spec_page(examples: Mapping[str, str]) -> str:
    """The whole page, in Markdown; `examples` are specs by the names of their files."""
    schema = json.loads(schema_text())
    sections = (_section(name, schema) for name in schema["properties"])
    shown = (f"### {name}\n\n```yaml\n{text}```\n" for name, text in examples.items())
    return "\n".join((_HEAD, *sections, _EXAMPLES, *shown))


def settings() -> Iterator[Setting]:
    """Every setting in the order of the schema. What a table inherits stands once, at the connector."""
    schema = json.loads(schema_text())
    for name in schema["properties"]:
        yield from _settings(name, schema)


def _settings(name: str, schema: Schema) -> Iterator[Setting]:
    theirs = tuple(f"ingestion.{own}" for own in _inherited(schema))
    again = tuple(f"{_OWN}{own}" for own in _inherited(schema))
    for place, node, needed in _walk(name, schema["properties"][name], schema, needed=name in schema["required"]):
        if not _below(place, again):
            yield Setting(
                place=place,
                values=_values(node, schema),
                default=node.get("default"),
                needed=needed,
                says=node["description"],
                inherited=_below(place, theirs),
            )


def _below(place: str, tops: tuple[str, ...]) -> bool:
    return any(f"{place}.".startswith(f"{top}.") for top in tops)


def _inherited(schema: Schema) -> list[str]:
    """The settings that stand at the connector and at a table."""
    ingestion, table = schema["properties"]["ingestion"]["properties"], schema["$defs"]["table"]["properties"]
    return [name for name in ingestion if name in table]


def _walk(place: str, node: Schema, schema: Schema, *, needed: bool) -> Iterator[tuple[str, Schema, bool]]:
    """A node and all below it, with their places and whether each is needed where it stands."""
    node = _resolved(node, schema)
    yield place, node, needed
    for name, child in node.get("properties", {}).items():
        yield from _walk(f"{place}.{name}", child, schema, needed=name in node.get("required", ()))
    if isinstance(children := node.get("additionalProperties"), dict):
        name = _PLACEHOLDERS[place.rpartition(".")[2]]
        yield from _walk(f"{place}.{name}", children, schema, needed=False)


def _resolved(node: Schema, schema: Schema) -> Schema:
    """A node with what it refers to; what the node says itself goes before."""
    if "$ref" not in node:
        return node
    return {**schema["$defs"][node["$ref"].rpartition("/")[2]], **node}


def _values(node: Schema, schema: Schema) -> str:
    """What a node may be, in words."""
    node = _resolved(node, schema)
    if "anyOf" in node:
        return " or ".join(dict.fromkeys(_values(one, schema) for one in node["anyOf"])) + _such_as(node)
    if "enum" in node or "const" in node:
        return ", ".join(_code(value) for value in node.get("enum", [node.get("const")]))
    kinds = node["type"] if isinstance(node["type"], list) else [node["type"]]
    return " or ".join(_of_kind(kind, node, schema) for kind in kinds) + _such_as(node)


def _of_kind(kind: str, node: Schema, schema: Schema) -> str:
    if kind == "array":
        return f"list of {_plural(_values(node['items'], schema))}"
    if kind == "integer":
        return f"whole number, {node['minimum']} to {node['maximum']}" if "maximum" in node else "whole number, from 1"
    if kind == "object" and 0 < len(inner := node.get("properties", {})) <= _FEW:
        return f"`{{{', '.join(f'{name}: …' for name in inner)}}}`"
    return _KINDS[kind]


def _plural(values: str) -> str:
    return "texts" if values == "text" else values


def _such_as(node: Schema) -> str:
    return f", as {', '.join(map(_code, node['examples']))}" if "examples" in node else ""


def _code(value: Any) -> str:
    """A value as YAML writes it: JSON is YAML, and a text needs no quotes to be read."""
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"


def _section(name: str, schema: Schema) -> str:
    """One key of the spec: its table, and what else there is to say of it."""
    own = name == "ingestion"
    titles = (*_TITLES, *([_AT_TABLE] if own else []))
    rows = [_cells(setting, own=own) for setting in _settings(name, schema)]
    lines = (_line(titles), "|" + "---|" * len(titles), *map(_line, rows))
    return f"## {name}\n\n" + "\n".join(lines) + "\n" + _more(name, schema)


def _more(name: str, schema: Schema) -> str:
    if name == "ingestion":
        return _KINDS_HEAD + "".join(
            f"| `{kind}` | {METADATA[kind].mapped.type} | {METADATA[kind].says} |\n" for kind in sorted(METADATA)
        )
    if name == "tables":
        names = ", ".join(f"`{own}`" for own in _inherited(schema))
        return _IN_TABLES.format(at=f"{_OWN}SETTING", names=names)
    return ""


def _cells(setting: Setting, *, own: bool) -> tuple[str, ...]:
    default = "*needed*" if setting.needed else "" if setting.default in (None, "", []) else _code(setting.default)
    cells = (f"`{setting.place}`", setting.values, default, setting.says)
    return (*cells, "yes" if setting.inherited else "") if own else cells


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
