"""Takes one record into a table's fold, by what its event is and what the plan says of such events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import assert_never

from .envelope import Aside, Delete, Event, Reader, Told, Tombstone, Truncate, Upsert
from .errors import RecordError, StopError
from .fold import Fold
from .keys import Key, Keyed
from .modes import Deletes, KeySource, Policy
from .ports import Record
from .rows import Change

_GONE = Told(op="d")


def take(record: Record, reader: Reader, folds: Mapping[str, Fold]) -> Event:
    """Takes the record in, and gives its event; `folds` are the tables of its topic, by the source's `schema.table`.

    Raises:
        RecordError: it cannot be taken in; the folds are as they were.
        Drift: it has a shape that the plan does not know, and the plan does not say to ignore it.
        StopError: X930, a truncate where the plan says stop.

    """
    event = reader.event(record)
    match event:
        case Upsert() | Delete() | Truncate():
            fold = _fold(event, folds)
            _apply(event, Change(record, event.told, reader), reader, fold)
        case Tombstone():
            _tombstone(record, reader, folds)
        case Aside():
            pass
        case _:
            assert_never(event)
    return event


def fold_of(source: str, folds: Mapping[str, Fold]) -> Fold | None:
    """The table of a record: the only one of its topic, or that of the source's table which it names."""
    return folds.get("") or folds.get(source)


def _fold(event: Upsert | Delete | Truncate, folds: Mapping[str, Fold]) -> Fold:
    found = fold_of(event.told.source, folds)
    if found is None:
        named = event.told.source or "which the event does not name"
        raise RecordError("X927", f"the topic holds several tables, and the plan has none for {named}")
    return found


def _apply(event: Event, change: Change, reader: Reader, fold: Fold) -> None:
    match event:
        case Upsert():
            keyed = reader.key(change.record)
            fold.convert.watch.row(event.row, event.shape, keyed, change.record.at.topic)
            fold.upsert(event, keyed, change)
        case Delete():
            if fold.program.deletes is Deletes.IGNORE:
                _pass_over(fold, lambda: fold.keys.of_deleted(event, reader.key(change.record)), change)
            else:
                fold.delete(event, _watched(change.record, reader, fold), change)
        case Truncate():
            _truncate(change.record, fold)


def _watched(record: Record, reader: Reader, fold: Fold) -> Keyed:
    """The key of a row that is gone; raises RecordError, Drift."""
    keyed = reader.key(record)
    fold.convert.watch.key(keyed)
    return keyed


def _pass_over(fold: Fold, key: Callable[[], Key], change: Change) -> None:
    """A delete that the plan ignores still says that the row is another from here on; a bad key is no matter."""
    with suppress(RecordError):
        if not fold.outdated(gone := key(), change):
            fold.leaves(gone, change)
            fold.passed_over(gone)


def _tombstone(record: Record, reader: Reader, folds: Mapping[str, Fold]) -> None:
    """After a delete a tombstone says nothing new, but in the flat form it may be the delete itself."""
    if len(folds) > 1:
        if not reader.tells_deletes:
            raise RecordError("X927", "the topic holds several tables, and a record without a value names none")
        return
    (fold,) = folds.values()
    if fold.program.guard is not None and reader.tells_deletes:
        return  # it tells no position, and the delete before it did
    if fold.program.deletes is Deletes.IGNORE:
        _pass_over(fold, lambda: fold.keys.of_record(reader.key(record)), Change(record, _GONE, reader))
        return
    if _only_follows(record, reader, fold):
        return
    by_value = fold.program.key_from is KeySource.RECORD_VALUE
    fold.tombstone(None if by_value else _watched(record, reader, fold), Change(record, _GONE, reader))


def _only_follows(record: Record, reader: Reader, fold: Fold) -> bool:
    """Whether the record only follows a delete that has been taken in as a change of its own."""
    if not reader.tells_deletes:
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
