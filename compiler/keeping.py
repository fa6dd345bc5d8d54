"""The statements for what the stored row knows better than the batch: values not sent, keys moved, newer positions.

They run for the batches that need them only; a plan holds them all the same, since what runs was reviewed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from streamplan.runtime.modes import Deletes, Mode, Origin
from streamplan.runtime.statement import Statement
from streamplan.runtime.table_program import Guard, Keep

from .bound import Binding, Bound
from .model import Column, ColumnType
from .sql import Sql, comment, ident, joined
from .storing import stored
from .template import fill

STAGE = "_streamplan_stage"
OPERATION = "_streamplan_op"
_DIGITS = 9  # the letter and the number before the marks
_LEFT_OUT = frozenset({"CHAR", "NUMERIC", "SUPER", "VARBYTE", "VARCHAR"})  # of what a source stores out of line
_PLAIN = Column(name=OPERATION, type=ColumnType("CHAR", (1,)), nullable=False, because="u upsert, d delete")
_Make = Callable[..., Statement]


def kept(binding: Binding) -> tuple[Bound, ...]:
    """The columns whose stored value stays where the source does not send it: those of values of any length."""
    at = binding.ingestion
    if at.mode is Mode.INSERT or not at.key.source.of_the_row:
        return ()
    return tuple(
        b
        for b in binding.bound
        if b.origin is Origin.VALUE and b.column.name not in binding.table.key and b.column.type.name in _LEFT_OUT
    )


def operation(binding: Binding) -> Column:
    """The stage's last column: what is to be done with the row."""
    marks = kept(binding)
    if not marks:
        return _PLAIN
    says = "u upsert, d delete; k m to complete, w completed, o n moved from, to"
    return Column(name=OPERATION, type=ColumnType("VARCHAR", (_DIGITS + len(marks),)), nullable=False, because=says)


def keep(binding: Binding, values: Mapping[str, Any], statement: _Make) -> Keep | None:
    """For rows of which the source did not send every value; None where every value is always sent."""
    columns = kept(binding)
    if not columns:
        return None
    names = tuple(b.column.name for b in columns)
    known = {**values, "kept": comment(", ".join(names)), "fills": _fills(values, names)}
    known["found"] = joined([_own(binding, values), _old(binding, values)], " OR ")
    return Keep(
        columns=names,
        fill=statement("fill", known),
        absent=absent(),
        rekey=statement("rekey", known | _rekeyed(binding)),
        carry=statement("carry", known | _moved(binding, values)),
    )


@cache
def absent() -> Statement:
    """Finds the staged rows that no stored row completed; the same for all tables."""
    return Statement(path="stage/absent.sql", sql=fill("absent", stage=ident(STAGE), operation=ident(OPERATION)))


def _own(binding: Binding, values: Mapping[str, Any]) -> Sql:
    """A row under its own key. One that is marked as deleted is another: what it held is not that of the next."""
    own = f"{values['stage']}.{values['operation']} LIKE 'k%'"
    soft = binding.ingestion.deletes is Deletes.SOFT
    return Sql(f"{own} AND {values['target']}.{values['deleted']} IS NOT TRUE" if soft else own)


def _old(binding: Binding, values: Mapping[str, Any]) -> Sql:
    """A row under its old key; with a guard, unless what is stored there is newer than the change that moved it."""
    old = f"{values['stage']}.{values['operation']} LIKE 'm%'"
    if not binding.ingestion.guarded:
        return Sql(old)
    name = _position(binding)
    staged, held = f"{values['stage']}.{name}", f"{values['target']}.{name}"
    return Sql(f"{old} AND ({staged} >= {held} OR {staged} IS NULL OR {held} IS NULL)")


def _position(binding: Binding) -> Sql:
    return next(ident(b.column.name) for b in binding.bound if b.origin is Origin.SOURCE_POSITION)


def _fills(values: Mapping[str, Any], names: tuple[str, ...]) -> list[Sql]:
    """The assignments of a row: each value as staged, or as stored where its mark says so."""
    stage, mark = values["stage"], f"{values['stage']}.{values['operation']}"
    return [
        Sql(
            f"{quoted} = CASE WHEN SUBSTRING({mark}, {place}, 1) = 'u'"
            f" THEN {values['target']}.{quoted} ELSE {stage}.{quoted} END"
        )
        for place, quoted in enumerate(map(ident, names), _DIGITS + 1)
    ]


def _rekeyed(binding: Binding) -> dict[str, Any]:
    """The staged columns, those of the key from the row that holds the new one."""
    names = [b.column.name for b in binding.bound if b.origin is not Origin.LOADED_AT]
    return {
        "staged_names": [ident(name) for name in names],
        "rekeyed": [ident("moved_to" if name in binding.table.key else "moved", name) for name in names],
    }


def _moved(binding: Binding, values: Mapping[str, Any]) -> dict[str, Any]:
    """How a row's old key and new key stand in the stage, once under each name."""
    key = {b.column.name: b for b in binding.bound if b.column.name in binding.table.key}
    target = values["target"]

    def of(alias: str, name: str) -> Sql:
        return stored(key[name].mapped.storing, ident(alias, name))

    def match(table: Sql, alias: str) -> Sql:
        return joined([Sql(f"{table}.{ident(name)} = {of(alias, name)}") for name in binding.table.key], "\n  AND ")

    return {
        "carried": [
            of("moved_to", b.column.name) if b.column.name in key else Sql(f"{target}.{ident(b.column.name)}")
            for b in binding.bound
        ],
        "match_from": match(target, "moved_from"),
        "match_there": match(ident("there"), "moved_to"),
    }


def guard(binding: Binding, values: Mapping[str, Any], statement: _Make) -> Guard | None:
    """The position guard, where the settings ask for it."""
    if not binding.ingestion.guarded:
        return None
    known = {**values, "position": _position(binding), "older": _older(binding, values)} | _buried(binding, values)
    soft = binding.ingestion.deletes is Deletes.SOFT
    return Guard(
        standing=statement("standing", known),
        outdated=statement("outdated", known),
        bury=statement("bury", known) if soft else None,
    )


def _older(binding: Binding, values: Mapping[str, Any]) -> Sql:
    """What is taken out of the stage; not what stands there under an old key, whose row is another's by now."""
    name, stage, target = _position(binding), values["stage"], values["target"]
    found = [values["match"], Sql(f"{stage}.{name} < {target}.{name}")]
    if kept(binding):
        found.append(Sql(f"{stage}.{values['operation']} NOT LIKE 'm%'"))
    return joined(found, "\n  AND ")


def _buried(binding: Binding, values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a deleted row that was never there: its key, and what is said of the change."""
    said = [
        (name, value)
        for b, name, value in zip(binding.bound, values["names"], values["values"], strict=True)
        if b.column.name in binding.table.key or b.origin is not Origin.VALUE
    ]
    return {"buried_names": [name for name, _ in said], "buried": [value for _, value in said]}
