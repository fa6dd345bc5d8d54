"""Topics bound to their table, and each field to its column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from streamplan.runtime.modes import Origin

from .model import Column, LatestView, Table
from .spec import Ingestion
from .typemap import Mapped


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """One column of a table, with what it holds: a field of the row, or something about the change.

    `accepts` are the types of events that its converter reads, `refuses` those that came later and are not read.
    """

    field: str
    column: Column
    mapped: Mapped
    accepts: tuple[str, ...]
    refuses: tuple[str, ...] = ()
    origin: Origin = Origin.VALUE


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """Topics bound to their table.

    Attributes:
        topics: those that feed it.
        source: the source's `schema.table` where several share a topic, else "".
        table: what the warehouse shall hold.
        bound: its columns in order.
        excluded: fields that are known and never loaded.
        key: the event's names of the fields that say which row is meant; empty where nothing says it.
        other_keys: the fields of record keys that came later and are not read.
        ingestion: how changes are taken in.
        view: of its latest state, if any.

    """

    topics: tuple[str, ...]
    source: str
    table: Table
    bound: tuple[Bound, ...]
    excluded: tuple[str, ...]
    key: tuple[str, ...]
    other_keys: tuple[tuple[str, ...], ...]
    ingestion: Ingestion
    view: LatestView | None


def columns_of(bound: Sequence[Bound], fields: Iterable[str]) -> tuple[str, ...]:
    """The columns that hold these fields of a row, in the order of the fields: of a field's columns the first."""
    by_field = {b.field: b.column.name for b in reversed(bound) if b.origin is Origin.VALUE}
    return tuple(by_field[field] for field in fields)
