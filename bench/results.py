"""What was measured, as a table for people and as JSON for programs. Every ratio is between figures of one run."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from dbt_peer import PINS, STEPS
from measure import Cost

# what is set beside what: a scenario of streamplan and a step of the peer
BESIDE = (
    ("first compile", "compile, cold"),
    ("first compile", "parse, cold"),
    ("again, nothing changed", "compile, warm"),
    ("again, nothing changed", "parse, warm"),
    ("compile, one column added", "compile, one column added"),
    ("--check, nothing changed", "compile, warm"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one step of the peer took, at so many models: fewer than there are tables, when those took too long."""

    models: int
    cost: Cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What was measured at one number of tables. `peer` holds the steps that the peer finished."""

    tables: int
    columns: int
    costs: dict[str, Cost]
    phases: dict[str, float | None]
    peer: dict[str, Step]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """CPU for a table and for a model, in ms, and how many times more the peer takes."""

    scenario: str
    step: str
    models: int
    ours: float
    theirs: float

    @property
    def times(self) -> float:
        """The peer's CPU over ours."""
        return self.theirs / self.ours


def ratios(size: Size) -> list[Ratio]:
    """What can be set side by side at a size."""
    pairs = [(scenario, step, size.peer[step]) for scenario, step in BESIDE if step in size.peer]
    return [
        Ratio(
            scenario=scenario,
            step=name,
            models=step.models,
            ours=size.costs[scenario].cpu * 1000 / size.tables,
            theirs=step.cost.cpu * 1000 / step.models,
        )
        for scenario, name, step in pairs
    ]


def as_text(sizes: Sequence[Size]) -> str:
    """The tables for people."""
    blocks = [_costs(sizes), _phases(sizes)]
    if any(size.peer for size in sizes):
        blocks += [_peer(sizes), _ratios(sizes)]
    return "\n\n".join("\n".join(_aligned(block)) for block in blocks)


def _costs(sizes: Sequence[Size]) -> Iterator[tuple[str, ...]]:
    yield ("streamplan", "tables", "CPU s", "wall s", "peak MB", "CPU ms/table", "tables", "CPU", "memory")
    for scenario in sizes[0].costs:
        for before, size in pairwise([None, *sizes]):
            cost = size.costs[scenario] if size else None
            if size and cost:
                growth = _growth(before, size, scenario) if before else ()
                yield (scenario, str(size.tables), *_figures(cost, size.tables), *growth)


def _figures(cost: Cost, count: int) -> tuple[str, ...]:
    return f"{cost.cpu:.2f}", f"{cost.wall:.2f}", f"{cost.rss:.0f}", f"{cost.cpu * 1000 / count:.2f}"


def _growth(before: Size, now: Size, scenario: str) -> tuple[str, ...]:
    old, new = before.costs[scenario], now.costs[scenario]
    return f"x{now.tables / before.tables:.1f}", f"x{new.cpu / old.cpu:.1f}", f"x{new.rss / old.rss:.1f}"


def _phases(sizes: Sequence[Size]) -> Iterator[tuple[str, ...]]:
    yield ("CPU of a first compile", *(f"{size.tables} tables" for size in sizes))
    for phase in sizes[0].phases:
        yield (phase, *(_share(size.phases, phase) for size in sizes))


def _share(phases: dict[str, float | None], phase: str) -> str:
    time, total = phases[phase], sum(time or 0 for time in phases.values())
    return "n/a" if time is None else f"{time:.2f} s {time / total:4.0%}"


def _peer(sizes: Sequence[Size]) -> Iterator[tuple[str, ...]]:
    yield (" ".join(PINS), "models", "CPU s", "wall s", "peak MB", "CPU ms/model")
    steps = {(name, step.models): step.cost for size in sizes for name, step in size.peer.items()}
    for name, models in sorted(steps, key=lambda step: ([*STEPS].index(step[0]), step[1])):
        yield (name, str(models), *_figures(steps[name, models], models))


def _ratios(sizes: Sequence[Size]) -> Iterator[tuple[str, ...]]:
    yield ("side by side, CPU", "", "tables", "models", "ms/table", "ms/model", "dbt/streamplan")
    for tables, ratio in ((size.tables, ratio) for size in sizes for ratio in ratios(size)):
        figures = f"{ratio.ours:.2f}", f"{ratio.theirs:.2f}", f"{ratio.times:.1f}"
        yield (ratio.scenario, f"dbt {ratio.step}", str(tables), str(ratio.models), *figures)


def _aligned(rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    table = [*rows]
    width = max(map(len, table))
    sizes = [max(len(row[place]) for row in table if place < len(row)) for place in range(width)]
    for row in table:
        cells = [text.rjust(size) for text, size in zip(row[1:], sizes[1:], strict=False)]
        yield "  ".join((row[0].ljust(sizes[0]), *cells)).rstrip()


def as_json(sizes: Sequence[Size]) -> dict[str, Any]:
    """The same for programs."""
    return {
        "python": platform.python_version(),
        "cpus": os.cpu_count(),
        "load": os.getloadavg()[0],
        "peer": PINS,
        "sizes": [_size(size) for size in sizes],
    }


def _size(size: Size) -> dict[str, Any]:
    beside = [asdict(ratio) | {"times": ratio.times} for ratio in ratios(size)]
    per_table = {scenario: cost.cpu * 1000 / size.tables for scenario, cost in size.costs.items()}
    return asdict(size) | {"cpu_ms_per_table": per_table, "ratios": beside}
