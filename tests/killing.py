"""Runs `apply` or `run` in a process of its own that gives itself a signal at a chosen point of its work.

A point is a moment right before or right after something is asked of the warehouse: begin, each statement, commit; or,
where it is negative, a wait for records that never come, at that poll from the end.
`python killing.py apply|run PLAN EVENTS POINT [SIGNAL [TIMES]]`; at point 0 nothing happens. At the end it prints how
many points there were, and how often it polled after the signal.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from streamplan.runtime.clock import SystemClock
from streamplan.runtime.disk import load
from streamplan.runtime.files import FileSource
from streamplan.runtime.loading import beside
from streamplan.runtime.loop import Run
from streamplan.runtime.migrate import apply
from streamplan.runtime.ports import Silent, Until
from streamplan.runtime.redshift import connected
from streamplan.runtime.settings import filled
from streamplan.runtime.stopping import Stop, stoppable

INTERRUPTED = 130
FOREVER_SECONDS = 600
AT_ONCE = 20


class Killing:
    """A warehouse that gives the process a signal at its nth point."""

    def __init__(self, warehouse, point: int, signals: list[int], handled: list[int]) -> None:
        self.warehouse, self.point, self.signals, self.passed = warehouse, point, signals, 0
        self.handled, self.sent = handled, False

    def here(self) -> None:
        self.passed += 1
        if self.passed == self.point:
            for count, number in enumerate(self.signals, 1):
                os.kill(os.getpid(), number)
                while len(self.handled) < count:  # by the main thread: this may be another one
                    time.sleep(0.001)
            self.sent = True

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self.here()
        with self.warehouse.transaction():
            yield
            self.here()
        self.here()

    def execute(self, *arguments):
        return self.around(self.warehouse.execute, arguments)

    def aside(self, *arguments):
        return self.around(self.warehouse.aside, arguments)

    def load(self, *arguments):
        return self.around(self.warehouse.load, arguments)

    def alone(self, *arguments):
        return self.around(self.warehouse.alone, arguments)

    def around(self, call, arguments):
        self.here()
        found = call(*arguments)
        self.here()
        return found


class Piecewise:
    """The records of files, twenty at a time; `waits_at` is the poll at which none comes, and the signals do."""

    def __init__(self, source: FileSource, killing: Killing, waits_at: int) -> None:
        self.source, self.killing, self.waits_at = source, killing, waits_at
        self.records: list = []
        self.polls, self.late = 0, 0

    def poll(self):
        self.polls += 1
        self.late += self.killing.sent
        if self.polls == self.waits_at:
            for number in self.killing.signals:
                os.kill(os.getpid(), number)
            time.sleep(FOREVER_SECONDS)
        while len(self.records) < AT_ONCE and not self.source.ended:
            self.records += self.source.poll()
        given, self.records = self.records[:AT_ONCE], self.records[AT_ONCE:]
        return given

    @property
    def ended(self) -> bool:
        return self.source.ended and not self.records

    def __getattr__(self, name: str):
        return getattr(self.source, name)


class Leaving:
    """A loader that knows of the second Ctrl-C as soon as the process does."""

    def __init__(self, loader, handled: list[int]) -> None:
        self.loader, self.handled = loader, handled

    @property
    def left(self) -> bool:
        return len(self.handled) > 1

    def __getattr__(self, name: str):
        return getattr(self.loader, name)


def noting(handled: list[int], stop: Stop) -> None:
    """The signals that were handled are noted, before what they do."""

    def noted(handler):
        def handle(number, frame) -> None:
            handled.append(number)
            handler(number, frame)

        return handle

    signal.signal(signal.SIGTERM, noted(stop.terminated))
    signal.signal(signal.SIGINT, noted(stop.interrupted))


def main(what: str, plan: str, events: str, point: str, name: str = "SIGKILL", times: str = "1") -> None:  # noqa: PLR0917
    loaded = load(Path(plan))
    settings = msgspec.structs.replace(loaded.destination, database=os.environ["REDSHIFT_DATABASE"])
    late, handled = 0, []
    with stoppable() as stop, connected(filled(settings, os.environ)) as real:
        noting(handled, stop)
        warehouse = Killing(real, int(point), [signal.Signals[name]] * int(times), handled)
        if what == "apply":
            apply(loaded, warehouse, frozenset({"H601"}), lambda _: None)
        else:
            small = msgspec.structs.replace(loaded, batch=msgspec.structs.replace(loaded.batch, max_rows=60))
            with FileSource(events) as files, beside(lambda: None) as loader:
                source = Piecewise(files, warehouse, -int(point))
                leaving = Leaving(loader, handled)
                Run(small, source, warehouse, SystemClock(), Silent(), stopping=stop, loader=leaving).go(Until.END)
                late = source.late
    sys.stdout.write(f"{warehouse.passed} {late}\n")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
