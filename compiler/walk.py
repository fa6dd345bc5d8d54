"""Every statement of a plan, wherever it stands in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from streamplan.runtime.plan import Field, Statement


def statements(value: Any) -> Iterator[Statement]:
    """Every statement of a plan or of a part of it, probes included, in the order of the manifest."""
    match value:
        case Statement():
            yield value
            yield from statements(value.unless)
        case Field():
            pass
        case msgspec.Struct():
            for name in value.__struct_fields__:
                yield from statements(getattr(value, name))
        case tuple():
            for item in value:
                yield from statements(item)
