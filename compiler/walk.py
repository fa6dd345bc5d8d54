"""The statements of a plan, wherever they stand in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from streamplan.runtime.plan import Plan
from streamplan.runtime.statement import Statement
from streamplan.runtime.table_program import Field


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


def newest(plan: Plan) -> Plan:
    """The plan with the migrations of its own version alone: the files of those before lie in its folder."""
    now = tuple(version for version in plan.migrations if version.version == plan.version)
    return msgspec.structs.replace(plan, migrations=now)
