"""Takes one record into a table's fold, by what its event is and what the plan says of such events."""

from __future__ import annotations

from typing import assert_never

from .envelope import Aside, Delete, Event, Reader, Tombstone, Truncate, Upsert
from .errors import StopError
from .fold import Fold
from .plan import KeySource, Policy
from .ports import Record
from .rows import Drift


def take(record: Record, reader: Reader, fold: Fold, evolution: Policy) -> None:
    """Takes the record in.

    Raises:
        RecordError: it cannot be taken in; the fold is as it was.
        Drift: it has fields that the plan does not know, and the plan does not say to ignore them.
        StopError: X930, a truncate where the plan says stop.

    """
    event = reader.event(record)
    if isinstance(event, Upsert) and evolution is not Policy.IGNORE:
        unknown = fold.convert.unknown(event.shape)
        if unknown:
            raise Drift(unknown)
    _apply(event, record, reader, fold)


def _apply(event: Event, record: Record, reader: Reader, fold: Fold) -> None:
    match event:
        case Upsert():
            fold.upsert(event, reader.key(record))
        case Delete():
            fold.delete(event, reader.key(record))
        case Tombstone():
            _tombstone(record, reader, fold)
        case Truncate():
            _truncate(record, fold)
        case Aside():
            pass
        case _:
            assert_never(event)


def _tombstone(record: Record, reader: Reader, fold: Fold) -> None:
    """In an envelope a tombstone follows a delete; where it brings no key, it brings nothing."""
    by_value = fold.program.key_from is KeySource.RECORD_VALUE
    if reader.enveloped and (record.key is None or by_value):
        return
    fold.tombstone(None if by_value else reader.key(record))


def _truncate(record: Record, fold: Fold) -> None:
    match fold.program.truncates:
        case Policy.APPLY:
            fold.truncate()
        case Policy.IGNORE:
            pass
        case _:
            message = f'the source emptied "{fold.program.table}" at {record.place}'
            help_ = "decide: truncates: apply, or ignore; compile, apply the plan, run again"
            raise StopError("X930", message, help=help_)
