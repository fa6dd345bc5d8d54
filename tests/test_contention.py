"""Several tasks of one connector commit groups of tables at once, under either isolation level of the warehouse.

Nobody waits for ever, nothing is lost or doubled, and no transaction is undone by another.
"""

from __future__ import annotations

from functools import partial
from threading import Barrier, Event, Thread

import msgspec
import pytest
import redshift_connector
import rig
from modes import HEAD, ask, built
from noting import Noting
from small import change
from streamplan.runtime.clock import SystemClock
from streamplan.runtime.happenings import Retrying
from streamplan.runtime.loading import beside
from streamplan.runtime.loop import Run
from streamplan.runtime.ports import Partition, Record, Until
from streamplan.runtime.reconnect import Reconnecting
from streamplan.runtime.redshift import connect
from streamplan.runtime.retry import Patience
from streamplan.runtime.settings import filled
from streamplan.sandbox.postgres import Isolation
from streamplan.sandbox.sandbox import running

TASKS, TABLES, ROUNDS = 8, 50, 3
NAMES = [f"t{number:02}" for number in range(TABLES)]
SPEC = (
    HEAD
    + "ingestion: {schema_evolution: ignore, mode: upsert, deletes: hard}\ntables: {"
    + ", ".join(f"{name}: {{}}" for name in NAMES)
    + "}\n"
)


def overlapping(number: int) -> bool:
    """Two thirds of the tables: any two tasks have a third in common."""
    return number % 3 > 0


def apart(number: int) -> bool:
    """An eighth of the tables: no two tasks have one in common in a round."""
    return number % TASKS == 0


def each(_: int) -> bool:
    """All tables, each by all tasks."""
    return True


class Rounds:
    """Records of one task's partition: in each round those of some tables."""

    shared = False

    def __init__(self, task: int, wanted, barrier: Barrier) -> None:
        self.task, self.wanted, self.barrier = task, wanted, barrier
        self.round, self.next = 0, dict.fromkeys(NAMES, 0)

    def follow(self, moves) -> None:
        """Nothing comes and goes."""

    def seek(self, positions) -> None:
        """It begins at the start."""

    def acknowledge(self, positions) -> None:
        """Nothing to be told."""

    @property
    def ended(self) -> bool:
        return self.round == ROUNDS

    def poll(self):
        self.barrier.wait(60)
        chosen = [name for n, name in enumerate(NAMES) if self.wanted(n + self.task + self.round)]
        self.round += 1
        return [self._record(name) for name in chosen]

    def _record(self, name: str) -> Record:
        offset, self.next[name] = self.next[name], self.next[name] + 1
        line = change(f"m.{name}", offset, "c", {"id": self.task * 1_000 + offset, "note": "n"})
        encode = msgspec.json.encode
        at = Partition(line["topic"], self.task)
        return Record(at=at, offset=offset, key=encode(line["key"]), value=encode(line["value"]), size=100)


class Task(Thread):
    def __init__(self, plan, address, source: Rounds) -> None:
        super().__init__(daemon=True)
        self.plan, self.at, self.source = plan, address, source
        self.noting, self.error = Noting(), None

    def run(self) -> None:
        destination = msgspec.structs.replace(self.plan.destination, database=self.at.database)
        settings = filled(destination, self.at.environment())
        retry = Patience(
            attempts=20, reporter=self.noting, pause=lambda _: None, chance=lambda: 0, given_up=lambda: False
        )
        try:
            with Reconnecting(partial(connect, settings)) as warehouse, beside(lambda: None) as loader:
                clock = SystemClock()
                run = Run(self.plan, self.source, warehouse, clock, self.noting, retry=retry, loader=loader)
                run.go(Until.END)
        except BaseException as error:  # noqa: BLE001 - the test raises it
            self.error = error
            self.source.barrier.abort()


def contended(folder, address, wanted) -> list[Retrying]:
    """What was tried again while all tasks committed; everything is there once."""
    seen = [change(f"m.{name}", 0, "c", {"id": 1, "note": "n"}) for name in NAMES]
    plan = built(folder, SPEC, seen, address)
    plan = msgspec.structs.replace(plan, batch=msgspec.structs.replace(plan.batch, max_seconds=0))
    barrier = Barrier(TASKS)
    tasks = [Task(plan, address, Rounds(number, wanted, barrier)) for number in range(TASKS)]
    for task in tasks:
        task.start()
    for task in tasks:
        task.join(240)
        assert not task.is_alive()
    for task in tasks:
        if task.error:
            raise task.error
    ledger = rig.rows_of(plan, address, "modes", "_streamplan_ledger")
    spans = sorted((row["topic"], row["topic_partition"], row["from_offset"], row["to_offset"]) for row in ledger)
    taken = [(topic, task, n) for topic, task, first, last in spans for n in range(first, last + 1)]
    expected = [
        (f"m.{name}", task, n)
        for number, name in enumerate(NAMES)
        for task in range(TASKS)
        for n in range(sum(wanted(number + task + turn) for turn in range(ROUNDS)))
    ]
    assert sorted(taken) == sorted(expected)
    with rig.warehouse_of(plan, address) as admin:
        rows = [(name, number) for name in NAMES for (number,) in ask(admin, f"SELECT id FROM modes.{name}")]
    assert sorted((f"m.{name}", *divmod(number, 1_000)) for name, number in rows) == sorted(expected)
    return [what for task in tasks for what in task.noting.told if isinstance(what, Retrying)]


WANTED = [overlapping, apart, each]


@pytest.mark.parametrize("wanted", WANTED)
def test_groups_of_tables_are_committed_without_a_conflict_under_snapshot(tmp_path, warehouse, wanted):
    assert contended(tmp_path, warehouse, wanted) == []


@pytest.fixture(scope="module")
def serializable():
    with running(isolation=Isolation.SERIALIZABLE) as started:
        yield started


@pytest.mark.parametrize("wanted", WANTED)
def test_groups_of_tables_are_committed_without_a_conflict_under_serializable(tmp_path, serializable, wanted):
    assert contended(tmp_path, serializable.create_database(wanted.__name__), wanted) == []


def test_without_one_order_of_locks_two_transactions_deadlock(connect, session):
    for name in ("a", "b"):
        session(f"CREATE TABLE {name} (n INTEGER)")
    first_has_it, second_has_it, failed = Event(), Event(), []

    def locked(names: str, own: Event, other: Event) -> None:
        with connect() as connection, connection.cursor() as cursor:
            try:
                cursor.execute(f"LOCK {names[0]}")
                own.set()
                assert other.wait(60)
                cursor.execute(f"LOCK {names[1]}")
                connection.commit()
            except redshift_connector.ProgrammingError as error:
                failed.append(error.args[0]["C"])

    other = Thread(target=locked, args=("ba", second_has_it, first_has_it))
    other.start()
    locked("ab", first_has_it, second_has_it)
    other.join(60)
    assert failed == ["40P01"]
