"""Whatever the bytes of events are, a run ends, and each record is in a table, in quarantine, or told aside.

Real events are changed in every way of `mutations.py`, in one run. Two tables a topic tell what became of each: one
holds the rows, the other every change with its place.
"""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
import rig
import shop
from modes import ask
from mutations import MUTATIONS
from streamplan.runtime.files import FileSource
from streamplan.runtime.loop import Run
from streamplan.runtime.modes import Origin
from streamplan.runtime.ports import Partition, Record, Silent, Until
from test_kill import gaps

SEED = int(os.environ.get("FUZZ_SEED", "1"))
RECORDS = int(os.environ.get("FUZZ_RECORDS", "450"))
ROWS_AT_ONCE = 97
PHASE = "P01_dml"
KINDS = ", ".join(sorted({*Origin} - {Origin.VALUE}))
ALL_CHANGES = "mode: insert, deletes: soft, truncates: ignore, " + f"metadata_columns: [{KINDS}]"


class Listed:
    """A source of records from memory, some at a time."""

    def __init__(self, records: Sequence[Record]) -> None:
        self.records, self.acknowledged = list(records), {}

    shared = False

    def follow(self, moves) -> None:
        """Nothing comes and goes."""

    def seek(self, positions) -> None:
        self.records = [record for record in self.records if record.offset > positions.get(record.at, -1)]

    def poll(self):
        given, self.records = self.records[:50], self.records[50:]
        return given

    @property
    def ended(self) -> bool:
        return not self.records

    def acknowledge(self, positions) -> None:
        self.acknowledged |= positions


def real(form: str) -> list[Record]:
    """The shop's records of its first phases."""
    found = []
    for line in shop.records(form, PHASE):
        raw = json.loads(line)
        key, value = (None if raw[part] is None else json.dumps(raw[part]).encode() for part in ("key", "value"))
        at = Partition(raw["topic"], raw["partition"])
        headers = tuple((name, text or "") for name, text in raw["headers"])
        found.append(Record(at=at, offset=raw["offset"], key=key, value=value, headers=headers, size=len(line)))
    return found


def fuzzed(form: str, count: int) -> list[Record]:
    """Records of each topic, numbered from 0; two of three are changed."""
    chance, offsets, found = random.Random(f"{SEED}{form}"), Counter(), []  # noqa: S311 - a seed
    records = real(form)
    for number in range(count):
        record = chance.choice(records)
        if number % 3:
            record = MUTATIONS[number % len(MUTATIONS)](chance, record)
        size = len(record.key or b"") + len(record.value or b"")
        found.append(msgspec.structs.replace(record, offset=offsets[record.at], size=size))
        offsets[record.at] += 1
    return found


def built(folder: Path, warehouse, form: str, evolution: str, settings: str = ""):
    """The shop's plan, applied."""
    changes = {"schema_evolution": evolution, "format": shop.FORMATS[form]}
    spec = rig.shop_spec(folder, **changes)
    if settings:
        text = spec.read_text()
        head, tables = text.split("ingestion:")[0], text.split("tables:")[1]
        spec.write_text(f"{head}ingestion: {{{settings}, schema_evolution: {evolution}}}\ntables:{tables}")
    twin = form.replace("noschema", "schemas")  # it says the types
    rig.observe_file(spec, shop.write(folder / "seen.jsonl", twin, PHASE), ("shop.shop.*",))
    plan = rig.compile_plan(spec, folder / "plan")
    rig.apply_plan(plan, warehouse)
    return plan


def ran(plan, warehouse, records: Sequence[Record]):
    """Runs over the records, and gives the summary and the source."""
    small = msgspec.structs.replace(plan, batch=msgspec.structs.replace(plan.batch, max_rows=ROWS_AT_ONCE))
    source = Listed(records)
    with rig.warehouse_of(plan, warehouse) as connection:
        return Run(small, source, connection, rig.SystemClock(), Silent()).go(Until.END), source


def ledger(plan, warehouse) -> list[dict]:
    return rig.rows_of(plan, warehouse, "shop", "_streamplan_ledger")


def covered(rows: list[dict]) -> dict[str, int]:
    """How many offsets of each topic the ledger covers."""
    counts: Counter[str] = Counter()
    for row in rows:
        counts[row["topic"]] += row["to_offset"] - row["from_offset"] + 1
    return dict(counts)


def in_quarantine(plan, warehouse) -> Counter:
    rows = rig.rows_of(plan, warehouse, "shop", "_streamplan_quarantine")
    return Counter((row["topic"], row["topic_offset"]) for row in rows)


def says_no_row(record: Record) -> bool:
    """Whether the record is one that may be told aside: a tombstone, a truncate, a message."""
    return record.value is None or b'"t"' in record.value or b'"m"' in record.value


@pytest.mark.parametrize("form", ["schemas", "noschema", "unwrap_schemas"])
def test_each_record_is_a_change_in_its_table_or_in_quarantine_or_says_of_no_row(form: str, tmp_path, warehouse):
    plan, records = built(tmp_path, warehouse, form, "ignore", ALL_CHANGES), fuzzed(form, RECORDS)
    summary, source = ran(plan, warehouse, records)
    sent = Counter(record.at.topic for record in records)
    assert (summary.held, summary.skipped, summary.repeated, summary.events) == ([], {}, 0, len(records))
    assert covered(ledger(plan, warehouse)) == sent
    assert gaps(ledger(plan, warehouse)) == []
    assert {at.topic: offset + 1 for at, offset in source.acknowledged.items()} == sent
    found = in_quarantine(plan, warehouse)
    for program in plan.tables:
        with rig.warehouse_of(plan, warehouse) as connection:
            rows = ask(connection, f"SELECT _topic_offset FROM {program.table}")
        found.update((program.topics[0], offset) for (offset,) in rows)
    assert {place: count for place, count in found.items() if count != 1} == {}
    places = {(record.at.topic, record.offset): record for record in records}
    assert found.keys() <= places.keys()
    aside = [record for place, record in places.items() if place not in found]
    assert [record for record in aside if not says_no_row(record)] == []
    assert len(in_quarantine(plan, warehouse)) == summary.quarantined > RECORDS / 10


@pytest.mark.parametrize("form", ["schemas", "unwrap_schemas"])
def test_tables_of_states_take_the_same_and_count_what_they_refuse(form: str, tmp_path, warehouse):
    plan, records = built(tmp_path, warehouse, form, "ignore"), fuzzed(form, RECORDS)
    summary, _ = ran(plan, warehouse, records)
    sent = Counter(record.at.topic for record in records)
    assert (summary.held, summary.events) == ([], len(records))
    assert covered(ledger(plan, warehouse)) == sent
    assert gaps(ledger(plan, warehouse)) == []
    kept = in_quarantine(plan, warehouse)
    assert (len(kept), kept.total()) == (summary.quarantined, summary.quarantined)


def test_under_review_a_topic_is_taken_up_to_the_record_that_holds_it_and_no_further(tmp_path, warehouse):
    plan, records = built(tmp_path, warehouse, "schemas", "review"), fuzzed("schemas", RECORDS)
    summary, source = ran(plan, warehouse, records)
    sent = Counter(record.at.topic for record in records)
    stopped = {held.topic: int(held.place.rpartition("@")[2]) for held in summary.held}
    assert stopped
    due = {topic: stopped.get(topic, count) for topic, count in sent.items() if stopped.get(topic, count)}
    assert covered(ledger(plan, warehouse)) == due
    assert gaps(ledger(plan, warehouse)) == []
    assert {at.topic: offset + 1 for at, offset in source.acknowledged.items()} == due
    again, _ = ran(plan, warehouse, records)
    assert ([held.place for held in again.held], again.events) == ([held.place for held in summary.held], 0)


def test_a_file_of_broken_lines_is_read_to_its_end_and_each_line_is_accounted_for(tmp_path, warehouse):
    plan = built(tmp_path, warehouse, "schemas", "ignore")
    chance = random.Random(SEED)  # noqa: S311 - a seed
    lines = [*shop.records("schemas", PHASE)]
    broken = []
    for line in lines:
        raw = bytearray(line)
        if chance.random() < 0.5:
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        broken.append(bytes(raw).replace(b"\n", b" ").replace(b"\r", b" "))
    path = tmp_path / "broken.jsonl"
    path.write_bytes(b"\n".join(broken) + b"\n")
    with rig.warehouse_of(plan, warehouse) as connection, FileSource(str(path)) as source:
        summary = Run(plan, source, connection, rig.SystemClock(), Silent()).go(Until.END)
    assert summary.events + summary.repeated + sum(summary.skipped.values()) == len(broken)
    assert len(in_quarantine(plan, warehouse)) == summary.quarantined > 0
