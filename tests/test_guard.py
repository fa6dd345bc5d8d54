"""The position guard: an older change never overwrites a newer one, nor raises a deleted row, however late it comes."""

from __future__ import annotations

import pytest
from small import Small, change, tombstone
from streamplan.runtime.position import Place, position

GUARDED = "ingestion: {deletes: soft, position_guard: true}\n"
SEEN = change("m.one", 0, "c", {"id": 1, "note": "a", "size": 1}, lsn=1)


def told(*events: tuple) -> list[dict]:
    """Each an operation, the log position and the note; `~` where the note is not sent."""
    lines = []
    for offset, (op, lsn, note) in enumerate(events):
        sent = "__debezium_unavailable_value" if note == "~" else note
        row = {"id": 1, "note": sent, "size": lsn or 0}
        key = {"id": 1}
        lines.append(tombstone("m.one", offset, key) if op == "0" else change("m.one", offset, op, row, key, lsn=lsn))
    return lines


@pytest.mark.parametrize("max_rows", [1, 2, 1000])
@pytest.mark.parametrize(
    ("events", "row"),
    [
        ([("c", 10, "a"), ("u", 30, "c"), ("u", 20, "b")], ("c", 30, False)),
        ([("u", 30, "c"), ("c", 10, "a")], ("c", 30, False)),
        ([("c", 10, "a"), ("d", 30, ""), ("0", None, ""), ("u", 20, "b")], ("a", 10, True)),
        ([("c", 10, "a"), ("u", 20, "b"), ("d", 30, ""), ("c", 10, "a"), ("u", 20, "b")], ("b", 20, True)),
        ([("d", 30, ""), ("0", None, ""), ("c", 10, "a"), ("u", 20, "b")], (None, None, True)),
        ([("c", 10, "a"), ("d", 20, ""), ("c", 30, "b")], ("b", 30, False)),
        ([("c", 10, "a"), ("d", 20, ""), ("d", 40, ""), ("c", 30, "b")], ("a", 10, True)),
        ([("c", 10, "a"), ("u", 20, "b"), ("c", 10, "a"), ("u", 20, "b")], ("b", 20, False)),
        ([("c", 20, "a"), ("r", None, "b"), ("u", 10, "c")], ("b", 0, False)),
        ([("c", 20, "a"), ("r", None, "b"), ("u", 30, "c")], ("c", 30, False)),
        ([("c", 10, "a"), ("u", 30, "~"), ("u", 20, "b")], ("a", 30, False)),
        ([("c", 30, "a"), ("u", 20, "~")], ("a", 30, False)),
    ],
)  # fmt: skip
def test_the_row_is_that_of_the_newest_change_in_whatever_order_they_come(tmp_path, warehouse, events, row, max_rows):
    small = Small(tmp_path, warehouse, GUARDED, [SEEN])
    small.run(told(*events), max_rows=max_rows)
    assert small.ask("SELECT note, size, _deleted FROM modes.one") == [row]
    assert small.quarantined() == []


def test_without_the_guard_the_last_that_comes_wins(tmp_path, warehouse):
    small = Small(tmp_path, warehouse, "ingestion: {deletes: soft}\n", [SEEN])
    small.run(told(("c", 10, "a"), ("u", 30, "c"), ("u", 20, "b")))
    assert small.ask("SELECT note FROM modes.one") == [("b",)]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (Place(lsn=9), Place(lsn=10)),
        (Place(file="bin.000009", pos=900, row=0), Place(file="bin.000010", pos=4, row=0)),
        (Place(file="bin.000009", pos=90, row=0), Place(file="bin.000009", pos=100, row=0)),
        (Place(file="bin.000009", pos=90, row=9), Place(file="bin.000009", pos=90, row=10)),
        (Place(file="bin.999999", pos=90), Place(file="bin.1000000", pos=4)),
        (Place(scn="99"), Place(scn="100")),
        (Place(commit_lsn="0002:01:3", change_lsn="0002:01:1"), Place(commit_lsn="0002:01:3", change_lsn="0002:01:2")),
        (Place(commit_lsn="1", event_serial_no=1), Place(commit_lsn="1", event_serial_no=2)),
    ],
)
def test_a_position_sorts_as_the_source_s_log_does(earlier: Place, later: Place):
    assert position(earlier) < position(later)


@pytest.mark.parametrize(
    "place", [Place(), Place(lsn="9"), Place(file="bin", pos=4), Place(file="b.1"), Place(scn="x")]
)
def test_a_place_of_another_form_is_no_position(place: Place):
    assert position(place) is None
