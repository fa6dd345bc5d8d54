"""Tables that are idle cost a run nothing: no statement, no fold, no call of a function."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import idle
import msgspec
import pytest
import rig
from streamplan.runtime.clock import SystemClock
from streamplan.runtime.files import FileSource
from streamplan.runtime.loop import Run
from streamplan.runtime.ports import Silent, Until

TABLES, BUSY, EVENTS = 500, 5, 1_500


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    """A plan of 500 tables, and its folder."""
    folder = tmp_path_factory.mktemp("many")
    spec = folder / "many.yaml"
    spec.write_text(idle.SPEC)
    rig.observe_file(spec, idle.written(folder / "seen.jsonl", (idle.event(n, 0, "n") for n in range(TABLES))))
    return rig.compile_plan(spec, folder / "plan")


class Warehouse:
    """Notes what it is asked; remembers the ledger, and nothing else."""

    def __init__(self, plan) -> None:
        self._plan, self._ledger, self.asked = plan, {}, []

    def transaction(self):
        return self

    def __enter__(self) -> None:
        self.asked.append("begin")

    def __exit__(self, *_: object) -> None:
        self.asked.append("end")

    def execute(self, statement, binds=()):
        self.asked.append(statement.path)
        match statement.path:
            case self._plan.ledger.record.path:
                self._ledger[binds[0], binds[1]] = int(binds[3])
        return ()

    def aside(self, statement, binds=()):
        self.asked.append(statement.path)
        return ((self._ledger.get(tuple(binds)),),)

    def load(self, statement, rows) -> None:
        self.asked.append(f"{statement.path} {len(rows)}")


@dataclass
class Calls:
    """How many calls of functions there are from the first poll to the end."""

    source: FileSource
    count: int = 0

    def poll(self):
        sys.setprofile(self._called)
        return self.source.poll()

    def _called(self, _: FrameType, event: str, __: object) -> None:
        self.count += event == "call"

    def __getattr__(self, name: str):
        return getattr(self.source, name)


def counted(plan, events: Path) -> tuple[list[str], int]:
    """What a run over these events asks of the warehouse, and the calls that it makes behind its beginning."""
    warehouse = Warehouse(plan)
    before: Callable[..., object] | None = sys.getprofile()
    with FileSource(str(events)) as source:
        calls = Calls(source)
        try:
            Run(plan, calls, warehouse, SystemClock(), Silent()).go(Until.END)
        finally:
            sys.setprofile(before)
    return warehouse.asked, calls.count


def test_a_batch_executes_and_computes_the_same_however_many_tables_are_idle(plan, tmp_path: Path):
    events = idle.written(tmp_path / "e.jsonl", (idle.event(n % BUSY, n // BUSY, "x") for n in range(EVENTS)))
    batched = msgspec.structs.replace(plan, batch=msgspec.structs.replace(plan.batch, max_rows=50))
    few = msgspec.structs.replace(batched, tables=batched.tables[:BUSY])
    counted(few, events)  # so that what is done once in a process is done
    (asked, calls), (asked_of_few, calls_of_few) = counted(batched, events), counted(few, events)
    assert len(asked) > EVENTS // 50
    assert asked == asked_of_few
    assert abs(calls - calls_of_few) < len(batched.tables) - BUSY, "one call a batch and idle table would be far more"
