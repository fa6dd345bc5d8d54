"""What the warehouse failed is tried again as a whole, and nothing else is: how often, how long, and what is told."""

from __future__ import annotations

import pytest
from noting import Noting
from streamplan.runtime.errors import PlanError, RecordError, StopError, WarehouseError
from streamplan.runtime.happenings import Recovered, Retrying
from streamplan.runtime.retry import Patience


class Work:
    """Fails so many times with an error, and then is done."""

    def __init__(self, failures: int, error: Exception | None = None) -> None:
        self.failures, self.error = failures, error or WarehouseError("X952", "lost")
        self.done = 0

    def __call__(self) -> str:
        self.done += 1
        if self.done <= self.failures:
            raise self.error
        return "done"


def patience(attempts: int = 8, chance: float = 0.0, given_up=lambda: False):
    """Patience, the waits that it asked for, and what it told."""
    waits, noting = [], Noting()
    patient = Patience(attempts=attempts, reporter=noting, pause=waits.append, chance=lambda: chance, given_up=given_up)
    return patient, waits, noting.told


def test_what_works_is_done_once_and_nothing_is_told():
    patient, waits, told = patience()
    work = Work(0)
    assert (patient(work), work.done, waits, told) == ("done", 1, [], [])


def test_what_failed_is_tried_again_until_it_works_and_that_is_told():
    patient, _, told = patience()
    work = Work(2)
    assert (patient(work), work.done) == ("done", 3)
    assert told == [
        Retrying(attempt=1, attempts=8, seconds=1, code="X952", reason="lost"),
        Retrying(attempt=2, attempts=8, seconds=2, code="X952", reason="lost"),
        Recovered(attempts=3),
    ]


def test_the_last_error_is_raised_when_the_attempts_are_used_up():
    patient, waits, told = patience(attempts=3)
    work = Work(9)
    with pytest.raises(WarehouseError, match="lost") as caught:
        patient(work)
    assert (caught.value.exit_code, work.done, len(waits), len(told)) == (4, 3, 2, 2)


def test_one_attempt_is_no_retry():
    patient, waits, _ = patience(attempts=1)
    with pytest.raises(WarehouseError):
        patient(Work(1))
    assert waits == []


@pytest.mark.parametrize(("chance", "waits"), [(0.0, [1, 2, 4, 8, 16, 32, 60]), (0.5, [0.75, 1.5, 3, 6, 12, 24, 45])])
def test_waits_double_up_to_a_minute_and_chance_takes_up_to_half(chance: float, waits: list[float]):
    patient, waited, _ = patience(chance=chance)
    patient(Work(7))
    assert waited == waits


@pytest.mark.parametrize(
    "error",
    [
        StopError("X960", "fenced"),
        PlanError("P813", "old"),
        RecordError("X924", "bad"),
        KeyError("a"),
        KeyboardInterrupt(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_anything_but_a_failure_of_the_warehouse_is_raised_at_once(error: BaseException):
    patient, waits, told = patience()
    work = Work(1, error)
    with pytest.raises(type(error)) as caught:
        patient(work)
    assert (caught.value, work.done, waits, told) == (error, 1, [], [])


def test_who_is_told_to_finish_makes_no_further_attempt():
    patient, waits, _ = patience(given_up=lambda: True)
    work = Work(9)
    with pytest.raises(WarehouseError):
        patient(work)
    assert (work.done, waits) == (1, [])


def test_each_piece_of_work_has_all_attempts():
    patient, _, _ = patience(attempts=3)
    assert [patient(Work(2)) for _ in range(3)] == ["done"] * 3
