"""Live schema evolution on real events: each policy keeps what it promises, phase by phase, by the loader's account.

The plan knows what the snapshot showed. Everything after it is drift: new fields and topics, wider numbers, other
types, a field that vanished, one that was renamed, another key.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
import rig
import shop
from evolving import Connector
from streamplan.compiler.api import compile_files
from streamplan.runtime.disk import load
from streamplan.runtime.errors import StopError
from streamplan.runtime.evolve import Evolving
from streamplan.runtime.migrate import standing
from test_shop import KEYS, unknowable

PHASES = list(shop.truth())
FIRST, LAST = PHASES[0], PHASES[-1]
NUMBERS = """
  orders: {columns: {order_id: {type: BIGINT}}}
  order_lines: {columns: {order_id: {type: BIGINT}}}
  products: {columns: {stock_qty: {type: BIGINT}, price: {type: "NUMERIC(14,4)"}}}
"""  # what the user foresees: Redshift widens no number in place
UNTYPED = """
  products: {columns: {discontinued: {exclude: true}}}
"""  # null in every row of the snapshot, so that nothing says its type
SCHEMALESS = ("noschema", "unwrap_tombstone_noschema")


def connector(folder: Path, address, policy: str, form: str = "schemas", tables: str = NUMBERS) -> Connector:
    """A connector whose plan knows what the snapshot showed, applied."""
    made = Connector(folder, address, policy, form, tables)
    made.observe(FIRST)
    made.release()
    return made


def wrong(of: Connector, phase: str, plan=None) -> Counter[str]:
    """How many cells of each table differ from the source for no reason that is known."""
    plan = plan or of.plan
    found: Counter[str] = Counter()
    for table, source in shop.truth()[phase].items():
        if any(program.table == f"shop.{table}" for program in plan.tables):
            cells = rig.different(plan, of.address, table, source)
            found[table] += sum(not known(of.form, phase, table, cell) for cell in cells)
    return +found


def known(form: str, phase: str, table: str, cell) -> bool:
    """Whether no consumer can know the cell; the rows of a renamed table stay where they were."""
    renamed = table == "baskets" and cell.column == "" and cell.warehouse is None
    return renamed or unknowable(form, phase, table, cell) is not None


def evolved(of: Connector):
    """The plan that the warehouse has, compiled from what runs made."""
    with (
        rig.warehouse_of(of.plan, of.loader) as connection,
        Evolving(of.out, of.plan, of.spec, connection) as evolver,
    ):
        return evolver.begin()


def test_auto_follows_the_source_until_a_type_and_a_key_change_and_holds_those_topics_there(tmp_path, warehouse):
    shopping = connector(tmp_path, warehouse, "auto")
    expected = {
        "P12_type_change": {"shop.shop.products": ("legacy_code",), "shop.shop.carts": ("updated_at",)},
        "P13_pk_change": {"shop.shop.coupons": ("region",)},
    }
    held: dict[str, tuple[str, ...]] = {}
    for phase in PHASES:
        summary = shopping.run_to(phase)
        held |= expected.get(phase, {})
        assert ({h.topic: h.fields for h in summary.held}, summary.quarantined) == (held, 0), phase
        assert summary.skipped == {}
        waiting = {topic.rpartition(".")[2] for topic in held}
        assert wrong(shopping, phase, evolved(shopping)).keys() <= waiting, phase
    assert {program.table for program in evolved(shopping).tables} == {f"shop.{name}" for name in (*KEYS, "baskets")}


def test_what_a_run_made_is_what_compile_makes_of_what_is_pulled_byte_for_byte(tmp_path, warehouse):
    shopping = connector(tmp_path, warehouse, "auto")
    shopping.run_to("P07_int_to_bigint")
    with rig.warehouse_of(shopping.plan, shopping.loader) as connection:
        closed = standing(shopping.plan, connection).closed
    assert shopping.pull() == [version for version in closed if version > 1]
    pulled = shopping.plan
    assert dict(enumerate((*pulled.ancestors, pulled.id), start=1)) == closed
    assert compile_files(shopping.spec, shopping.out).unchanged
    assert shopping.pull() == []
    shopping.run_to("P11_new_table")
    assert wrong(shopping, "P11_new_table", evolved(shopping)) == {}


def test_the_way_of_a_user_without_auto_leads_to_the_same_plan_as_auto(tmp_path, warehouse):
    """Observing the drifting record and compiling gives the bytes that the run made in process."""
    shopping = connector(tmp_path, warehouse, "auto")
    by_hand = tmp_path / "by_hand"
    by_hand.mkdir()
    (by_hand / "shop.yaml").write_bytes(shopping.spec.read_bytes())
    rig.observe_file(by_hand / "shop.yaml", shop.write(tmp_path / "seen.jsonl", "schemas", FIRST), ("shop.shop.*",))
    rig.compile_plan(by_hand / "shop.yaml", by_hand / "plan")
    shopping.run_to("P04_add_nullable")
    shopping.pull()
    for version in range(2, shopping.plan.version + 1):
        topic = {2: "shop.shop.carts", 3: "shop.shop.customers"}[version]
        last = list(shop.records("schemas", "P04_add_nullable"))
        mine = [line for line in last if json.loads(line)["topic"] == topic]
        new = next(line for line in mine if topic.endswith("carts") or b"loyalty_tier" in line)
        (by_hand / "one.jsonl").write_bytes(new + b"\n")
        rig.observe_file(by_hand / "shop.yaml", by_hand / "one.jsonl", ("shop.shop.*",))
        rig.compile_plan(by_hand / "shop.yaml", by_hand / "plan")
    assert load(by_hand / "plan").id == shopping.plan.id


def test_auto_applies_no_more_than_it_may_and_says_what_a_person_must_do(tmp_path, warehouse):
    shopping = connector(tmp_path, warehouse, "auto", tables="")
    summary = shopping.run_to("P08_numeric_scale")
    reasons = {held.topic: held.reason for held in summary.held}
    assert reasons.keys() == {"shop.shop.orders", "shop.shop.order_lines", "shop.shop.products"}
    assert 'D503 column "order_id" of "shop.orders" would change from INTEGER to BIGINT' in reasons["shop.shop.orders"]
    assert "keep INTEGER" in (shopping.proposals / "errors.txt").read_text()
    assert wrong(shopping, "P08_numeric_scale", evolved(shopping)).keys() == {"orders", "order_lines", "products"}


def test_auto_with_a_column_for_each_type_takes_values_of_the_new_one(tmp_path, warehouse):
    shopping = connector(tmp_path, warehouse, "auto\n  on_type_change: new_column")
    summary = shopping.run_to("P12_type_change")
    assert (summary.held, summary.quarantined) == ([], 0)
    rows = {row["sku"]: row for row in rig.rows_of(shopping.plan, shopping.address, "shop", "products")}
    source = shop.truth()["P12_type_change"]["products"]
    told = {row["sku"]: row["legacy_code"] for row in source}
    assert any(row["legacy_code_varchar"] for row in rows.values())
    for sku, row in rows.items():
        assert row["legacy_code_varchar"] in (None, told[sku])


def test_review_holds_each_topic_at_the_record_that_drifts_and_the_others_equal_the_source(tmp_path, warehouse):
    shopping = connector(tmp_path, warehouse, "review")
    before: dict[str, str] = {}
    for phase in PHASES[:8]:
        summary = shopping.run_to(phase)
        held = {one.topic: one.place.rpartition("@")[2] for one in summary.held}
        assert before.items() <= held.items()  # where it waits is remembered by the ledger
        assert summary.quarantined == 0
        before = held
        assert wrong(shopping, phase).keys() <= {topic.rpartition(".")[2] for topic in held}, phase
    assert before == {
        "shop.shop.carts": "0",
        "shop.shop.customers": "179",
        "shop.shop.orders": "306",
        "shop.shop.order_lines": "700",
        "shop.shop.products": "126",
    }


def test_the_proposal_of_the_same_events_is_the_same_bytes_after_a_restart(tmp_path, warehouse):
    shopping = connector(tmp_path, warehouse, "review")
    shopping.run_to("P05_add_with_default")
    first = files(shopping.proposals)
    assert {"held.json", "SUMMARY.md", "diff.md"} <= first.keys()
    assert "+   loyalty_tier VARCHAR(65535)" in first["SUMMARY.md"].decode()
    assert '+ALTER TABLE "shop"."customers" ADD COLUMN "loyalty_tier"' in first["diff.md"].decode()
    held = json.loads(first["held.json"])
    assert (held["connector"], held["version"], held["plan_id"]) == ("shop", 1, shopping.plan.id)
    shopping.run_to("P05_add_with_default")
    assert files(shopping.proposals) == first
    assert {name for name in first if name.startswith("observed/")} == {
        f"observed/shop.shop.{table}.json" for table in ("carts", "customers", "orders", "products")
    }


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_run_goes_on_when_the_proposal_was_committed_and_ends_equal(tmp_path, warehouse):
    shopping = connector(tmp_path, warehouse, "review")
    for phase in PHASES[:12]:
        while shopping.run_to(phase).held:
            shopping.commit_proposal()
            shopping.release()
        assert not shopping.proposals.exists()
        assert wrong(shopping, phase) == {}, phase


def test_a_type_and_a_key_that_were_reviewed_go_on_and_their_records_go_to_quarantine(tmp_path, warehouse):
    shopping = connector(tmp_path, warehouse, "auto")
    held = {one.topic for one in shopping.run_to("P13_pk_change").held}
    assert held == {"shop.shop.products", "shop.shop.carts", "shop.shop.coupons"}
    said = (shopping.proposals / "errors.txt").read_text()
    assert 'has field "legacy_code" as string, and the plan expects int32' in said
    assert "such records then go to quarantine (X923)" in said
    shopping.pull()
    shopping.commit_proposal()
    shopping.release()
    summary = shopping.run_to("P13_pk_change")
    assert summary.held == []
    with rig.warehouse_of(shopping.plan, shopping.address) as connection, connection.transaction():
        codes = {code for _, code, *_ in connection.execute(shopping.plan.quarantine.count)}
    assert codes == {"X923", "X925"}


def test_what_is_ignored_is_counted_and_the_known_columns_equal_the_source(tmp_path, warehouse):
    shopping = connector(tmp_path, warehouse, "ignore")
    dropped: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    for phase in PHASES[:7]:
        summary = shopping.run_to(phase)
        assert (summary.held, summary.quarantined) == ([], 0)
        dropped.update({f"{topic}.{name}": n for topic, names in summary.dropped.items() for name, n in names.items()})
        skipped.update(summary.skipped)
        assert all(cell in NOT_LOADED for cell in differing(shopping, phase)), phase
    assert dropped.keys() == {f"shop.shop.{name}" for name in IGNORED}
    assert skipped.keys() == {"shop.shop.carts"}


IGNORED = (
    "customers.loyalty_tier",
    "orders.channel",
    "orders.placed_via",
    "orders.tax",
    "orders.tags",
    "products.reorder_level",
)
NOT_LOADED = frozenset(tuple(name.split(".")) for name in IGNORED)


def differing(of: Connector, phase: str) -> set[tuple[str, str]]:
    """The tables and columns in which something differs for no reason that is known."""
    found = set()
    for table, source in shop.truth()[phase].items():
        if any(program.table == f"shop.{table}" for program in of.plan.tables):
            cells = rig.different(of.plan, of.address, table, source)
            found |= {(table, cell.column) for cell in cells if not known(of.form, phase, table, cell)}
    return found


def test_under_ignore_another_type_goes_to_quarantine_value_by_value(tmp_path, warehouse):
    shopping = connector(tmp_path, warehouse, "ignore", tables="")
    summary = shopping.run_to(LAST)
    assert summary.held == []
    with rig.warehouse_of(shopping.plan, shopping.address) as connection, connection.transaction():
        codes = {code for _, code, *_ in connection.execute(shopping.plan.quarantine.count)}
    assert "X925" in codes
    assert summary.skipped.keys() == {f"shop.shop.{name}" for name in ("carts", "coupons", "baskets")}


def test_stop_stops_at_the_first_drift_and_what_came_before_is_committed(tmp_path, warehouse):
    shopping = connector(tmp_path, warehouse, "stop")
    assert shopping.run_to(FIRST).events == 285
    for _ in range(2):
        with pytest.raises(StopError, match=r"shop\.shop\.carts\[0\]@0 is of a topic that the plan has no") as caught:
            shopping.run_to(LAST)
        assert caught.value.code == "X931"
    shopping.observe("P01_dml")
    shopping.release()
    shopping.run_to("P03_truncate")
    assert wrong(shopping, "P03_truncate") == {}
    with pytest.raises(StopError, match=r"customers\[0\]@179 has fields that the plan does not know: loyalty_tier"):
        shopping.run_to(LAST)


@pytest.mark.parametrize("form", ["unwrap_schemas", *SCHEMALESS])
def test_auto_follows_every_form_of_the_events(form, tmp_path, warehouse):
    """Without schemas a type is inferred: what JSON writes as a number or a text is compared by name alone."""
    shopping = connector(tmp_path, warehouse, "auto", form, UNTYPED if form in SCHEMALESS else NUMBERS)
    for phase in PHASES[:12]:
        summary = shopping.run_to(phase)
        assert summary.held == [], (phase, summary.held)
        if form == "unwrap_schemas":
            assert wrong(shopping, phase, evolved(shopping)) == {}, phase
    columns = {table.table: {field.field for field in table.fields} for table in evolved(shopping).tables}
    assert {"channel", "placed_via", "tax", "tags"} <= columns["shop.orders"]
    assert {"loyalty_tier", "phone", "phone_number", "fax"} <= columns["shop.customers"]
    assert columns.keys() == {f"shop.{name}" for name in KEYS}
