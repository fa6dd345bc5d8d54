"""Proves a plan by the first table of each shape, and by every table that is altered. See `shapes`."""

from __future__ import annotations

from dataclasses import replace

import msgspec
from streamplan.runtime.plan import Plan

from .access import access_model
from .accounts import grants
from .bound import Binding, Resolved
from .change import Change, CreateSchema, CreateTable, SetComment
from .check import check, oversized
from .diagnostic import CompileError
from .migration import migration
from .model import LatestView, Model, Table
from .shapes import representatives


def prove(resolved: Resolved, changes: tuple[Change, ...], plan: Plan, before: Model) -> None:
    """Raises CompileError with every C7xx."""
    shown = _shown(resolved, changes)
    after = access_model(resolved.spec, shown)
    names = {(table.schema, table.name) for table in after.tables}
    part = _part(plan, shown, after, [c for c in changes if _about(c, names, after.schemas)])
    check(part, before=_before(before, after, names), after=after)
    if problems := [*oversized(plan)]:
        raise CompileError(problems)


def _shown(resolved: Resolved, changes: tuple[Change, ...]) -> tuple[Binding, ...]:
    altered = {(t.schema, t.name) for c in changes if isinstance(t := _altered(c), Table)}
    first = {id(binding) for binding in representatives(resolved.bindings)}
    return tuple(b for b in resolved.bindings if id(b) in first or (b.table.schema, b.table.name) in altered)


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


def _part(plan: Plan, shown: tuple[Binding, ...], after: Model, changes: list[Change]) -> Plan:
    """The plan with the tables shown alone."""
    tables = {binding.table.id for binding in shown}
    versions = (migration(plan.version, changes),) if changes else ()
    return msgspec.structs.replace(
        plan,
        migrations=(*(version for version in plan.migrations if version.version != plan.version), *versions),
        grants=grants(after),
        tables=tuple(program for program in plan.tables if program.table in tables),
    )


def _before(before: Model, after: Model, names: set[tuple[str, str]]) -> Model:
    return replace(
        before,
        tables=tuple(table for table in before.tables if (table.schema, table.name) in names),
        views=tuple(view for view in before.views if (view.schema, view.table) in names),
        schemas=tuple(name for name in before.schemas if name in after.schemas),
    )
