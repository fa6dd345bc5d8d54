"""Draws the curves of `docs/operate.md` from the JSON that `run.py` wrote: the same JSON gives the same bytes.

    PEERS/bin/python bench/plots.py bench/results/data-path.json docs

It needs matplotlib, which nothing else here does: `pip install matplotlib` in an environment of its own will do.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")

from matplotlib import pyplot as plt
from matplotlib.axes import Axes

_STYLE = {
    "svg.hashsalt": "streamplan",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.constrained_layout.use": True,
}
_INK, _SIZE = "#3b6ea5", (7.2, 2.4)
_Points = Sequence[dict[str, Any]]


def batches(points: _Points, into: Path) -> None:
    """By the rows of a batch: the client's CPU, the rate, and the peak memory."""
    rows = [point["batch"] for point in points]
    figure, (cpu, rate, memory) = plt.subplots(1, 3, figsize=_SIZE)
    _line(cpu, rows, [point["us_per_event"]["client"] for point in points], "client CPU, µs an event")
    _line(rate, rows, [point["events_per_second"] / 1000 for point in points], "thousand events a second")
    _line(memory, rows, [point["cost"]["rss"] for point in points], "peak memory, MB")
    for axes in (cpu, rate, memory):
        axes.set_xscale("log")
        axes.set_xticks(rows, [f"{count // 1000}k" for count in rows])
        axes.minorticks_off()
        axes.set_xlabel("batch.max_rows")
    figure.savefig(into, format="svg", metadata={"Date": None, "Creator": None})


def files(points: _Points, into: Path) -> None:
    """By the files of a COPY: the time of the run, and the client's CPU."""
    counts = [point["files"] for point in points]
    figure, (wall, cpu) = plt.subplots(1, 2, figsize=_SIZE)
    _line(wall, counts, [point["cost"]["wall"] for point in points], "seconds of the run")
    _line(cpu, counts, [point["us_per_event"]["client"] for point in points], "client CPU, µs an event")
    for axes in (wall, cpu):
        axes.set_xticks(counts)
        axes.set_xlabel("staging.s3.files")
    figure.savefig(into, format="svg", metadata={"Date": None, "Creator": None})


def side_by_side(figures: _Points, into: Path) -> None:
    """The client's CPU for an event of everything that was measured at one number of events."""
    count = max(point["events"] for point in figures if point["name"].startswith(("dlt", "psycopg")))
    shown = [point for point in figures if point["events"] == count and point["same"] is not False]
    shown.sort(key=lambda point: -point["us_per_event"]["client"])
    figure, axes = plt.subplots(figsize=(7.2, 0.36 * len(shown) + 0.6))
    values = [point["us_per_event"]["client"] for point in shown]
    ours = [_INK if point["name"].startswith("streamplan") else "#b8b8b8" for point in shown]
    bars = axes.barh([point["name"] for point in shown], values, color=ours)
    axes.bar_label(bars, [f"{value:.1f}" for value in values], padding=3)
    axes.set_xlabel("client CPU, µs an event")
    figure.savefig(into, format="svg", metadata={"Date": None, "Creator": None})


def _line(axes: Axes, across: Sequence[float], up: Sequence[float], title: str) -> None:
    axes.plot(across, up, marker="o", color=_INK)
    axes.set_title(title, fontsize=9)
    axes.set_ylim(0, max(up) * 1.15)


def main(source: Path, folder: Path) -> None:
    """Draws all of them."""
    found = json.loads(source.read_text(encoding="utf-8"))
    curves = {name: [point for point in found["curves"] if point["name"] == name] for name in ("batch", "files")}
    with mpl.rc_context(_STYLE):
        batches(curves["batch"], folder / "operate_batches.svg")
        files(curves["files"], folder / "operate_files.svg")
        side_by_side(found["figures"], folder / "operate_peers.svg")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
