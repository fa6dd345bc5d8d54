"""Work beside the loop: it is waited for, but where the process leaves at once; the source is idle meanwhile."""

from __future__ import annotations

from threading import Event, current_thread

import pytest
from streamplan.runtime.loading import InLine, Left, beside

PATIENCE = 60


def test_work_is_done_beside_the_loop_and_waited_for():
    begun, go, done = Event(), Event(), []

    def work() -> None:
        begun.set()
        assert go.wait(PATIENCE)
        done.append(current_thread().name)

    with beside(lambda: None) as loader:
        loader.start(work)
        assert begun.wait(PATIENCE)
        assert (loader.busy, done) == (True, [])
        loader.wait(lambda: True)
        assert loader.busy
        go.set()
        loader.wait()
        assert (loader.busy, done) == (False, ["streamplan loader"])


def test_the_loop_is_idle_in_its_own_thread_while_it_waits():
    go, threads = Event(), []

    def idle() -> None:
        threads.append(current_thread())
        go.set()

    with beside(idle) as loader:
        loader.start(lambda: go.wait(PATIENCE) or None)
        loader.wait()
    assert set(threads) == {current_thread()}


def test_the_end_waits_for_what_is_under_way_after_an_error_too():
    go, done = Event(), []

    def work() -> None:
        assert go.wait(PATIENCE)
        done.append(1)

    def failing(loader) -> None:
        loader.start(work)
        go.set()
        raise ValueError

    with pytest.raises(ValueError), beside(lambda: None) as loader:  # noqa: PT011 - its kind is the point
        failing(loader)
    assert done == [1]


def test_who_leaves_at_once_waits_for_nothing_and_the_work_is_told():
    go, begun, found = Event(), Event(), []

    def work() -> None:
        begun.set()
        assert go.wait(PATIENCE)
        found.append(loader.left)
        go.clear()
        raise Left

    def leaving(loader) -> None:
        loader.start(work)
        assert begun.wait(PATIENCE)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), beside(lambda: None) as loader:
        leaving(loader)
    assert loader.busy
    go.set()
    loader.wait()
    assert found == [True]


def test_in_line_the_work_is_done_when_it_has_begun():
    loader, busy = InLine(), []
    loader.start(lambda: busy.append(loader.busy))
    assert (busy, loader.busy) == ([True], False)
