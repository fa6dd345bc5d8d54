"""From an event's row to the row that is staged: which field goes where, chosen once for each shape of events.

A field that the plan does not know is drift, not an error of the record: it is told apart here, decided in the loop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from .convert import CONVERTERS, Unchanged, converted
from .envelope import Kind, Row, Shape
from .errors import RecordError
from .plan import Field, TableProgram

Cell: TypeAlias = str | Unchanged | None
Cells: TypeAlias = tuple[Cell, ...]
_Convert: TypeAlias = Callable[[Any], str]


class Drift(Exception):  # noqa: N818 - a finding, not an error
    """An event has fields that the plan does not know."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


class RowConverter:
    """Converts the rows of one table. It remembers what it chose for each shape."""

    def __init__(self, program: TableProgram) -> None:
        self._fields = program.fields
        self._known = frozenset(field.field for field in program.fields)
        self._key = tuple(next(f for f in program.fields if f.field == name) for name in program.key)
        self._rows: dict[Shape, tuple[tuple[str, _Convert], ...]] = {}
        self._keys: dict[Shape, tuple[tuple[str, _Convert], ...]] = {}

    def unknown(self, shape: Shape) -> tuple[str, ...]:
        """The fields of a shape that the plan does not know."""
        return tuple(sorted(shape.names - self._known))

    def cells(self, row: Row, shape: Shape) -> Cells:
        """The row's values in the order of the columns; raises RecordError X924 or X925."""
        chosen = self._rows.get(shape) or self._rows.setdefault(shape, _chosen(self._fields, shape.kinds))
        return tuple(converted(name, row.get(name), convert) for name, convert in chosen)

    def key(self, row: Row, shape: Shape) -> tuple[str, ...]:
        """The values of the key fields; raises RecordError X922 when one is null, and X923 when one is missing."""
        chosen = self._keys.get(shape) or self._keys.setdefault(shape, _chosen(self._key, shape.kinds))
        if not all(field.field in row for field in self._key):
            wanted = ", ".join(field.field for field in self._key)
            raise RecordError("X923", f"the key has the fields ({', '.join(row)}), the plan has ({wanted})")
        return tuple(_not_null(name, converted(name, row[name], convert)) for name, convert in chosen)


def _not_null(name: str, cell: Cell) -> str:
    if isinstance(cell, str):
        return cell
    raise RecordError("X922", f'key field "{name}" is null')


def _chosen(fields: tuple[Field, ...], kinds: Mapping[str, Kind]) -> tuple[tuple[str, _Convert], ...]:
    return tuple((field.field, _converter(field, kinds.get(field.field))) for field in fields)


def _converter(field: Field, kind: Kind | None) -> _Convert:
    if kind is not None and kind.text not in field.accepts:
        return _refuse(field, kind.text)
    try:
        return CONVERTERS[field.converter](field.args, kind.parameters if kind else {})
    except ValueError as error:  # a parameter of the record's schema is no number
        return _refuse(field, f"{kind and kind.text} ({error})")


def _refuse(field: Field, now: str) -> _Convert:
    """A field whose type changed: every value of it but null is refused."""

    def refuse(_: Any) -> str:
        raise RecordError("X925", f'field "{field.field}" is now {now}; the plan expects {" or ".join(field.accepts)}')

    return refuse
