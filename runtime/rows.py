"""From an event to the row that is staged: which field goes where, chosen once for each shape of events.

A field that the plan does not know is drift, not an error of the record: it is told apart here, decided in the loop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from .convert import CONVERTERS, Unchanged, converted
from .drift import Watch
from .envelope import Kind, Reader, Row, Shape, Told
from .errors import RecordError
from .modes import Origin
from .ports import Record
from .position import position
from .table_program import Field, TableProgram

Cell: TypeAlias = str | Unchanged | None
Cells: TypeAlias = tuple[Cell, ...]
Staged: TypeAlias = tuple[str | None, ...]
Columns: TypeAlias = Sequence[Sequence[str | None]]  # rows, a column at a time, all of one length
_Convert: TypeAlias = Callable[[Any], str | None]
_MILLIS = CONVERTERS["timestamp_millis"]({}, {})
_C = TypeVar("_C")
_Row = TypeVar("_Row", Cells, Staged)


@dataclass(frozen=True, slots=True)
class Change:
    """What a record says about the change that it carries: its place, its own words, and how it is read."""

    record: Record
    told: Told
    reader: Reader

    def moved(self, header: str) -> tuple[Row, Shape] | None:
        """The other key of a change of the key, where a header tells it."""
        return self.reader.moved(self.record, header)

    def cell(self, origin: Origin, *, deleted: bool) -> str | None:
        """The text of one metadata column."""
        match origin:
            case Origin.DELETED:
                return "true" if deleted else "false"
            case Origin.TOPIC:
                return self.record.at.topic
            case Origin.TOPIC_PARTITION:
                return str(self.record.at.number)
            case Origin.TOPIC_OFFSET:
                return str(self.record.offset)
            case Origin.OP:
                return self.told.op[:1] if self.told.op else None
            case Origin.EVENT_TS:
                return _time(self.told.event_ms)
            case Origin.SOURCE_TS:
                return _time(self.told.source_ms)
            case Origin.SOURCE_POSITION:
                return position(self.told.place) if self.told.place else None
            case _:
                raise ValueError(f"{origin} is no column of a stage")


def _time(number: int | None) -> str | None:
    """Milliseconds since 1970, None too where no column could hold them: they are no part of the row."""
    with suppress(ValueError):
        return None if number is None else _MILLIS(number)
    return None


class RowConverter:
    """Converts the rows of one table. It remembers what it chose for each shape."""

    def __init__(self, program: TableProgram, dropped: dict[str, dict[str, int]] | None = None) -> None:
        self.watch = Watch(program, dropped)
        self._fields = tuple(field for field in program.fields if field.origin is Origin.VALUE)
        self._origins = tuple(field.origin for field in program.fields)
        self._key = tuple(next(f for f in self._fields if f.field == name) for name in program.key)
        self._absent: list[str | None] = [None] * len(self._fields)
        self._places = tuple(self._fields.index(field) for field in self._key)
        self._rows: dict[Shape, tuple[tuple[str, _Convert], ...]] = {}
        self._keys: dict[Shape, tuple[tuple[str, _Convert], ...]] = {}

    def cells(self, row: Row, shape: Shape, change: Change) -> Cells:
        """The row in the order of the stage's columns; raises RecordError X924 or X925."""
        chosen = self._rows.get(shape) or self._rows.setdefault(shape, _chosen(self._fields, shape.kinds))
        return self._with_change([converted(name, row.get(name), convert) for name, convert in chosen], change)

    def gone(self, key: tuple[str, ...], names: tuple[str, ...], change: Change) -> Staged:
        """A deleted row in the order of the stage's columns: its key and what is said of the change, no more."""
        values = dict(zip(names, key, strict=True))
        told: set[str] = set()
        cells: list[str | None] = []
        for field in self._fields:  # a field's first column holds its key
            cells.append(None if field.field in told else values.get(field.field))
            told.add(field.field)
        return self._with_change(cells, change, deleted=True)

    def keyed(self, key: tuple[str, ...]) -> Staged:
        """A deleted row of a table without columns about the change: its key and nothing else."""
        cells = self._absent.copy()
        for place, part in zip(self._places, key, strict=True):
            cells[place] = part
        return tuple(cells)

    def rekeyed(self, row: Cells, key: tuple[str, ...]) -> Cells:
        """The row under another key."""
        parts = {field.column: part for field, part in zip(self._key, key, strict=True)}
        values = iter(self._fields)
        return tuple(
            parts.get(next(values).column, cell) if origin is Origin.VALUE else cell
            for cell, origin in zip(row, self._origins, strict=True)
        )

    def position(self, row: Cells) -> str | None:
        """The position of the change that made the row, None where it told none."""
        cell = row[self._origins.index(Origin.SOURCE_POSITION)]
        return cell if isinstance(cell, str) else None

    def at(self, row: Cells, position: str | None) -> Cells:
        """The row as made by a change at this position."""
        place = self._origins.index(Origin.SOURCE_POSITION)
        return (*row[:place], position, *row[place + 1 :])

    def is_marked(self, row: Cells) -> bool:
        """Whether the row is marked as deleted already."""
        return "true" in (cell for cell, origin in zip(row, self._origins, strict=True) if origin is Origin.DELETED)

    def marked(self, row: _Row, change: Change | None) -> _Row:
        """The row marked as deleted; where a change says so, with what it says."""
        return tuple(
            cell
            if origin is Origin.VALUE or (change is None and origin is not Origin.DELETED)
            else ("true" if change is None else change.cell(origin, deleted=True))
            for cell, origin in zip(row, self._origins, strict=True)
        )

    def key(self, row: Row, shape: Shape) -> tuple[str, ...]:
        """The values of the key fields; raises RecordError X922 when one is null, and X923 when one is missing."""
        chosen = self._keys.get(shape) or self._keys.setdefault(shape, _chosen(self._key, shape.kinds))
        if not all(field.field in row for field in self._key):
            wanted = ", ".join(field.field for field in self._key)
            raise RecordError("X923", f"the key has the fields ({', '.join(row)}), the plan has ({wanted})")
        return tuple(_not_null(name, converted(name, row[name], convert)) for name, convert in chosen)

    def _with_change(
        self, cells: Sequence[_C], change: Change, *, deleted: bool = False
    ) -> tuple[_C | str | None, ...]:
        if len(cells) == len(self._origins):
            return tuple(cells)
        values = iter(cells)
        return tuple(
            next(values) if origin is Origin.VALUE else change.cell(origin, deleted=deleted) for origin in self._origins
        )


def _not_null(name: str, cell: Cell) -> str:
    if isinstance(cell, str):
        return cell
    raise RecordError("X922", f'key field "{name}" is null')


def _chosen(fields: tuple[Field, ...], kinds: Mapping[str, Kind]) -> tuple[tuple[str, _Convert], ...]:
    by_name: dict[str, list[Field]] = {}
    for field in fields:
        by_name.setdefault(field.field, []).append(field)
    return tuple((field.field, _converter(field, by_name[field.field], kinds.get(field.field))) for field in fields)


def _converter(field: Field, columns: Sequence[Field], kind: Kind | None) -> _Convert:
    """The converter of one column of a field; `columns` are all that the field has, one for each of its types."""
    if kind is None and len(columns) > 1:
        return _first_that_fits(field, columns)
    if kind is not None and kind.text not in field.accepts:
        elsewhere = any(kind.text in other.accepts for other in columns)
        return _nothing if elsewhere else _refuse(field, kind.text)
    try:
        return CONVERTERS[field.converter](field.args, kind.parameters if kind else {})
    except ValueError as error:  # a parameter of the record's schema is no number
        return _refuse(field, f"{kind and kind.text} ({error})")


def _first_that_fits(field: Field, columns: Sequence[Field]) -> _Convert:
    """Without a schema the value itself says of which type it is: it goes into the first column that takes it."""
    tried = [(other, CONVERTERS[other.converter](other.args, {})) for other in columns]

    def convert(value: Any) -> str | None:
        for other, one in tried:
            try:
                text = one(value)
            except ValueError:
                if other is columns[-1]:
                    raise
                continue
            return text if other is field else None
        return None

    return convert


def _nothing(_: Any) -> None:
    return None


def _refuse(field: Field, now: str) -> _Convert:
    """A field whose type changed: every value of it but null is refused."""

    def refuse(_: Any) -> str:
        raise RecordError("X925", f'field "{field.field}" is now {now}; the plan expects {" or ".join(field.accepts)}')

    return refuse
