"""Which tables prove all others: the first of each shape.

Two tables are of one shape when their statements differ in names alone: the same settings, and columns of kinds that
were seen under those settings. Names are quoted by one function, and only plain ones are taken to be alike; types are
checked where they are made. So a rule of Redshift that holds for the first table holds for all of its shape, and a
plan of ten thousand tables is proven by a few. `compile --strict` proves every statement.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator

from .bound import Binding, Bound

_PLAIN = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_Shape = tuple[Hashable, ...]


class Shapes:
    """The shapes that were seen."""

    def __init__(self) -> None:
        self._seen = set[_Shape]()

    def is_new(self, binding: Binding) -> bool:
        """Whether the binding shows a shape that none before it showed."""
        shapes = {*_shapes(binding)}
        if shapes <= self._seen:
            return False
        self._seen |= shapes
        return True


def _shapes(binding: Binding) -> Iterator[_Shape]:
    table, at = binding.table, binding.ingestion
    settings = (
        at.mode,
        at.deletes,
        at.truncates,
        at.evolution,
        at.key.source,
        at.metadata,
        binding.key == () or len(table.key),
        table.distribution.style,
        table.sort_key is None or len(table.sort_key) > 1,
        bool(table.comment),
        binding.view is not None,
        _plain(table.schema),
        _plain(table.name),
    )
    yield settings
    keyed = frozenset(table.key)
    yield from {(settings, *_of_column(bound, keyed)) for bound in binding.bound}


def _of_column(bound: Bound, key: frozenset[str]) -> _Shape:
    column, mapped = bound.column, bound.mapped
    return (
        column.type.name,
        mapped.staged.name,
        mapped.storing,
        column.nullable,
        column.encoding,
        column.name in key,
        bound.origin,
        bool(column.comment),
        _plain(column.name),
    )


def _plain(name: str) -> str:
    """The same for all plain names; any other is a shape of its own."""
    return "" if _PLAIN.fullmatch(name) else name
