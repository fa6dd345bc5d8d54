"""Measures `streamplan compile` on many tables, each run in a process of its own, and dbt beside it.

    .venv/bin/python bench/compile.py --tables 100,1000 --json figures.json

It generates its input, and leaves nothing behind but the peer's virtual environment and the JSON file.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

import dbt_peer
import models
from measure import Cost, measured
from phases import shares
from results import Size, Step, as_json, as_text

PYTHON = sys.executable
STREAMPLAN = str(Path(sys.executable).with_name("streamplan"))
COMPILE = ("compile", f"{models.CONNECTOR}.yaml", "--out", "plan")
SMALLER = 1000  # where the peer is measured when it takes too long at the size that was asked for


def compiled(folder: Path, count: int, columns: int) -> Iterator[tuple[str, Cost]]:
    """The scenarios, in the order of a user's work: each starts from what the one before it left."""
    models.write(folder, count, columns)
    command = [STREAMPLAN, *COMPILE]
    yield "first compile", measured(command, folder)
    yield "again, nothing changed", measured(command, folder)
    yield "--check, nothing changed", measured([*command, "--check"], folder)
    models.grow(folder, count, columns)
    yield "--check, one column added", measured([*command, "--check"], folder, exits=2)
    yield "compile, one column added", measured(command, folder)


def phases(count: int, columns: int) -> dict[str, float | None]:
    """The phases of a first compile, in a run apart: their clock costs a little."""
    with scratch() as folder:
        models.write(folder, count, columns)
        return shares(PYTHON, COMPILE, folder)


def peer(home: Path, sizes: list[Size], count: int, columns: int, seconds: float) -> dict[str, Step]:
    """The peer's steps at a size; those that took too long, at a smaller one, measured in this run too."""
    with scratch() as folder:
        costs = dbt_peer.costs(dbt_peer.installed(home), folder, count, columns, seconds)
    found = {step: Step(models=count, cost=cost) for step, cost in costs.items() if cost}
    if len(found) == len(costs) or count <= SMALLER:
        return found
    missing = ", ".join(step for step in costs if step not in found)
    click.echo(f"dbt took more than {seconds:.0f} s for {count} models; at {SMALLER} models: {missing}", err=True)
    measured_already = next((size.peer for size in sizes if size.tables == SMALLER), {})
    return (measured_already or peer(home, sizes, SMALLER, columns, seconds)) | found


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="streamplan-bench-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _sizes(_: click.Context, __: click.Parameter, text: str) -> list[int]:
    if not all(part.strip().isdecimal() and int(part) > 0 for part in text.split(",")):
        raise click.BadParameter(f'"{text}" is not a list of numbers, such as 100,1000')
    return sorted({int(part) for part in text.split(",")})


@click.command()
@click.option("--tables", default="100,1000,10000", show_default=True, callback=_sizes, help="How many tables.")
@click.option("--columns", default=50, show_default=True, type=click.IntRange(4), help="How many columns a table has.")
@click.option("--peer/--no-peer", "with_peer", default=True, help="Measure dbt beside it.  [default: peer]")
@click.option(
    "--peer-home",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(tempfile.gettempdir()) / "streamplan-peers",
    show_default=True,
    help="Where dbt's virtual environment is kept.",
)
@click.option("--peer-seconds", default=300.0, show_default=True, help="How long dbt may take for one size.")
@click.option("--json", "into", type=click.Path(path_type=Path, dir_okay=False), help="Write the figures here too.")
def main(
    *, tables: list[int], columns: int, with_peer: bool, peer_home: Path, peer_seconds: float, into: Path | None
) -> None:
    """Measures the compile of so many tables, and dbt's of so many models."""
    sizes: list[Size] = []
    for count in tables:
        click.echo(f"{count} tables, load {os.getloadavg()[0]:.1f} ...", err=True)
        with scratch() as folder:
            measured([STREAMPLAN, "compile", "--help"], folder)  # its bytecode is on disk after this
            costs = dict(compiled(folder, count, columns))
        beside = peer(peer_home, sizes, count, columns, peer_seconds) if with_peer else {}
        sizes.append(Size(tables=count, columns=columns, costs=costs, phases=phases(count, columns), peer=beside))
        if into:  # after each size: the largest takes long
            into.write_text(json.dumps(as_json(sizes), indent=2) + "\n", encoding="utf-8")
    click.echo(as_text(sizes))


if __name__ == "__main__":
    main()
