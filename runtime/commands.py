"""The commands of the runtime half: apply, run, status.

Each calls one public function with values and prints what it gives.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click
from rich.console import Console

from .disk import load
from .errors import StopError
from .files import FileSource, Reading
from .loop import Run
from .migrate import apply, must_be_applied, pending, standing
from .plan import Plan
from .ports import Until
from .progress import Watching
from .redshift import RedshiftWarehouse, connected
from .settings import filled, with_hash_salt, with_passwords
from .status import Status, read_status
from .tally import Summary

DIFFERENCES = 2
_REST_SECONDS = 0.2

PLAN = click.argument("plan", type=click.Path(path_type=Path))
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


class SystemClock:
    """Real time."""

    def now(self) -> float:
        """Seconds since any start."""
        return time.monotonic()

    def rest(self) -> None:
        """A moment."""
        time.sleep(_REST_SECONDS)


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Plan, RedshiftWarehouse]]:
    """A verified plan and a connection to its warehouse."""
    plan = load(folder)
    with connected(filled(plan.destination, os.environ)) as warehouse:
        yield plan, warehouse


@click.command("apply")
@PLAN
@click.option("--allow", multiple=True, metavar="HAZARD", help="Allow a hazard by its code. May be given again.")
@click.option("--dry-run", is_flag=True, help="Print what would run, and run nothing.")
def apply_command(plan: Path, allow: tuple[str, ...], *, dry_run: bool) -> None:
    """Brings the warehouse to the plan.

    Runs what is pending: accounts, migrations, grants. Verifies the plan's files first, refuses a plan that does not
    come from what the warehouse has, and goes on where an apply that was killed had stopped.

    \b
    Examples:
      streamplan apply plans/shop
      streamplan apply plans/shop --allow H601
    """
    allowed = frozenset(code.upper() for code in allow)
    with opened(plan) as (loaded, warehouse):
        if dry_run:
            _dry_run(loaded, warehouse)
            return
        armed = with_passwords(loaded, os.environ, secrets.token_hex(8))
        applied = apply(armed, warehouse, allowed, lambda statement: click.echo(f"  {statement.path}"))
    if applied.versions:
        click.echo(
            f"{loaded.connector}: version {loaded.version} applied, {counted(len(applied.statements), 'statement')}"
        )
    else:
        click.echo(f"{loaded.connector}: version {loaded.version} is applied already")


def counted(count: int, noun: str, plural: str = "") -> str:
    """`1 statement`, `2 statements`."""
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"


def _dry_run(plan: Plan, warehouse: RedshiftWarehouse) -> None:
    for _, statement in pending(plan, standing(plan, warehouse)):
        click.echo(f"-- {statement.path}\n{statement.sql}")


@click.command("run")
@PLAN
@click.option(
    "--events", metavar="PATH", help="Files of events (a glob), or - for standard input.  [default: the spec's]"
)
@click.option("--until-end", is_flag=True, help="Stop at the end of the events, instead of waiting for more.")
@JSON
def run_command(plan: Path, events: str | None, *, until_end: bool, as_json: bool) -> None:
    """Loads events into the tables of a plan.

    Goes on from where the ledger stands. Exit code 2 when a topic is held since its events have fields that the plan
    does not know.

    \b
    Examples:
      streamplan run plans/shop --until-end
      streamplan run plans/shop --events 'events/*.jsonl.gz' --until-end
      zcat events/*.gz | streamplan run plans/shop --events -
    """
    until, reading = (Until.END, Reading.TO_THE_END) if until_end else (Until.STOPPED, Reading.FOLLOWING)
    console = Console(stderr=True)
    with _terminable(), opened(plan) as (loaded, warehouse):
        must_be_applied(loaded, warehouse)
        with FileSource(_path(loaded, events), reading) as source, Watching(source, console) as watching:
            summary = Run(with_hash_salt(loaded, os.environ), source, warehouse, SystemClock(), watching).go(until)
    click.echo(json.dumps(_as_json(summary), ensure_ascii=False, indent=2) if as_json else _told(summary, plan))
    if summary.held:
        raise SystemExit(DIFFERENCES)


@contextmanager
def _terminable() -> Iterator[None]:
    """SIGTERM leaves as Ctrl-C does: the open transaction is rolled back, and the ledger says where to go on."""

    def stop(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _path(plan: Plan, events: str | None) -> str:
    path = events or plan.source.path
    if not path:
        raise StopError(
            "X932", "this version reads events from files", help="name them with --events PATH, or - for standard input"
        )
    return path


def _told(summary: Summary, plan: Path) -> str:
    batches, rows = counted(summary.batches, "batch", "batches"), counted(summary.upserts, "row")
    emptied, kept = counted(summary.truncated, "table"), counted(summary.quarantined, "record")
    did = f"{rows} upserted, {summary.deletes:,} deleted, {emptied} emptied, {kept} in quarantine"
    lines = [f"{counted(summary.events, 'event')} in {batches}: {did}"]
    lines += [
        f"  {count:,} records of {topic} passed over: not in the plan"
        for topic, count in sorted(summary.skipped.items())
    ]
    lines += [f"  held: {held.topic} from {held.place} on, new field {', '.join(held.fields)}" for held in summary.held]
    if summary.repeated:
        lines += [f"  {counted(summary.repeated, 'record')} passed over: their offsets had been taken already"]
    if summary.held:
        lines += [f"  next: observe these events, compile, review, apply {plan}, and run again: nothing is lost"]
    return "\n".join(lines)


def _as_json(summary: Summary) -> dict[str, object]:
    held = [{"topic": h.topic, "place": h.place, "fields": list(h.fields)} for h in summary.held]
    counts = ("events", "batches", "upserts", "deletes", "truncated", "quarantined", "repeated")
    return {name: getattr(summary, name) for name in counts} | {"skipped": summary.skipped, "held": held}


@click.command("status")
@PLAN
@JSON
def status_command(plan: Path, *, as_json: bool) -> None:
    """Says where a plan stands in its warehouse.

    Versions, pending statements, positions, quarantine.

    \b
    Examples:
      streamplan status plans/shop
      streamplan status plans/shop --json
    """
    with opened(plan) as (loaded, warehouse):
        status = read_status(loaded, warehouse)
    click.echo(json.dumps(status.as_json(), ensure_ascii=False, indent=2) if as_json else _status(status))


def _status(status: Status) -> str:
    applied = f"version {status.applied[-1]} applied" if status.applied else "nothing applied"
    lines = [f"{status.connector}: version {status.version} on disk ({status.plan_id[:12]}), {applied}"]
    lines += [f"  pending     {path}" for path in status.pending]
    lines += [
        f"  position    {topic}[{partition}] up to offset {offset:,}" for topic, partition, offset in status.positions
    ]
    lines += [f"  quarantine  {topic}: {code}, {counted(count, 'record')}" for topic, code, count in status.quarantine]
    return "\n".join(lines)
