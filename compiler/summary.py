"""`SUMMARY.md`: what a version changes, in a few lines, for the reviewer of a pull request.

`+` is new, `~` is changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import assert_never

from streamplan.runtime.plan import Hazard, Plan

from .change import AddColumn, Change, CreateTable, WidenColumn
from .hazard import hazards_of
from .model import Model


def summary(plan: Plan, before: Model, after: Model, changes: tuple[Change, ...]) -> str:
    """The text of `SUMMARY.md`."""
    lines = [f"# {plan.connector}: version {plan.version}", ""]
    tables = [*_tables(changes)]
    lines += ["```diff", *tables, "```", ""] if tables else ["No table changes.", ""]
    lines += [
        f"- **{h.code}** {h.message}. To allow it: `streamplan apply --allow {h.code}`" for h in _hazards(changes)
    ]
    lines += [*_access(before, after)]
    lines += [_count(plan)]
    return "\n".join(lines) + "\n"


def _tables(changes: tuple[Change, ...]) -> Iterator[str]:
    for table, group in groupby(changes, key=lambda change: change.table.id):
        for number, change in enumerate(group):
            match change:
                case CreateTable():
                    yield f"+ {table} (key: {', '.join(change.table.key)})"
                    yield from (f"+   {column.name} {column.type}" for column in change.table.columns)
                case AddColumn(_, column):
                    yield from [f"~ {table}"] if number == 0 else []
                    yield f"+   {column.name} {column.type}"
                case WidenColumn(_, old, new):
                    yield from [f"~ {table}"] if number == 0 else []
                    yield f"~   {new.name} {old.type} -> {new.type}"
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
    given, taken = set(after.grants) - set(before.grants), set(before.grants) - set(after.grants)
    for word, grants in (("given", given), ("no longer given", taken)):
        for role in sorted({grant.role for grant in grants}):
            count = sum(grant.role == role for grant in grants)
            yield f"- privileges {word}: {role}, on {_plural(count, 'object')}"


def _count(plan: Plan) -> str:
    pending = next((m.statements for m in plan.migrations if m.version == plan.version), ())
    where = f", {_plural(len(pending), 'statement')} in `migrations/{plan.version:04}`" if pending else ""
    return f"- {_plural(len(plan.tables), 'table')}{where}"


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
