"""The data path without a warehouse: reads, folds, writes the stage's files, and drops them; commits cost nothing.

python bench/alone.py PLAN EVENTS
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from streamplan.runtime.clock import SystemClock
from streamplan.runtime.copying import over
from streamplan.runtime.disk import load
from streamplan.runtime.files import FileSource
from streamplan.runtime.load import Load
from streamplan.runtime.loop import Run
from streamplan.runtime.plan import Plan
from streamplan.runtime.ports import Lays, Silent, Until, Warehouse
from streamplan.runtime.statement import Statement
from streamplan.runtime.table_program import TableProgram


class Nothing:
    """A warehouse that answers at once: it knows the ledger, and how many rows were staged."""

    def __init__(self, plan: Plan) -> None:
        self._ledger, self._positions = plan.ledger, dict[Any, int]()
        self._counts = {program.copy.count.path for program in plan.tables if program.copy}
        self.staged = deque[int]()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Nothing is undone."""
        yield

    def execute(self, statement: Statement, binds: Sequence[str | None] = ()) -> tuple[tuple[Any, ...], ...]:
        """What a run asks for."""
        if statement.path == self._ledger.record.path:
            self._positions[tuple(binds[:2])] = int(binds[3] or 0)
        return ((self.staged.popleft(),),) if statement.path in self._counts else ()

    def aside(self, statement: Statement, binds: Sequence[str | None] = ()) -> tuple[tuple[Any, ...], ...]:
        """Where a partition is."""
        del statement
        return ((self._positions.get(tuple(binds)),),)

    def load(self, statement: Statement, rows: Sequence[Sequence[str | None]]) -> None:
        """Rows that COPY would not read exactly."""
        del statement
        self.staged[0] -= len(rows)

    def alone(self, statement: Statement) -> tuple[tuple[Any, ...], ...]:
        """Nothing."""
        del statement
        return ()


class Nowhere:
    """Objects that are written nowhere."""

    def put(self, key: str, body: bytes) -> None:
        """Drops it."""

    def remove(self, keys: Sequence[str]) -> None:
        """Nothing is there."""

    def address(self, key: str) -> str:
        """As of a bucket."""
        return f"s3://nowhere/{key}"


class Staging:
    """The plan's stage over S3, which tells the warehouse how many rows it wrote."""

    def __init__(self, plan: Plan, warehouse: Nothing) -> None:
        self._stage, self._warehouse = over(Nowhere(), plan), warehouse

    def attempt(self, warehouse: Warehouse) -> AbstractContextManager[None]:
        """As the stage."""
        return self._stage.attempt(warehouse)

    def encode(self, program: TableProgram, load: Load) -> Lays:
        """As the stage."""
        self._warehouse.staged.append(len(load))
        return self._stage.encode(program, load)


def main(folder: Path, events: str) -> None:
    """Runs the plan over the events, to their end."""
    plan = load(folder)
    warehouse = Nothing(plan)
    with FileSource(events) as source:
        run = Run(plan, source, warehouse, SystemClock(), Silent(), stage=Staging(plan, warehouse))
        summary = run.go(Until.END)
    sys.stdout.write(f"{summary.events} events, {summary.upserts} upserts, {summary.quarantined} in quarantine\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
