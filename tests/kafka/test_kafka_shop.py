"""The shop's events through a broker: the tables equal the source's, as they do from a file."""

from __future__ import annotations

from pathlib import Path

import pytest
import rig
import shop
from brokers import TANSU
from members import kafka_spec, run_to_end

PHASE = "P01_dml"
TOPICS = '["shop.shop.*"]'
END = "its watermarks are wrong: high is one more than where the last batch begins, so that the end is not known"


def shop_plan(folder: Path, broker):
    spec = rig.shop_spec(folder)
    spec.write_text(kafka_spec(spec.read_text(), broker, TOPICS))
    rig.observe_file(spec, shop.write(folder / "events.jsonl", "schemas", PHASE), ("shop.shop.*",))
    return rig.compile_plan(spec, folder / "plan")


def different(plan, warehouse) -> dict:
    found = {table: rig.different(plan, warehouse, table, rows) for table, rows in shop.truth()[PHASE].items()}
    return {table: cells for table, cells in found.items() if cells}


@pytest.mark.lacking(TANSU, END)
def test_the_shop_through_kafka_equals_the_source(broker, tmp_path, warehouse):
    plan = shop_plan(tmp_path, broker)
    rig.apply_plan(plan, warehouse)
    events = list(shop.records("schemas", PHASE))
    broker.lines(events)
    summary = run_to_end(plan, warehouse)
    assert (summary.events, different(plan, warehouse)) == (len(events), {})
    assert run_to_end(plan, warehouse).events == 0
