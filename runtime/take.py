"""Takes one record into a table's fold, by what its event is and what the plan says of such events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import assert_never

from .envelope import Aside, Delete, Event, Reader, Told, Tombstone, Truncate, Upsert
from .errors import RecordError, StopError
from .fold import Fold
from .keys import Key
from .modes import Deletes, KeySource, Policy
from .ports import Record
from .rows import Change, Drift

_GONE = Told(op="d")


def take(record: Record, reader: Reader, folds: Mapping[str, Fold]) -> None:
    """Takes the record in; `folds` are the tables that its topic feeds, by the source's `schema.table`.

    Raises:
        RecordError: it cannot be taken in; the folds are as they were.
        Drift: it has fields that the plan does not know, and the plan does not say to ignore them.
        StopError: X930, a truncate where the plan says stop.

    """
    event = reader.event(record)
    match event:
        case Upsert() | Delete() | Truncate():
            fold = _fold(event, folds)
            _apply(event, Change(record, event.told), reader, fold)
        case Tombstone():
            _tombstone(record, reader, folds)
        case Aside():
            pass
        case _:
            assert_never(event)


def _fold(event: Upsert | Delete | Truncate, folds: Mapping[str, Fold]) -> Fold:
    found = folds.get("") or folds.get(event.told.source)
    if found is None:
        named = event.told.source or "which the event does not name"
        raise RecordError("X927", f"the topic holds several tables, and the plan has none for {named}")
    return found


def _apply(event: Event, change: Change, reader: Reader, fold: Fold) -> None:
    match event:
        case Upsert():
            evolution = fold.program.evolution
            if evolution is not Policy.IGNORE and (unknown := fold.convert.unknown(event.shape)):
                raise Drift(unknown, evolution)
            fold.upsert(event, reader.key(change.record), change)
        case Delete():
            if fold.program.deletes is Deletes.IGNORE:
                _pass_over(fold, lambda: fold.keys.of_deleted(event, reader.key(change.record)))
            else:
                fold.delete(event, reader.key(change.record), change)
        case Truncate():
            _truncate(change.record, fold)


def _pass_over(fold: Fold, key: Callable[[], Key]) -> None:
    """A delete that the plan ignores still says that the row is another from here on; a bad key is no matter."""
    with suppress(RecordError):
        fold.passed_over(key())


def _tombstone(record: Record, reader: Reader, folds: Mapping[str, Fold]) -> None:
    """After a delete a tombstone says nothing new, but in the flat form it may be the delete itself."""
    if len(folds) > 1:
        if not (reader.enveloped or reader.rewrites):
            raise RecordError("X927", "the topic holds several tables, and a record without a value names none")
        return
    (fold,) = folds.values()
    if fold.program.deletes is Deletes.IGNORE:
        _pass_over(fold, lambda: fold.keys.of_record(reader.key(record)))
        return
    if _only_follows(record, reader, fold):
        return
    by_value = fold.program.key_from is KeySource.RECORD_VALUE
    fold.tombstone(None if by_value else reader.key(record), Change(record, _GONE))


def _only_follows(record: Record, reader: Reader, fold: Fold) -> bool:
    """Whether the record only follows a delete that has been taken in as a change of its own."""
    if not (reader.enveloped or reader.rewrites):
        return False
    by_value = fold.program.key_from is KeySource.RECORD_VALUE
    return record.key is None or by_value or (fold.program.appends and fold.program.deletes is Deletes.SOFT)


def _truncate(record: Record, fold: Fold) -> None:
    match fold.program.truncates:
        case Policy.APPLY:
            fold.truncate()
        case Policy.IGNORE:
            fold.passed_over_all()
        case _:
            message = f'the source emptied "{fold.program.table}" at {record.place}'
            help_ = "decide: truncates: apply, or ignore; compile, apply the plan, run again"
            raise StopError("X930", message, help=help_)


def stopped(record: Record, drift: Drift) -> StopError:
    """Why a run stops at a record with fields that the plan does not know."""
    message = f"{record.place} has fields that the plan does not know: {drift}"
    if drift.policy is Policy.AUTO:
        help_ = "this version of run does not compile by itself: observe, compile, apply; then run again"
        return StopError("X933", message, help=help_)
    return StopError("X931", message, help="observe, compile, review and apply; then run again")
