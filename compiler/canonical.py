"""The model as `model.json` and back: what the next compile compares with. Provenance is left out.

**`from_json(to_json(m)) == m`.**
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

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


def to_json(model: Model) -> str:
    """The model's text: sorted, one line a column, ending with a newline."""
    body: dict[str, list[Any]] = {
        "control": [model.control] if model.control else [],
        "schemas": list(model.schemas),
        "tables": [_table(table) for table in model.tables],
        "views": [asdict(view) for view in model.views],
        "users": list(model.users),
        "groups": list(model.groups),
        "roles": list(model.roles),
        "members": [{"user": m.user, "role": m.role} for m in model.members],
        "grants": [
            {
                "on": g.on.kind.value,
                "name": list(g.on.name),
                g.to.kind.value.lower(): g.to.name,
                "privileges": list(g.privileges),
            }
            for g in model.grants
        ],
    }
    return "{\n" + ",\n".join(f'  "{key}": {_lines(value)}' for key, value in body.items()) + "\n}\n"


def _table(table: Table) -> dict[str, Any]:
    head: dict[str, Any] = {"schema": table.schema, "name": table.name, "key": list(table.key)}
    if table.distribution != AUTO:
        head["distribution"] = [part for part in (table.distribution.style, table.distribution.key) if part]
    if table.sort_key is not None:
        head["sort_key"] = list(table.sort_key)
    if table.comment:
        head["comment"] = table.comment
    return {**head, "columns": [_column(column) for column in table.columns]}


def _column(column: Column) -> dict[str, Any]:
    said = {"encoding": column.encoding, "comment": column.comment}
    plain = {"name": column.name, "type": str(column.type), "nullable": column.nullable}
    return {**plain, **{name: text for name, text in said.items() if text}}


def _lines(values: list[Any]) -> str:
    if not values:
        return "[]"
    return "[\n" + ",\n".join(_indented(value) for value in values) + "\n  ]"


def _indented(value: Any) -> str:
    if not isinstance(value, dict) or "columns" not in value:
        return "    " + json.dumps(value, ensure_ascii=False)
    head = json.dumps({k: v for k, v in value.items() if k != "columns"}, ensure_ascii=False)[:-1]
    columns = ",\n".join("      " + json.dumps(c, ensure_ascii=False) for c in value["columns"])
    return f'    {head}, "columns": [\n{columns}\n    ]}}'


def from_json(text: str) -> Model:
    """The model of a `model.json`; raises ValueError or KeyError for a text that this module did not write."""
    body = json.loads(text)
    return Model(
        control="".join(body["control"]),
        schemas=tuple(body["schemas"]),
        tables=tuple(_read_table(table) for table in body["tables"]),
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
    on = Securable(SecurableKind(grant["on"]), tuple(grant["name"]))
    kind = next(kind for kind in GranteeKind if kind.value.lower() in grant)
    to = Grantee(kind, grant[kind.value.lower()])
    return Grant(on=on, to=to, privileges=tuple(Privilege(p) for p in grant["privileges"]))
