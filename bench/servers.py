"""CPU that servers took meanwhile, of which the benchmark is not the parent. It reads /proc, so it needs Linux."""

from __future__ import annotations

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_OWN, _WITH_ENDED = slice(11, 13), slice(11, 15)  # the fields of /proc/PID/stat behind the name


def cpu(pid: int) -> float:
    """Seconds of user and system time of a process alone."""
    return _ticks(pid, _OWN) / _TICKS


def cpu_with_children(pid: int) -> float:
    """The same with its children, those that have ended among them."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return (_ticks(pid, _WITH_ENDED) + sum(_ticks(int(child), _OWN) for child in children)) / _TICKS


def _ticks(pid: int, fields: slice) -> int:
    try:
        said = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:  # it has ended, and counts among those that have
        return 0
    return sum(map(int, said.rpartition(")")[2].split()[fields]))
