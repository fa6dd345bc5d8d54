"""Who is told of the tasks of a run: one terminal or one stream of log lines, and one page of metrics and of health.

It is for the process that started them; a task itself tells its channel alone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

from rich.console import Console

from .channel import Lag
from .errors import StreamplanError
from .happenings import Happening
from .health import Health, Healths
from .logs import Form, Logging
from .metrics import Metrics, TaskMetrics
from .plan import Plan
from .ports import Partition
from .progress import Teller, Watching
from .reporters import Together
from .serving import serving


class _Remote:
    """The source of a task, as far as the task tells of it; is a `moves.Measured`."""

    total = done = 0

    def __init__(self) -> None:
        self._lag: Mapping[Partition, int] = {}

    def told(self, lag: Lag) -> None:
        """It is that far behind."""
        self._lag = {Partition(topic, number): behind for topic, number, behind in lag.behind}

    def lag(self) -> Mapping[Partition, int]:
        """What was told last."""
        return self._lag


class Seat:
    """Is a `tasks.Seat`: whoever watches one task."""

    def __init__(self, voice: Teller | Logging, metrics: Metrics, health: Health) -> None:
        self._voice, self._source, self._metrics = voice, _Remote(), metrics
        self._reporter = Together(voice, metrics, health)
        metrics.watch(self._source)

    def happened(self, what: Happening) -> None:
        """All are told."""
        self._reporter.happened(what)

    def advanced(self, records: int, size: int) -> None:
        """All are told."""
        self._reporter.advanced(records, size)

    def lags(self, lag: Lag) -> None:
        """The metrics are told."""
        self._source.told(lag)
        self._metrics.advanced(0, 0)

    def began(self, process: int) -> None:
        """Its process, by id: none of its partitions is its own any more."""
        self.lags(Lag(behind=()))
        self._voice.began(process)

    def wrote(self, line: str) -> None:
        """A line on its standard error."""
        self._voice.wrote(line)

    def failed(self, error: StreamplanError) -> None:
        """It ends with an error."""
        self._voice.failed(error)


@contextmanager
def seated(plan: Plan, tasks: int, log: str | None, address: tuple[str, int] | None) -> Iterator[Sequence[Seat]]:
    """A seat for each task, and where an address is given the pages. An error of the run becomes a log line.

    Raises StopError X904 when the address cannot be had.
    """
    metrics = {number: Metrics(plan) for number in range(tasks)}
    health = {number: Health() for number in range(tasks)}
    with ExitStack() as stack:
        try:
            if address:
                stack.enter_context(serving(*address, TaskMetrics(metrics), Healths(health)))
            voices = _lines(log, tasks) if log else _tellers(stack, tasks)
            yield [Seat(voices[number], metrics[number], health[number]) for number in range(tasks)]
        except StreamplanError as error:
            if log is None:
                raise
            Logging(Form(log), sys.stderr).failed(error)
            raise SystemExit(error.exit_code) from None


def _lines(log: str, tasks: int) -> Sequence[Logging]:
    return [Logging(Form(log), sys.stderr, task=number) for number in range(tasks)]


def _tellers(stack: ExitStack, tasks: int) -> Sequence[Teller]:
    """One bar for all, and their words above it."""
    console = Console(stderr=True)
    bar = stack.enter_context(Watching(_Remote(), console))
    return [Teller(console, number, bar) for number in range(tasks)]
