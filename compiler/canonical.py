"""The model as `model.json` and back: what the next compile compares with. Provenance is left out.

**`from_json(to_json(m)) == m`.**
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import cache
from json.encoder import encode_basestring as _quoted
from typing import Any

import msgspec
from streamplan.runtime.disk import Piece, listed, unlisted

from .model import (
    AUTO,
    Column,
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
    parse_type,
)

_SECURABLES = {kind.value: kind for kind in SecurableKind}
_KINDS = {kind: kind.value.lower() for kind in GranteeKind}


def to_json(model: Model) -> str:
    """The model's text: sorted, one line a column, ending with a newline."""
    return b"".join(join_model(model, [table_json(table).encode() for table in model.tables])).decode()


def table_json(table: Table) -> str:
    """One table's part of the model's text."""
    columns = ",\n".join([_column(column) for column in table.columns])
    return f'    {json.dumps(_head(table), ensure_ascii=False)[:-1]}, "columns": [\n{columns}\n    ]}}'


def join_model(model: Model, tables: Sequence[Piece]) -> tuple[Piece, ...]:
    """The model's text in pieces, with the parts of its tables."""
    before = {"control": _lines([model.control] if model.control else []), "schemas": _lines(model.schemas)}
    behind = {
        "views": _lines([asdict(view) for view in model.views]),
        "users": _lines(model.users),
        "groups": _lines(model.groups),
        "roles": _lines(model.roles),
        "members": _lines([{"user": m.user, "role": m.role} for m in model.members]),
        "grants": [_grant(grant) for grant in model.grants],
    }
    head = "".join([f'  "{name}": {_list(values)},\n' for name, values in before.items()])
    tail = ",\n".join([f'  "{name}": {_list(values)}' for name, values in behind.items()])
    return f'{{\n{head}  "tables": '.encode(), *listed(tables), f",\n{tail}\n}}\n".encode()


def _list(lines: Sequence[str]) -> str:
    return "[\n" + ",\n".join(lines) + "\n  ]" if lines else "[]"


def _lines(values: Sequence[Any]) -> list[str]:
    return ["    " + json.dumps(value, ensure_ascii=False) for value in values]


def _grant(grant: Grant) -> str:
    """One line. Written by hand: there are many."""
    name = ", ".join([_quoted(part) for part in grant.on.name])
    to = f'"{_KINDS[grant.to.kind]}": {_quoted(grant.to.name)}'
    privileges = ", ".join([f'"{privilege}"' for privilege in grant.privileges])
    return f'    {{"on": "{grant.on.kind}", "name": [{name}], {to}, "privileges": [{privileges}]}}'


def _head(table: Table) -> dict[str, Any]:
    head: dict[str, Any] = {"schema": table.schema, "name": table.name, "key": table.key}
    if table.distribution != AUTO:
        head["distribution"] = [part for part in (table.distribution.style, table.distribution.key) if part]
    if table.sort_key is not None:
        head["sort_key"] = table.sort_key
    return {**head, "comment": table.comment} if table.comment else head


def _column(column: Column) -> str:
    """One line. Written by hand: there are many."""
    more = f', "encoding": "{column.encoding}"' if column.encoding else ""
    more += f', "comment": {_quoted(column.comment)}' if column.comment else ""
    nullable = "true" if column.nullable else "false"
    return f'      {{"name": {_quoted(column.name)}, "type": "{column.type}", "nullable": {nullable}{more}}}'


def from_json(text: str) -> Model:
    """The model of a `model.json`; raises ValueError or KeyError for a text that this module did not write."""
    body = msgspec.json.decode(text, type=_Split)
    return replace(_model(body.head()), tables=tuple(read_table(table) for table in body.tables))


class _Split(msgspec.Struct):
    """A model as lists; its tables are looked into one by one, since all of them at once take much memory."""

    control: list[str]
    schemas: list[str]
    tables: list[msgspec.Raw]
    views: list[dict[str, Any]]
    users: list[str]
    groups: list[str]
    roles: list[str]
    members: list[dict[str, str]]
    grants: list[dict[str, Any]]

    def head(self) -> dict[str, Any]:
        """All but the tables."""
        return {name: getattr(self, name) for name in self.__struct_fields__ if name != "tables"}


def split_model(text: bytes, lengths: Sequence[int]) -> tuple[Model, list[Piece]]:
    """The model without its tables, and the parts of those, as `join_model` took them; `lengths` are theirs."""
    head, tables = unlisted(text, "tables", lengths)
    return _model(msgspec.json.decode(head)), tables


def read_table(part: Piece | msgspec.Raw) -> Table:
    """The table of one part."""
    return _read_table(msgspec.json.decode(part))


def _model(body: Mapping[str, Any]) -> Model:
    return Model(
        control="".join(body["control"]),
        schemas=tuple(body["schemas"]),
        views=tuple(_read_view(view) for view in body["views"]),
        users=tuple(body["users"]),
        groups=tuple(body["groups"]),
        roles=tuple(body["roles"]),
        members=tuple(Member(m["user"], m["role"]) for m in body["members"]),
        grants=tuple(_read_grant(grant) for grant in body["grants"]),
    )


def _read_table(table: dict[str, Any]) -> Table:
    sort_key = table.get("sort_key")
    return Table(
        schema=table["schema"],
        name=table["name"],
        columns=tuple(_read_column(column) for column in table["columns"]),
        key=tuple(table["key"]),
        distribution=Distribution(*table.get("distribution", ["AUTO"])),
        sort_key=None if sort_key is None else tuple(sort_key),
        comment=table.get("comment", ""),
    )


def _read_column(column: dict[str, Any]) -> Column:
    kind = parse_type(column["type"])
    if kind is None:
        raise ValueError(f"not a column type: {column['type']}")
    return Column(**{**column, "type": kind})


def _read_view(view: dict[str, Any]) -> LatestView:
    lists = {name: tuple(value) for name, value in view.items() if isinstance(value, list)}
    return LatestView(**{**view, **lists})


def _read_grant(grant: dict[str, Any]) -> Grant:
    on = Securable(_SECURABLES[grant["on"]], tuple(grant["name"]))
    kind, word = next((kind, word) for kind, word in _KINDS.items() if word in grant)
    return Grant(on=on, to=Grantee(kind, grant[word]), privileges=_privileges(tuple(grant["privileges"])))


@cache
def _privileges(names: tuple[str, ...]) -> tuple[Privilege, ...]:
    return tuple(Privilege(name) for name in names)
