"""The command that loads events: run.

It wires a source, a warehouse and whoever is told to the loop, or starts tasks that do, and prints what came of it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from .blocks import Reading
from .channel import Channel, reporting
from .clock import SystemClock
from .evolve import Evolving
from .loading import beside
from .loop import Run
from .observers import LOG, METRICS, Observers, observing
from .opening import DIFFERENCES, JSON, PLAN, PROPOSALS, RETRIES, counted, echo_json, opened, patience
from .plan import Plan
from .ports import Until
from .proposals import folder_of
from .reconnect import Reconnecting
from .seats import seated
from .settings import with_hash_salt
from .sources import idle_of, letters_of, source_of, tasks_of
from .staging import staging
from .stopping import Stop, stoppable
from .tally import Summary
from .tasks import Tasks

MOST_TASKS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What run was asked for. `task` is None but in the process of one of several tasks."""

    folder: Path
    events: str | None
    until: Until
    spec: Path | None
    proposals: Path | None
    retries: int
    log: str | None
    metrics: tuple[str, int] | None
    task: int | None

    def command(self, task: int) -> list[str]:
        """The command of one of several tasks."""
        return [sys.executable, "-m", "streamplan.runtime.worker", *self._arguments(task)]

    def _arguments(self, task: int) -> Iterator[str]:
        yield from ("run", str(self.folder), "--task", str(task), "--retries", str(self.retries))
        yield from ("--until-end",) if self.until is Until.END else ()
        yield from ("--spec", str(self.spec)) if self.spec else ()
        yield from ("--proposals", str(self.proposals)) if self.proposals else ()

    def proposed(self, connector: str) -> Path | None:
        """Where proposals go: each task has a folder of its own."""
        folder = self.proposals or (folder_of(connector) if self.spec else None)
        return folder.with_name(f"{folder.name}-{self.task}") if folder and self.task is not None else folder


@click.command("run")
@PLAN
@click.option(
    "--events", metavar="PATH", help="Files of events (a glob), or - for standard input.  [default: the spec's source]"
)
@click.option("--until-end", is_flag=True, help="Stop at the end of the events, instead of waiting for more.")
@click.option(
    "--spec",
    type=click.Path(path_type=Path),
    help="The plan's spec. With it, schema_evolution: auto evolves the plan, and topics that wait get a proposal.",
)
@click.option(
    "--tasks",
    type=click.IntRange(1, MOST_TASKS),
    metavar="N",
    help="Start N processes that share the partitions of Kafka's topics.  [default: the spec's ingestion.tasks]",
)
@click.option("--task", type=int, hidden=True)
@PROPOSALS
@RETRIES
@LOG
@METRICS
@JSON
def run_command(  # noqa: PLR0917 - click names them
    plan: Path,
    events: str | None,
    spec: Path | None,
    proposals: Path | None,
    tasks: int | None,
    task: int | None,
    *,
    until_end: bool,
    retries: int,
    log: str | None,
    metrics: tuple[str, int] | None,
    as_json: bool,
) -> None:
    """Loads events into the tables of a plan.

    Goes on from where the ledger stands. When the warehouse fails, the whole transaction is tried again, on a new
    connection where the old one is lost; meanwhile no more is read than the next batch may hold. Of Kafka's topics it
    reads the partitions that its group gives it; --until-end then stops where they ended at the start.

    SIGTERM finishes: open batches are committed. Ctrl-C does the same, a second Ctrl-C leaves at once; nothing is lost.

    With several tasks, each is a member of the group in a process of its own. One that is killed, crashes, or leaves
    since the warehouse failed is started again; one that stops for another error stops the run.

    Exit code 2 when a topic is held since its events have a shape that the plan does not know, 4 when the warehouse
    failed and the retries are used up: the same command goes on later.

    \b
    Examples:
      streamplan run plans/shop --until-end
      streamplan run plans/shop --events 'events/*.jsonl.gz' --until-end
      zcat events/*.gz | streamplan run plans/shop --events -
      streamplan run plans/shop --spec specs/shop.yaml
      streamplan run plans/shop --log json --metrics 127.0.0.1:9464
      streamplan run plans/shop --tasks 4
    """
    asked = Asked(
        folder=plan,
        events=events,
        until=Until.END if until_end else Until.STOPPED,
        spec=spec,
        proposals=proposals,
        retries=retries,
        log=log,
        metrics=metrics,
        task=task,
    )
    with stoppable() as stop, opened(plan) as (loaded, warehouse):
        count = tasks_of(loaded, tasks, events)
        if task is not None:
            _task(asked, loaded, warehouse, stop)
            return
        if count > 1:
            summary = _together(asked, loaded, count, stop)
        else:
            with observing(loaded, log, metrics) as observers:
                summary = _loaded(asked, loaded, warehouse, stop, observers)
    echo_json(_as_json(summary)) if as_json else click.echo(_told(summary, plan))
    if summary.held:
        raise SystemExit(DIFFERENCES)


def _loaded(asked: Asked, plan: Plan, warehouse: Reconnecting, stop: Stop, observers: Observers | Channel) -> Summary:
    """What one process loads, until its source ends or it is told to finish."""
    reading = Reading.TO_THE_END if asked.until is Until.END else Reading.FOLLOWING
    patient = patience(asked.retries, observers.early, stop)
    proposed = asked.proposed(plan.connector)
    with (
        Evolving(asked.folder, plan, asked.spec, warehouse, proposed, _salted, patient) as evolver,
        source_of(current := evolver.begin(), asked.events, reading, os.environ, asked.task) as source,
        letters_of(current, os.environ, asked.task) as letters,
        staging(plan, os.environ) as stage,
        observers.of(source) as reporter,
    ):
        retry, clock = patience(asked.retries, reporter, stop), SystemClock()
        with beside(idle_of(source)) as loader:
            run = Run(current, source, warehouse, clock, reporter, evolver, retry, stop, stage, letters, loader)
            return run.go(asked.until)


def _task(asked: Asked, plan: Plan, warehouse: Reconnecting, stop: Stop) -> None:
    """One of several tasks, which tells the process that started it."""
    with reporting(sys.stdout.buffer) as channel:
        channel.tell(_loaded(asked, plan, warehouse, stop, channel))


def _together(asked: Asked, plan: Plan, count: int, stop: Stop) -> Summary:
    """What several tasks load. Raises SystemExit with the code of one that stopped the run."""
    with seated(plan, count, asked.log, asked.metrics) as seats:
        tasks = Tasks(asked.command, seats, asked.until, asked.retries, SystemClock(), stop)
        if code := tasks.go():
            raise SystemExit(code)
    return tasks.summary


def _salted(plan: Plan) -> Plan:
    return with_hash_salt(plan, os.environ)


def _told(summary: Summary, plan: Path) -> str:
    batches, rows = counted(summary.batches, "batch", "batches"), counted(summary.upserts, "row")
    emptied, kept = counted(summary.truncated, "table"), counted(summary.quarantined, "record")
    did = f"{rows} upserted, {summary.deletes:,} deleted, {emptied} emptied, {kept} in quarantine"
    lines = [f"{counted(summary.events, 'event')} in {batches}: {did}"]
    lines += [
        f"  {count:,} records of {topic} passed over: not in the plan"
        for topic, count in sorted(summary.skipped.items())
    ]
    lines += [
        f"  {counted(count, 'record')} of {topic} without {name}: not in the plan"
        for topic, names in sorted(summary.dropped.items())
        for name, count in sorted(names.items())
    ]
    lines += [f"  held: {held.topic} from {held.place} on: {held.reason}" for held in summary.held]
    if summary.repeated:
        lines += [f"  {counted(summary.repeated, 'record')} passed over: their offsets had been taken already"]
    if summary.held:
        lines += [f"  next: observe these events, compile, review, apply {plan}, and run again: nothing is lost"]
    return "\n".join(lines)


def _as_json(summary: Summary) -> dict[str, object]:
    counts = ("events", "batches", "upserts", "deletes", "truncated", "quarantined", "repeated")
    return {name: getattr(summary, name) for name in counts} | {
        "skipped": summary.skipped,
        "dropped": summary.dropped,
        "held": [asdict(held) for held in summary.held],
    }
