"""Values that a lane decoded, as the texts that are staged: a column at a time.

It checks nothing: a lane takes only what can be written so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

Texts: TypeAlias = Sequence[str | None]
Spell: TypeAlias = Callable[[Sequence[Any]], Texts]
_BOOLEANS = {True: "true", False: "false", None: None}


def text(column: Sequence[str | None]) -> Texts:
    """Texts as they are."""
    return column


def integer(column: Sequence[int | None]) -> Texts:
    """Digits."""
    return [None if value is None else str(value) for value in column] if None in column else [*map(str, column)]


def boolean(column: Sequence[bool | None]) -> Texts:
    """`true` or `false`."""
    return [*map(_BOOLEANS.__getitem__, column)]


def double(column: Sequence[float | None]) -> Texts:
    """As few digits as tell the number from every other."""
    return [None if value is None else repr(value) for value in column]


def decimal(scale: int) -> Spell:
    """Two's complement bytes, with the digits that the scale says behind the point."""
    unit = 10**scale

    def spell(column: Sequence[bytes | str | None]) -> Texts:
        if any(isinstance(raw, str) for raw in column):  # they have been spelt before
            return [raw if raw is None or isinstance(raw, str) else spell([raw])[0] for raw in column]
        numbers = [int.from_bytes(raw, "big", signed=True) if isinstance(raw, bytes) else None for raw in column]
        if not scale:
            return integer(numbers)
        return [
            f"{digits[:-scale]}.{digits[-scale:]}"
            if number is not None and number >= unit and (digits := str(number))
            else _small(number, scale)
            for number in numbers
        ]

    return spell


def _small(number: int | None, scale: int) -> str | None:
    """One that is negative, or whose digits all stand behind the point."""
    if number is None:
        return None
    digits = f"{abs(number):0{scale + 1}}"
    return f"{'-' if number < 0 else ''}{digits[:-scale]}.{digits[-scale:]}"
