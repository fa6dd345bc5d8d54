"""What can happen to a warehouse from one version to the next: reading this file is learning it.

Consumers `match` and end with `assert_never`, so that a new change breaks the type check wherever it must be known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from .model import Column, Table


@dataclass(frozen=True, slots=True)
class CreateTable:
    """A table that is not there yet."""

    table: Table


@dataclass(frozen=True, slots=True)
class AddColumn:
    """A column at the end of a table that is there."""

    table: Table
    column: Column


@dataclass(frozen=True, slots=True)
class WidenColumn:
    """A VARCHAR column that becomes longer: the one type change that Redshift makes in place (RS-305)."""

    table: Table
    before: Column
    after: Column


Change: TypeAlias = CreateTable | AddColumn | WidenColumn
