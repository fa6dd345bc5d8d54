"""The benchmark's own input: the same seed gives the same events, and they make the table they are said to make."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent / "bench"))

import events
import orders


def test_the_same_seed_gives_the_same_bytes():
    found = [hashlib.sha256(b"".join(events.lines(2_000, seed))).hexdigest() for seed in (1, 1, 2)]
    assert (found[0] == found[1], found[0] == found[2]) == (True, False)


def test_a_longer_stream_begins_with_the_shorter_one():
    assert b"".join(events.lines(500)) == b"".join(events.lines(1_000))[: len(b"".join(events.lines(500)))]


def test_the_events_are_as_many_changes_of_each_kind_as_they_are_said_to_be():
    changes = events.Changes()
    ops = [changes.next()[0] for _ in range(20_000)]
    shares = [round(ops.count(op) / len(ops), 1) for op in "cud"]
    assert shares == [0.6, 0.3, 0.1]


def test_the_lines_make_the_table_that_the_generator_holds(tmp_path):
    events.write(tmp_path / "events.jsonl", 5_000)
    changes, found = events.Changes(), {}
    for _ in range(5_000):
        changes.next()
    for block in orders.changes(tmp_path / "events.jsonl"):
        found.update(block)
    rows = {key: {name: getattr(row, name) for name in orders.COLUMNS} for key, row in found.items() if row}
    assert rows == changes.live


def test_the_sums_that_tables_are_compared_by_see_a_value_in_another_row(tmp_path):
    changes, text = events.Changes(), b"".join(events.lines(2_000))
    for _ in range(2_000):
        changes.next()
    place = f'"order_id":{next(iter(changes.live))},"customer_id":'.encode()
    (tmp_path / "a.jsonl").write_bytes(text)
    (tmp_path / "b.jsonl").write_bytes(text.replace(place, place + b"9"))
    assert orders.sums(tmp_path / "a.jsonl") != orders.sums(tmp_path / "b.jsonl")
