"""Whatever a source does, the tables hold what their settings say, in whatever batches and partitions it comes.

The events of one key stand in one partition, since the record's key decides, and partitions come in any order against
each other. What is promised:

- *Without a guard* a table is right as long as no other change of either key comes between the parts of a change of a
  key, which may stand in two partitions and come in either order, and nothing passes a truncate. Events that are sent
  again after a crash end the same where the source sent all values.
- *With a guard* the same, and sent again with values left out too; and where every value is sent, events of one key may
  stand in any partitions and come in any order at all.
- A value that was left out is never taken from another row: where nobody holds it, its record is in quarantine. That is
  so when a row's key changes twice in a row across batches; else nothing is in quarantine but what was sent again.
- *Where every change is kept*, each is a row, and the view shows the latest state of each key.
"""

from __future__ import annotations

import itertools
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from modes import Table
from operations import Event, Held, Order, Shelf, Source
from telling import Guarded, Telling, Told

EXAMPLES = int(os.environ.get("OPERATIONS_EXAMPLES", "15"))
DELETES, OF_THE_ROW = ("hard", "soft", "ignore"), ("record_key", "record_value")
STATES = tuple(Table(mode="upsert", deletes=deletes, key=key, shape="one") for deletes in DELETES for key in OF_THE_ROW)
GUARDED = tuple(
    Guarded(mode="upsert", deletes=deletes, key=key, shape="one") for deletes in DELETES[1:] for key in OF_THE_ROW
)
LOGS = (
    *(Table(mode="insert", deletes=deletes, key=key, shape="one") for deletes in DELETES for key in OF_THE_ROW),
    Table(mode="insert", deletes="ignore", key="none", shape="one"),
    Table(mode="insert", deletes="soft", key="kafka_coordinates", shape="one"),
    Table(mode="upsert", deletes="ignore", key="kafka_coordinates", shape="one"),
)

few = settings(max_examples=EXAMPLES, derandomize=True)
keys, places = st.integers(1, 3), st.integers(0, 2)
notes = st.sampled_from([None, None, "a", "b", "c"])


def steps(*kinds: str) -> st.SearchStrategy:
    return st.lists(st.tuples(st.sampled_from(kinds), keys, keys, notes), min_size=4, max_size=14)


ALL = steps("put", "put", "put", "drop", "move", "move", "read", "empty")
PLACED = steps("put", "put", "drop", "move")  # each tells its position
turns = st.lists(places, min_size=40, max_size=40)


@dataclass(frozen=True, kw_only=True)
class Coming:
    """How events come: over so many partitions, which of them comes at each turn, in batches of so many rows.

    `again` of them come again at the end. `scattered` are partitions that do not ask for the key.
    """

    count: int
    turns: list[int]
    rows: int
    again: int
    scattered: list[int]

    def by_key(self, events: list[Event], *, joined: bool = True) -> Order:
        return Order(events, [event.key % self.count for event in events], joined=joined)


comings = st.builds(
    Coming,
    count=st.sampled_from([1, 2, 3]),
    turns=turns,
    rows=st.sampled_from([1, 2, 3, 5, 8, 1000]),
    again=st.sampled_from([0, 3, 8]),
    scattered=turns,
)


@pytest.fixture(scope="module")
def telling(sandbox, tmp_path_factory):
    """Makes a connector of tables in a warehouse of its own, once for each set of tables."""
    made: dict[Sequence[Table], Telling] = {}

    def of(tables: Sequence[Table]) -> Telling:
        if tables not in made:
            address = sandbox.create_database(f"operations_{os.getpid()}_{len(made)}")
            made[tables] = Telling(tmp_path_factory.mktemp("operations"), address, tables)
        return made[tables]

    yield of
    for one in made.values():
        sandbox.drop_database(one.address.database)


def happened(done: list, *, leaves_out: bool = True, moves_again: bool = False, back: int = 0) -> list[Event]:
    source = Source(leaves_out=leaves_out, moves_again=moves_again)
    for step in done:
        source.do(*step)
    source.crash(min(back, len(source.events)))
    return source.events


def shelved(table: Table, events: list[Event]) -> Shelf:
    shelf = Shelf(table)
    for event in events:
        shelf.take(event)
    return shelf


def in_order(rows: list[Held]) -> list[Held]:
    return sorted(rows, key=lambda row: (row.key, row.marked, row.values))


def told(tables: Telling, order: Order, coming: Coming) -> Told:
    """What becomes of the events in an order in which they may come; the ledger has no gap and no overlap."""
    came = order.delivered(coming.turns)
    found = tables.tell([order.events[n] for n in came], [order.places[n] for n in came], coming.rows)
    assert gaps(found.ledger) == []
    return found


def gaps(ledger: list[tuple[str, int, int, int]]) -> list[tuple]:
    """Rows of the ledger that do not begin right behind the one before."""
    pairs = itertools.pairwise([("", 0, 0, -1), *sorted(ledger)])
    return [row for last, row in pairs if row[2] != (last[3] + 1 if last[:2] == row[:2] else 0)]


def holds_all(table: Table, found: Told, events: list[Event]) -> None:
    """The table holds what it should, and only what was sent again may be in quarantine."""
    assert in_order(found.rows[table.name]) == in_order(shelved(table, events).rows), table.name
    assert {code for event, code in found.refused[table.name] if event.repeats} <= {"X926"}
    assert [event for event, _ in found.refused[table.name] if not event.repeats] == [], table.name


@few
@given(done=ALL, coming=comings)
def test_a_table_of_states_equals_the_source_in_any_batches_and_partitions(telling, done, coming: Coming):
    events = happened(done)
    found = told(telling(STATES), coming.by_key(events), coming)
    for table in STATES:
        holds_all(table, found, events)


@few
@given(done=ALL, coming=comings)
def test_it_does_so_when_events_are_sent_again_and_leave_nothing_out(telling, done, coming: Coming):
    events = happened(done, leaves_out=False, back=coming.again)
    found = told(telling(STATES), coming.by_key(events), coming)
    for table in STATES:
        holds_all(table, found, events)


@few
@given(done=ALL, coming=comings)
def test_with_a_guard_it_does_so_though_they_leave_values_out(telling, done, coming: Coming):
    done = [step for step in done if step[0] != "empty"]  # a truncate is passed over there, or stops the run
    events = happened(done, back=coming.again)
    found = told(telling(GUARDED), coming.by_key(events), coming)
    for table in GUARDED:
        holds_all(table, found, events)


@few
@given(done=PLACED, coming=comings)
def test_with_a_guard_whole_events_may_come_in_any_order_at_all(telling, done, coming: Coming):
    """The values of a row that is marked as deleted are those that came before its delete: only the mark is told."""
    events = happened(done, leaves_out=False, moves_again=True, back=coming.again)
    found = told(telling(GUARDED), Order(events, coming.scattered[: len(events)], joined=False), coming)
    for table in GUARDED:
        assert seen(found.rows[table.name]) == seen(shelved(table, events).rows), table.name
        assert found.refused[table.name] == []


def seen(rows: list[Held]) -> list[tuple]:
    return sorted((row.key, row.marked, () if row.marked else row.values) for row in rows)


@few
@given(done=ALL, coming=comings)
def test_a_row_whose_key_changes_again_is_right_or_its_record_is_in_quarantine(telling, done, coming: Coming):
    events = happened(done, moves_again=True)
    found = told(telling(STATES), coming.by_key(events), coming)
    for table in STATES:
        refused = found.refused[table.name]
        assert {code for _, code in refused} <= {"X926"}
        doubtful = {key for event, _ in refused for key in event.keys}
        held, due = ({*found.rows[table.name]}, {*shelved(table, events).rows})
        assert {row.key for row in held ^ due} <= doubtful, table.name


@few
@given(done=ALL, coming=comings)
def test_a_table_of_changes_holds_each_and_its_view_the_latest(telling, done, coming: Coming):
    events = happened(done, leaves_out=False, back=coming.again)
    found = told(telling(LOGS), coming.by_key(events, joined=False), coming)
    for table in LOGS:
        shelf = shelved(table, events)
        had = found.rows[table.name] if shelf.keyed else [row for row in found.rows[table.name] if not row.marked]
        due = shelf.rows if shelf.keyed else [row for row in shelf.rows if not row.marked]
        assert in_order(had) == in_order(due), table.name
        assert found.refused[table.name] == []
        if table.viewed:
            assert found.latest[table.name] == shelf.latest(), table.name


@few
@given(done=ALL, coming=comings)
def test_a_change_that_left_a_value_out_is_a_row_or_in_quarantine(telling, done, coming: Coming):
    done = [step for step in done if step[0] not in ("empty", "drop", "move")]
    events = happened(done)
    found = told(telling(LOGS), coming.by_key(events, joined=False), coming)
    for table in LOGS:
        assert all(event.unsent and code == "X926" for event, code in found.refused[table.name])
        had = Counter(found.rows[table.name])
        refused = Counter(Held(key=event.key, values=event.values) for event, _ in found.refused[table.name])
        assert had + refused == Counter(shelved(table, events).rows), table.name
