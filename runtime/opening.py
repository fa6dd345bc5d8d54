"""What the commands share: a verified plan, a warehouse for it, and how often one that fails is tried again."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import click

from .disk import load
from .plan import Plan
from .ports import Reporter
from .reconnect import Reconnecting
from .redshift import connect
from .retry import ATTEMPTS, Patience
from .settings import filled
from .stopping import Stop

DIFFERENCES = 2  # an exit code

PLAN = click.argument("plan", type=click.Path(path_type=Path))
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
RETRIES = click.option(
    "--retries",
    type=click.IntRange(min=0),
    default=ATTEMPTS - 1,
    show_default=True,
    metavar="N",
    help="How often a failing warehouse is tried again, after 1, 2, 4 … 60 seconds, less by chance.",
)
PROPOSALS = click.option(
    "--proposals",
    type=click.Path(path_type=Path),
    help="The folder of the proposal for topics that wait.  [default: proposals/CONNECTOR, of run with --spec]",
)


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Plan, Reconnecting]]:
    """A verified plan and its warehouse. The connection is made by the first transaction."""
    plan = load(folder)
    with Reconnecting(partial(connect, filled(plan.destination, os.environ))) as warehouse:
        yield plan, warehouse


def patience(retries: int, reporter: Reporter, stop: Stop, meanwhile: Callable[[], None] = lambda: None) -> Patience:
    """Tries again in real time, until the retries are used up or the process is told to finish.

    `meanwhile` is done again and again while it waits.
    """
    return Patience(
        attempts=retries + 1,
        reporter=reporter,
        pause=partial(stop.pause, meanwhile=meanwhile),
        chance=random.random,
        given_up=lambda: stop.asked,
    )


def echo_json(found: Mapping[str, Any]) -> None:
    """Prints it as JSON."""
    click.echo(json.dumps(found, ensure_ascii=False, indent=2))


def counted(count: int, noun: str, plural: str = "") -> str:
    """`1 statement`, `2 statements`."""
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"
