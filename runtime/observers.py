"""Who is told what a run does: a terminal or log lines, and metrics and health where an address for them is given."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import click
from rich.console import Console

from .errors import StreamplanError
from .health import Health
from .logs import Form, Logging
from .metrics import Metrics
from .moves import Measured
from .plan import Plan
from .ports import Reporter
from .progress import Telling, Watching
from .reporters import Together
from .serving import serving

LOG = click.option(
    "--log",
    type=click.Choice([form.value for form in Form]),
    help="Write log lines to standard error, one a batch, and show no bar.",
)
METRICS = click.option(
    "--metrics",
    metavar="HOST:PORT",
    callback=lambda _, __, value: _address(value),
    help="Serve Prometheus metrics at /metrics, and at /healthz whether the run does its work.",
)
_PORTS = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class Observers:
    """Who is told: until the source is open, and from then on."""

    console: Console
    log: Logging | None
    metrics: Metrics | None
    health: Health

    @property
    def early(self) -> Reporter:
        """Who is told while there is no source yet."""
        return Together(self.log or Telling(self.console), *self._others)

    @contextmanager
    def of(self, source: Measured) -> Iterator[Reporter]:
        """Who is told while the source is read."""
        if self.metrics:
            self.metrics.watch(source)
        if self.log:
            yield Together(self.log, *self._others)
            return
        with Watching(source, self.console) as watching:
            yield Together(watching, *self._others)

    @property
    def _others(self) -> tuple[Reporter, ...]:
        return (self.health, self.metrics) if self.metrics else ()


@contextmanager
def observing(plan: Plan, log: str | None, address: tuple[str, int] | None) -> Iterator[Observers]:
    """Observers, and where an address is given the pages for them. An error of the run becomes a log line.

    Raises StopError X904 when the address cannot be had.
    """
    logging = Logging(Form(log), sys.stderr) if log else None
    console, health = Console(stderr=True), Health()
    try:
        if address is None:
            yield Observers(console=console, log=logging, metrics=None, health=health)
            return
        metrics = Metrics(plan)
        with serving(*address, metrics, health):
            yield Observers(console=console, log=logging, metrics=metrics, health=health)
    except StreamplanError as error:
        if logging is None:
            raise
        logging.failed(error)
        raise SystemExit(error.exit_code) from None


def _address(text: str | None) -> tuple[str, int] | None:
    """HOST:PORT; the host may be an IPv6 address in brackets."""
    if text is None:
        return None
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > _PORTS:
        raise click.BadParameter(f'"{text}" is no HOST:PORT, as 127.0.0.1:9464')
    return host.removeprefix("[").removesuffix("]"), int(port)
