"""Runs `run` or `apply` in a process of its own that ends at a numbered point of docs/delivery.md.

`python delivering.py PLAN EVENTS POINT`. The process kills itself with SIGKILL there; at C8 it lives on, and only the
answer to its COMMIT is lost. Each batch is of three events.
"""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
from streamplan.runtime.clock import SystemClock
from streamplan.runtime.disk import load
from streamplan.runtime.errors import WarehouseError
from streamplan.runtime.files import FileSource
from streamplan.runtime.loading import beside
from streamplan.runtime.loop import Run
from streamplan.runtime.migrate import apply
from streamplan.runtime.ports import Silent, Until
from streamplan.runtime.redshift import connected
from streamplan.runtime.retry import Patience
from streamplan.runtime.settings import filled

BATCH = 3
CREATE, WIDEN = "0010_create_table.shop.orders.sql", "0010_widen_column.shop.orders.note.sql"


@dataclass(frozen=True, kw_only=True)
class Point:
    """The nth time that a step which is named so begins (`before`) or is done (`after`)."""

    when: str
    step: tuple[str, ...]
    nth: int = 1


# A transaction reads the ledger, each of the following ones is a batch: the points are those of the second batch.
RUN = {
    "C1": Point(when="before", step=("begin",), nth=3),
    "C2": Point(when="after", step=("/lock.sql",), nth=2),
    "C3": Point(when="after", step=("ledger/check.sql",), nth=2),
    "C4": Point(when="after", step=("/load.sql",), nth=2),
    "C5": Point(when="after", step=("/merge.sql", "/append.sql"), nth=2),
    "C6": Point(when="after", step=("quarantine/insert.sql",), nth=2),
    "C7": Point(when="after", step=("ledger/record.sql",), nth=2),
    "C8": Point(when="lost", step=("ledger/record.sql committed",), nth=2),
    "C9": Point(when="after", step=("ledger/record.sql committed",), nth=2),
    "C10": Point(when="after", step=("acknowledge",), nth=2),
}
APPLY = {
    "A1": Point(when="before", step=(CREATE,)),
    "A2": Point(when="after", step=(CREATE,)),
    "A3": Point(when="after", step=(WIDEN,)),
    "A4": Point(when="after", step=("history/record.sql",)),
    "A5": Point(when="after", step=("history/record.sql committed",)),
}


class Steps:
    """Counts the steps, and ends the process at its point."""

    def __init__(self, point: Point) -> None:
        self.point, self.passed = point, Counter()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self._reached("before", name)
        yield
        self._reached("after", name)
        if self._reached("lost", name):
            raise WarehouseError("X952", "the answer was lost")

    def _reached(self, when: str, name: str) -> bool:
        if when != self.point.when or not name.endswith(self.point.step):
            return False
        self.passed[when] += 1
        reached = self.passed[when] == self.point.nth
        if reached and when != "lost":
            os.kill(os.getpid(), signal.SIGKILL)
        return reached


class Cut:
    """A warehouse whose calls are steps; a COMMIT is named after the transaction's last statement."""

    def __init__(self, warehouse, steps: Steps) -> None:
        self.warehouse, self.steps, self.last = warehouse, steps, ""

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self.steps.step("begin"):
            opened = self.warehouse.transaction()
        with opened:
            yield
        with self.steps.step(f"{self.last} committed"):
            """The COMMIT has been answered."""

    def execute(self, statement, binds=()):
        self.last = statement.path
        with self.steps.step(statement.path):
            return self.warehouse.execute(statement, binds)

    def aside(self, statement, binds=()):
        with self.steps.step(statement.path):
            return self.warehouse.aside(statement, binds)

    def load(self, statement, rows) -> None:
        with self.steps.step(statement.path):
            self.warehouse.load(statement, rows)

    def alone(self, statement):
        with self.steps.step(statement.path):
            return self.warehouse.alone(statement)


class Told:
    """A source whose acknowledgements are steps."""

    def __init__(self, source: FileSource, steps: Steps) -> None:
        self.source, self.steps = source, steps

    def acknowledge(self, positions) -> None:
        with self.steps.step("acknowledge"):
            self.source.acknowledge(positions)

    def __getattr__(self, name: str):
        return getattr(self.source, name)


def main(folder: str, events: str, point: str) -> None:
    plan = load(Path(folder))
    settings = msgspec.structs.replace(plan.destination, database=os.environ["REDSHIFT_DATABASE"])
    steps = Steps((RUN | APPLY)[point])
    with connected(filled(settings, os.environ)) as real:
        warehouse = Cut(real, steps)
        if point in APPLY:
            apply(plan, warehouse, frozenset({"H601"}), lambda _: None)
        else:
            small = msgspec.structs.replace(plan, batch=msgspec.structs.replace(plan.batch, max_rows=BATCH))
            again = Patience(
                attempts=2, reporter=Silent(), pause=lambda _: None, chance=lambda: 0, given_up=lambda: False
            )
            with FileSource(events) as source, beside(lambda: None) as loader:
                told = Told(source, steps)
                Run(small, told, warehouse, SystemClock(), Silent(), retry=again, loader=loader).go(Until.END)


if __name__ == "__main__":
    main(*sys.argv[1:])
