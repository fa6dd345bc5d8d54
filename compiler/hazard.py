"""What may hurt when a change runs.

A hazard is data on the statement: the summary, the JSON and the gate of apply read the same.

It does not decide what runs; `runtime.migrate` refuses a hazard until it is allowed by name.
"""

from __future__ import annotations

from typing import assert_never

from streamplan.runtime.plan import Hazard

from .change import AddColumn, Change, CreateTable, WidenColumn


def hazards_of(change: Change) -> tuple[Hazard, ...]:
    """The hazards of one change."""
    match change:
        case CreateTable() | AddColumn():
            return ()
        case WidenColumn(table, before, after):
            message = (
                f'widening "{table.id}"."{after.name}" from {before.type} to {after.type} runs outside a transaction'
                " and locks readers and writers of the table while it runs"
            )
            return (Hazard(code="H601", message=message),)
        case _:
            assert_never(change)
