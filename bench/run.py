"""Measures the data path: streamplan against a sandbox and without one, the floor beneath it, and peers beside it.

    .venv/bin/python bench/run.py --events-count 100k --json figures.json

Each line is a process of its own. It generates its events, and leaves nothing behind but the peers' virtual
environment and the JSON file.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click

import events
import peers
from figures import ALONE, COPY, FLOOR, INSERT, Figure, as_json, as_text
from measure import measured
from project import Batch, plan
from stand import Stand, Stream, one_of, stand

HERE = Path(__file__).parent
BATCHES, FILES = (2_000, 10_000, 50_000, 200_000), (1, 2, 4, 8)
_UNITS = {"k": 1_000, "M": 1_000_000}


def generated(folder: Path, count: int) -> Stream:
    """So many events of our own, in a file."""
    path = folder / f"events_{count}.jsonl"
    made = "import sys, pathlib, events; events.write(pathlib.Path(sys.argv[1]), int(sys.argv[2]))"
    subprocess.run([sys.executable, "-c", made, path, str(count)], cwd=HERE, check=True)
    return Stream(path, events.TOPIC, count, _sums(path))


def given(path: Path) -> Stream:
    """A file of events that was named. Tombstones in it are no events."""
    with path.open("rb") as file:
        topic = json.loads(file.readline())["topic"]
        file.seek(0)
        count = sum(not line.rstrip().endswith(b'"value":null}') for line in file)
    return Stream(path, topic, count, _sums(path))


def _sums(path: Path) -> list[str]:
    said = subprocess.run([sys.executable, HERE / "floor.py", "--sums", path], check=True, capture_output=True)
    sums: list[str] = json.loads(said.stdout)
    return sums


def without_servers(stream: Stream, folder: Path) -> Iterator[Figure]:
    """The floor, and streamplan with a warehouse that costs nothing."""
    batch, one = Batch(), one_of(stream, folder)
    made = plan(folder / f"alone_{stream.events}", stream.topic, batch)
    python = sys.executable
    for name, script, before, behind in (
        (FLOOR, "floor.py", [], [str(batch.rows)]),
        (ALONE, "alone.py", [made], []),
    ):
        start = measured([python, HERE / script, *before, one, *behind], folder)
        cost = measured([python, HERE / script, *before, stream.path, *behind], folder)
        yield Figure(name=name, events=stream.events, batch=batch.rows, cost=cost, start=start)


def curves(at: Stand, stream: Stream) -> Iterator[Figure]:
    """By the rows of a batch, and by the files of one large batch."""
    start = at.run("start", replace_events(stream, one_of(stream, at.folder)), Batch()).cost
    for rows in BATCHES:
        yield at.run("batch", stream, Batch(rows=rows), start)
    for files in FILES:
        yield at.run("files", stream, Batch(rows=BATCHES[-1], files=files), start)


def replace_events(stream: Stream, path: Path) -> Stream:
    """Another file of the same topic."""
    return replace(stream, path=path, events=1)


def counts(_: click.Context, __: click.Parameter, text: str) -> list[int]:
    """Numbers as `100k,1M`. Raises BadParameter."""
    try:
        return sorted({int(part.rstrip("kM")) * _UNITS.get(part[-1:], 1) for part in text.split(",")})
    except ValueError:
        raise click.BadParameter(f'"{text}" is not a list of numbers, such as 100k,1M') from None


@click.command()
@click.option("--events-count", "amounts", default="100k", show_default=True, callback=counts, help="How many events.")
@click.option("--events", "file", type=click.Path(path_type=Path, exists=True), help="A file of events in their place.")
@click.option("--insert-count", default=20_000, show_default=True, help="How many events are inserted without COPY.")
@click.option("--peer-count", default=100_000, show_default=True, help="Up to how many events the peers get.")
@click.option("--peer/--no-peer", "with_peers", default=True, help="Measure the peers.  [default: peer]")
@click.option("--curve-count", default=0, show_default=True, help="How many events a point of the curves gets.")
@click.option(
    "--peer-home",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(tempfile.gettempdir()) / "streamplan-peers",
    show_default=True,
    help="Where the peers' virtual environment is kept.",
)
@click.option("--json", "into", type=click.Path(path_type=Path, dir_okay=False), help="Write the figures here too.")
def main(
    *,
    amounts: list[int],
    file: Path | None,
    insert_count: int,
    peer_count: int,
    with_peers: bool,
    curve_count: int,
    peer_home: Path,
    into: Path | None,
) -> None:
    """Measures the data path over so many events."""
    found: list[Figure] = []
    points: list[Figure] = []

    def note(figure: Figure, kept: list[Figure]) -> None:
        kept.append(figure)
        rate = f"{figure.micros:.2f} us of CPU an event, {figure.rate:,.0f} events/s"
        click.echo(f"{figure.name}, {figure.events:,} events: {rate}, load {os.getloadavg()[0]:.1f}", err=True)
        if into:
            into.write_text(json.dumps(as_json(found, points), indent=2) + "\n", encoding="utf-8")

    with tempfile.TemporaryDirectory(prefix="streamplan-bench-") as name:
        folder = Path(name)
        streams = [given(file)] if file else [generated(folder, count) for count in amounts]
        for stream in streams:
            for figure in without_servers(stream, folder):
                note(figure, found)
        with stand(folder) as at:
            for stream in streams:
                note(at.run(COPY, stream, Batch()), found)
            note(at.run(INSERT, generated(folder, insert_count), Batch(files=0)), found)
            if curve_count:
                for figure in curves(at, generated(folder, curve_count)):
                    note(figure, points)
        if with_peers:
            stream = next((one for one in reversed(streams) if one.events <= peer_count), None)
            for figure in peers.measured_peers(
                peers.installed(peer_home), stream or generated(folder, peer_count), folder
            ):
                note(figure, found)
    click.echo(as_text(found, points))


if __name__ == "__main__":
    main()
