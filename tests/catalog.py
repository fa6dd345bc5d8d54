"""What the live catalog holds of a connector, and what its model says that it should: in one shape, to be compared."""

from __future__ import annotations

from typing import Any

import rig
from streamplan.compiler.model import Column, LatestView, Model, Table
from streamplan.compiler.redshift import DEFAULT_ENCODINGS
from streamplan.runtime.plan import Plan
from streamplan.runtime.statement import Statement

COLUMNS = Statement(
    path="columns",
    sql="SELECT table_name, column_name, data_type, is_nullable, encoding, distkey, sortkey, remarks"
    " FROM svv_redshift_columns WHERE schema_name = ? ORDER BY table_name, column_name",
)
STYLES = Statement(
    path="styles",
    sql="SELECT c.relname, t.diststyle, t.sortstyle FROM pg_catalog.sandbox_table t"
    " JOIN pg_class c ON c.oid = t.relation JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ?",
)
REMARKS = Statement(
    path="remarks",
    sql="SELECT c.relname, obj_description(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = ? AND obj_description(c.oid) IS NOT NULL",
)
SPELLINGS = {
    "timestamp without time zone": "TIMESTAMP",
    "timestamp with time zone": "TIMESTAMPTZ",
    "time without time zone": "TIME",
}


def live(plan: Plan, address: Any, schemas: tuple[str, ...]) -> dict[str, Any]:
    """Tables and views of the schemas but streamplan's own, as the catalog shows them."""
    found: dict[str, Any] = {}
    for schema in schemas:
        with rig.warehouse_of(plan, address) as warehouse, warehouse.transaction():
            columns, styles, remarks = (warehouse.execute(s, (schema,)) for s in (COLUMNS, STYLES, REMARKS))
        styles, remarks = {name: how for name, *how in styles}, dict(remarks)
        for name in sorted({row[0] for row in columns if not row[0].startswith("_streamplan_")}):
            rows = [row[1:] for row in columns if row[0] == name]
            found[f"{schema}.{name}"] = _live(rows, styles.get(name, ["AUTO", "AUTO"]), remarks.get(name, ""))
    return found


def _live(rows: list[list[Any]], style: list[str], remark: str) -> dict[str, Any]:
    if all(not encoding for _, _, _, encoding, *_ in rows):
        return {"columns": {name: _spelled(kind) for name, kind, *_ in rows}}
    order = sorted((place, name) for name, _, _, _, _, place, _ in rows if place)
    return {
        "columns": {name: (_spelled(k), null == "YES", _encoded(_spelled(k), e)) for name, k, null, e, *_ in rows},
        "comments": {name: text for name, *_, text in rows if text} | ({"": remark} if remark else {}),
        "distribution": (style[0], "".join(name for name, _, _, _, key, *_ in rows if key)),
        "sort_key": None if style[1] == "AUTO" else tuple(name for _, name in order),
    }


def _encoded(kind: str, encoding: str) -> str:
    """The encoding where it is another than what the type has when nobody chooses."""
    return "" if encoding in ("none", DEFAULT_ENCODINGS[kind.partition("(")[0]]) else encoding


def _spelled(kind: str) -> str:
    plain = SPELLINGS.get(kind, kind)
    return plain.replace("character varying", "varchar").replace("binary varying", "varbyte").upper()


def wanted(model: Model) -> dict[str, Any]:
    """What the model says, in the same shape."""
    types = {(t.schema, t.name, c.name): str(c.type) for t in model.tables for c in t.columns}
    return {t.id: _table(t) for t in model.tables} | {v.id: _view(v, types) for v in model.views}


def _table(table: Table) -> dict[str, Any]:
    comments = {column.name: column.comment for column in table.columns} | {"": table.comment}
    return {
        "columns": {column.name: _column(column) for column in table.columns},
        "comments": {name: text for name, text in comments.items() if text},
        "distribution": (table.distribution.style, table.distribution.key),
        "sort_key": table.sort_key,
    }


def _column(column: Column) -> tuple[str, bool, str]:
    return (
        str(column.type),
        column.nullable,
        _encoded(str(column.type), column.encoding.replace("raw", "none") or "none"),
    )


def _view(view: LatestView, types: dict[tuple[str, str, str], str]) -> dict[str, Any]:
    return {"columns": {name: types[view.schema, view.table, name] for name in view.columns}}
