"""What a command costs: each runs in a process of its own, and the kernel says what it took.

CPU is user and system time of the process and of the children it waited for. A process begins with the peak memory of
the one that started it, so no peak below the benchmark's own can be seen; the benchmark keeps itself small.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one process took: CPU and wall in seconds, peak resident memory in MB."""

    cpu: float
    wall: float
    rss: float


class CommandError(Exception):
    """A measured command ended in another way than it should."""


class TooLongError(Exception):
    """A measured command was ended since it took longer than it may."""


def measured(
    command: Sequence[str | Path],
    folder: Path,
    *,
    exits: int = 0,
    seconds: float = 3600,
    environment: Mapping[str, str] | None = None,
) -> Cost:
    """Runs a command in a folder and gives its cost. Raises CommandError with its output, and TooLongError."""
    log = folder / "output.txt"
    began = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment
        )
        ended_by_us, code, usage = _waited(process, seconds)
    if ended_by_us:
        raise TooLongError
    if code != exits:
        raise CommandError(f"{' '.join(map(str, command))}: exit code {code}\n{log.read_text()[-4000:]}")
    wall = time.perf_counter() - began
    return Cost(cpu=usage.ru_utime + usage.ru_stime, wall=wall, rss=usage.ru_maxrss / 1024)


def _waited(process: subprocess.Popen[bytes], seconds: float) -> tuple[bool, int, resource.struct_rusage]:
    ended = threading.Event()
    timer = threading.Timer(seconds, _end, (process.pid, ended))
    timer.start()
    try:
        _, status, usage = os.wait4(process.pid, 0)
    finally:
        timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    return ended.is_set(), process.returncode, usage


def _end(pid: int, ended: threading.Event) -> None:
    ended.set()
    with suppress(ProcessLookupError):  # Popen.kill would take the exit status, and with it the cost
        os.kill(pid, signal.SIGKILL)
