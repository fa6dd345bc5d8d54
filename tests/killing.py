"""Runs `apply` or `run` in a process of its own that kills itself with SIGKILL at a chosen point of its work.

A point is a moment right before or right after something is asked of the warehouse: begin, each statement, commit.
`python killing.py apply|run PLAN EVENTS POINT`; point 0 kills never, and the number of points is printed at the end.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from streamplan.runtime.commands import SystemClock
from streamplan.runtime.disk import load
from streamplan.runtime.files import FileSource
from streamplan.runtime.loop import Run
from streamplan.runtime.migrate import apply
from streamplan.runtime.ports import Silent, Until
from streamplan.runtime.redshift import connected
from streamplan.runtime.settings import filled


class Killing:
    """A warehouse that ends the process at its nth point."""

    def __init__(self, warehouse, point: int) -> None:
        self.warehouse, self.point, self.passed = warehouse, point, 0

    def here(self) -> None:
        self.passed += 1
        if self.passed == self.point:
            os.kill(os.getpid(), signal.SIGKILL)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self.here()
        with self.warehouse.transaction():
            yield
            self.here()
        self.here()

    def execute(self, *arguments):
        return self.around(self.warehouse.execute, arguments)

    def load(self, *arguments):
        return self.around(self.warehouse.load, arguments)

    def alone(self, *arguments):
        return self.around(self.warehouse.alone, arguments)

    def around(self, call, arguments):
        self.here()
        found = call(*arguments)
        self.here()
        return found


def main(what: str, plan: str, events: str, point: str) -> None:
    loaded = load(Path(plan))
    settings = msgspec.structs.replace(loaded.destination, database=os.environ["REDSHIFT_DATABASE"])
    with connected(filled(settings, os.environ)) as real:
        warehouse = Killing(real, int(point))
        if what == "apply":
            apply(loaded, warehouse, frozenset({"H601"}), lambda _: None)
        else:
            small = msgspec.structs.replace(loaded, batch=msgspec.structs.replace(loaded.batch, max_rows=60))
            with FileSource(events) as source:
                Run(small, source, warehouse, SystemClock(), Silent()).go(Until.END)
    sys.stdout.write(f"{warehouse.passed}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
