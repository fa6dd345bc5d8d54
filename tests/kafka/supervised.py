"""A run of several tasks as a process of its own, and what a test sees of it: its log lines, its tasks' processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from brokers import STREAMPLAN, eventually

WAIT_SECONDS = 90


class Supervised:
    """The process, and its log."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process, self._log = process, log

    def lines(self, event: str = "") -> list[dict[str, Any]]:
        """The log lines that are whole, of one event or all."""
        found = [json.loads(line) for line in self._log.read_text().splitlines(keepends=True) if line.endswith("}\n")]
        return [line for line in found if not event or line["event"] == event]

    def pids(self) -> dict[int, int]:
        """The process of each task that began last."""
        return {line["task"]: line["process"] for line in self.lines("began")}

    def committed(self) -> int:
        return sum(line["events"] for line in self.lines("committed"))

    def committing(self) -> set[int]:
        """The tasks that have committed something."""
        return {line["task"] for line in self.lines("committed")}

    def told(self) -> str:
        return self._log.read_text()

    def end(self, number: int = signal.SIGTERM) -> int:
        """Its exit code after a signal."""
        self.process.send_signal(number)
        return self.process.wait(WAIT_SECONDS)


@contextmanager
def supervised(plan: Path, address: Any, *arguments: object):
    """A run while the `with` lasts; neither it nor a task of it is there behind it."""
    number = len(list(plan.parent.glob("run-*.log")))
    log, out = plan.parent / f"run-{number}.log", plan.parent / f"run-{number}.out"
    command = [STREAMPLAN, "run", str(plan), "--log", "json", *map(str, arguments)]
    with log.open("wb") as err, out.open("wb") as told:
        process = subprocess.Popen(command, env=os.environ | address.environment(), stdout=told, stderr=err)
    run = Supervised(process, log)
    try:
        yield run
    finally:
        process.kill()
        process.wait(WAIT_SECONDS)
        for pid in [line["process"] for line in run.lines("began")]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
                eventually(lambda pid=pid: not alive(pid))


def alive(pid: int) -> bool:
    """Whether a process is there, and has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
