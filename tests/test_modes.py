"""Insert modes, deletes, truncates and keys: what must happen to each table for each kind of event, in words.

Each story is told to one table of every combination of settings, in a topic of its own, and the rows are compared to
what the words say. How events and rows are written is told in `modes.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import pytest
import rig
from modes import (
    BARE,
    DROP,
    ENVELOPE,
    FORMATS,
    REWRITE,
    SALT,
    SCHEMAS,
    TOMBSTONES,
    Sender,
    Table,
    built,
    combinations,
    emptied,
    held,
    in_order,
    row_schema,
    run,
    spec_of,
    write_lines,
)
from small import Small, change, tombstone
from streamplan.runtime.errors import StopError

PASSED_OVER = [
    Table(mode=mode, deletes=deletes, key="record_key", shape="one", truncates="ignore")
    for mode in ("upsert", "insert")
    for deletes in ("hard", "soft", "ignore")
]
TABLES = [*combinations(), *PASSED_OVER]
ENVELOPES = BARE, SCHEMAS


@dataclass(frozen=True)
class Story:
    """What happens in words, the events, and what is then held.

    `rows` goes from words that must all be said of a table, of the form and of the batch, to what the table holds; the
    last that fits counts. Said of a keyed table are its mode, its deletes and where its key is from. A placed table
    keeps a row a change, though the record has a key; an unkeyed one too, and the record has none.
    """

    says: str
    events: str
    rows: dict[str, str]
    forms: tuple[str, ...] = tuple(FORMATS)

    def expected(self, words: frozenset[str]) -> str:
        fitting = [rows for said, rows in self.rows.items() if {*said.split()} <= words]
        return in_order(fitting[-1].split())


# what is held of a row whose key changes, and whose create leaves a value out
MOVED = {
    "hard upsert": "2ab",
    "soft upsert": "1a! 2ab",
    "ignore upsert": "1a 2ab",
    "hard upsert keyless": "X926",
    "soft upsert keyless": "1a! X926",
    "ignore upsert keyless": "1a X926",
    "hard insert": "X926",
    "soft insert": "1a 1-! X926",
    "ignore insert": "1a X926",
    "soft placed": "1a 1-! X926",
    "soft unkeyed": "1a 1a! X926",
    "ignore placed": "1a X926",
    "ignore unkeyed": "1a X926",
}

STORIES = (
    Story(
        "a truncate empties the table, or marks all its rows, or is passed over; rows that come later are there",
        "c1a t c1b c2a d2 02 t c3a",
        {
            "": "3a",
            "soft upsert": "1b! 2a! 3a",
            "soft insert": "1a! 1b! 2a! 2-! 3a",
            "soft placed": "1a! 1b! 2a! 2-! 3a",
            "soft unkeyed": "1a! 1b! 2a! 2a! 3a",
            "hard upsert truncates=ignore": "1b 3a",
            "soft upsert truncates=ignore": "1b 2a! 3a",
            "ignore upsert truncates=ignore": "1b 2a 3a",
            "hard insert truncates=ignore": "1a 1b 3a",
            "soft insert truncates=ignore": "1a 1b 2a 2-! 3a",
            "ignore insert truncates=ignore": "1a 1b 2a 3a",
        },
        forms=ENVELOPES,
    ),
    Story("a row that is created is there", "c1a", {"": "1a"}),
    Story("a row that a snapshot reads is there", "r1a", {"": "1a"}),
    Story("an update of a row that was never seen is a row", "u1a", {"": "1a"}),
    Story(
        "a row read again by a snapshot is there once, or once more where each change is kept",
        "c1a r1b r2a",
        {"": "1a 1b 2a", "upsert": "1b 2a"},
    ),
    Story(
        "an update replaces the row, or is appended to it",
        "c1a u1b",
        {"": "1a 1b", "upsert": "1b"},
    ),
    Story(
        "what an update says of the row before changes nothing where the key is the same",
        "c1a u1b<1a",
        {"": "1a 1b", "upsert": "1b"},
        forms=ENVELOPES,
    ),
    Story(
        "a delete removes the row with all its changes, or marks it and leaves its values, or appends its key and the "
        "mark, or does nothing; what else it says is made up and is never loaded",
        "c1a u1b d1 01",
        {
            "hard": "",
            "soft upsert": "1b!",
            "soft insert": "1a 1b 1-!",
            "ignore upsert": "1b",
            "ignore insert": "1a 1b",
            "soft placed": "1a 1b 1-!",
            "soft unkeyed": "1a 1b 1b!",
            "ignore placed": "1a 1b",
            "ignore unkeyed": "1a 1b",
        },
    ),
    Story(
        "a delete that says what the row was does the same",
        "c1a D1a 01",
        {"hard": "", "soft": "1a 1-!", "soft upsert": "1a!", "soft unkeyed": "1a 1a!", "ignore": "1a"},
    ),
    Story(
        "a delete needs no tombstone after it",
        "c1a d1",
        {"hard": "", "soft": "1a 1-!", "soft upsert": "1a!", "soft unkeyed": "1a 1a!", "ignore": "1a"},
    ),
    Story(
        "a delete of a row that was never seen leaves nothing, or its mark where each change is kept",
        "d1 01",
        {"": "", "soft": "1-!", "soft upsert": "", "soft unkeyed": "1a!"},
    ),
    Story(
        "a row that is deleted twice is gone, or marked, or holds two marks where each change is kept",
        "c1a d1 01 d1 01",
        {"hard": "", "soft": "1a 1-! 1-!", "soft upsert": "1a!", "soft unkeyed": "1a 1a! 1a!", "ignore": "1a"},
    ),
    Story(
        "a lone tombstone is the delete of its key in an upserted table and where rows are removed; where changes are "
        "appended it only follows a delete; in the flat form without deletes of their own it is the delete",
        "c1a 01",
        {
            "": "1a",
            "hard record_key": "",
            "soft upsert record_key": "1a!",
            "soft insert flat-tombstones": "1a 1-!",
            "soft placed flat-tombstones": "1a 1-!",
        },
    ),
    Story(
        "a row that comes back after its delete is there, and nothing of the one before it",
        "c1a d1 01 c1b",
        {
            "": "1b",
            "soft insert": "1a 1-! 1b",
            "ignore insert": "1a 1b",
            "soft placed": "1a 1-! 1b",
            "ignore placed": "1a 1b",
            "soft unkeyed": "1a 1a! 1b",
            "ignore unkeyed": "1a 1b",
        },
    ),
    Story(
        "a row that comes back and is deleted again is gone",
        "c1a d1 01 c1b d1 01",
        {
            "hard": "",
            "soft upsert": "1b!",
            "ignore upsert": "1b",
            "soft insert": "1a 1-! 1b 1-!",
            "ignore insert": "1a 1b",
            "soft placed": "1a 1-! 1b 1-!",
            "ignore placed": "1a 1b",
            "soft unkeyed": "1a 1a! 1b 1b!",
            "ignore unkeyed": "1a 1b",
        },
    ),
    Story(
        "the changes of two rows do not touch each other",
        "c1a c2b u1c d2 02 u1d",
        {
            "hard upsert": "1d",
            "soft upsert": "1d 2b!",
            "ignore upsert": "1d 2b",
            "hard insert": "1a 1c 1d",
            "soft insert": "1a 2b 1c 2-! 1d",
            "ignore insert": "1a 2b 1c 1d",
            "soft placed": "1a 2b 1c 2-! 1d",
            "ignore placed": "1a 2b 1c 1d",
            "soft unkeyed": "1a 2b 1c 2b! 1d",
            "ignore unkeyed": "1a 2b 1c 1d",
        },
    ),
    Story(
        "what a connector sends again after a crash, at new offsets, ends the same, or is kept once more",
        "c1a u1b c1a u1b",
        {"": "1a 1b 1a 1b", "upsert": "1b"},
    ),
    Story(
        "a record that comes twice with its offset is taken once",
        "c1a = u1b = d1 = 01 =",
        {
            "hard": "",
            "soft upsert": "1b!",
            "ignore upsert": "1b",
            "soft insert": "1a 1b 1-!",
            "ignore insert": "1a 1b",
            "soft placed": "1a 1b 1-!",
            "ignore placed": "1a 1b",
            "soft unkeyed": "1a 1b 1b!",
            "ignore unkeyed": "1a 1b",
        },
    ),
    Story(
        "another primary key is a delete of the old row and a new row",
        "c1a d1 01 c2a",
        {
            "hard": "2a",
            "soft upsert": "1a! 2a",
            "soft insert": "1a 1-! 2a",
            "soft placed": "1a 1-! 2a",
            "soft unkeyed": "1a 1a! 2a",
            "ignore": "1a 2a",
        },
    ),
    Story(
        "a row that gets another primary key, and its old one again, is there once",
        "c1a d1 01 c2b d2 02 c1c",
        {
            "hard": "1c",
            "soft upsert": "1c 2b!",
            "ignore upsert": "1c 2b",
            "soft insert": "1a 1-! 2b 2-! 1c",
            "ignore insert": "1a 2b 1c",
            "soft placed": "1a 1-! 2b 2-! 1c",
            "ignore placed": "1a 2b 1c",
            "soft unkeyed": "1a 1a! 2b 2b! 1c",
            "ignore unkeyed": "1a 2b 1c",
        },
    ),
    Story(
        "two rows that change their primary keys with each other keep their values",
        "c1a c2b d1 01 d2 02 c1b c2a",
        {
            "": "1b 2a",
            "soft insert": "1a 2b 1-! 2-! 1b 2a",
            "ignore insert": "1a 2b 1b 2a",
            "soft placed": "1a 2b 1-! 2-! 1b 2a",
            "ignore placed": "1a 2b 1b 2a",
            "soft unkeyed": "1a 2b 1a! 2b! 1b 2a",
            "ignore unkeyed": "1a 2b 1b 2a",
        },
    ),
    Story(
        "an update that names another key before moves the row where the row's values are its key",
        "c1a u2b<1a",
        {
            "": "1a 2b",
            "hard record_value": "2b",
            "soft upsert record_value": "1a! 2b",
            "soft insert record_value": "1a 1-! 2b",
        },
        forms=ENVELOPES,
    ),
    Story(
        "a record without a key goes to quarantine where the key is meant to be there",
        "c1a/null u1b",
        {"": "1a 1b", "upsert": "1b", "record_key": "1b X921"},
    ),
    Story(
        "a record whose key has a null part goes to quarantine, and the next one is taken",
        "c1a/part u1b",
        {"": "1a 1b", "record_key": "1b X922", "record_value": "1b X922"},
    ),
    Story(
        "a record whose key lacks a field goes to quarantine, and the next one is taken",
        "c1a/short u1b",
        {"": "1a 1b", "record_key": "1b X923", "record_value": "1b X923"},
    ),
    Story(
        "a delete whose key has a null part goes to quarantine and deletes nothing, unless deletes are ignored",
        "c1a d1/part",
        {"": "1a", "hard": "1a X922", "soft": "1a X922", "soft placed": "1a 1-!", "soft unkeyed": "1a 1a!"},
    ),
    Story(
        "a delete whose key lacks a field goes to quarantine and deletes nothing, unless deletes are ignored",
        "c1a d1/short",
        {"": "1a", "hard": "1a X923", "soft": "1a X923", "soft placed": "1a 1-!", "soft unkeyed": "1a 1a!"},
    ),
    Story(
        "a delete without a key says nothing unless the row's values are its key",
        "c1a d1/null",
        {
            "": "1a",
            "hard": "",
            "soft upsert": "1a!",
            "soft insert": "1a 1-!",
            "hard record_key": "1a X921",
            "soft record_key": "1a X921",
            "soft placed": "1a X921",
            "soft unkeyed": "1a 1a!",
        },
    ),
    Story(
        "a value that the source did not send stays as the row holds it, in the batch or in the table; where changes "
        "are appended it is known within the batch only",
        "c1a u1~b u1~c",
        {"": "1a X926 X926", "upsert": "1ac", "one-batch insert": "1a 1ab 1ac"},
    ),
    Story(
        "a value that was not sent of a row that is not there is not known: its records go to quarantine",
        "u1~b u1~c",
        {"": "X926 X926"},
    ),
    Story(
        "a value that was not sent and then is makes the row whole",
        "u1~b u1c",
        {"": "X926 1c", "one-batch upsert": "1c"},
    ),
    Story(
        "a change of the key takes along what the create does not say",
        "c1a d1>2 01 c2~b^1",
        MOVED,
    ),
    Story(
        "a change of the key whose create comes first ends the same",
        "c1a c2~b^1 d1>2 01",
        MOVED,
    ),
    Story(
        "keys that move up one by one take along what each had",
        "c1a c2b d2>3 02 c3~c^2 d1>2 01 c2~d^1",
        {
            "hard upsert": "3bc 2ad",
            "soft upsert": "1a! 3bc 2ad",
            "ignore upsert": "1a 3bc 2ad",
            "hard upsert keyless": "X926 X926",
            "soft upsert keyless": "1a! 2b! X926 X926",
            "ignore upsert keyless": "1a X926 2bd",
            "hard insert": "X926 X926",
            "soft insert": "1a 2b 1-! 2-! X926 X926",
            "ignore insert": "1a 2b X926 X926",
            "soft placed": "1a 2b 1-! 2-! X926 X926",
            "soft unkeyed": "1a 2b 1a! 2b! X926 X926",
            "ignore placed": "1a 2b X926 X926",
            "ignore unkeyed": "1a 2b X926 X926",
        },
        forms=(BARE, SCHEMAS, REWRITE, TOMBSTONES),
    ),
    Story(
        "a key that changes twice takes along what it had first",
        "c1a d1>2 01 c2~b^1 d2>3 02 c3~c^2",
        {
            "hard upsert": "3ac",
            "soft upsert": "1a! 2ab! 3ac",
            "ignore upsert": "1a 2ab 3ac",
            "hard upsert keyless": "X926 X926",
            "hard upsert keyless one-batch": "X926",
            "soft upsert keyless": "1a! X926 X926",
            "ignore upsert keyless": "1a X926 X926",
            "hard insert": "X926 X926",
            "soft insert": "1a 1-! X926 2-! X926",
            "ignore insert": "1a X926 X926",
            "soft placed": "1a 1-! X926 2-! X926",
            "soft unkeyed": "1a 1a! X926 2('k2',None,98)! X926",
            "ignore placed": "1a X926 X926",
            "ignore unkeyed": "1a X926 X926",
        },
    ),
    Story(
        "a change of the key whose create says all is a delete and a create",
        "c1a d1>2 01 c2b^1",
        {
            "hard": "2b",
            "soft": "1a 1-! 2b",
            "soft upsert": "1a! 2b",
            "soft unkeyed": "1a 1a! 2b",
            "ignore": "1a 2b",
        },
    ),
    Story(
        "a value that was not sent and stands in the row of the key before goes to quarantine, never into the table",
        "c1a d1 01 c2~b",
        {
            "hard": "X926",
            "soft upsert": "1a! X926",
            "soft insert": "1a 1-! X926",
            "ignore": "1a X926",
            "soft placed": "1a 1-! X926",
            "soft unkeyed": "1a 1a! X926",
        },
    ),
    Story(
        "a value that was not sent is never that of a deleted row whose key comes back",
        "c1a d1 01 c1~b",
        {
            "hard": "X926",
            "soft upsert": "1a! X926",
            "soft insert": "1a 1-! X926",
            "ignore": "1a X926",
            "ignore upsert": "1ab",
            "insert flat-drop one-batch": "1a 1ab",
            "soft placed": "1a 1-! X926",
            "soft unkeyed": "1a 1a! X926",
        },
    ),
)


EACH_CUT = [
    table
    for table in TABLES
    if table.truncates == "apply" and (table.key, table.shape) in (("record_key", "two"), ("kafka_coordinates", "none"))
]
IN_ONE_BATCH = 1000
RUNS = [*((form, IN_ONE_BATCH) for form in FORMATS), (BARE, 2), (BARE, 1)]


def told_to(form: str, max_rows: int) -> list[Table]:
    """The tables that a run tells the stories to; to a few of each kind where each event or two is a batch."""
    if form == TOMBSTONES:
        return [table for table in TABLES if table.key != "record_value" and table.shape != "none"]
    return TABLES if max_rows == IN_ONE_BATCH else EACH_CUT


def said_of(table: Table, form: str, max_rows: int) -> frozenset[str]:
    """What can be said: where the transformation drops deletes, a table is told of none."""
    words = table.words - {"hard", "soft"} | {"ignore"} if form == DROP else table.words
    return words | {form.replace(" ", "-"), *(["one-batch"] if max_rows == IN_ONE_BATCH else [])}


class Telling:
    """A warehouse with a table of each combination, and what they hold after the stories, told in each way once."""

    def __init__(self, folder, address) -> None:
        self.folder, self.address = folder, address
        self.plan = built(folder, spec_of(TABLES), self.lines(SCHEMAS, TABLES, STORIES[1:2]), address)
        self.done = {}

    def lines(self, form: str, tables: list[Table], stories=STORIES) -> list[dict]:
        self.senders = [Sender(table, form) for table in tables]
        for sender in self.senders:
            for number, story in enumerate(stories):
                if form in story.forms:
                    sender.send(number, story.events)
        return [line for sender in self.senders for line in sender.lines]

    def after(self, form: str, max_rows: int):
        if (form, max_rows) not in self.done:
            events = write_lines(self.folder / "events.jsonl", self.lines(form, told_to(form, max_rows)))
            with rig.warehouse_of(self.plan, self.address) as warehouse:
                run(self.plan, warehouse, events, max_rows=max_rows, form=FORMATS[form])
                self.done[form, max_rows] = held(self.plan, warehouse, self.senders)
                emptied(self.plan, warehouse)
        return self.done[form, max_rows]


@pytest.fixture(scope="module")
def telling(sandbox, tmp_path_factory):
    return Telling(tmp_path_factory.mktemp("modes"), sandbox.create_database("modes"))


def cases():
    for form, max_rows in RUNS:
        for number, story in enumerate(STORIES):
            cut = max_rows == 2 and any("one-batch" in said for said in story.rows)
            if form in story.forms and not cut:
                yield pytest.param(form, max_rows, number, id=f"{story.events}-{form}-{max_rows}")


@pytest.mark.parametrize(("form", "max_rows", "number"), [*cases()])
def test_each_table_holds_what_the_words_say(telling, form: str, max_rows: int, number: int):
    story, (found, _) = STORIES[number], telling.after(form, max_rows)
    assert {table.name: found.get((table.name, number), "") for table in told_to(form, max_rows)} == {
        table.name: story.expected(said_of(table, form, max_rows)) for table in told_to(form, max_rows)
    }


# in an envelope a tombstone without its delete says nothing to a table that appends its deletes, and what the source
# did not send stays in a row that is stored, where it stays unknown in a row that is appended
UNLIKE = {number for number, story in enumerate(STORIES) if story.events == "c1a 01" or "~" in story.events}


@pytest.mark.parametrize(("form", "max_rows"), RUNS)
@pytest.mark.parametrize("deletes", ["hard", "soft", "ignore"])
def test_the_latest_view_of_all_changes_shows_what_an_upserted_table_holds(telling, deletes, form, max_rows):
    _, latest = telling.after(form, max_rows)
    viewed = [t for t in told_to(form, max_rows) if t.viewed and t.deletes == deletes and t.truncates == "apply"]
    places = [(table.name, number) for table in viewed for number in {*range(len(STORIES))} - UNLIKE]
    twins = {(name, number): (name.replace("insert", "upsert"), number) for name, number in places}
    assert {place: latest.get(place) for place in places} == {place: latest.get(twins[place]) for place in places}
    assert any(latest.get(place) for place in places)


def test_a_tombstone_that_is_the_delete_itself_is_refused_where_the_values_are_the_key_and_says_nothing_without(
    telling,
):
    tables = [t for t in TABLES if t.key == "record_value" or t.shape == "none"]
    senders = [Sender(table, TOMBSTONES) for table in tables]
    for sender in senders:
        sender.send(0, "c1a d1")
    events = write_lines(telling.folder / "tombstones.jsonl", (line for sender in senders for line in sender.lines))
    with rig.warehouse_of(telling.plan, telling.address) as warehouse:
        run(telling.plan, warehouse, events, form="flat-json")
        found, _ = held(telling.plan, warehouse, senders)
        emptied(telling.plan, warehouse)
    refused = [t for t in tables if t.key == "record_value" and t.deletes != "ignore"]
    assert found == {(t.name, 0): "1a X921" if t in refused else "1a" for t in tables}


ALL_METADATA = "[deleted, event_ts, loaded_at, op, source_ts, topic, topic_offset, topic_partition]"
SAID = "_op, _event_ts, _source_ts, _topic, _topic_partition, _topic_offset, _deleted, _loaded_at IS NOT NULL"


def said(topic: str, offset: int, op: str, *, deleted: bool = False) -> tuple:
    """What the metadata columns hold of a change at an offset."""
    seen, made = (datetime(2023, 11, 14, 22, *at, 1000 * offset) for at in ((15, 0), (13, 20)))  # noqa: DTZ001 - as the driver
    return (op, seen, made, topic, 3, offset, deleted, True)


@pytest.mark.parametrize("max_rows", [1, 1000])
def test_metadata_columns_hold_what_the_last_change_says_or_what_each_change_says(tmp_path, warehouse, max_rows: int):
    spec = f"ingestion: {{deletes: soft, metadata_columns: {ALL_METADATA}}}\ntables: {{log: {{mode: insert}}}}\n"
    a, b, c = ({"id": 1, "note": "a"}, {"id": 1, "note": "b"}, {"id": 2, "note": "c"})
    lines = [
        [change(t, 0, "c", a), change(t, 1, "u", b), change(t, 2, "r", c), change(t, 3, "d", {"id": 1, "note": ""})]
        for t in ("m.state", "m.log")
    ]
    small = Small(tmp_path, warehouse, spec, lines[0][:1] + lines[1][:1])
    small.run(lines[0] + lines[1], max_rows=max_rows)
    gone = said("m.state", 3, "d", deleted=True)
    assert small.ask(f"SELECT id, note, {SAID} FROM modes.state ORDER BY id") == [
        (1, "b", *gone),
        (2, "c", *said("m.state", 2, "r")),
    ]
    assert small.ask(f"SELECT id, note, {SAID} FROM modes.log ORDER BY _topic_offset") == [
        (1, "a", *said("m.log", 0, "c")),
        (1, "b", *said("m.log", 1, "u")),
        (2, "c", *said("m.log", 2, "r")),
        (1, None, *said("m.log", 3, "d", deleted=True)),
    ]
    small.run([tombstone("m.log", 4, {"id": 1})])
    assert len(small.ask("SELECT 1 FROM modes.log")) == 4


@pytest.mark.parametrize("max_rows", [1, 1000])
def test_a_tombstone_takes_nothing_away_of_what_the_delete_before_it_said(tmp_path, warehouse, max_rows: int):
    spec = f"ingestion: {{deletes: soft, metadata_columns: {ALL_METADATA}}}\n"
    lines = [change("m.state", 0, "c", {"id": 1, "note": "a"}), change("m.state", 1, "d", {"id": 1, "note": ""})]
    small = Small(tmp_path, warehouse, spec, lines[:1])
    small.run([*lines, tombstone("m.state", 2, {"id": 1})], max_rows=max_rows)
    assert small.ask(f"SELECT {SAID} FROM modes.state") == [said("m.state", 1, "d", deleted=True)]


def test_metadata_of_the_flat_form_is_what_the_transformation_was_told_to_add(tmp_path, warehouse):
    spec = f"ingestion: {{mode: insert, metadata_columns: {ALL_METADATA}}}\n"
    told = {"__op": "c", "__ts_ms": 1_700_000_100_000, "__source_ts_ms": 1_700_000_000_000, "__deleted": "false"}
    rows = [{"id": 1, "note": "a", **told}, {"id": 1, "note": "", **told, "__op": "d", "__deleted": "true"}]
    rows.append({"id": 2, "note": "b", "__deleted": "true"})
    lines = [
        {"topic": "m.log", "partition": 3, "offset": n, "key": {"id": row["id"]}, "value": row}
        for n, row in enumerate(rows)
    ]
    small = Small(tmp_path, warehouse, spec, lines[:1])
    small.run(lines, form="flat-json")
    moments = said("m.log", 0, "c")[1:3]
    assert small.ask(f"SELECT id, note, {SAID} FROM modes.log ORDER BY _topic_offset") == [
        (1, "a", *said("m.log", 0, "c")),
        (1, None, "d", *moments, "m.log", 3, 1, True, True),
        (2, None, "d", None, None, "m.log", 3, 2, True, True),
    ]


def test_a_hash_is_that_of_the_salt_and_the_text_and_joins_with_an_equal_value_elsewhere(tmp_path, warehouse):
    hashed = "{hash: sha256}"
    spec = f"tables:\n  one: {{columns: {{id: {hashed}, note: {hashed}}}}}\n  two: {{columns: {{owner: {hashed}}}}}\n"
    lines = [
        change("m.one", 0, "c", {"id": 7, "note": "täßt"}),
        change("m.one", 1, "c", {"id": 8, "note": None}),
        change("m.one", 2, "u", {"id": 7, "note": "b"}),
        change("m.one", 3, "d", {"id": 8, "note": ""}),
        change("m.two", 0, "c", {"id": 1, "owner": 7, "note": "täßt"}),
    ]
    small = Small(tmp_path, warehouse, spec, [lines[0], lines[4]])
    small.run(lines[:2])
    ids, note = (sha256(f"{SALT}{text}".encode()).hexdigest() for text in ("7", "täßt"))
    assert small.ask("SELECT id, note FROM modes.one WHERE note IS NOT NULL") == [(ids, note)]
    assert small.ask(f"SELECT SHA2('{SALT}' || '7', 256)") == [(ids,)]
    small.run(lines)
    assert small.ask("SELECT two.id, one.note FROM modes.two JOIN modes.one ON one.id = two.owner") == [
        (1, sha256(f"{SALT}b".encode()).hexdigest())
    ]
    assert small.ask("SELECT COUNT(*) FROM modes.one") == [(1,)]


def test_a_text_that_is_too_long_is_cut_at_a_whole_character_or_goes_to_quarantine(tmp_path, warehouse):
    spec = "tables:\n  cut: {columns: {note: {length: 5, too_long: truncate}}}\n"
    spec += "  kept: {columns: {note: {length: 5}}}\n"
    lines = [
        change(topic, n, "c", {"id": n, "note": note})
        for topic in ("m.cut", "m.kept")
        for n, note in enumerate(("abcde", "abcdef", "abcdß", "abcd 😀"))
    ]
    small = Small(tmp_path, warehouse, spec, [lines[0], lines[4]])
    small.run(lines)
    assert small.ask("SELECT note FROM modes.cut ORDER BY id") == [("abcde",), ("abcde",), ("abcd",), ("abcd ",)]
    assert small.ask("SELECT note FROM modes.kept ORDER BY id") == [("abcde",)]
    assert small.quarantined() == [(1, "X924"), (2, "X924"), (3, "X924")]


@pytest.mark.parametrize("evolution", ["review", "stop"])
def test_an_excluded_field_is_no_news_and_another_is(tmp_path, warehouse, evolution: str):
    spec = f"ingestion: {{schema_evolution: {evolution}}}\n"
    spec += "tables: {one: {columns: {secret: {exclude: true}}}}\n"
    lines = [change("m.one", n, "c", {"id": n, "note": "a", "secret": n}) for n in range(2)]
    small = Small(tmp_path, warehouse, spec, lines[:1])
    assert small.run(lines).held == []
    assert small.ask("SELECT * FROM modes.one ORDER BY id") == [(0, "a"), (1, "a")]
    more = change("m.one", 2, "c", {"id": 2, "note": "a", "secret": 2, "other": 1})
    if evolution == "review":
        assert [held.fields for held in small.run([*lines, more]).held] == [("other",)]
    else:
        with pytest.raises(StopError, match="other"):
            small.run([*lines, more])


def schemed(line: dict, **kinds: str) -> dict:
    """The record with the schema that it carries."""
    row = line["value"]["after"]
    parts = [row_schema(row, part, **kinds) for part in ("before", "after")]
    value = {"schema": {"type": "struct", "fields": [*parts, *ENVELOPE]}, "payload": line["value"]}
    return line | {"key": {"schema": row_schema(line["key"]), "payload": line["key"]}, "value": value}


@pytest.mark.parametrize("carried", [True, False])
def test_values_of_another_type_go_into_a_column_of_their_own(tmp_path, warehouse, carried: bool):  # noqa: FBT001
    values = [5, "five", None, 6, "7"]
    lines = [change("m.one", n, "c", {"id": n, "what": value}) for n, value in enumerate(values)]
    if carried:
        kinds = ["int32", "string", "string", "int32", "string"]
        lines = [schemed(line, what=kind) for line, kind in zip(lines, kinds, strict=True)]
    small = Small(tmp_path, warehouse, "ingestion: {on_type_change: new_column}\n", lines)
    names = [field.column for field in small.plan.tables[0].fields if field.field == "what"]
    assert names == ["what", "what_varchar"]
    small.run(lines)
    found = small.ask("SELECT what, what_varchar FROM modes.one ORDER BY id")
    assert found == [(5, None), (None, "five"), (None, None), (6, None), (None, "7")]


def test_source_tables_that_share_a_topic_go_to_their_own_tables(tmp_path, warehouse):
    spec = 'ingestion: {truncates: apply}\ntables: {one: {source: "public.a b"}, '
    spec += "two: {source: public.a_b, mode: insert}}\n"
    rows = [("a b", "c", 1, "a"), ("a_b", "c", 1, "b"), ("a b", "u", 1, "c"), ("a_b", "u", 1, "d"), ("c", "c", 1, "e")]
    lines = [
        change("m.a_b", n, op, {"id": at, "note": note}, table=table) for n, (table, op, at, note) in enumerate(rows)
    ]
    small = Small(tmp_path, warehouse, spec, lines[:2])
    emptied_one = change("m.a_b", 6, "t", None, table="a b")
    small.run([*lines, tombstone("m.a_b", 5, {"id": 1})])
    assert small.ask("SELECT id, note FROM modes.one") == [(1, "c")]
    assert small.ask("SELECT id, note FROM modes.two ORDER BY note") == [(1, "b"), (1, "d")]
    assert small.quarantined() == [(4, "X927")]
    small.run([emptied_one, change("m.a_b", 7, "d", {"id": 1, "note": ""}, table="a_b")])
    assert small.ask("SELECT id, note FROM modes.one") == []
    assert small.ask("SELECT note, _deleted FROM modes.two WHERE _deleted") == [(None, True)]


def test_a_tombstone_after_a_delete_of_the_flat_form_needs_no_table_of_its_own(tmp_path, warehouse):
    spec = "tables: {one: {source: public.a}, two: {source: public.b}}\n"
    rows = [{"id": 1, "note": "x", "__schema": "public", "__table": t, "__deleted": d} for d, t in _DELETED]
    lines = [
        {"topic": "m.ab", "partition": 3, "offset": n, "key": {"id": 1}, "value": row} for n, row in enumerate(rows)
    ]
    small = Small(tmp_path, warehouse, spec, lines[:2])
    small.run([*lines, tombstone("m.ab", len(lines), {"id": 1})], form="flat-json")
    assert small.ask("SELECT id FROM modes.one") == [(1,)]
    assert small.ask("SELECT id FROM modes.two") == []
    assert small.quarantined() == []


_DELETED = (("false", "a"), ("false", "b"), ("true", "b"))


@pytest.mark.parametrize("max_rows", [1, 2, 1000])
def test_topics_feed_one_table_together(tmp_path, warehouse, max_rows: int):
    spec = "tables: {all: {topics: [m.eu, m.us]}}\n"
    lines = [
        change("m.eu", 0, "c", {"id": 1, "note": "a"}),
        change("m.us", 0, "c", {"id": 2, "note": "b", "extra": 5}),
        change("m.eu", 1, "u", {"id": 1, "note": "c"}),
        change("m.us", 1, "c", {"id": 3, "note": "d", "extra": 6}),
        change("m.us", 2, "d", {"id": 3, "note": "", "extra": 0}),
    ]
    small = Small(tmp_path, warehouse, spec, lines[:2])
    small.run(lines, max_rows=max_rows)
    assert small.ask('SELECT id, note, extra FROM modes."all" ORDER BY id') == [(1, "c", None), (2, "b", 5)]


def test_a_delete_without_a_row_key_is_kept_though_a_field_of_the_record_key_is_excluded(tmp_path, warehouse):
    keyed = "primary_key: {from: none}, mode: insert, columns: {lang: {exclude: true}}"
    key, row = {"id": 1, "lang": "en"}, {"id": 1, "lang": "en", "note": "a"}
    lines = [change("m.one", 0, "c", row, key), change("m.one", 1, "d", row | {"note": ""}, key)]
    small = Small(tmp_path, warehouse, f"tables: {{one: {{{keyed}}}}}\n", lines[:1])
    small.run(lines)
    assert small.quarantined() == []
    assert small.ask("SELECT id, note, _deleted FROM modes.one ORDER BY _deleted") == [(1, "a", False), (1, None, True)]


def test_a_truncate_stops_the_run_where_the_spec_says_stop_and_what_came_before_is_there(tmp_path, warehouse):
    spec = "tables: {one: {truncates: stop}, two: {truncates: stop, mode: insert}}\n"
    lines = [change("m.one", 0, "c", {"id": 1, "note": "a"}), change("m.two", 0, "c", {"id": 1, "note": "a"})]
    small = Small(tmp_path, warehouse, spec, lines)
    for table in ("one", "two"):
        later = [change(f"m.{table}", 1, "t", None), change(f"m.{table}", 2, "c", {"id": 2, "note": "b"})]
        with pytest.raises(StopError, match="the source emptied") as caught:
            small.run([*lines, *later])
        assert caught.value.code == "X930"
        assert small.ask(f"SELECT id, note FROM modes.{table}") == [(1, "a")]
