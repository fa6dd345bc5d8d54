"""The main job on real events: after each phase every table equals what the source database held, cell by cell.

What no consumer can know is named in `unknowable`, with the reason; anything else is a failure.
The phases up to P11 are covered whole; from P12 on types and keys change, and what then goes to quarantine is counted.
"""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
import rig
import shop
from streamplan.sandbox.truth import Difference

KEYS = {
    "audit_log": ("happened_at",),
    "carts": ("cart_id",),
    "coupons": ("code", "country"),
    "customers": ("customer_id",),
    "order_lines": ("order_id", "line_no"),
    "orders": ("order_id",),
    "products": ("sku",),
    "staging_lines": ("order_id", "line_no"),
    "staging_orders": ("order_id",),
}
COVERED = [phase for phase in shop.truth() if phase <= "P11_new_table"]
OBSERVED_FROM = {"noschema": "schemas", "unwrap_tombstone_noschema": "unwrap_schemas"}

ADDED = {
    "orders": {"channel": "P05", "placed_via": "P05", "tax": "P05", "tags": "P05"},
    "products": {"reorder_level": "P05"},
    "customers": {"phone_number": "P10"},
}
REPLACED_BY_DEFAULT = {"SKU-NULLDEF", "SKU-00003"}
DEFAULTS = (("orders", "total", None, 0), ("customers", "notes", None, "n/a"))
TRUNCATED = ("audit_log", "carts", "staging_lines", "staging_orders")


def unknowable(form: str, phase: str, table: str, cell: Difference) -> str | None:
    """Why no consumer of these events can know this cell; None when it should have been right."""
    if cell.column in ADDED.get(table, {}) and phase >= ADDED[table][cell.column]:
        if cell.warehouse is None and cell.key not in shop.carried(phase, table, cell.column, KEYS[table]):
            return "item 13: the column was filled at the source by DDL, and no event told of it"
        if (
            cell.column == "reorder_level"
            and cell.key[0] in REPLACED_BY_DEFAULT
            and (cell.source, cell.warehouse) == (None, 10)
        ):
            return "item 10: the source's converter wrote the default instead of NULL"
    if (table, cell.column, cell.source, cell.warehouse) in DEFAULTS and phase >= "P12":
        return "item 10: the source's converter wrote the default instead of NULL"
    if "unwrap" in form and table in TRUNCATED and phase >= "P03" and cell.column == "" and cell.source is None:
        return "item 5: unwrapping drops truncates without a word"
    if form == "unwrap_tombstone_noschema" and table == "audit_log" and phase >= "P03" and cell.source is None:
        return "item 4: a table without a key, whose tombstone names no row"
    if "noschema" in form and (table, cell.column) == ("products", "price") and phase >= "P08":
        hundredfold = cell.warehouse == Decimal(str(cell.source)) * 100
        return "item 14: the scale changed, and an event without a schema does not say so" if hundredfold else None
    return None


def plan_for(form: str, folder: Path):
    """A plan from what the events up to P11 show.

    Forms without schemas are observed from their twin with schemas, products up to P07 only: their plan has to be
    that of before the decimal's scale changed.
    """
    spec = rig.shop_spec(folder, format=shop.FORMATS[form])
    twin = OBSERVED_FROM.get(form, form)
    rig.observe_file(spec, shop.write(folder / "early.jsonl", twin, "P07_int_to_bigint"), ("shop.shop.*",))
    others = tuple(f"shop.shop.{table}" for table in KEYS if table != "products")
    later = others if twin != form else ("shop.shop.*",)
    rig.observe_file(spec, shop.write(folder / "later.jsonl", twin, COVERED[-1]), later)
    return rig.compile_plan(spec, folder / "plan")


@pytest.mark.parametrize("form", shop.FORMS)
def test_every_table_equals_the_source_after_each_phase(form: str, tmp_path: Path, warehouse):
    plan = plan_for(form, tmp_path)
    rig.apply_plan(plan, warehouse)
    reasons: Counter[str] = Counter()
    cells = 0
    for phase in COVERED:
        summary = rig.run_plan(plan, warehouse, shop.write(tmp_path / "events.jsonl", form, phase))
        assert (summary.held, summary.quarantined) == ([], expected_in_quarantine(form, phase))
        for table, source in shop.truth()[phase].items():
            cells += sum(len(row) for row in source)
            for cell in rig.different(plan, warehouse, table, source):
                reason = unknowable(form, phase, table, cell)
                assert reason is not None, (phase, table, cell)
                reasons[reason] += 1
    assert cells > 60_000
    assert set(reasons.values()) != {0}


def expected_in_quarantine(form: str, phase: str) -> int:
    """The two deletes of the table without a key, which come as a tombstone without a key."""
    return 2 if form == "unwrap_tombstone_noschema" and phase == "P03_truncate" else 0


def test_running_the_same_events_again_changes_nothing(tmp_path: Path, warehouse):
    plan = plan_for("schemas", tmp_path)
    rig.apply_plan(plan, warehouse)
    events = shop.write(tmp_path / "events.jsonl", "schemas", COVERED[-1])
    rig.run_plan(plan, warehouse, events)
    before = {table: rig.rows_of(plan, warehouse, "shop", table) for table in KEYS}
    assert rig.run_plan(plan, warehouse, events).events == 0
    assert {table: rig.rows_of(plan, warehouse, "shop", table) for table in KEYS} == before


def test_from_p12_on_what_no_longer_fits_waits_and_nothing_is_lost(tmp_path: Path, warehouse):
    plan = plan_for("schemas", tmp_path)
    rig.apply_plan(plan, warehouse)
    last = list(shop.truth())[-1]
    events = shop.write(tmp_path / "events.jsonl", "schemas", last)
    summary = rig.run_plan(plan, warehouse, events)
    held = {hold.topic: (hold.place.rpartition("@")[2], hold.fields) for hold in summary.held}
    assert held == {
        "shop.shop.products": ("198", ("legacy_code",)),
        "shop.shop.carts": ("103", ("updated_at",)),
        "shop.shop.coupons": ("6", ("region",)),
        "shop.shop.baskets": ("0", ()),
    }
    assert (summary.skipped, summary.quarantined) == ({}, 0)
    topics = Counter(json.loads(line)["topic"] for line in shop.records("schemas", last))
    waiting = sum(topics[topic] - int(offset) for topic, (offset, _) in held.items())
    assert summary.events + waiting == topics.total()
    for table in ("audit_log", "order_lines", "orders", "staging_orders"):
        found = rig.different(plan, warehouse, table, shop.truth()[last][table])
        assert [cell for cell in found if unknowable("schemas", last, table, cell) is None] == [], table
