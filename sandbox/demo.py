"""The demo: the whole job on real change events, in a temporary folder and a sandbox, told as it goes.

It does what the commands do, by the same functions, and at the end compares what lies in the warehouse with what the
source database held. **It says "equal" only of cells that it has compared.**
"""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from itertools import islice
from pathlib import Path

import click
from rich.console import Console
from rich.markdown import Markdown
from rich.syntax import Syntax
from rich.table import Table
from streamplan.compiler.api import Compiled, compile_files
from streamplan.compiler.emit import SUMMARY_FILE, write
from streamplan.compiler.observe import Sample, observe
from streamplan.compiler.observed import read_observed, save
from streamplan.runtime.clock import SystemClock
from streamplan.runtime.disk import load
from streamplan.runtime.errors import StreamplanError
from streamplan.runtime.files import FileSource
from streamplan.runtime.loop import Run
from streamplan.runtime.migrate import apply
from streamplan.runtime.opening import counted
from streamplan.runtime.plan import Plan
from streamplan.runtime.ports import Until
from streamplan.runtime.progress import Watching
from streamplan.runtime.redshift import RedshiftWarehouse, connected
from streamplan.runtime.settings import filled
from streamplan.runtime.staging import staging
from streamplan.runtime.statement import Statement
from streamplan.runtime.tally import Summary

from .sandbox import Address, running
from .truth import as_single, differences

_SEEN_AT_FIRST = 1_254  # records until the new column appears


@click.command("demo")
def demo_command() -> None:
    """Runs the whole job on real change events.

    Observe, compile, apply, run, a new column, and at the end a comparison with the source database, in a sandbox.

    Needs no configuration, no network and no warehouse; takes some seconds and leaves nothing behind.

    \b
    Example:
      streamplan demo
    """
    console = Console(highlight=False)
    with tempfile.TemporaryDirectory(prefix="streamplan-demo-") as folder:
        _tell(console, Path(folder))


def _tell(console: Console, folder: Path) -> None:
    spec, events, plan = _laid_out(folder)
    _say(console, "1", "The events", "A PostgreSQL shop as Debezium sends it. The first events teach us their schemas.")
    _observe(console, spec, events, _SEEN_AT_FIRST)

    _say(console, "2", "The plan", "Every statement that will touch the warehouse, as files to review:")
    compiled = _compile(console, spec, plan)
    _show(console, plan, "tables/shop.customers/merge.sql")

    with running() as sandbox, _connected(compiled.plan, sandbox.address) as warehouse:
        _say(console, "3", "Apply", "The sandbox stands in for Redshift; the driver in front of it is the real one.")
        _apply(console, plan, warehouse)

        _say(console, "4", "Run", "One transaction a batch: lock, stage by COPY from S3, delete, merge, ledger.")
        _show(console, plan, "tables/shop.carts/copy.sql", whole=True)
        _run(console, plan, events, warehouse, sandbox.address)

        _say(console, "5", "A new column", "Customers have a loyalty_tier now: its table waits, the others went on.")
        _observe(console, spec, events, None)
        second = _compile(console, spec, plan)
        _show(console, plan, next(s.path for m in second.plan.migrations if m.version == 2 for s in m.statements))  # noqa: PLR2004
        _apply(console, plan, warehouse)
        _run(console, plan, events, warehouse, sandbox.address)

        _say(console, "6", "The truth", "What lies in the warehouse, beside what the source database held:")
        _compare(console, plan, warehouse)
    console.print("\n[bold]Next[/]: streamplan init, or read golden/ and specs/ in the repository.")


def _laid_out(folder: Path) -> tuple[Path, Path, Path]:
    """The spec and the events, as a user would have them; and where the plan will be."""
    shipped = files(__package__).joinpath("demo")
    spec, events = folder / "specs" / "shop.yaml", folder / "events" / "shop.jsonl"
    for path in (spec, events):
        path.parent.mkdir()
    spec.write_bytes(shipped.joinpath("shop.yaml").read_bytes())
    events.write_bytes(gzip.decompress(shipped.joinpath("shop.jsonl.gz").read_bytes()))
    return spec, events, folder / "plans" / "shop"


def _say(console: Console, number: str, title: str, text: str) -> None:
    console.print(f"\n[bold cyan]{number}  {title}[/]\n  {text}", soft_wrap=True)


def _observe(console: Console, spec: Path, events: Path, count: int | None) -> None:
    folder = spec.parent / "observed"
    with FileSource(str(events)) as source:
        found = observe(islice(_samples(source), count), ("shop.shop.*",), read_observed(folder))
    save(found.observed.topics, folder)
    console.print("  [dim]$ streamplan observe specs/shop.yaml[/]")
    for note in found.notes:
        console.print(f"    {note}")


def _samples(source: FileSource) -> Iterator[Sample]:
    while not source.ended:
        for record in source.poll():
            yield Sample(topic=record.at.topic, key=record.key, value=record.value)


def _compile(console: Console, spec: Path, plan: Path) -> Compiled:
    compiled = compile_files(spec, plan)
    touched = write(compiled.files, compiled.sums, compiled.before, plan)
    console.print("  [dim]$ streamplan compile specs/shop.yaml[/]")
    console.print(Markdown(_shortened(str(compiled.files[SUMMARY_FILE]))), width=100)
    console.print(f"  {len(touched)} files written, {len(compiled.sums) + 1} in all")
    return compiled


def _shortened(summary: str, most: int = 14) -> str:
    """The summary without the middle of a long list of columns."""
    lines = summary.splitlines()
    end = next((i for i, line in enumerate(lines) if line == "```" and i > 2), 0)  # noqa: PLR2004 - behind the title
    if end > most:
        lines[most:end] = [f"  … {end - most} more lines"]
    return "\n".join(lines)


def _show(console: Console, plan: Path, path: str, *, whole: bool = False) -> None:
    console.print(f"  [dim]$ cat plans/shop/{path}[/]", soft_wrap=True)
    lines = (plan / path).read_text(encoding="utf-8").splitlines()
    most = len(lines) if whole else 12  # what fits a screen
    text = "\n".join([*lines[:most], *(["  …"] if len(lines) > most else [])])
    console.print(Syntax(text, "sql", background_color="default"), soft_wrap=True)


@contextmanager
def _connected(plan: Plan, address: Address) -> Iterator[RedshiftWarehouse]:
    with connected(filled(plan.destination, address.environment())) as warehouse:
        yield warehouse


def _apply(console: Console, plan: Path, warehouse: RedshiftWarehouse) -> None:
    console.print("  [dim]$ streamplan apply plans/shop[/]")
    applied = apply(load(plan), warehouse, frozenset(), lambda statement: console.print(f"    {statement.path}"))
    console.print(
        f"  [green]version {applied.versions[-1]} applied[/], {counted(len(applied.statements), 'statement')}"
    )


def _run(console: Console, plan: Path, events: Path, warehouse: RedshiftWarehouse, address: Address) -> Summary:
    console.print("  [dim]$ streamplan run plans/shop --until-end[/]")
    loaded = load(plan)
    with (
        FileSource(str(events)) as source,
        Watching(source, console) as watching,
        staging(loaded, address.environment()) as stage,
    ):
        summary = Run(loaded, source, warehouse, SystemClock(), watching, stage=stage).go(Until.END)
    console.print(
        f"  {summary.events:,} events taken in: {summary.upserts:,} rows upserted, {summary.deletes:,} deleted, "
        f"{summary.truncated} tables emptied, {summary.quarantined} in quarantine",
        soft_wrap=True,
    )
    return summary


def _compare(console: Console, plan: Path, warehouse: RedshiftWarehouse) -> None:
    keys = {program.table.removeprefix("shop."): program.key for program in load(plan).tables}
    truth = json.loads(gzip.decompress(files(__package__).joinpath("demo", "truth.json.gz").read_bytes()))
    table = Table("table", "rows at the source", "in the warehouse", "cells compared", "", box=None, padding=(0, 2))
    different = 0
    for name, source in sorted(truth.items()):
        loaded = _rows(warehouse, name)
        found = differences(as_single(source, "rating"), loaded, keys[name])
        cells = sum(len(row) for row in source)
        verdict = "[green]equal[/]" if not found else f"[red]{len(found)} differ[/]"
        table.add_row(name, f"{len(source):,}", f"{len(loaded):,}", f"{cells:,}", verdict)
        different += len(found)
    console.print(table)
    if different:
        raise StreamplanError("B909", f"{different} cells differ from the source database")
    total = sum(len(row) for rows in truth.values() for row in rows)
    console.print(f"  [green]all {total:,} cells equal[/], compared one by one")


def _rows(warehouse: RedshiftWarehouse, name: str) -> list[dict[str, object]]:
    columns = Statement(
        path="demo/columns",
        sql="SELECT column_name FROM svv_columns"
        " WHERE table_schema = 'shop' AND table_name = ? ORDER BY ordinal_position",
        binds=("table",),
    )
    with warehouse.transaction():
        names = [column for (column,) in warehouse.execute(columns, (name,))]
        rows = warehouse.execute(Statement(path="demo/rows", sql=f'SELECT * FROM "shop"."{name}"'))  # noqa: S608 - our names
    return [dict(zip(names, row, strict=True)) for row in rows]
