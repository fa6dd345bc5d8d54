"""The members of a group, a `streamplan run` each, some with tasks: started, killed, stopped, told to finish.

A member ends by a test's kill, or well. **Any other end is a failure.**
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

from brokers import STREAMPLAN, eventually
from supervised import alive

WAIT_SECONDS = 120
WAREHOUSE_FAILED = 4  # an exit code: nothing is lost


class Member:
    """A run in a process, its log, and the processes that do its work."""

    def __init__(self, plan: Path, log: Path, tasks: int, environment: dict[str, str]) -> None:
        self.log, self._read, self._tasks, self._killed = log, 0, {}, False
        self.committed, self.retried = 0, 0
        command = [STREAMPLAN, "run", str(plan), "--log", "json", *(["--tasks", str(tasks)] if tasks > 1 else [])]
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                command, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=file
            )

    def follow(self) -> None:
        """Reads on what it says, and that it runs or was killed."""
        with self.log.open("rb") as file:
            file.seek(self._read)
            whole = file.read().rpartition(b"\n")[0]
        self._read += len(whole) + bool(whole)
        for line in map(json.loads, filter(None, whole.splitlines())):
            self.committed += line["event"] == "committed"
            self.retried += line["event"] == "retrying"
            if line["event"] == "began":
                self._tasks[line["task"]] = line["process"]

    def workers(self) -> list[int]:
        """The processes that read and commit, by id: its tasks', or its own."""
        self.follow()
        return [pid for pid in self._tasks.values() if alive(pid)] or [self.process.pid]

    def running(self) -> bool:
        """Whether it runs; raises where it ended by itself."""
        code = self.process.poll()
        assert code is None or self._killed, f"exit code {code}\n" + self.log.read_text()[-4000:]
        return code is None

    def kill(self) -> None:
        """With SIGKILL; its tasks then finish by themselves."""
        self._killed = True
        self.process.kill()
        self.process.wait(WAIT_SECONDS)

    def ask(self) -> None:
        """To finish, with SIGTERM."""
        self.follow()
        self.process.terminate()

    def finish(self) -> None:
        """It was asked, and ends: at once where it has hardly begun, with 4 where the warehouse is cut then."""
        code, said = self.process.wait(WAIT_SECONDS), self.log.read_text()
        assert code in {0, WAREHOUSE_FAILED} or (code == -signal.SIGTERM and not said), (
            f"exit code {code}\n" + said[-4000:]
        )

    def clear(self) -> None:
        """Nothing of it is left."""
        self.follow()
        self.process.kill()
        self.process.wait(WAIT_SECONDS)
        for pid in self._tasks.values():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            eventually(lambda pid=pid: not alive(pid))


class Crowd:
    """The members there are, and were. Each second one has two tasks."""

    def __init__(self, plan: Path, environment: dict[str, str], dice: random.Random) -> None:
        self._plan, self._environment, self._dice = plan, environment, dice
        self.ever: list[Member] = []
        self.members: list[Member] = []

    def join(self) -> None:
        """One more."""
        number = len(self.ever)
        log = self._plan.parent / f"member-{number}.log"
        self.ever.append(Member(self._plan, log, 1 + number % 2, self._environment))
        self.members.append(self.ever[-1])

    def kill(self) -> None:
        """One of them, whole."""
        self._taken_out().kill()

    def kill_all(self) -> None:
        """All of them, and their tasks."""
        while self.members:
            member = self.members.pop()
            member.kill()
            member.clear()

    def leave(self) -> None:
        """One of them finishes, or gives up since the warehouse fails just then."""
        member = self._taken_out()
        member.ask()
        member.finish()

    def worker(self) -> int:
        """A process of one of them, by id."""
        return self._dice.choice(self._dice.choice(self.members).workers())

    def kill_worker(self) -> None:
        """A process of one of them: a task is started again by its run, and whoever has none is gone."""
        pid = self.worker()
        for member in self.members:
            if member.process.pid == pid:
                self.members.remove(member)
                member.kill()
                return
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def look(self) -> None:
        """Raises where one ended by itself."""
        for member in self.members:
            member.follow()
            assert member.running()

    def finish(self) -> None:
        """All that are left, at once."""
        for member in self.members:
            member.ask()
        while self.members:
            self.members.pop().finish()

    def clear(self) -> None:
        """Nothing of any is left."""
        for member in self.ever:
            member.clear()

    def _taken_out(self) -> Member:
        return self.members.pop(self._dice.randrange(len(self.members)))
