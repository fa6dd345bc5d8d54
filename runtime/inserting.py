"""Stages rows by INSERT: what every warehouse takes, and a spec without a bucket asks for."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from .load import Load
from .ports import Lays, Warehouse
from .table_program import TableProgram


class Inserting:
    """Stages rows by INSERT, many a statement: right for small volumes, and for any warehouse."""

    def attempt(self, warehouse: Warehouse) -> AbstractContextManager[None]:  # noqa: ARG002 - the port's signature
        """Nothing lies outside the transaction."""
        return nullcontext()

    def encode(self, program: TableProgram, load: Load) -> Lays:
        """The rows stay as they are, and lie nowhere before they are inserted."""
        return lambda: lambda warehouse: warehouse.load(program.load, [*zip(*load.columns(), strict=True)])


INSERTING = Inserting()
