"""One SQL file of a plan: what stands in the manifest beside it."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Boundary(StrEnum):
    """Where a statement may stand: in a transaction with others, or alone outside any transaction block."""

    TRANSACTION = "transaction"
    ALONE = "alone"


class Value(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A frozen value, equal by value, that is written to and read from `plan.json`."""


class Hazard(Value, frozen=True):
    """What may hurt when a statement runs.

    `code` is an H6xx of the compiler's list; apply refuses it until it is allowed by name.
    """

    code: str
    message: str


class Statement(Value, frozen=True):
    """One SQL file of the plan, executed verbatim.

    Attributes:
        path: relative to the plan directory, with `/`.
        boundary: whether it may share a transaction.
        hazards: what must be allowed before it runs.
        binds: the names of its `?` parameters, in order.
        unless: a probe; when it returns a row, the statement's work is done already and it is skipped.
        row: set where the statement inserts many rows: the text of one row, with which the file ends. The runtime
            repeats it.
        password: a setting such as `${LOADER_PASSWORD}`. Its salted hash takes the place of `{password}` in the text
            when the statement runs; neither stands in a plan.
        sql: the file's text. It is not in the manifest; `load()` fills it in.

    """

    path: str
    boundary: Boundary = Boundary.TRANSACTION
    hazards: tuple[Hazard, ...] = ()
    binds: tuple[str, ...] = ()
    unless: Statement | None = None
    row: str = ""
    password: str = ""
    sql: str = ""
