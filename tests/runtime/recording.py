"""Doubles of the runtime's ports: a warehouse that notes what it is asked and answers from what was committed."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime

from streamplan.runtime.errors import WarehouseError
from streamplan.runtime.ports import Partition

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class RecordingWarehouse:
    """Notes calls; remembers ledger and history rows when they are committed; fails at the calls it is told to.

    `done` counts what stays: the statements of committed transactions, and those that stood alone.
    """

    def __init__(self, plan, fails_at: int | None = None) -> None:
        self.plan, self.fails_at = plan, fails_at
        self.calls, self.binds, self.done = [], [], Counter()
        self.ledger, self.history, self.probes = {}, [], set()
        self._open, self._count = [], 0

    @contextmanager
    def transaction(self):
        self._open = []
        self.calls.append("begin")
        try:
            yield
            self._note("commit")
        except BaseException:
            self.calls.append("rollback")
            raise
        for path, binds in self._open:
            self._commit(path, binds)

    def execute(self, statement, binds=()):
        self._note(statement.path, binds)
        self._open.append((statement.path, binds))
        return self._answer(statement.path, binds)

    def aside(self, statement, binds=()):
        self._note(f"aside {statement.path}", binds)
        return self._answer(statement.path, binds)

    def load(self, statement, rows):
        self._note(f"{statement.path} {len(rows)}", rows)
        self._open.append((statement.path, ()))

    def alone(self, statement):
        self._note(f"alone {statement.path}")
        self.done[statement.path] += 1
        if statement.path not in self.probes:
            self.probes.add(statement.path.replace(".sql", ".probe.sql"))
            return ()
        return ((1,),)

    def _note(self, call: str, binds=()) -> None:
        self._count += 1
        if self._count == self.fails_at:
            raise WarehouseError("X950", f"failed at {call}")
        self.calls.append(call)
        self.binds.append((call, binds))

    def _answer(self, path: str, binds):
        plan = self.plan
        match path:
            case plan.ledger.read.path:
                return tuple((at.topic, at.number, to, self.plan.id, NOW) for at, to in self.ledger.items())
            case plan.ledger.check.path:
                return ((self.ledger.get(Partition(binds[0], int(binds[1]))),),)
            case plan.history.read.path:
                return tuple(self.history)
            case plan.history.seen.path:
                return tuple(row for row in self.history if (str(row[0]), row[2]) == tuple(binds))
            case _:
                return ((1,),) if path in self.probes else ()

    def _commit(self, path: str, binds) -> None:
        self.done[path] += 1
        if path == self.plan.ledger.record.path:
            self.ledger[Partition(binds[0], int(binds[1]))] = int(binds[3])
        elif path == self.plan.history.record.path:
            self.history.append((int(binds[0]), binds[1], binds[2]))


class ListSource:
    """Records of a list, a number of them a poll; its acknowledgements stand among the warehouse's calls."""

    def __init__(self, records, warehouse, poll: int = 100) -> None:
        self.records, self.warehouse, self.size = list(records), warehouse, poll
        self.positions = {}

    shared = False

    def follow(self, moves) -> None:
        """Nothing comes and goes."""

    def seek(self, positions) -> None:
        self.positions = dict(positions)

    def poll(self):
        given, self.records = self.records[: self.size], self.records[self.size :]
        return [record for record in given if record.offset > self.positions.get(record.at, -1)]

    @property
    def ended(self) -> bool:
        return not self.records

    def acknowledge(self, positions) -> None:
        self.warehouse.calls += [f"acknowledge {at.topic}[{at.number}]@{offset}" for at, offset in positions.items()]


class TickingClock:
    """A second passes each time it is asked."""

    def __init__(self) -> None:
        self.seconds = 0

    def now(self) -> float:
        self.seconds += 1
        return self.seconds

    def rest(self) -> None:
        """Nothing to wait for."""
