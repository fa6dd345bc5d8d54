"""Both ways to collect a batch: all changes or the last of each key. Cut anywhere, a table ends the same."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamplan.runtime.convert import PLACEHOLDER
from streamplan.runtime.disk import load
from streamplan.runtime.envelope import Reader
from streamplan.runtime.errors import RecordError
from streamplan.runtime.fold import Fold
from streamplan.runtime.log import Log
from streamplan.runtime.modes import Deletes, KeySource, Mode, Origin, Policy
from streamplan.runtime.ports import Partition, Record
from streamplan.runtime.rows import RowConverter
from streamplan.runtime.state import State
from streamplan.runtime.table_program import Field, TableProgram
from streamplan.runtime.take import take

GOLDEN = Path(__file__).parents[2] / "golden"
ORDERS = load(GOLDEN / "orders/01_create/plan").tables[0]  # id (the key), note, total, at
DELETED = Field(field="deleted", column="_deleted", accepts=(), converter="text", origin=Origin.DELETED)
OFFSET = Field(field="topic_offset", column="_topic_offset", accepts=(), converter="text", origin=Origin.TOPIC_OFFSET)
FIELDS = (*ORDERS.fields[:2], DELETED, OFFSET)


def program(mode: Mode, deletes: Deletes, key_from: KeySource = KeySource.RECORD_KEY, **more: object) -> TableProgram:
    known = ("total", "at")
    settings = {
        "mode": mode,
        "deletes": deletes,
        "key_from": key_from,
        "truncates": Policy.APPLY,
        "evolution": Policy.IGNORE,
    }
    settings |= {"truncates": Policy.APPLY, "evolution": Policy.IGNORE} | more
    return msgspec.structs.replace(ORDERS, fields=FIELDS, excluded=known, **settings)


def fold_of(how: TableProgram) -> Fold:
    appended = how.mode is Mode.INSERT or how.key_from is KeySource.KAFKA_COORDINATES
    return (Log if appended else State)(how, RowConverter(how))


def appending(deletes: Deletes, key_from: KeySource = KeySource.RECORD_KEY, **more: object) -> Log:
    return fold_of(program(Mode.INSERT, deletes, key_from, **more))


def fed(fold: Fold, *events: tuple, form: str = "debezium-json", start: int = 0) -> list[str]:
    """Takes events in, each a (key, value); gives the codes of those that are refused."""
    reader, codes = Reader(form), []
    for offset, (key, value) in enumerate(events, start):
        raw = [None if part is None else json.dumps(part).encode() for part in (key, value)]
        try:
            take(Record(at=Partition("t", 0), offset=offset, key=raw[0], value=raw[1]), reader, {"": fold})
        except RecordError as error:
            codes.append(error.code)
    return codes


def put(key: int | None, note: object = None, before: dict | None = None) -> tuple:
    return {"id": key}, {"op": "u", "before": before, "after": {"id": key, "note": note}}


def gone(key: int | None) -> tuple:
    return {"id": key}, {"op": "d", "before": {"id": key, "note": "made up"}, "after": None}


def staged(fold: Fold) -> list[tuple]:
    """The operation, the key, the note and the mark of every row, in the order of the stage."""
    return [(operation, *cells[:2], cells[2] == "true") for operation, cells in fold.staged()]


EMPTIED = None, {"op": "t"}
TOMBSTONE = {"id": 1}, None


@pytest.mark.parametrize(
    ("deletes", "events", "rows"),
    [
        (Deletes.SOFT, [put(1, "a"), put(1, "b")], [("u", "1", "a", False), ("u", "1", "b", False)]),
        (Deletes.SOFT, [put(1, "a"), gone(1)], [("u", "1", "a", False), ("u", "1", None, True)]),
        (Deletes.SOFT, [put(1, "a"), EMPTIED, put(1, "b")], [("u", "1", "a", True), ("u", "1", "b", False)]),
        (Deletes.SOFT, [gone(1)], [("u", "1", None, True)]),
        (Deletes.HARD, [put(1, "a"), gone(1)], [("d", "1", None, True)]),
        (Deletes.HARD, [gone(1), put(1, "a")], [("d", "1", None, True), ("u", "1", "a", False)]),
        (Deletes.HARD, [put(1, "a"), put(2, "b"), gone(1)], [("d", "1", None, True), ("u", "2", "b", False)]),
        (Deletes.HARD, [gone(1), EMPTIED, put(2, "b")], [("u", "2", "b", False)]),
        (Deletes.IGNORE, [put(1, "a"), gone(1), put(1, "b")], [("u", "1", "a", False), ("u", "1", "b", False)]),
        (Deletes.IGNORE, [put(1, "a"), EMPTIED, put(2, "b")], [("u", "2", "b", False)]),
    ],
)
def test_changes_are_appended_and_deletes_are_taken_as_the_plan_says(deletes: Deletes, events: list, rows: list):
    log = appending(deletes)
    assert fed(log, *events) == []
    assert (staged(log), log.truncated) == (rows, events.count(EMPTIED))


@pytest.mark.parametrize("deletes", Deletes)
@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("between", [[gone(1)], [EMPTIED], [put(1, 5)], [gone(1), put(1, 5)], [put(1, "b", {"id": 2})]])
def test_an_unsent_value_is_carried_from_the_row_itself_only(mode: Mode, deletes: Deletes, between: list):
    fold = fold_of(program(mode, deletes))
    fed(fold, put(1, "a"), *between)
    stays = mode is Mode.UPSERT and deletes is Deletes.IGNORE and between == [gone(1)]
    known = "a" if stays else "b" if between == [put(1, "b", {"id": 2})] else None
    before = staged(fold)
    assert fed(fold, put(1, PLACEHOLDER), start=9) == ([] if known else ["X926"])
    if known:
        assert ("u", "1", known, False) in staged(fold)
    else:
        assert staged(fold) == before
    assert fed(fold, put(1, "new"), put(1, PLACEHOLDER), start=20) == []
    assert staged(fold)[-1] == ("u", "1", "new", False)


@pytest.mark.parametrize("deletes", [Deletes.SOFT, Deletes.IGNORE])
@pytest.mark.parametrize("key_from", [KeySource.NONE, KeySource.KAFKA_COORDINATES])
def test_where_nothing_says_which_row_is_meant_no_value_is_carried(deletes: Deletes, key_from: KeySource):
    log = appending(deletes, key_from)
    assert fed(log, put(1, "a"), put(1, PLACEHOLDER)) == ["X926"]
    assert staged(log) == [("u", "1", "a", False)]


@pytest.mark.parametrize(
    ("key", "event", "row"),
    [
        (("id",), gone(1), ("u", "1", None, True)),
        ((), (None, gone(1)[1]), ("u", "1", "made up", True)),
        ((), (None, {"op": "d", "before": {"id": 1, "note": PLACEHOLDER}}), ("u", "1", None, True)),
        ((), (None, {"op": "d", "before": None}), ("u", None, None, True)),
    ],
)
def test_a_delete_of_a_row_without_a_key_holds_the_key_of_its_record_or_what_the_row_was(key, event, row):
    log = appending(Deletes.SOFT, KeySource.NONE, key=key)
    assert fed(log, event) == []
    assert staged(log) == [row]


@pytest.mark.parametrize("form", ["debezium-json", "flat-json"])
@pytest.mark.parametrize("key_from", [KeySource.RECORD_KEY, KeySource.NONE])
def test_a_tombstone_is_appended_only_where_it_is_the_delete_itself(form: str, key_from: KeySource):
    log = appending(Deletes.SOFT, key_from)
    assert fed(log, TOMBSTONE, form=form) == []
    assert staged(log) == ([("u", "1", None, True)] if form == "flat-json" else [])


def test_a_tombstone_that_follows_a_delete_of_its_own_is_not_appended():
    log = appending(Deletes.SOFT)
    flat = [({"id": 1}, {"id": 1, "note": "a", "__deleted": said}) for said in ("false", "true")]
    assert fed(log, *flat, TOMBSTONE, form="flat-json") == []
    assert staged(log) == [("u", "1", "a", False), ("u", "1", None, True)]


@pytest.mark.parametrize("deletes", [Deletes.HARD, Deletes.SOFT])
@pytest.mark.parametrize(
    ("event", "code"),
    [((None, gone(1)[1]), "X921"), (gone(None), "X922"), (({"no": 1}, gone(1)[1]), "X923"), (gone("x"), "X924")],
)
def test_a_delete_whose_key_is_not_there_is_refused_and_leaves_no_trace(deletes: Deletes, event: tuple, code: str):
    log = appending(deletes)
    fed(log, put(1, "a"))
    assert fed(log, event) == [code]
    assert staged(log) == [("u", "1", "a", False)]


def test_keys_that_differ_by_blanks_at_the_end_are_one_as_in_the_warehouse():
    log = appending(Deletes.HARD, key=("note",))
    events = [
        ({"note": note}, {"op": "c", "after": {"id": n, "note": note}}) for n, note in enumerate(("a", "a  ", "b"))
    ]
    assert fed(log, *events, ({"note": "a "}, {"op": "d", "before": {"note": "a "}})) == []
    assert [row[:3] for row in staged(log)] == [("d", None, "a "), ("u", "2", "b")]


def merged(how: TableProgram, fold: Fold, table: list[tuple]) -> list[tuple]:
    """The rows (key, note, deleted) after a batch, as the plan's statements leave them."""
    if fold.truncated:
        table = [(key, note, True) for key, note, _ in table] if how.deletes is Deletes.SOFT else []
    rows = staged(fold)
    gone_now = {key for operation, key, *_ in rows if operation == "d"}
    if how.deletes is Deletes.HARD:
        table = [row for row in table if row[0] not in gone_now]
    else:
        table = [(key, note, deleted or key in gone_now) for key, note, deleted in table]
    put_now = [row[1:] for row in rows if row[0] == "u"]
    if how.mode is Mode.UPSERT and how.key_from is KeySource.RECORD_KEY:
        assert len({row[0] for row in put_now}) == len(put_now), "a MERGE would find two rows of one key"
        table = [row for row in table if row[0] not in {row[0] for row in put_now}]
    return table + put_now


def told(how: TableProgram, sequence: list[tuple]) -> list[tuple]:
    """What the words say of the events, one after the other: rows (key, note, deleted)."""
    table: list[tuple] = []
    one_a_key = how.mode is Mode.UPSERT and how.key_from is KeySource.RECORD_KEY
    for what, number, note in sequence:
        key = str(number)
        match what, how.deletes:
            case "put", _:
                table = [row for row in table if not (one_a_key and row[0] == key)] + [(key, note, False)]
            case "emptied", Deletes.SOFT:
                table = [(*row[:2], True) for row in table]
            case "emptied", _:
                table = []
            case "gone", Deletes.HARD:
                table = [row for row in table if row[0] != key]
            case "gone", Deletes.SOFT if one_a_key:
                table = [(*row[:2], True) if row[0] == key else row for row in table]
            case "gone", Deletes.SOFT:
                table = [*table, (key, None, True)]
    return table


def event_of(change: tuple) -> tuple:
    what, number, note = change
    return {"put": put(number, note), "gone": gone(number), "emptied": EMPTIED}[what]


WAYS = [
    *(program(mode, deletes) for mode in Mode for deletes in Deletes),
    *(program(mode, d, KeySource.KAFKA_COORDINATES) for mode in Mode for d in (Deletes.SOFT, Deletes.IGNORE)),
    *(program(Mode.INSERT, d, KeySource.NONE) for d in (Deletes.SOFT, Deletes.IGNORE)),
]
numbers = st.integers(1, 3)
changes = st.one_of(
    st.tuples(st.just("put"), numbers, st.sampled_from(["a", "b", None])),
    st.tuples(st.just("gone"), numbers, st.none()),
    st.tuples(st.just("emptied"), st.none(), st.none()),
)
batches = st.lists(st.lists(changes, max_size=5), max_size=5)


def ordered(rows: list[tuple]) -> list[tuple]:
    return sorted(rows, key=repr)


@pytest.mark.parametrize("how", WAYS, ids=lambda how: f"{how.mode}-{how.deletes}-{how.key_from}")
@given(batches=batches, tombstones=st.booleans())
def test_a_table_ends_as_the_words_say_wherever_its_batches_are_cut(how: TableProgram, batches, tombstones):
    table: list[tuple] = []
    for batch in batches:
        fold = fold_of(how)
        events = [e for c in batch for e in (event_of(c), *([({"id": c[1]}, None)] * (tombstones and c[0] == "gone")))]
        assert fed(fold, *events) == []
        table = merged(how, fold, table)
    assert ordered(table) == ordered(told(how, [change for batch in batches for change in batch]))


@pytest.mark.parametrize("deletes", Deletes)
@given(sequence=st.lists(changes, max_size=12))
def test_the_last_row_of_each_key_among_all_changes_is_the_row_that_an_upserted_table_holds(deletes, sequence):
    kept = {}
    for mode in Mode:
        how = program(mode, deletes)
        fold = fold_of(how)
        fed(fold, *map(event_of, sequence))
        last = {key: (note, deleted) for key, note, deleted in merged(how, fold, [])}
        kept[mode] = {key: note for key, (note, deleted) in last.items() if not deleted}
    assert kept[Mode.INSERT] == kept[Mode.UPSERT]
