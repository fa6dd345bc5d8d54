"""The model as `model.json` and back: what the next compile compares with. Provenance is left out.

**`from_json(to_json(m)) == m`.**
"""

from __future__ import annotations

import json
from typing import Any

from .model import Column, Grant, Member, Model, Privilege, Securable, SecurableKind, Table, parse_type


def to_json(model: Model) -> str:
    """The model's text: sorted, one line a column, ending with a newline."""
    body: dict[str, list[Any]] = {
        "schemas": list(model.schemas),
        "tables": [_table(table) for table in model.tables],
        "users": list(model.users),
        "roles": list(model.roles),
        "members": [{"user": m.user, "role": m.role} for m in model.members],
        "grants": [
            {"on": g.on.kind.value, "name": list(g.on.name), "role": g.role, "privileges": list(g.privileges)}
            for g in model.grants
        ],
    }
    return "{\n" + ",\n".join(f'  "{key}": {_lines(value)}' for key, value in body.items()) + "\n}\n"


def _table(table: Table) -> dict[str, Any]:
    columns = [{"name": c.name, "type": str(c.type), "nullable": c.nullable} for c in table.columns]
    return {"schema": table.schema, "name": table.name, "key": list(table.key), "columns": columns}


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
        schemas=tuple(body["schemas"]),
        tables=tuple(_read_table(table) for table in body["tables"]),
        users=tuple(body["users"]),
        roles=tuple(body["roles"]),
        members=tuple(Member(m["user"], m["role"]) for m in body["members"]),
        grants=tuple(_read_grant(grant) for grant in body["grants"]),
    )


def _read_table(table: dict[str, Any]) -> Table:
    columns = tuple(_read_column(column) for column in table["columns"])
    return Table(schema=table["schema"], name=table["name"], key=tuple(table["key"]), columns=columns)


def _read_column(column: dict[str, Any]) -> Column:
    kind = parse_type(column["type"])
    if kind is None:
        raise ValueError(f"not a column type: {column['type']}")
    return Column(name=column["name"], type=kind, nullable=column["nullable"])


def _read_grant(grant: dict[str, Any]) -> Grant:
    on = Securable(SecurableKind(grant["on"]), tuple(grant["name"]))
    return Grant(on=on, role=grant["role"], privileges=tuple(Privilege(p) for p in grant["privileges"]))
