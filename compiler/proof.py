"""Proves a plan by the first table of each shape, and by every table that is altered. See `shapes`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec
from streamplan.runtime.plan import Plan

from .access import access_model, evolves
from .accounts import grants
from .change import Change, CreateSchema, CreateTable, SetComment
from .check import check, oversized
from .diagnostic import CompileError
from .migration import migration
from .model import LatestView, Model, Table
from .spec import Spec
from .unit import Made


def prove(
    spec: Spec, fresh: Sequence[Made], changes: tuple[Change, ...], plan: Plan, before: Model, *, whole: bool
) -> None:
    """Raises CompileError with every C7xx; `fresh` are the tables that were made now, `whole` if they are all."""
    shown = _shown(fresh, changes)
    access = access_model(spec, [one.unit.holding for one in shown])
    tables, views = tuple(one.table for one in shown), tuple(one.unit.view for one in shown if one.unit.view)
    after = replace(access, tables=tables, views=views)
    names = {one.unit.holding.of for one in shown}
    part = _part(plan, shown, after, [c for c in changes if _about(c, names, after.schemas)])
    if not evolves(spec, [one.unit.holding for one in shown]):  # what evolves by itself is not shown
        part = msgspec.structs.replace(part, evolution=None)
    check(part, before=_before(before, after, names), after=after, whole=whole)
    if problems := [*oversized(plan)]:
        raise CompileError(problems)


def _shown(fresh: Sequence[Made], changes: tuple[Change, ...]) -> tuple[Made, ...]:
    """The first of each shape, and what is altered."""
    altered = {(t.schema, t.name) for c in changes if isinstance(t := _altered(c), Table)}
    return tuple(one for one in fresh if one.program is not None and (one.first or one.unit.holding.of in altered))


def _altered(change: Change) -> Table | None:
    """The table that a change alters; what is made new is proven by its shape."""
    return None if isinstance(change, CreateTable | SetComment) else getattr(change, "table", None)


def _about(change: Change, names: set[tuple[str, str]], schemas: tuple[str, ...]) -> bool:
    """Whether a change is about one of the tables or their schemas, or about none."""
    if isinstance(change, CreateSchema):
        return change.name in schemas
    subject: Table | LatestView | None = getattr(change, "table", getattr(change, "view", None))
    match subject:
        case Table():
            return (subject.schema, subject.name) in names
        case LatestView():
            return (subject.schema, subject.table) in names
        case _:
            return True


def _part(plan: Plan, shown: tuple[Made, ...], after: Model, changes: list[Change]) -> Plan:
    """The plan with the tables shown alone, and of its migrations this version's alone."""
    versions = (migration(plan.version, changes),) if changes else ()
    programs = tuple(one.program for one in shown if one.program is not None)
    return msgspec.structs.replace(plan, migrations=versions, grants=grants(after), tables=programs)


def _before(before: Model, after: Model, names: set[tuple[str, str]]) -> Model:
    return replace(
        before,
        tables=tuple(table for table in before.tables if (table.schema, table.name) in names),
        views=tuple(view for view in before.views if (view.schema, view.table) in names),
        schemas=tuple(name for name in before.schemas if name in after.schemas),
    )
