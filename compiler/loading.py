"""A binding to the statements of one table: what runs for each batch of it."""

from __future__ import annotations

from typing import Any

from streamplan.runtime.plan import Field, Statement, TableProgram

from .migration import printed
from .naming import slug
from .resolve import Binding, Bound
from .sql import Sql, comment, ident
from .storing import parameter, stored
from .template import fill

STAGE = "_streamplan_stage"
OPERATION = "_streamplan_op"


def program(binding: Binding) -> TableProgram:
    """The table's program: its fields in the order of the stage's columns, and its statements."""
    table = binding.table
    folder = f"tables/{slug(table.schema)}.{slug(table.name)}"
    values = _values(binding)
    row = Sql("(" + ", ".join([*(parameter(b.mapped.storing) for b in binding.bound), "?"]) + ")")

    def statement(name: str, template: str = "") -> Statement:
        return Statement(path=f"{folder}/{name}.sql", sql=fill(template or name, **values))

    return TableProgram(
        table=table.id,
        topic=binding.topic,
        key_from=binding.key_from,
        key=binding.key,
        fields=tuple(_field(b) for b in binding.bound),
        truncates=binding.truncates,
        lock=statement("lock"),
        truncate=statement("truncate"),
        stage=_stage(binding, folder),
        load=_load(binding, folder, row),
        delete=statement("delete"),
        discard=statement("discard"),
        merge=statement("merge", "merge" if values["rest"] else "insert_new"),
        drop=statement("drop"),
    )


def _field(bound: Bound) -> Field:
    return Field(
        field=bound.field.field,
        column=bound.column.name,
        accepts=bound.accepts,
        converter=bound.mapped.converter,
        args=bound.mapped.args,
    )


def _values(binding: Binding) -> dict[str, Any]:
    """What the templates of a table print: every name quoted, every expression chosen."""
    table = binding.table
    stage = ident(STAGE)
    columns = {
        b.column.name: {
            "name": ident(b.column.name),
            "value": stored(b.mapped.storing, ident(STAGE, b.column.name)),
        }
        for b in binding.bound
    }
    return {
        "label": comment(table.id),
        "lines": (comment(f"Keeps other writers of {table.id} out until the transaction ends."),),
        "table": ident(table.schema, table.name),
        "target": ident(table.schema, table.name),
        "stage": stage,
        "operation": ident(OPERATION),
        "keys": [columns[name] for name in table.key],
        "rest": [value for name, value in columns.items() if name not in table.key],
        "columns": list(columns.values()),
    }


def _stage(binding: Binding, folder: str) -> Statement:
    columns = [
        printed(b.column.name, b.mapped.staged.sql, _unit(b), required=not b.column.nullable) for b in binding.bound
    ]
    operation = printed(OPERATION, Sql("CHAR(1)"), "u upsert, d delete", required=True)
    sql = fill("stage", label=comment(binding.table.id), stage=ident(STAGE), columns=[*columns, operation])
    return Statement(path=f"{folder}/stage.sql", sql=sql)


def _unit(bound: Bound) -> str:
    return "" if bound.mapped.staged == bound.mapped.type else bound.mapped.storing.value


def _load(binding: Binding, folder: str, row: Sql) -> Statement:
    names = [b.column.name for b in binding.bound] + [OPERATION]
    columns = [ident(name) for name in names]
    sql = fill("load", label=comment(binding.table.id), stage=ident(STAGE), columns=columns, row=row)
    return Statement(path=f"{folder}/load.sql", sql=sql, binds=tuple(names), row=str(row))
