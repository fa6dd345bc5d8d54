"""Tasks of a run: what their ends mean, when they are started again, and what is added up. Each is a small program."""

from __future__ import annotations

import sys

import pytest
from noting import Noting
from streamplan.runtime.channel import Failed, Lag, Read, decoded, encoded
from streamplan.runtime.errors import StreamplanError, WarehouseError
from streamplan.runtime.happenings import Committed, Cut, Held, Quarantined, Recovered, Retrying, Span
from streamplan.runtime.ports import Partition, Until
from streamplan.runtime.tally import Summary
from streamplan.runtime.tasks import CRASHED, Tasks

COMMITTED = Committed(
    table="s.orders",
    events=3,
    upserts=2,
    deletes=1,
    quarantined=0,
    truncated=0,
    spans=(Span(at=Partition("s.orders", 1), first=0, last=2),),
    seconds=0.5,
    version=1,
)
HELD = Held(topic="s.orders", place="s.orders[0]@3", fields=("n",), reason="new")
FINISHING = "import signal, sys, time\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\ntime.sleep(600)"


class Seat(Noting):
    """Keeps what it is told of a task."""

    def __init__(self) -> None:
        super().__init__()
        self.read, self.begun, self.lines, self.errors, self.behind = 0, 0, [], [], ()

    def advanced(self, records: int, size: int) -> None:  # noqa: ARG002 - a reporter's signature
        self.read += records

    def began(self, process: int) -> None:  # noqa: ARG002 - a seat's signature
        self.begun += 1

    def lags(self, lag: Lag) -> None:
        self.behind = lag.behind

    def wrote(self, line: str) -> None:
        self.lines.append(line)

    def failed(self, error: StreamplanError) -> None:
        self.errors.append(error.code)


class Quick:
    """Time that flies."""

    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        self.time += 100
        return self.time


class Asked:
    """Whether the run was told to finish: once every task has been told `after` things."""

    def __init__(self, seats: list[Seat], after: int) -> None:
        self.seats, self.after = seats, after

    @property
    def asked(self) -> bool:
        return all(seat.read >= self.after for seat in self.seats)


def ran(*programs: str, until=Until.END, retries=2, after=10**9) -> tuple[int, Tasks, list[Seat]]:
    """Runs a program a task."""
    seats = [Seat() for _ in programs]
    commands = [[sys.executable, "-c", program] for program in programs]
    tasks = Tasks(lambda number: commands[number], seats, until, retries, Quick(), Asked(seats, after))
    return tasks.go(), tasks, seats


def telling(*messages, code: int = 0) -> str:
    said = b"".join(encoded(message) for message in messages)
    return f"import sys; sys.stdout.buffer.write({said!r}); sys.stdout.flush(); sys.exit({code})"


@pytest.mark.parametrize(
    "message",
    [
        COMMITTED,
        HELD,
        Quarantined(place="s.orders[0]@1", code="X924", reason="too long"),
        Retrying(attempt=1, attempts=8, seconds=1.0, code="X950", reason="no"),
        Recovered(attempts=2),
        Cut(reason="down"),
        Read(records=1, size=2),
        Lag(behind=(("s.orders", 0, 3),)),
        Failed(code="X950", message="no", help=""),
        Summary(events=1, skipped={"t": 1}, held=[HELD]),
    ],
)
def test_what_a_task_tells_is_heard_as_it_was(message):
    assert decoded(encoded(message)) == message


@pytest.mark.parametrize("line", [b"", b"{", b'{"kind":"Comm', b'{"kind":"Other","what":{}}', b"\xff\n"])
def test_a_line_that_says_nothing_is_none(line):
    assert decoded(line) is None


def test_what_tasks_did_is_added_up():
    one = telling(Read(records=5, size=9), COMMITTED, Summary(events=3, held=[HELD], skipped={"t": 1}, repeated=1))
    two = telling(COMMITTED, COMMITTED, Summary(held=[HELD], skipped={"t": 2, "u": 1}, dropped={"t": {"f": 2}}))
    code, tasks, seats = ran(one, two)
    expected = Summary(events=9, upserts=6, deletes=3, batches=3, repeated=1, skipped={"t": 3, "u": 1}, held=[HELD])
    expected.dropped = {"t": {"f": 2}}
    assert (code, tasks.summary, seats[0].read) == (0, expected, 5)


@pytest.mark.parametrize("ending", ["sys.exit(4)", f"sys.exit({CRASHED})", "os.kill(os.getpid(), 9)"])
def test_a_task_that_failed_is_started_again_until_that_was_tried_too_often(ending):
    with pytest.raises(StreamplanError) as caught:
        ran(f"import os, sys; {ending}", FINISHING)
    assert (caught.value.code, isinstance(caught.value, WarehouseError)) == ("X906", ending == "sys.exit(4)")


def test_the_waits_double_and_begin_anew_after_a_commit():
    seats = [Seat()]
    ends = iter([telling(code=4), telling(code=4), telling(COMMITTED, code=4), telling()])
    tasks = Tasks(lambda _: [sys.executable, "-c", next(ends)], seats, Until.END, 2, Quick(), Asked(seats, 1))
    assert (tasks.go(), tasks.summary.events, seats[0].begun) == (0, 3, 4)
    waits = [what.seconds for what in seats[0].told if isinstance(what, Retrying)]
    assert waits == [1.0, 2.0, 1.0]
    assert Recovered(attempts=3) in seats[0].told


@pytest.mark.parametrize("code", [1, 3, 64])
def test_a_task_that_stops_since_somebody_must_act_stops_the_run_with_its_code(code):
    failed = Failed(code="X953", message="no", help="grant it")
    found, _, seats = ran(telling(failed, code=code), FINISHING, until=Until.STOPPED)
    assert (found, seats[0].errors, seats[0].begun, seats[1].begun) == (code, ["X953"], 1, 1)


def test_what_a_task_writes_on_its_standard_error_is_told():
    _, _, (seat,) = ran("import sys; print('oh', file=sys.stderr); print('no message')")
    assert sorted(seat.lines) == ["no message", "oh"]


def test_a_task_that_ends_before_a_run_without_an_end_is_started_again():
    read = telling(Read(records=1, size=1))
    code, _, (seat, _) = ran(read, f"{read[: read.index('sys.exit')]}\n{FINISHING}", until=Until.STOPPED, after=1)
    assert (code, seat.read >= 1) == (0, True)


def test_a_run_that_is_told_to_finish_says_when_a_task_could_not_commit():
    fails = FINISHING.replace("sys.exit(0)", "sys.exit(4)")
    read = telling(Read(records=1, size=1))
    begin = read[: read.index("sys.exit")]
    code, _, (seat,) = ran(f"{FINISHING.splitlines()[0]}\n{fails.splitlines()[1]}\n{begin}\ntime.sleep(600)", after=1)
    assert (code, seat.begun) == (4, 1)
