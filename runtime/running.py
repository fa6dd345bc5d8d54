"""The command that loads events: run.

It wires a source, a warehouse and whoever is told to the loop, and prints what came of it.
"""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path

import click

from .clock import SystemClock
from .evolve import Evolving
from .files import Reading
from .loop import Run
from .observers import LOG, METRICS, observing
from .opening import DIFFERENCES, JSON, PLAN, PROPOSALS, RETRIES, counted, echo_json, opened, patience
from .plan import Plan
from .ports import Until
from .proposals import folder_of
from .settings import with_hash_salt
from .sources import idle_of, letters_of, source_of
from .staging import staging
from .stopping import stoppable
from .tally import Summary


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
@PROPOSALS
@RETRIES
@LOG
@METRICS
@JSON
def run_command(
    plan: Path,
    events: str | None,
    spec: Path | None,
    proposals: Path | None,
    *,
    until_end: bool,
    retries: int,
    log: str | None,
    metrics: tuple[str, int] | None,
    as_json: bool,
) -> None:
    """Loads events into the tables of a plan.

    Goes on from where the ledger stands. When the warehouse fails, the whole transaction is tried again, on a new
    connection where the old one is lost; nothing is pulled meanwhile. Of Kafka's topics it reads the partitions that
    its group gives it; --until-end then stops where they ended at the start.

    SIGTERM finishes: open batches are committed. Ctrl-C does the same, a second Ctrl-C leaves at once; nothing is lost.

    Exit code 2 when a topic is held since its events have a shape that the plan does not know, 4 when the warehouse
    failed and the retries are used up: the same command goes on later.

    \b
    Examples:
      streamplan run plans/shop --until-end
      streamplan run plans/shop --events 'events/*.jsonl.gz' --until-end
      zcat events/*.gz | streamplan run plans/shop --events -
      streamplan run plans/shop --spec specs/shop.yaml
      streamplan run plans/shop --log json --metrics 127.0.0.1:9464
    """
    until, reading = (Until.END, Reading.TO_THE_END) if until_end else (Until.STOPPED, Reading.FOLLOWING)
    with stoppable() as stop, opened(plan) as (loaded, warehouse), observing(loaded, log, metrics) as observers:
        patient = patience(retries, observers.early, stop)
        proposed = proposals or (folder_of(loaded.connector) if spec else None)
        with (
            Evolving(plan, loaded, spec, warehouse, proposed, _salted, patient) as evolver,
            source_of(current := evolver.begin(), events, reading, os.environ) as source,
            letters_of(current, os.environ) as letters,
            staging(loaded, os.environ) as stage,
            observers.of(source) as reporter,
        ):
            retry = patience(retries, reporter, stop, idle_of(source))
            run = Run(current, source, warehouse, SystemClock(), reporter, evolver, retry, stop, stage, letters)
            summary = run.go(until)
    echo_json(_as_json(summary)) if as_json else click.echo(_told(summary, plan))
    if summary.held:
        raise SystemExit(DIFFERENCES)


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
