"""Chaos around a group that loads Kafka's topics over S3: its members, its brokers, its warehouse and its S3 fail.

Each fault strikes a group that has work: records are sent right before, and wait for the next one meanwhile.
**All chance comes from one seed**, but for the speed of the machine.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import chaos_s3
import rig
from brokers import Broker, eventually, raw
from chaos import CUT, Server
from chaos_events import PARTITIONS, TABLES
from chaos_line import Line
from chaos_s3 import Failing
from crowd import Crowd
from shares import forget, given
from streamplan.runtime.plan import Plan
from streamplan.runtime.statement import Statement
from test_kill import events_in

WAIT_SECONDS = 120
SESSION_SECONDS = 3
MOST_MEMBERS = 3
STILL_SECONDS = 3 * SESSION_SECONDS
GROUP = "streamplan-big"
REQUESTS = 4  # one more than the S3 client tries by itself
HELD = Statement(path="held", sql="SELECT topic, from_offset, to_offset FROM big._streamplan_ledger")


class Fault(StrEnum):
    """What happens to the group and what it stands on; S3's own faults are `chaos_s3.Fault`."""

    MEMBER = "member killed"
    WORKER = "worker killed"
    STOPPED = "worker stopped past its session"
    JOINED = "member joined"
    LEFT = "member left"
    BROKER = "broker killed"
    LINES = "lines to the broker cut"
    SERVER = "server killed"
    CUT = "connections to the warehouse cut"


@dataclass(kw_only=True)
class Storm:
    """The faults in their order, and how many records are sent before each; `struck` are those that did.

    `forgotten` counts how often the broker gave partitions to nobody, so that the group had to begin anew.
    """

    plan: Plan
    broker: Broker
    line: Line
    server: Server
    s3: Failing
    crowd: Crowd
    records: Iterator[dict[str, Any]]
    slice_: int
    dice: random.Random
    sent: int = 0
    forgotten: int = 0
    struck: list[str] = field(default_factory=list)
    times: list[tuple[str, float]] = field(default_factory=list)

    def go(self, faults: list[Fault | chaos_s3.Fault]) -> None:
        """Until all that was sent is in the warehouse, and every member has finished."""
        self.crowd.join()
        self.crowd.join()
        self._send()
        self._until(lambda committed: committed > 0)
        for fault in faults:
            began = time.monotonic()
            self._send()
            self._let_work()
            self._strike(fault)
            self.struck.append(fault)
            self.crowd.look()
            if len(self.crowd.members) < 2:
                self.crowd.join()
            self.times.append((fault, time.monotonic() - began))
        for _ in range(3):
            self._send()
        self._until(lambda committed: committed == self.sent)
        self.crowd.finish()

    def _send(self) -> None:
        """The next records, all acknowledged."""
        for _ in range(self.slice_):
            if (record := next(self.records, None)) is None:
                break
            value = None if record["value"] is None else json.dumps(record["value"]).encode()
            self.broker.send(record["topic"], raw(record["key"]), value, record["partition"])
            self.sent += 1
        self.broker.sent()

    def _let_work(self) -> None:
        """Until some more has been committed, by chance of how much, or all of it."""
        goal = min(self._committed() + self.dice.randint(1, self.slice_), self.sent)
        self._until(lambda committed: committed >= goal)

    def _until(self, enough: Callable[[int], bool]) -> None:
        """Until so much is committed. Where nothing is, since the broker gave partitions to nobody, all begin anew."""
        before, since = -1, time.monotonic()

        def looked() -> bool:
            nonlocal before, since
            self.crowd.look()
            committed = self._committed()
            if committed != before:
                before, since = committed, time.monotonic()
            elif time.monotonic() >= since + STILL_SECONDS and self._forgotten():
                self._begin_anew()
                since = time.monotonic()
            return enough(committed)

        eventually(looked, WAIT_SECONDS)

    def _forgotten(self) -> bool:
        """Whether some partitions are nobody's for the broker, which has formed a group, or never comes to it."""
        return len(given(self.broker.folder.parent / "kept", GROUP)) < PARTITIONS * len(TABLES)

    def _begin_anew(self) -> None:
        """The broker knows nothing of the group, and its members are others."""
        self.forgotten += 1
        self.crowd.kill_all()
        self.broker.kill()
        forget(self.broker.folder.parent / "kept", GROUP)
        self.broker.start()
        self.crowd.join()
        self.crowd.join()

    def _committed(self) -> int:
        """How many records the ledger holds."""
        with rig.warehouse_of(self.plan, self.server.address) as warehouse, warehouse.transaction():
            rows = warehouse.execute(HELD)
        return events_in([{"from_offset": first, "to_offset": last} for _, first, last in rows])

    def _strike(self, fault: Fault | chaos_s3.Fault) -> None:
        match fault:
            case chaos_s3.Fault():
                self._fail_s3(fault)
            case Fault.STOPPED:
                self._stop_past_session(self.crowd.worker())
            case Fault.CUT:
                self._cut()
            case _:
                self._struck_by()[fault]()
        if len(self.crowd.members) > MOST_MEMBERS:
            self.crowd.leave()

    def _struck_by(self) -> dict[Fault, Callable[[], None]]:
        return {
            Fault.MEMBER: self.crowd.kill,
            Fault.WORKER: self.crowd.kill_worker,
            Fault.JOINED: self.crowd.join,
            Fault.LEFT: self.crowd.leave,
            Fault.BROKER: self.broker.kill_and_restart,
            Fault.LINES: self.line.cut,
            Fault.SERVER: self.server.kill_and_restart,
        }

    def _fail_s3(self, fault: chaos_s3.Fault) -> None:
        """Once, or more often than the client tries by itself; with work until all have struck."""
        self.s3.arm(fault, self.dice.choice((1, REQUESTS)))

        def weathered(committed: int) -> bool:
            if committed == self.sent:
                self._send()
            return not self.s3.armed

        self._until(weathered)

    def _cut(self) -> None:
        with rig.warehouse_of(self.plan, self.server.address) as other, other.transaction():
            other.execute(CUT)

    def _stop_past_session(self, pid: int) -> None:
        """It goes on when others have done its work, or cannot, since it holds a lock."""
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
        self._send()
        enough = time.monotonic() + 3 * SESSION_SECONDS
        eventually(lambda: self._committed() == self.sent or time.monotonic() >= enough, WAIT_SECONDS)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
