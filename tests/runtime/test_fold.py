"""Folding: the last change of a key wins, whatever came before, and what cannot be folded leaves no trace."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamplan.runtime.convert import PLACEHOLDER
from streamplan.runtime.disk import load
from streamplan.runtime.drift import Drift
from streamplan.runtime.envelope import Reader
from streamplan.runtime.errors import RecordError, StopError
from streamplan.runtime.modes import KeySource, Policy
from streamplan.runtime.ports import Partition, Record
from streamplan.runtime.rows import RowConverter
from streamplan.runtime.state import State
from streamplan.runtime.take import take

GOLDEN = Path(__file__).parents[2] / "golden"
ORDERS = load(GOLDEN / "orders/01_create/plan").tables[0]  # id (the key), note, total, at
TEXT_KEY = msgspec.structs.replace(ORDERS, key=("note",))
DRIFTING = msgspec.structs.replace(ORDERS, evolution=Policy.IGNORE)
BY_VALUE = msgspec.structs.replace(ORDERS, key_from=KeySource.RECORD_VALUE)


def fold_of(program=ORDERS) -> State:
    return State(program, RowConverter(program))


def fed(fold: State, *events, form: str = "debezium-json") -> State:
    """The fold after events, each a (key, value)."""
    reader = Reader(form)
    for key, value, *headers in events:
        raw = [None if part is None else json.dumps(part).encode() for part in (key, value)]
        at = Partition("t", 0)
        take(Record(at=at, offset=0, key=raw[0], value=raw[1], headers=tuple(headers)), reader, {"": fold})
    return fold


def row(key: int | None, note: str | None = None, **more: object) -> dict:
    return {"id": key, "note": note, **more}


def put(key: int, note: str | None = None, op: str = "u", before: dict | None = None):
    return {"id": key}, {"op": op, "before": before, "after": row(key, note)}


def gone(key: int):
    return {"id": key}, {"op": "d", "before": {"id": key}, "after": None}


def staged(fold: State) -> list[tuple]:
    """The operation, the key and the note of every row."""
    return [(operation, cells[0], cells[1]) for operation, cells in fold.staged()]


def moved(old: int, new: int, note: str | None = PLACEHOLDER) -> list[tuple]:
    """What a source sends when it changes a key: a delete and a create, each with a header that names the other."""
    to, from_ = ("__debezium.newkey", json.dumps({"id": new})), ("__debezium.oldkey", json.dumps({"id": old}))
    return [(*gone(old), to), ({"id": old}, None, to), (*put(new, note, "c"), from_)]


TOMBSTONE = ({"id": 1}, None)
EMPTIED = (None, {"op": "t"})
MOVED = ("m00000000u-", "1", None), ("n00000000", "2", None)
MESSAGE = (None, {"op": "m"})


@pytest.mark.parametrize(
    ("events", "rows", "truncated"),
    [
        ([], [], 0),
        ([put(1, "a", "c")], [("u", "1", "a")], 0),
        ([put(1, "a", "c"), put(1, "b")], [("u", "1", "b")], 0),
        ([put(1, "a", "c"), put(2, "b", "r")], [("u", "1", "a"), ("u", "2", "b")], 0),
        ([put(1, "a", "c"), gone(1)], [("d", "1", None)], 0),
        ([put(1, "a", "c"), gone(1), TOMBSTONE], [("d", "1", None)], 0),
        ([gone(1), put(1, "b", "c")], [("u", "1", "b")], 0),
        ([gone(1)], [("d", "1", None)], 0),
        ([TOMBSTONE], [("d", "1", None)], 0),
        ([(None, None)], [], 0),
        ([put(1, "a", "c"), EMPTIED], [], 1),
        ([EMPTIED, put(1, "a", "c"), EMPTIED, put(2, "b", "c")], [("u", "2", "b")], 2),
        ([put(1, "a", "c"), MESSAGE], [("u", "1", "a")], 0),
        ([put(1, "a", "c"), put(1, PLACEHOLDER)], [("u", "1", "a")], 0),
        ([put(1, None, "c"), put(1, PLACEHOLDER)], [("u", "1", None)], 0),
        ([put(1, PLACEHOLDER)], [("k00000000u-", "1", None)], 0),
        ([put(2, "a"), put(1, PLACEHOLDER)], [("u", "2", "a"), ("k00000001u-", "1", None)], 0),
        ([put(1, PLACEHOLDER), put(1, PLACEHOLDER)], [("k00000000u-", "1", None)], 0),
        ([put(1, PLACEHOLDER), put(1, "b")], [("u", "1", "b")], 0),
        ([put(1, PLACEHOLDER), gone(1)], [("d", "1", None)], 0),
        ([put(1, PLACEHOLDER), EMPTIED], [], 1),
        ([EMPTIED, put(1, PLACEHOLDER)], [("k00000000u-", "1", None)], 1),
        (moved(1, 2, "a"), [("d", "1", None), ("u", "2", "a")], 0),
        (moved(1, 2), [("d", "1", None), ("k00000001u-", "2", None)], 0),
        ([gone(2), *moved(1, 2)], [*MOVED, ("d", "1", None)], 0),
        (moved(1, 2)[:2], [("d", "1", None), ("o00000001", "1", None), ("n00000001", "2", None)], 0),
        (moved(1, 2)[2:], [("k00000000u-", "2", None)], 0),
        (
            [moved(1, 2)[2], *moved(1, 2)[:2]],
            [("k00000000u-", "2", None), ("d", "1", None)],
            0,
        ),
        ([put(1, "a"), *moved(1, 2)], [("d", "1", None), ("u", "2", "a")], 0),
        ([put(1, "a"), *moved(1, 2)[:2]], [("d", "1", None), ("u", "2", "a")], 0),
        ([put(1, "a"), moved(1, 2)[2]], [("u", "1", "a"), ("u", "2", "a")], 0),
        ([*moved(1, 2), *moved(2, 3, "c")], [("d", "1", None), ("d", "2", None), ("u", "3", "c")], 0),
        (
            [*moved(1, 2), *moved(2, 3)],
            [("d", "1", None), ("d", "2", None), ("k00000002u-", "3", None)],
            0,
        ),
        ([*moved(2, 3), *moved(1, 2)], [*MOVED, ("k00000001u-", "3", None), ("d", "1", None)], 0),
        ([*moved(1, 2), EMPTIED], [], 1),
        ([gone(2), put(1, "a"), *moved(1, 2)], [("u", "2", "a"), ("d", "1", None)], 0),
    ],
)
def test_events_fold_to_one_row_a_key(events: list, rows: list, truncated: int):
    fold = fed(fold_of(), *events)
    assert (staged(fold), fold.truncated) == (rows, truncated)


@pytest.mark.parametrize(
    ("before", "event", "code", "reason"),
    [
        ([gone(1)], put(1, PLACEHOLDER), "X926", "the source did not send note, unchanged since an event that is not"),
        ([put(1, "a"), EMPTIED], put(1, PLACEHOLDER), "X926", "the source did not send note"),
        ([], (None, put(1)[1]), "X921", "the record has no key"),
        ([], (None, gone(1)[1]), "X921", "the record has no key"),
        ([], ({"id": None}, {"op": "c", "after": row(None)}), "X922", 'key field "id" is null'),
        ([], ({"id": None}, gone(1)[1]), "X922", 'key field "id" is null'),
        ([], ({"id": 1}, {"op": "c", "after": {"note": "a"}}), "X923", "the key has the fields (note)"),
        ([], ({"no": 1}, put(1)[1]), "X923", "the key has the fields (no), the plan has (id)"),
        ([], ({}, put(1)[1]), "X923", "the key has the fields (), the plan has (id)"),
        ([], ({"id": 1, "no": 2}, put(1)[1]), "X923", "the key has the fields (id, no), the plan has (id)"),
        ([], ({"id": 1, "no": 2}, gone(1)[1]), "X923", "the key has the fields (id, no), the plan has (id)"),
        ([], ({"id": 1}, {"op": "c", "after": row(1, 5)}), "X924", 'field "note": integer 5 is not a text'),
        ([], ({"id": "1"}, gone(1)[1]), "X924", "field \"id\": text '1' is not an integer"),
    ],
)  # fmt: skip
def test_what_cannot_be_folded_is_refused_and_leaves_no_trace(before: list, event: tuple, code: str, reason: str):
    fold = fed(fold_of(DRIFTING), *before)
    rows = dict(fold.rows)
    with pytest.raises(RecordError) as caught:
        fed(fold, event)
    assert (caught.value.code, caught.value.message[: len(reason)]) == (code, reason)
    assert fold.rows == rows


@pytest.mark.parametrize(
    ("events", "rows"),
    [
        ([put(1, "a", "c")], [("u", "1", "a")]),
        ([put(2, "a", before=row(1, "a"))], [("d", "1", None), ("u", "2", "a")]),
        ([put(2, "a", before=row(2, "b"))], [("u", "2", "a")]),
        ([put(1, "a", "c"), put(2, "a", before=row(1, "a")), put(1, "b", "c")], [("u", "1", "b"), ("u", "2", "a")]),
        ([gone(1), (None, None), TOMBSTONE], [("d", "1", None)]),
    ],
)
def test_a_key_from_the_value_needs_none_in_the_record_and_moves_with_an_update(events: list, rows: list):
    fold = fed(fold_of(BY_VALUE), *[(None, value) for _, value in events])
    assert staged(fold) == rows


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"op": "d", "before": None}, "X921"),
        ({"op": "d", "before": {"note": "a"}}, "X923"),
        ({"op": "u", "before": {"id": None}, "after": row(2)}, "X922"),
    ],
)
def test_a_key_from_the_value_that_is_not_there_is_refused(value: dict, code: str):
    fold = fold_of(BY_VALUE)
    with pytest.raises(RecordError) as caught:
        fed(fold, (None, value))
    assert (caught.value.code, fold.rows) == (code, {})


def test_keys_that_differ_by_blanks_at_the_end_are_one_as_in_the_warehouse():
    events = [({"note": note}, {"op": "c", "after": row(i, note)}) for i, note in enumerate(("a", "a  ", " a", "a\t"))]
    assert [cells[:2] for _, cells in fed(fold_of(TEXT_KEY), *events).staged()] == [
        ("1", "a  "),
        ("2", " a"),
        ("3", "a\t"),
    ]


@pytest.mark.parametrize(("policy", "times"), [(Policy.APPLY, 1), (Policy.IGNORE, 0)])
def test_a_truncate_is_taken_as_the_plan_says(policy: Policy, times: int):
    fold = fed(fold_of(msgspec.structs.replace(ORDERS, truncates=policy)), put(1), EMPTIED)
    assert (fold.truncated, len(fold.rows)) == (times, 1 - times)


def test_a_truncate_stops_the_run_where_the_plan_says_stop():
    with pytest.raises(StopError, match="the source emptied") as caught:
        fed(fold_of(msgspec.structs.replace(ORDERS, truncates=Policy.STOP)), EMPTIED)
    assert caught.value.code == "X930"


def test_a_field_that_the_plan_does_not_know_is_drift_unless_it_is_ignored():
    event = {"id": 1}, {"op": "c", "after": row(1, "a", b=1, a=2)}
    with pytest.raises(Drift) as caught:
        fed(fold_of(), event)
    assert "a, b" in str(caught.value)
    assert staged(fed(fold_of(DRIFTING), event)) == [("u", "1", "a")]


def test_a_flat_tombstone_is_the_delete_itself_and_needs_a_key():
    assert staged(fed(fold_of(), TOMBSTONE, form="flat-json")) == [("d", "1", None)]
    with pytest.raises(RecordError, match="the record has no key"):
        fed(fold_of(BY_VALUE), TOMBSTONE, form="flat-json")


@pytest.mark.parametrize(
    ("kind", "parameters", "reason"),
    [
        ("int32", {}, "is now int32; the plan expects bytes org.apache.kafka.connect.data.Decimal"),
        ("bytes org.apache.kafka.connect.data.Decimal", {"scale": "x"}, "Decimal (invalid literal"),
    ],
)  # fmt: skip
def test_a_field_whose_type_changed_is_refused_unless_it_is_null(kind: str, parameters: dict, reason: str):
    fold, (kind, _, name) = fold_of(DRIFTING), kind.partition(" ")
    fields = [
        {"field": "id", "type": "int64"},
        {"field": "total", "type": kind, "name": name, "parameters": parameters},
    ]
    schema = {"type": "struct", "fields": fields}
    fed(fold, ({"id": 1}, {"schema": schema, "payload": {"id": 1, "total": None}}), form="flat-json")
    with pytest.raises(RecordError) as caught:
        fed(fold, ({"id": 2}, {"schema": schema, "payload": {"id": 2, "total": 5}}), form="flat-json")
    assert (caught.value.code, reason in caught.value.message) == ("X925", True), caught.value.message
    assert staged(fold) == [("u", "1", None)]


keys = st.integers(1, 3)
notes = st.sampled_from(["a", "b", None, PLACEHOLDER])
changes = st.one_of(
    st.tuples(st.just("put"), keys, notes),
    st.tuples(st.just("gone"), keys, st.none()),
    st.tuples(st.just("moved"), keys, st.tuples(keys, notes)),
    st.tuples(st.just("emptied"), st.none(), st.none()),
)


@given(st.lists(st.lists(changes, max_size=6), max_size=4), st.dictionaries(keys, st.sampled_from(["x", "y"])))
def test_folds_put_over_a_table_batch_by_batch_equal_the_source(batches: list, table: dict):
    """Batches end anywhere but within a key's change; a row that the source could not have had is not told of."""
    source = dict(table)
    for batch in batches:
        fold = fold_of()
        for event in (event for change in batch for event in told(source, *change)):
            fed(fold, event)
        table = merged(table, fold)
        assert table == source


@given(st.lists(changes, max_size=6), st.data())
def test_a_change_of_a_key_may_be_split_between_batches_in_either_order(batch: list, data: st.DataObject):
    table, source = {1: "x"}, {1: "x"}
    table = fed_in(table, [event for change in batch for event in told(source, *change)])
    moves = [(old, new) for old in source for new in range(4, 6)]
    if not moves:
        return
    events = told(source, "moved", (move := data.draw(st.sampled_from(moves)))[0], (move[1], PLACEHOLDER))
    events = data.draw(st.sampled_from([events, [events[2], *events[:2]]]))
    cut = data.draw(st.integers(0, 3))
    assert fed_in(fed_in(table, events[:cut]), events[cut:]) == source


def fed_in(table: dict, events: list) -> dict:
    return merged(table, fed(fold_of(), *events))


def told(source: dict, what: str, key: int, value: object) -> list[tuple]:
    """What the source does, and the events it sends of that: it leaves out only what it holds."""
    match what, value:
        case "put", note:
            if note == PLACEHOLDER and key not in source:
                return []
            source[key] = source[key] if note == PLACEHOLDER else note
            return [put(key, note)]
        case "gone", _:
            return [gone(key)] if source.pop(key, source) is not source else []
        case "moved", (new, note):
            if key not in source or new in source:
                return []
            before = source.pop(key)
            source[new] = before if note == PLACEHOLDER else note
            return moved(key, new, note)
        case _:
            source.clear()
            return [EMPTIED]


def merged(table: dict, fold: State) -> dict:
    """What the warehouse holds after the batch, by the plan's statements in their order."""
    stored = {} if fold.truncated else dict(table)
    rows = staged(fold)
    absent = [operation for operation, key, _ in rows if operation[0] == "k" and int(key) not in stored]
    rows += [(operation, cells[0], cells[1]) for operation, cells in fold.elsewhere(absent)]
    new_keys = {operation[1:]: int(key) for operation, key, _ in rows if operation[0] == "n"}
    whole = {}
    for operation, key, note in rows:
        if operation[0] in "km" and operation not in absent:
            own = new_keys[operation[1:9]] if operation[0] == "m" else int(key)
            whole[own] = note if operation[9] == "-" else stored[int(key)]
        elif operation == "u":
            whole[int(key)] = note
    copies = {new_keys[o[1:]]: stored[int(key)] for o, key, _ in rows if o[0] == "o" and int(key) in stored}
    deleted = {int(key) for operation, key, _ in rows if operation == "d"}
    return {key: note for key, note in (copies | stored).items() if key not in deleted} | whole


def test_a_value_from_before_a_change_that_went_to_quarantine_is_not_carried_on():
    fold = fed(fold_of(), put(1, "old"))
    with pytest.raises(RecordError, match="total"):
        fed(fold, ({"id": 1}, {"op": "u", "after": row(1, "newer", total="not a decimal")}))
    with pytest.raises(RecordError) as caught:
        fed(fold, put(1, PLACEHOLDER))
    assert caught.value.code == "X926"
    with pytest.raises(RecordError, match="did not send"):
        fed(fold, *moved(1, 2))
    assert staged(fed(fold, put(1, "newest"), put(1, PLACEHOLDER))) == [("u", "1", "newest")]
