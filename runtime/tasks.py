"""Several tasks of one run: a process each, started, listened to, started again, and told to finish.

A task that was killed, crashed, or left since the warehouse failed is started again, after 1, 2, 4 … 60 seconds. One
that stops since somebody must act stops the run. It loads nothing and reads no source.
**No task outlives it: each finishes when this process is gone.**
"""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, Queue
from threading import Thread
from typing import Protocol, TypeAlias, assert_never

from .channel import Failed, Lag, Read, decoded
from .errors import StreamplanError, WarehouseError
from .happenings import Committed, Recovered, Retrying
from .ports import Clock, Reporter, Stopping, Until
from .tally import Summary

CRASHED = 70  # a task's exit code after a fault of the program
_DONE = (0, 2)
_TRY_AGAIN = WarehouseError.exit_code
_LONGEST_SECONDS = 60.0
_STEP_SECONDS = 0.1
_WAITING_LINES = 10_000


class Seat(Reporter, Protocol):
    """Who is told of one task."""

    def began(self, process: int) -> None:
        """Its process, by id."""

    def lags(self, lag: Lag) -> None:
        """How far it is behind."""

    def wrote(self, line: str) -> None:
        """A line on its standard error."""

    def failed(self, error: StreamplanError) -> None:
        """It ends with an error."""


@dataclass(slots=True)
class _Task:
    """A task. `failures` are those since its last commit; `due` is when it is started again."""

    number: int
    seat: Seat
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    due: float | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    task: _Task
    text: bytes


@dataclass(frozen=True, slots=True)
class _Wrote:
    task: _Task
    text: bytes


@dataclass(frozen=True, slots=True)
class _Gone:
    task: _Task
    code: int


_Heard: TypeAlias = _Line | _Wrote | _Gone


class Tasks:
    """The tasks of one run. `command` gives a task's, by its number from 0; there is one for each of the seats.

    Attributes:
        summary: what all of them did; of one that was killed, what it had told.

    """

    def __init__(  # noqa: PLR0917 - a run's neighbours
        self,
        command: Callable[[int], Sequence[str]],
        seats: Sequence[Seat],
        until: Until,
        retries: int,
        clock: Clock,
        stopping: Stopping,
    ) -> None:
        self._command, self._until, self._retries = command, until, retries
        self._clock, self._stopping = clock, stopping
        self._tasks = [_Task(number, seat) for number, seat in enumerate(seats)]
        self._heard: Queue[_Heard] = Queue(_WAITING_LINES)
        self._finishing, self._code = False, 0
        self._error: StreamplanError | None = None
        self.summary = Summary()

    def go(self) -> int:
        """Runs them until all have ended, and gives the exit code of the one that stopped the run, else 0.

        Raises StreamplanError X906 when one has ended too often in a row.
        """
        try:
            for task in self._tasks:
                self._start(task)
            while any(task.process or task.due is not None for task in self._tasks):
                self._turn()
        finally:
            self._kill()
        if self._error:
            raise self._error
        return self._code

    def _turn(self) -> None:
        if self._stopping.asked:
            self._finish()
        for task in self._tasks:
            if task.due is not None and self._clock.now() >= task.due:
                self._start(task)
        try:
            heard = self._heard.get(timeout=_STEP_SECONDS)
        except Empty:
            return
        match heard:
            case _Line(task, text):
                self._listen(task, text)
            case _Wrote(task, text):
                task.seat.wrote(text.decode(errors="replace").rstrip())
            case _Gone(task, code):
                self._gone(task, code)
            case _:
                assert_never(heard)

    def _start(self, task: _Task) -> None:
        """Begins a process, in a session of its own: a terminal's Ctrl-C is not for it."""
        pipe = subprocess.PIPE
        process = subprocess.Popen(
            self._command(task.number), stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True
        )
        task.process, task.due = process, None
        task.seat.began(process.pid)
        Thread(target=self._hear, args=(task, process), name=f"task {task.number}", daemon=True).start()

    def _hear(self, task: _Task, process: subprocess.Popen[bytes]) -> None:
        """Passes on what a process says, and last that it is gone."""

        def complaints() -> None:
            for text in process.stderr or ():
                self._heard.put(_Wrote(task, text))

        beside = Thread(target=complaints, daemon=True)
        beside.start()
        for text in process.stdout or ():
            self._heard.put(_Line(task, text))
        beside.join()
        code = process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream:
                stream.close()
        self._heard.put(_Gone(task, code))

    def _listen(self, task: _Task, text: bytes) -> None:
        match decoded(text):
            case None:
                task.seat.wrote(text.decode(errors="replace").rstrip())
            case Read(records=records, size=size):
                task.seat.advanced(records, size)
            case Lag() as lag:
                task.seat.lags(lag)
            case Failed(code=code, message=message, help=help_):
                task.seat.failed(StreamplanError(code, message, help=help_))
            case Summary() as summary:
                self._add(summary)
            case Committed() as what:
                self.summary.add(what)
                self._committed(task)
                task.seat.happened(what)
            case what:
                task.seat.happened(what)

    def _committed(self, task: _Task) -> None:
        if task.failures:
            task.seat.happened(Recovered(attempts=task.failures + 1))
            task.failures = 0

    def _add(self, summary: Summary) -> None:
        """What a task counted that its commits do not say."""
        self.summary.repeated += summary.repeated
        there = {held.place for held in self.summary.held}
        self.summary.held += [held for held in summary.held if held.place not in there]
        for topic, count in summary.skipped.items():
            self.summary.skipped[topic] = self.summary.skipped.get(topic, 0) + count
        for topic, names in summary.dropped.items():
            dropped = self.summary.dropped.setdefault(topic, {})
            for name, count in names.items():
                dropped[name] = dropped.get(name, 0) + count

    def _gone(self, task: _Task, code: int) -> None:
        """What the end of a task means for the run."""
        task.process = None
        if self._finishing:
            gone_early = code == -signal.SIGTERM  # before it could be told in another way: it had nothing open
            self._code = self._code or (0 if code in _DONE or gone_early else max(code, 1))
        elif code in _DONE and self._until is Until.END:
            return
        elif code < 0 or code in (*_DONE, _TRY_AGAIN, CRASHED):
            self._again(task, code)
        else:
            self._code = code
            self._finish()

    def _again(self, task: _Task, code: int) -> None:
        """Starts it again, after a while; or the run ends, where that has been tried too often."""
        task.failures += 1
        reason = f"task {task.number} {_ended(code)}"
        if task.failures > self._retries:
            kind = WarehouseError if code == _TRY_AGAIN else StreamplanError
            help_ = "what ended it is told above; run it again: it goes on from the ledger"
            self._error = kind("X906", f"{reason}, and has been started {task.failures} times in vain", help=help_)
            self._finish()
            return
        seconds = min(_LONGEST_SECONDS, 2.0 ** (task.failures - 1))
        task.due = self._clock.now() + seconds
        attempts = self._retries + 1
        told = Retrying(attempt=task.failures, attempts=attempts, seconds=seconds, code="X906", reason=reason)
        task.seat.happened(told)

    def _finish(self) -> None:
        """Tells each of them to finish, once; none is started again."""
        if self._finishing:
            return
        self._finishing = True
        for task in self._tasks:
            task.due = None
            if task.process:
                task.process.terminate()

    def _kill(self) -> None:
        """Ends those that are still there, at once, and hears their last."""
        for task in self._tasks:
            if task.process:
                task.process.kill()
        while any(task.process for task in self._tasks):
            heard = self._heard.get()
            if isinstance(heard, _Gone):
                heard.task.process = None


def _ended(code: int) -> str:
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    if code in _DONE:
        return "finished before the run was told to"
    return "crashed" if code == CRASHED else f"ended with exit code {code}"
