"""The SQL that turns a staged value into the column's value: epochs stay integers in the stage.

A reviewer sees the rule.

An epoch is split into whole seconds and the rest, so that no interval is multiplied beyond what a double holds exactly.
It holds for times before 1970 too: division and remainder both round toward zero.
"""

from __future__ import annotations

from typing import assert_never

from .sql import Sql
from .typemap import Storing


def stored(storing: Storing, staged: Sql) -> Sql:
    """The expression for the column's value; `staged` is the qualified name of the staged column."""
    match storing:
        case Storing.AS_STAGED | Storing.JSON | Storing.HEX:
            return staged
        case Storing.TIME_TEXT:
            return Sql(f"CAST({staged} AS TIME)")
        case Storing.EPOCH_DAYS:
            return Sql(f"DATE '1970-01-01' + {staged}")
        case Storing.EPOCH_MILLIS:
            return _epoch(staged, 1_000, Sql("millisecond"))
        case Storing.EPOCH_MICROS:
            return _epoch(staged, 1_000_000, Sql("microsecond"))
        case _:
            assert_never(storing)


def _epoch(staged: Sql, per_second: int, unit: Sql) -> Sql:
    return Sql(
        f"TIMESTAMP 'epoch' + ({staged} / {per_second}) * INTERVAL '1 second'"
        f" + ({staged} % {per_second}) * INTERVAL '1 {unit}'"
    )


def parameter(storing: Storing) -> Sql:
    """How a value is bound when it is staged."""
    match storing:
        case Storing.JSON:
            return Sql("JSON_PARSE(?)")
        case Storing.HEX:
            return Sql("TO_VARBYTE(?, 'hex')")
        case _:
            return Sql("?")
