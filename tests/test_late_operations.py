"""Stories of changes that come late, again, or in pieces, each of which once ended wrong. Found by test_operations.py.

How events are written is told in `operations.py`.
"""

from __future__ import annotations

import pytest
from operations import Event, events_of
from test_operations import GUARDED, STATES, holds_all, seen, shelved
from test_operations import telling as telling  # noqa: PLC0414 - a fixture

AGAIN = "d3.132>1'@0 03>1'@0 c1c.132^3'@0 c3b.140'@0"


def tell(telling, tables, story: str, rows: int):
    """What is held of the events in the order of the story, and the events in that of the source."""
    events, places = events_of(story)
    assert len(events) == len(story.split())
    found = telling(tables).tell(events, places, rows)
    return found, sorted(events, key=at_the_source)


def at_the_source(event: Event) -> tuple[bool, int, bool]:
    """The order in which the source made the changes; of a change of a key the delete is first."""
    return event.repeats, event.position or 0, event.op == "c"


@pytest.mark.parametrize(
    ("rows", "story"),
    [
        pytest.param(
            3, "c1a.108@0 c2b.116@0 c3b.124@0 u1~a.132@0 t.140@0", id="a value left out right before a truncate"
        ),
        pytest.param(
            3,
            "c2c.108@0 c3n.116@0 d3.124@0 03@0 d2.132>3@0 02>3@0 c3~c.132^2@0",
            id="a key becomes one whose row the same batch deletes, and its create is in the next",
        ),
        pytest.param(
            1000,
            "c1n.108@1 t.116@0 c3c.124@0 u3~c.132@0 c1~c.140^3@1 d3.140>1@0 03>1@0",
            id="a key becomes one that a truncate of the same batch emptied",
        ),
        pytest.param(
            2,
            "c1a.140^2@1 d2.140>1@0 02>1@0 d1.148>3@1 01>3@1 c3~a.148^1@1",
            id="a tombstone stands in a batch of its own, in front of the next change of the key",
        ),
        pytest.param(
            2,
            "c2b.108@2 c3c.112@0 c1c.116^2@1 c3d.117@0 d2.116>1@2 u1~c.124@1",
            id="an update stands in a batch with the delete of the key before, the create in another",
        ),
    ],
)
def test_without_a_guard_it_ends_right(telling, rows: int, story: str):
    found, events = tell(telling, STATES, story, rows)
    for table in STATES:
        holds_all(table, found, events)


@pytest.mark.parametrize(
    ("rows", "story"),
    [
        pytest.param(
            1,
            "c1n.108@0 d1.116>2@0 01>2@0 c2~n.116^1@0 u2c.124@0 d2.132>1@0 02>1@0 c1~c.132^2@0 c2n.140@0 "
            "d1.116>2'@0 01>2'@0 c2~n.116^1'@0 u2c.124'@0 d2.132>1'@0 02>1'@0 c1~c.132^2'@0 c2n.140'@0",
            id="a tombstone comes again, of a row that is there anew",
        ),
        pytest.param(
            2,
            "c2b.108@2 c3c.132@0 c3c.132'@0 c1c.116^2@1 u1~c.124@1 c1c.116^2'@1 d2.116>1@2 u1~c.124'@1 02>1@2 "
            "c2b.108'@2 d2.116>1'@2 02>1'@2",
            id="an update comes again behind the delete of the key before",
        ),
        pytest.param(
            1000,
            "c3n.108@0 c1n.116@0 d1.124@0 01@0 d3.132>1@0 03>1@0 c1c.132^3@0 c3b.140@0 " + AGAIN,
            id="a change of a key comes again behind a new row of the old key",
        ),
        pytest.param(
            3,
            "c1n.108@0 u1n.110@0 c3n.124@0 d3.132>2@0 03>2@0 c2~n.132^3@0 c3a.140@0 03>2'@0 c2~n.132^3'@0 c3a.140'@0",
            id="a create that leaves a value out comes again behind a new row of the old key",
        ),
        pytest.param(
            2,
            "c3c.100@0 d3.104@0 03@0 c2c.140^3@2 c3a.124@0 u3a.132@0 c2c.140^3'@2 "
            "d3.140>2@0 03>2@0 d3.140>2'@0 03>2'@0",
            id="the delete comes after the create, and again",
        ),
        pytest.param(
            1000,
            "c2c.108@0 c3b.116@0 d3.124>1@0 03>1@0 c1~b.124^3@0 d1.132@0 01@0 d2.140@0 02@0 c2c.148@0 "
            "d3.124>1'@0 03>1'@0 c1~b.124^3'@0 d1.132'@0 01'@0 d2.140'@0 02'@0 c2c.148'@0",
            id="a change of a key comes again behind a delete",
        ),
        pytest.param(
            1000,
            "u2a.116@1 02>3@1 d3.132@1 c2b.108@2 d2.124>3@2 c3a.124^2@2 03@0",
            id="the row of the new key is deleted already",
        ),
    ],
)
def test_with_a_guard_it_ends_right(telling, rows: int, story: str):
    found, events = tell(telling, GUARDED, story, rows)
    for table in GUARDED:
        assert seen(found.rows[table.name]) == seen(shelved(table, events).rows), table.name
        assert [event for event, _ in found.refused[table.name] if not event.repeats] == [], table.name
