"""A binding to the statements of one table: what runs for each batch of it, by insert mode and delete mode."""

from __future__ import annotations

from functools import cache
from typing import Any

from streamplan.runtime.modes import Deletes, KeySource, Mode, Origin, Policy
from streamplan.runtime.statement import Statement
from streamplan.runtime.table_program import Field, TableProgram

from .bound import Binding, Bound, columns_of
from .copying import copy, copyable
from .keeping import OPERATION, STAGE, guard, keep, operation
from .migrating import distribution, printed
from .model import AUTO, Column
from .naming import slug
from .spec import StagingSpec
from .sql import Sql, comment, ident, joined
from .storing import parameter, stored
from .template import fill

_NOW = Sql("GETDATE()")


def program(binding: Binding, staging: StagingSpec | None = None) -> TableProgram:
    """The table's program: its fields in the order of the stage's columns, and its statements."""
    binding = copyable(binding) if staging else binding
    table = binding.table
    at = binding.ingestion
    folder = f"tables/{slug(table.schema)}.{slug(table.name)}"
    values = _values(binding)

    def statement(name: str, template: str = "") -> Statement:
        return Statement(path=f"{folder}/{name}.sql", sql=fill(template or name, **values))

    def wider(name: str, known: dict[str, Any]) -> Statement:
        return Statement(path=f"{folder}/{name}.sql", sql=fill(name, **known))

    stages_deletes = _stages_deletes(binding)
    keeps = keep(binding, values, wider)
    return TableProgram(
        table=table.id,
        topics=binding.topics,
        source=binding.source,
        mode=at.mode,
        deletes=at.deletes,
        truncates=at.truncates,
        evolution=at.evolution,
        key_from=at.key.source,
        key=binding.key,
        fields=tuple(_field(b) for b in _staged(binding)),
        other_keys=binding.other_keys,
        excluded=binding.excluded,
        lock=statement("lock"),
        truncate=statement("truncate", _truncate(at.deletes)) if at.truncates is Policy.APPLY else None,
        stage=_stage(binding, folder),
        load=_load(binding, folder),
        copy=copy(binding, _staged(binding), staging, folder) if staging else None,
        delete=statement("delete", "soft_delete" if at.deletes is Deletes.SOFT else "") if stages_deletes else None,
        keep=keeps,
        guard=guard(binding, values, wider),
        discard=discard() if stages_deletes or keeps else None,
        merge=statement(*_write(binding, values)),
        drop=drop(),
    )


@cache
def discard() -> Statement:
    """Takes all but whole rows out of the stage; the same for all tables."""
    return Statement(path="stage/discard.sql", sql=fill("discard", stage=ident(STAGE), operation=ident(OPERATION)))


@cache
def drop() -> Statement:
    """Drops the stage; the same for all tables."""
    return Statement(path="stage/drop.sql", sql=fill("drop", stage=ident(STAGE)))


def _stages_deletes(binding: Binding) -> bool:
    """Whether a delete finds rows by its key: appended under soft deletes, it is a row like any other."""
    at = binding.ingestion
    if at.deletes is Deletes.SOFT:
        return at.mode is Mode.UPSERT and at.key.source is not KeySource.KAFKA_COORDINATES
    return at.deletes is Deletes.HARD


def _truncate(deletes: Deletes) -> str:
    return "soft_truncate" if deletes is Deletes.SOFT else "truncate"


def _write(binding: Binding, values: dict[str, Any]) -> tuple[str, str]:
    """The name of the statement that writes the rows, and its template."""
    if binding.ingestion.mode is Mode.INSERT:
        return "append", ""
    return "merge", "" if values["assignments"] else "insert_new"


def _staged(binding: Binding) -> tuple[Bound, ...]:
    return tuple(b for b in binding.bound if b.origin is not Origin.LOADED_AT)


def _field(bound: Bound) -> Field:
    return Field(
        field=bound.field,
        column=bound.column.name,
        accepts=bound.accepts,
        refuses=bound.refuses,
        converter=bound.mapped.converter,
        args=bound.mapped.args,
        origin=bound.origin,
    )


def _values(binding: Binding) -> dict[str, Any]:
    """What the templates of a table print: every name quoted, every expression chosen."""
    table = binding.table
    names = {b.column.name: ident(b.column.name) for b in binding.bound}
    values = {b.column.name: _value(b) for b in binding.bound}
    sets = {name: Sql(f"{quoted} = {values[name]}") for name, quoted in names.items()}
    target = ident(table.schema, table.name)
    deleted = next((names[b.column.name] for b in binding.bound if b.origin is Origin.DELETED), Sql(""))
    return {
        "label": comment(table.id),
        "lines": (comment(f"Keeps other writers of {table.id} out until the transaction ends."),),
        "table": target,
        "target": target,
        "stage": ident(STAGE),
        "operation": ident(OPERATION),
        "deleted": deleted,
        "still": _still(binding, target, deleted),
        "match": joined(
            [Sql(f"{target}.{sets[name]}") for name in table.key or columns_of(binding.bound, binding.key)], "\n  AND "
        ),
        "assignments": [text for name, text in sets.items() if name not in table.key],
        "marks": [sets[b.column.name] for b in binding.bound if b.origin is not Origin.VALUE],
        "names": list(names.values()),
        "values": list(values.values()),
    }


def _still(binding: Binding, target: Sql, deleted: Sql) -> Sql:
    """Which rows a soft delete marks: those not marked yet, and under the guard those marked by an older change."""
    unmarked = Sql(f"{target}.{deleted} IS NOT TRUE")
    if not binding.ingestion.guarded:
        return unmarked
    (position,) = (ident(b.column.name) for b in binding.bound if b.origin is Origin.SOURCE_POSITION)
    return Sql(f"({unmarked} OR {target}.{position} < {ident(STAGE)}.{position})")


def _value(bound: Bound) -> Sql:
    if bound.origin is Origin.LOADED_AT:
        return _NOW
    return stored(bound.mapped.storing, ident(STAGE, bound.column.name))


def _stage(binding: Binding, folder: str) -> Statement:
    columns = [
        printed(Column(name=b.column.name, type=b.mapped.staged, nullable=b.column.nullable, because=_unit(b)))
        for b in _staged(binding)
    ]
    spread = binding.table.distribution if binding.table.distribution.style == "KEY" else AUTO
    grain = Sql("one row a key" if binding.table.key else "one row a change")
    values = {"label": comment(binding.table.id), "grain": grain, "stage": ident(STAGE)}
    clauses = {"distribution": distribution(spread), "sort_key": Sql("SORTKEY AUTO")}
    sql = fill("stage", **values, **clauses, columns=[*columns, printed(operation(binding))])
    return Statement(path=f"{folder}/stage.sql", sql=sql)


def _unit(bound: Bound) -> str:
    return "" if bound.mapped.staged == bound.mapped.type else bound.mapped.storing.value


def _load(binding: Binding, folder: str) -> Statement:
    staged = _staged(binding)
    names = [b.column.name for b in staged] + [OPERATION]
    row = Sql("(" + ", ".join([*(parameter(b.mapped.storing) for b in staged), "?"]) + ")")
    quoted = [ident(name) for name in names]
    sql = fill("load", label=comment(binding.table.id), stage=ident(STAGE), names=quoted, row=row)
    return Statement(path=f"{folder}/load.sql", sql=sql, binds=tuple(names), row=str(row))
