"""The commands of the runtime half that end by themselves: apply, status.

Each calls one public function with values and prints what it gives.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console

from .lagging import lag_of
from .migrate import apply, pending, standing
from .opening import JSON, PLAN, PROPOSALS, RETRIES, counted, echo_json, opened, patience
from .plan import Plan
from .ports import Partition, Warehouse
from .program import Position
from .progress import Telling
from .proposals import folder_of, read
from .settings import with_passwords
from .status import Status, read_status
from .stopping import Stop


@click.command("apply")
@PLAN
@click.option("--allow", multiple=True, metavar="HAZARD", help="Allow a hazard by its code. May be given again.")
@click.option("--dry-run", is_flag=True, help="Print what would run, and run nothing.")
@RETRIES
def apply_command(plan: Path, allow: tuple[str, ...], *, dry_run: bool, retries: int) -> None:
    """Brings the warehouse to the plan.

    Runs what is pending: accounts, migrations, grants. Verifies the plan's files first, refuses a plan that does not
    come from what the warehouse has, and goes on where an apply that was killed had stopped. Only reaching the
    warehouse is tried again. Exit code 4 when the warehouse fails: the same command may succeed later.

    \b
    Examples:
      streamplan apply plans/shop
      streamplan apply plans/shop --allow H601
    """
    allowed = frozenset(code.upper() for code in allow)
    with opened(plan) as (loaded, warehouse):
        patience(retries, Telling(Console(stderr=True)), Stop())(warehouse.reach)
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


def _dry_run(plan: Plan, warehouse: Warehouse) -> None:
    for _, statement in pending(plan, standing(plan, warehouse)):
        click.echo(f"-- {statement.path}\n{statement.sql}")


@click.command("status")
@PLAN
@PROPOSALS
@click.option("--lag", is_flag=True, help="Count what is not in the warehouse yet: asks Kafka, or reads files once.")
@click.option("--events", metavar="PATH", help="The files to count in (a glob); with --lag.  [default: the spec's]")
@JSON
def status_command(plan: Path, proposals: Path | None, events: str | None, *, lag: bool, as_json: bool) -> None:
    """Says where a plan stands in its warehouse.

    Versions, pending statements, positions, lag, quarantine, and the topics that wait for a proposal to be taken.

    \b
    Examples:
      streamplan status plans/shop
      streamplan status plans/shop --json
      streamplan status plans/shop --lag
    """
    with opened(plan) as (loaded, warehouse):
        held = read(proposals or folder_of(loaded.connector), loaded.connector)
        status = read_status(loaded, warehouse, held)
    if lag or events:
        status = replace(status, lag=lag_of(loaded, events, dict(status.positions), os.environ))
    echo_json(status.as_json()) if as_json else click.echo(_status(status))


def _status(status: Status) -> str:
    applied = f"version {status.applied[-1]} applied" if status.applied else "nothing applied"
    lines = [f"{status.connector}: version {status.version} on disk ({status.plan_id[:12]}), {applied}"]
    lines += [f"  pending     {path}" for path in status.pending]
    lines += [f"  position    {_position(status, at, position)}" for at, position in status.positions]
    lag = sorted((status.lag or {}).items())
    lines += [f"  lag         {at.topic}[{at.number}] {counted(records, 'record')}" for at, records in lag]
    lines += [f"  quarantine  {topic}: {code}, {counted(count, 'record')}" for topic, code, count in status.quarantine]
    lines += [f"  held        {held.topic} from {held.place} on: {held.reason}" for held in status.held]
    return "\n".join(lines)


def _position(status: Status, at: Partition, position: Position) -> str:
    version = status.versions.get(position.plan_id, "unknown")
    when = position.committed_at.isoformat(sep=" ", timespec="seconds")
    return f"{at.topic}[{at.number}] up to offset {position.offset:,}, at {when}, by version {version}"
