"""Members of a group come and go, whatever they are in the middle of: no record is left out, none is taken twice."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from contextlib import contextmanager

import msgspec
import pytest
from brokers import NOIDA, STREAMPLAN, eventually, free_port, page
from members import member, owning
from streamplan.runtime.errors import WarehouseError
from streams import Stream

PARTITIONS = 4
BLOCKED = "a member that is slow to join again at times blocks the others' joining for good"
EVICTION = "it never throws a member out that is gone"


@pytest.fixture
def stream(tmp_path, broker, warehouse):
    return Stream(tmp_path, broker, warehouse, PARTITIONS)


def test_a_second_member_takes_partitions_over_and_gives_them_back(stream):
    plan = stream.cut(max_rows=150, max_seconds=1)
    stream.send(1000)
    with member(plan, stream.address) as first:
        owning(first, PARTITIONS)
        with member(plan, stream.address) as second:
            owning(second, PARTITIONS // 2)
            owning(first, PARTITIONS // 2)
            stream.send(1000)
            eventually(lambda: first.error or second.error or stream.complete())
        owning(first, PARTITIONS)
        stream.send(1000)
        eventually(lambda: first.error or stream.complete())
    assert stream.seamless()


def test_what_is_open_of_a_partition_that_leaves_is_committed_before_it_goes(stream):
    plan = stream.cut(max_seconds=600)
    with member(plan, stream.address) as first:
        owning(first, PARTITIONS)
        stream.send(400)
        eventually(lambda: first.error or held(first) == 400)
        assert stream.ledger() == []
        with member(plan, stream.address) as second:
            owning(second, PARTITIONS // 2)
            eventually(stream.complete)
    assert stream.ledger() == [(number, 0, 99) for number in range(PARTITIONS)]


class Gate:
    """A warehouse whose COMMITs wait while the gate is closed, and fail where they are told to."""

    def __init__(self) -> None:
        self.open, self.waiting = threading.Event(), threading.Event()
        self.failures = 0

    def __call__(self, warehouse):
        self.warehouse = warehouse
        return self

    @contextmanager
    def transaction(self):
        with self.warehouse.transaction():
            yield
            self.waiting.set()
            assert self.open.wait(60)
            if self.failures:
                self.failures -= 1
                raise WarehouseError("X957", "no")

    def __getattr__(self, name: str):
        return getattr(self.warehouse, name)


def test_a_batch_that_cannot_be_committed_when_its_partition_leaves_is_dropped_and_read_again(stream):
    gate = Gate()
    gate.open.set()
    plan = stream.cut(max_seconds=600)
    with member(plan, stream.address, gate) as first:
        owning(first, PARTITIONS)
        stream.send(400)
        eventually(lambda: first.error or held(first) == 400)
        gate.failures = 1
        with member(stream.cut(max_seconds=1), stream.address) as second:
            owning(second, PARTITIONS // 2)
            owning(first, PARTITIONS // 2)
            assert gate.failures == 0
            eventually(lambda: {number for number, _, _ in stream.ledger()} == second_of(second))
    assert (stream.complete(), stream.seamless()) == (True, True)


def second_of(one) -> set[int]:
    return {at.number for at in one.owned}


def test_a_member_whose_partitions_another_run_has_moved_goes_on_from_the_ledger(stream):
    with member(stream.cut(max_rows=450, max_seconds=600), stream.address) as first:
        owning(first, PARTITIONS)
        stream.send(400)
        eventually(lambda: first.error or held(first) == 400)
        with member(as_another_group(stream.cut(max_seconds=1)), stream.address):
            eventually(stream.complete)
        stream.send(500)
        eventually(lambda: first.error or sum(last - begin + 1 for _, begin, last in stream.ledger()) >= 850)
    assert (stream.complete(), stream.seamless()) == (True, True)


def as_another_group(plan):
    kafka = msgspec.structs.replace(plan.source.kafka, group="another")
    return msgspec.structs.replace(plan, source=msgspec.structs.replace(plan.source, kafka=kafka))


def held(one) -> int:
    """How many records a member has read of its partitions."""
    return sum(own.reached for own in one.source._owned.values())  # noqa: SLF001


class Meanwhile:
    """Tries again what the warehouse failed, when something is so: the member is idle meanwhile."""

    def __init__(self) -> None:
        self.until, self.waiting = None, threading.Event()

    def __call__(self, work):
        while True:
            try:
                return work()
            except WarehouseError:
                self.waiting.set()
                eventually(lambda: self.until and self.until())


@pytest.mark.lacking(NOIDA, BLOCKED)
@pytest.mark.parametrize("other_commits", [False, True])
def test_a_commit_that_is_tried_again_while_its_partitions_leave_is_taken_once(stream, other_commits):
    gate, retry = Gate(), Meanwhile()
    gate.open.set()
    with member(stream.cut(max_rows=400, max_seconds=1), stream.address, gate, retry) as first:
        owning(first, PARTITIONS)
        gate.failures = 1
        stream.send(400)
        eventually(retry.waiting.is_set)
        with member(stream.cut(max_seconds=1 if other_commits else 600), stream.address) as second:
            retry.until = lambda: len(second.owned) == PARTITIONS // 2 and (stream.ledger() or not other_commits)
            eventually(lambda: first.error or second.error or stream.ledger())
            stream.send(400)
        eventually(lambda: first.error or stream.complete())
    assert stream.seamless()


@pytest.mark.lacking(NOIDA, EVICTION)
def test_a_member_that_is_killed_is_replaced_and_nothing_is_lost(stream, warehouse):
    stream.send(400)
    port = free_port()
    command = [STREAMPLAN, "run", str(stream.folder / "plan"), "--log", "text", "--metrics", f"127.0.0.1:{port}"]
    with subprocess.Popen(command, env=os.environ | warehouse.environment()) as process:
        try:
            eventually(lambda: "streamplan_read_records_total 400.0" in page(port))
            with member(stream.cut(max_seconds=1), stream.address) as second:
                owning(second, PARTITIONS // 2)
                process.send_signal(signal.SIGKILL)
                owning(second, PARTITIONS)
                stream.send(400)
                eventually(lambda: second.error or stream.complete())
        finally:
            process.kill()
    assert stream.seamless()
