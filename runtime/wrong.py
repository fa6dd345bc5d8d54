"""How a value that does not fit is described: its kind, and enough of it to find it, never all of a long one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

_SHOWN = 60
_KINDS = {bool: "boolean", int: "integer", Decimal: "number", str: "text", list: "array", dict: "object"}


def shown(value: Any) -> str:
    """The value as a message may show it."""
    try:
        text = repr(value) if isinstance(value, str) else str(value)
    except RecursionError:  # nested as deep as could still be read
        return "…"
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def unexpected(value: Any, wanted: str) -> ValueError:
    """A value of another kind than the column takes."""
    return ValueError(f"{_KINDS.get(type(value), 'value')} {shown(value)} is not {wanted}")
