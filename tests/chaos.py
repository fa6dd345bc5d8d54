"""What the chaos tests are made of: a server that is killed, and a run that is started again.

A fault strikes after so many more batches were committed, and chance says how many, and where in the next batch. **All
chance comes from one seed**, but for the speed of the machine.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Self, assert_never

import rig
from streamplan.runtime.errors import StreamplanError
from streamplan.runtime.plan import DestinationSettings, Plan
from streamplan.runtime.redshift import connected
from streamplan.runtime.statement import Statement
from streamplan.sandbox import sandbox as sandboxes

WAIT_SECONDS = 300
RUN = (sys.executable, "-c", "from streamplan.runtime.cli import main; main()", "run")
CUT = Statement(
    path="cut",
    sql="SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()",
)
# What a server answered to a COMMIT has to outlive it; the sandbox forgoes that to be quick.
DURABLE = Statement(path="durable", sql="ALTER USER admin SET synchronous_commit TO on")


class Fault(StrEnum):
    """What is killed with SIGKILL, the run or its server; or an administrator ends the run's connections."""

    RUN = "run killed"
    SERVER = "server killed"
    CUT = "connection cut"


@dataclass(frozen=True, kw_only=True)
class Strength:
    """How many faults of each kind."""

    runs: int
    servers: int
    cuts: int

    def faults(self, dice: random.Random) -> list[Fault]:
        faults = [Fault.RUN] * self.runs + [Fault.SERVER] * self.servers + [Fault.CUT] * self.cuts
        dice.shuffle(faults)
        return faults


class Server:
    """A sandbox of its own, on one folder and one port however often it is killed. `s3` is what COPY reads."""

    def __init__(self, folder: Path, s3: str = "") -> None:
        self._folder, self._s3, self._life = folder, s3, ExitStack()
        self._start(0)
        with connected(settings(self.address)) as admin, admin.transaction():
            admin.execute(DURABLE)

    def _start(self, port: int) -> None:
        self._running = self._life.enter_context(sandboxes.running(self._folder, port, s3=self._s3))
        self.address = self._running.address

    def kill_and_restart(self) -> None:
        """What its processes had in memory is gone; the next server goes on from its files."""
        os.kill(self._running.postgres_pid, signal.SIGKILL)
        self._life.close()
        polled(self._restarted)

    def _restarted(self) -> bool:
        try:
            self._start(self.address.port)
        except StreamplanError as error:
            if error.code != "B903":  # a process of the killed server is still about to end
                raise
            return False
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._life.close()


def settings(address: sandboxes.Address) -> DestinationSettings:
    where = {"host": address.host, "port": str(address.port), "database": address.database}
    return DestinationSettings(user=address.user, password=address.password, **where)


def polled(found: Callable[[], bool], pause: Callable[[], float] = lambda: 0.02) -> None:
    """Asks until it is so."""
    end = time.monotonic() + WAIT_SECONDS
    while not found():
        assert time.monotonic() < end
        time.sleep(pause())


class Log:
    """The log lines of one process, as far as they are whole."""

    def __init__(self, path: Path) -> None:
        self.path, self._read = path, 0
        self.batches, self.events = 0, 0

    def follow(self) -> None:
        with self.path.open("rb") as file:
            file.seek(self._read)
            whole = file.read().rpartition(b"\n")[0]
        self._read += len(whole) + bool(whole)
        for line in map(json.loads, filter(None, whole.splitlines())):
            self.batches += line["event"] == "committed"
            self.events += line["events"] if line["event"] == "committed" else 0


@dataclass(kw_only=True)
class Chaos:
    """Runs a plan over a file of events to its end, whatever happens to it.

    `faults` are those yet to strike, the last one first; `struck` are those that did.
    """

    folder: Path
    plan: Plan
    events: Path
    server: Server
    dice: random.Random
    faults: list[Fault]
    struck: list[Fault] = field(default_factory=list)
    logs: list[Log] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._left = self.events.read_bytes().count(b"\n")

    def go(self) -> None:
        """Starts the run again until it ends well; each other end than a kill is a failure."""
        while (code := self._one_process()) == -signal.SIGKILL:
            pass
        assert code == 0, self.logs[-1].path.read_text()[-3000:]

    def _one_process(self) -> int:
        log = Log(self.folder / f"log.{len(self.logs)}")
        self.logs.append(log)
        command = [*RUN, "plan", "--events", str(self.events), "--until-end", "--log", "json"]
        env = os.environ | self.server.address.environment()
        with (
            log.path.open("wb") as file,
            subprocess.Popen(command, cwd=self.folder, env=env, stdout=subprocess.DEVNULL, stderr=file) as process,
        ):
            try:
                self._disturb(process, log)
                return process.wait(WAIT_SECONDS)
            finally:
                process.kill()
                log.follow()

    def _disturb(self, process: subprocess.Popen[bytes], log: Log) -> None:
        while self.faults and process.poll() is None:
            self._let_work(process, log, self._patience())
            if process.poll() is None and self._strike(self.faults[-1], process):
                self.struck.append(self.faults.pop())

    def _patience(self) -> int:
        """After how many more batches the next fault strikes, so that there are enough for those that follow."""
        left = self._left // self.plan.batch.max_rows
        return self.dice.randint(1, max(1, left // len(self.faults)))

    def _let_work(self, process: subprocess.Popen[bytes], log: Log, batches: int) -> None:
        before, goal = log.events, log.batches + batches

        def worked() -> bool:
            log.follow()
            return log.batches >= goal or process.poll() is not None

        polled(worked, lambda: self.dice.uniform(0.001, 0.02))
        self._left -= log.events - before

    def _strike(self, fault: Fault, process: subprocess.Popen[bytes]) -> bool:
        """Whether it met a run that was at work."""
        match fault:
            case Fault.RUN:
                process.kill()
                return process.wait(WAIT_SECONDS) == -signal.SIGKILL
            case Fault.SERVER:
                self.server.kill_and_restart()
                return True
            case Fault.CUT:
                with rig.warehouse_of(self.plan, self.server.address) as other, other.transaction():
                    return bool(other.execute(CUT))
            case _:
                assert_never(fault)
