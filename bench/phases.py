"""Where the time of a compile goes: one process that runs the command with the seams of `compiler.api` wrapped by name.

    python bench/phases.py FILE compile SPEC --out DIR

A seam is a name in `compiler.api` or `compiler.commands`; one that is in neither is reported as null, and its time is
part of "the rest". The time of a seam called inside another counts for the inner one only.
"""

from __future__ import annotations

import functools
import json
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

START, REST = "start and imports", "the rest"
PHASES = {
    "read spec": ("read_source", "parse_spec"),
    "look at observed": ("seen_files",),
    "read plan": ("read_previous",),
    "read and bind": ("bind", "tasks"),
    "render": ("made", "head", "migration"),
    "diff": ("diff",),
    "prove": ("prove",),
    "put together": ("assembled",),
    "write": ("write",),
}
_MODULES = ("streamplan.compiler.api", "streamplan.compiler.recompile", "streamplan.compiler.making")


def shares(python: str, arguments: Sequence[str | Path], folder: Path) -> dict[str, float | None]:
    """CPU seconds by phase, of a run of the command in a process of its own."""
    found = folder / "phases.json"
    command = [python, __file__, found, *arguments]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    times: dict[str, float | None] = json.loads(found.read_text())
    return times


def _cpu() -> float:
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


class Clock:
    """CPU seconds by name; the name on top of the stack is the one that is charged."""

    def __init__(self) -> None:
        self.times: dict[str, float] = {}
        self._stack = [START]
        self._since = 0.0

    def enter(self, name: str) -> None:
        """Charges what went by, and begins a name."""
        self._charge()
        self._stack.append(name)

    def leave(self) -> None:
        """Charges the name, and goes on with the one around it."""
        self._charge()
        self._stack.pop()

    def _charge(self) -> None:
        now = _cpu()
        self.times[self._stack[-1]] = self.times.get(self._stack[-1], 0.0) + now - self._since
        self._since = now

    def wrapped(self, name: str, function: Callable[P, R]) -> Callable[P, R]:
        """The function, charged to a name."""

        @functools.wraps(function)
        def charged(*args: P.args, **kwargs: P.kwargs) -> R:
            self.enter(name)
            try:
                return function(*args, **kwargs)
            finally:
                self.leave()

        return charged


def wrap(clock: Clock, modules: Sequence[ModuleType]) -> set[str]:
    """Wraps every seam that is there; gives the phases that have none."""
    missing = set(PHASES)
    for phase, seam, module in ((p, seam, m) for p, seams in PHASES.items() for seam in seams for m in modules):
        function: Callable[..., Any] | None = getattr(module, seam, None)
        if callable(function):
            setattr(module, seam, clock.wrapped(phase, function))
            missing.discard(phase)
    return missing


def main(found: Path, arguments: list[str]) -> int:
    """Runs the command on its arguments and writes the times."""
    clock = Clock()
    run = import_module("streamplan.runtime.cli").run
    missing = wrap(clock, [import_module(name) for name in _MODULES])
    clock.enter(REST)
    code: int = run(arguments)
    clock.leave()
    times = {phase: None if phase in missing else clock.times.get(phase, 0.0) for phase in PHASES}
    found.write_text(json.dumps({START: clock.times[START]} | times | {REST: clock.times[REST]}))
    return code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
