"""What was measured of the data path, as a table for people and as JSON for programs, and the ratios between figures.

Every ratio is of CPU for an event, start-up apart, between figures of one run. **What ended with another table than the
events make has no ratio.**
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from measure import Cost

FLOOR, ALONE, COPY, INSERT = "floor", "streamplan, no warehouse", "streamplan, COPY", "streamplan, INSERT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One run over so many events.

    Attributes:
        batch: rows of a batch; 0 where there are none.
        files: of a COPY, at most.
        start: CPU seconds of the same run over one event.
        gateway: CPU seconds of the sandbox's gateway and S3.
        postgres: CPU seconds of the server behind it.
        same: whether the table ended as the events make it; None where there is none.

    """

    name: str
    events: int
    batch: int
    cost: Cost
    start: Cost
    files: int = 1
    gateway: float = 0.0
    postgres: float = 0.0
    same: bool | None = None

    @property
    def micros(self) -> float:
        """The process's CPU for an event, start-up apart, in microseconds."""
        return (self.cost.cpu - self.start.cpu) / self.events * 1e6

    @property
    def rate(self) -> float:
        """Events a second, start-up included."""
        return self.events / self.cost.wall

    def server(self, seconds: float) -> float:
        """A server's CPU for an event, in microseconds."""
        return seconds / self.events * 1e6


def ratios(figures: Sequence[Figure]) -> Iterator[tuple[str, int, float]]:
    """What stands beside what, at which number of events, and how many times more it takes."""
    for events in sorted({figure.events for figure in figures}):
        found = {figure.name: figure for figure in figures if figure.events == events and figure.same is not False}
        pairs = [(COPY, FLOOR), (ALONE, FLOOR)]
        pairs += [(name, COPY) for name in found if not name.startswith("streamplan") and name != FLOOR]
        for more, less in pairs:
            if more in found and less in found:
                yield f"{more} / {less}", events, found[more].micros / found[less].micros


def as_text(figures: Sequence[Figure], curves: Sequence[Figure]) -> str:
    """The tables for people."""
    blocks = [_aligned([_HEAD, *map(_row, figures)])]
    rates = [(name, f"{events:,}", f"{ratio:.1f}") for name, events, ratio in ratios(figures)]
    blocks.append(_aligned([("client CPU for an event", "events", "times"), *rates]))
    if curves:
        blocks.append(_aligned([_HEAD, *map(_row, curves)]))
    return "\n\n".join(blocks)


_HEAD = ("", "events", "batch", "files", "CPU us", "gateway us", "PG us", "events/s", "CPU s", "start s", "MB", "table")


def _row(it: Figure) -> tuple[str, ...]:
    servers = f"{it.server(it.gateway):.2f}", f"{it.server(it.postgres):.2f}"
    table = {True: "as it should be", False: "WRONG", None: ""}[it.same]
    cost = f"{it.cost.cpu:.2f}", f"{it.start.cpu:.2f}", f"{it.cost.rss:.0f}"
    return (
        it.name,
        f"{it.events:,}",
        f"{it.batch:,}",
        f"{it.files}",
        f"{it.micros:.2f}",
        *servers,
        f"{it.rate:,.0f}",
        *cost,
        table,
    )


def _aligned(rows: Sequence[tuple[str, ...]]) -> str:
    sizes = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = ("  ".join((row[0].ljust(sizes[0]), *map(str.rjust, row[1:], sizes[1:]))) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def as_json(figures: Sequence[Figure], curves: Sequence[Figure]) -> dict[str, Any]:
    """The same for programs."""
    return {
        "python": platform.python_version(),
        "cpus": os.cpu_count(),
        "load": os.getloadavg()[0],
        "figures": [_dict(figure) for figure in figures],
        "curves": [_dict(figure) for figure in curves],
        "ratios": [{"what": what, "events": events, "times": times} for what, events, times in ratios(figures)],
    }


def _dict(figure: Figure) -> dict[str, Any]:
    per_event = {name: figure.server(getattr(figure, name)) for name in ("gateway", "postgres")}
    return asdict(figure) | {"us_per_event": {"client": figure.micros} | per_event, "events_per_second": figure.rate}
