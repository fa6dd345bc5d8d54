"""What a plan would not take of a record, whether it knows of it or not: why a next version is no answer to a drift."""

from __future__ import annotations

from typing import assert_never

from .drift import Added, Finding, NewTopic, Rekeyed, Retyped, Wider, words
from .envelope import Delete, Reader, Shape, Truncate, Upsert
from .errors import RecordError
from .plan import Plan
from .ports import Record
from .statement import Statement
from .tables import Tables
from .take import fold_of

_NOTHING = Shape(frozenset(), {})


def untaken(plan: Plan, record: Record) -> tuple[Finding, ...]:
    """What the plan does not take of a record; nothing of one that goes to quarantine by itself."""
    folds = Tables(plan).folds(record.at.topic)
    if not folds:
        return (NewTopic(record.at.topic),)
    reader = Reader(plan.source.format)
    try:
        event, keyed = reader.event(record), reader.key(record)
    except RecordError:
        return ()
    source = event.told.source if isinstance(event, Upsert | Delete | Truncate) else ""
    fold = fold_of(source, folds)
    if fold is None:
        return ()
    row, shape = (event.row, event.shape) if isinstance(event, Upsert) else ({}, _NOTHING)
    return fold.convert.watch.refused(row, shape, keyed)


def ways(findings: tuple[Finding, ...]) -> str:
    """What was found of a record, and the way on for each kind of it."""
    told = dict.fromkeys(_way(finding) for finding in findings)
    return "\n".join([f"  its record {words(findings)}", *(f"  help: {way}" for way in told)])


def _way(finding: Finding) -> str:
    match finding:
        case Added():
            return "observe more events of the topic"
        case Retyped(field):
            taken = "its other values then go to quarantine (X925); on_type_change: new_column gives them a column"
            return f'commit the observed schema with "{field}" as it became: {taken}'
        case Wider(field):
            return f'keep the column (columns: {{"{field}": {{type: ...}}}}): values that do not fit go to quarantine'
        case Rekeyed():
            taken = "such records then go to quarantine (X923)"
            anew = "to take them, load the topic anew into a table of another name"
            return f"commit the observed schema with the key as it became: {taken}; {anew}"
        case NewTopic():
            return "its records say of no row: exclude the topic (source: topics), or observe more of its events"
        case _:
            assert_never(finding)


def hazardous(plan: Plan, allowed: frozenset[str]) -> tuple[Statement, ...]:
    """The statements of the plan's own version with a hazard that is not allowed."""
    newest = [s for migration in plan.migrations if migration.version == plan.version for s in migration.statements]
    return tuple(s for s in newest if any(hazard.code not in allowed for hazard in s.hazards))
