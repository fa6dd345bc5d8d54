"""`SUMMARY.md`: what a version changes, in a few lines, for the reviewer of a pull request.

`+` is new, `~` is changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import assert_never

from streamplan.runtime.plan import Plan
from streamplan.runtime.statement import Hazard

from .change import (
    AddColumn,
    Change,
    CreateSchema,
    CreateTable,
    CreateView,
    DropView,
    GivePrivileges,
    LeaveRole,
    SetComment,
    SetDistribution,
    SetEncoding,
    SetSortKey,
    TakePrivileges,
    WidenColumn,
)
from .hazard import hazards_of
from .model import Model


def summary(plan: Plan, before: Model, after: Model, changes: tuple[Change, ...], tables: int) -> str:
    """The text of `SUMMARY.md`."""
    lines = [f"# {plan.connector}: version {plan.version}", ""]
    objects = [line for line in _objects(changes) if line]
    lines += ["```diff", *objects, "```", ""] if objects else ["No table changes.", ""]
    lines += [
        f"- **{h.code}** {h.message}. To allow it: `streamplan apply --allow {h.code}`" for h in _hazards(changes)
    ]
    lines += [*_access(before, after)]
    lines += [_count(plan, tables)]
    return "\n".join(lines) + "\n"


def _objects(changes: tuple[Change, ...]) -> Iterator[str]:
    """`+` and `~` lines, those of a thing together."""
    told: dict[str, list[str]] = {}
    for change in changes:
        name, head, lines = _told(change)
        told.setdefault(name, [head]).extend(lines)
    for lines in told.values():
        yield from lines


def _told(change: Change) -> tuple[str, str, list[str]]:  # noqa: C901 - one line a change
    """The thing that a change is about, its first line, and the lines of the change."""
    match change:
        case CreateSchema(name):
            return name, f"+ schema {name}", []
        case CreateTable(table):
            keyed = f"key: {', '.join(table.key)}" if table.key else "every change is a row"
            return table.id, f"+ {table.id} ({keyed})", [f"+   {c.name} {c.type}" for c in table.columns]
        case AddColumn(table, column):
            return table.id, f"~ {table.id}", [f"+   {column.name} {column.type}"]
        case WidenColumn(table, old, new):
            return table.id, f"~ {table.id}", [f"~   {new.name} {old.type} -> {new.type}"]
        case SetDistribution(table):
            spread = f"{table.distribution.style} {table.distribution.key}".strip()
            return table.id, f"~ {table.id}", [f"~   distribution {spread}"]
        case SetSortKey(table):
            return table.id, f"~ {table.id}", [f"~   sort key {', '.join(table.sort_key or ('AUTO',))}"]
        case SetEncoding(table, column):
            return table.id, f"~ {table.id}", [f"~   {column.name} encoding {column.encoding or 'of the type'}"]
        case SetComment(table, column):
            return table.id, f"~ {table.id}", [f"~   comment{' of ' + column.name if column else ''}"]
        case DropView(view):
            return f"-{view.id}", f"- view {view.id}", []
        case CreateView(view):
            return view.id, f"+ view {view.id}", []
        case TakePrivileges() | LeaveRole() | GivePrivileges():
            return "", "", []
        case _:
            assert_never(change)


def _hazards(changes: tuple[Change, ...]) -> Iterator[Hazard]:
    for change in changes:
        yield from hazards_of(change)


def _access(before: Model, after: Model) -> Iterator[str]:
    new_users, new_roles = (
        sorted(set(after.users) - set(before.users)),
        sorted(set(after.roles) - set(before.roles)),
    )
    if new_users:
        yield f"- new users: {', '.join(new_users)}"
    if new_roles:
        yield f"- new roles: {', '.join(new_roles)}"
    if new_groups := sorted(set(after.groups) - set(before.groups)):
        yield f"- new groups: {', '.join(new_groups)}"
    if before.grants == after.grants:
        return
    given, taken = set(after.grants) - set(before.grants), set(before.grants) - set(after.grants)
    for word, grants in (("given", given), ("no longer given", taken)):
        counts = Counter(grant.to.name for grant in grants)
        yield from (f"- privileges {word}: {name}, on {_plural(counts[name], 'object')}" for name in sorted(counts))


def _count(plan: Plan, tables: int) -> str:
    pending = next((m.statements for m in plan.migrations if m.version == plan.version), ())
    where = f", {_plural(len(pending), 'statement')} in `migrations/{plan.version:04}`" if pending else ""
    return f"- {_plural(tables, 'table')}{where}"


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
