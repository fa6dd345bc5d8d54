"""What the tests of the quarantine share: three tables, records refused for them, and a replay that is killed.

`python quarantined.py PLAN POINT` replays all records, two a batch, and kills itself with SIGKILL at the point.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import modes
import msgspec
import rig
from streamplan.runtime.disk import load
from streamplan.runtime.errors import RecordError
from streamplan.runtime.kept import kept
from streamplan.runtime.ports import Partition, Record
from streamplan.runtime.quarantine import Matching, Place, drop, entries
from streamplan.runtime.redshift import connected
from streamplan.runtime.replaying import Older, replay
from streamplan.runtime.settings import filled

LOG, STATE, GUARDED = "m.log", "m.state", "m.guarded"
GUARD = "deletes: soft, truncates: stop, position_guard: true"
WHY = RecordError("X924", "it did not fit")
READY = "SELECT id, note, size FROM modes.{} ORDER BY id, size"


def spec(length: int) -> str:
    """A log, a state, and a state with a position guard, whose notes have so many bytes."""
    settings = {"log": "mode: insert, truncates: apply", "state": "mode: upsert", "guarded": GUARD}
    tables = (f"  {n}: {{{s}, columns: {{note: {{length: {length}}}}}}}\n" for n, s in settings.items())
    return modes.HEAD + "tables:\n" + "".join(tables)


def line(topic: str, offset: int, row: int, note: str, size: int = 0, *, op: str = "u", headers=()) -> dict:
    source = {"schema": "public", "table": topic[2:], "lsn": offset}
    value = {"op": op, "before": None, "after": {"id": row, "note": note, "size": size}, "source": source, "ts_ms": 1}
    at = {"topic": topic, "partition": 0, "offset": offset}
    return at | {"key": {"id": row}, "value": value, "headers": list(headers)}


def record(said: dict) -> Record:
    key, value = (json.dumps(said[part]).encode() for part in ("key", "value"))
    at = Partition(said["topic"], said["partition"])
    return Record(at=at, offset=said["offset"], key=key, value=value, headers=tuple(said["headers"]))


class Rig:
    """The three tables of a connector, their quarantine, and what is done with it."""

    def __init__(self, folder: Path, address) -> None:
        self.folder, self.address = folder, address
        self.plan = self.built(5)

    def built(self, length: int):
        text = spec(length).replace("database: dev", f"database: {self.address.database}")
        seen = [line(topic, 0, 1, "abc") for topic in (LOG, STATE, GUARDED)]
        self.plan = modes.built(self.folder, text, seen, self.address)
        return self.plan

    def run(self, *lines: dict) -> None:
        events = modes.write_lines(self.folder / "events.jsonl", lines)
        with rig.warehouse_of(self.plan, self.address) as warehouse:
            modes.run(self.plan, warehouse, events)

    def fill(self, *records: Record, error: RecordError = WHY) -> None:
        with rig.warehouse_of(self.plan, self.address) as warehouse, warehouse.transaction():
            for one_of_them in records:
                warehouse.execute(self.plan.quarantine.insert, kept(one_of_them, error, "0" * 64))

    def replay(self, chosen=Matching(), older=Older.TAKEN, max_rows: int = 1000, how=replay) -> list:  # noqa: B008
        with rig.warehouse_of(self.plan, self.address) as warehouse:
            return [*how(small(self.plan, max_rows), warehouse, chosen, older)]

    def drop(self, chosen) -> int:
        with rig.warehouse_of(self.plan, self.address) as warehouse:
            return drop(self.plan, warehouse, chosen)

    def left(self, chosen=Matching()) -> list[tuple]:  # noqa: B008 - a frozen value
        with rig.warehouse_of(self.plan, self.address) as warehouse:
            return [(e.place.where[1], e.code) for e in entries(self.plan, warehouse, chosen)]

    def ask(self, sql: str) -> list[tuple]:
        with rig.warehouse_of(self.plan, self.address) as warehouse:
            return [tuple(row) for row in modes.ask(warehouse, sql)]

    def rows(self, table: str) -> list[tuple]:
        return self.ask(READY.format(table))

    def command(self, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        program = [sys.executable, "-c", "from streamplan.runtime.cli import main; main()", "quarantine"]
        command = [*program, arguments[0], "plan", *arguments[1:]]
        env = os.environ | self.address.environment()
        return subprocess.run(command, check=False, capture_output=True, cwd=self.folder, env=env, input=stdin)

    def said(self, *arguments: str, stdin: bytes = b"", code: int = 0) -> str:
        found = self.command(*arguments, stdin=stdin)
        assert found.returncode == code, found.stderr.decode()
        return (found.stderr if code else found.stdout).decode()


def place(topic: str, offset: int) -> Place:
    return Place(topic, (0, offset))


class Failing:
    """A warehouse at whose nth point something happens: right before or after something is asked of it."""

    def __init__(self, warehouse, point: int, happens) -> None:
        self.warehouse, self.point, self.happens = warehouse, point, happens
        self.passed = 0

    def here(self) -> None:
        self.passed += 1
        if self.passed == self.point:
            self.happens()

    @contextmanager
    def transaction(self):
        self.here()
        with self.warehouse.transaction():
            yield
            self.here()
        self.here()

    def execute(self, *arguments):
        self.here()
        found = self.warehouse.execute(*arguments)
        self.here()
        return found

    def load(self, *arguments):
        self.here()
        self.warehouse.load(*arguments)
        self.here()


def small(plan, max_rows: int):
    """The plan with batches of so many rows."""
    return msgspec.structs.replace(plan, batch=msgspec.structs.replace(plan.batch, max_rows=max_rows))


def main(folder: str, point: str) -> None:
    plan = load(Path(folder))
    with connected(filled(plan.destination, os.environ)) as warehouse:
        killing = Failing(warehouse, int(point), lambda: os.kill(os.getpid(), signal.SIGKILL))
        tuple(replay(small(plan, 2), killing, Matching(), Older.TAKEN))


if __name__ == "__main__":
    main(*sys.argv[1:])
