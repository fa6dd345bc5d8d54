"""The loader runs the whole plan with the privileges that were compiled for it, and is refused everything else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import rig
import shop
from streamplan.runtime.errors import StopError
from streamplan.runtime.plan import Statement

PHASE = "P00_snapshot"


@pytest.fixture
def loader(tmp_path: Path, warehouse):
    """The shop's plan, applied by the admin, its events, and the address of its loader."""
    spec = rig.shop_spec(tmp_path, database=warehouse.database)
    events = shop.write(tmp_path / "events.jsonl", "schemas", PHASE)
    rig.observe_file(spec, events, ("shop.shop.*",))
    plan = rig.compile_plan(spec, tmp_path / "plan")
    rig.apply_plan(plan, warehouse)
    return plan, events, replace(warehouse, user="streamplan_loader")


def test_the_loader_runs_the_plan_with_the_privileges_compiled_for_it(loader, warehouse):
    plan, events, address = loader
    events.write_bytes(events.read_bytes() + b"not an event\n")
    summary = rig.run_plan(plan, address, events)
    assert (summary.upserts, summary.quarantined) == (285, 1)
    assert rig.different(plan, warehouse, "customers", shop.truth()[PHASE]["customers"]) == ()


@pytest.mark.parametrize(
    "sql",
    [
        'CREATE TABLE "shop"."mine" ("a" INTEGER);',
        'ALTER TABLE "shop"."orders" ADD COLUMN "a" INTEGER;',
        'DROP TABLE "shop"."orders";',
        'TRUNCATE "shop"."orders";',
        'DELETE FROM "shop"."_streamplan_ledger";',
        'UPDATE "shop"."_streamplan_ledger" SET "to_offset" = 0;',
        'INSERT INTO "shop"."_streamplan_history" ("connector") VALUES (\'x\');',
        'DELETE FROM "shop"."_streamplan_quarantine";',
        'CREATE USER "another" PASSWORD DISABLE;',
        'CREATE SCHEMA "another";',
    ],
)
def test_the_loader_is_refused_what_it_does_not_need(sql: str, loader):
    plan, _, address = loader
    with (
        rig.warehouse_of(plan, address) as warehouse,
        pytest.raises(StopError, match=r"permission denied|must be owner"),
        warehouse.transaction(),
    ):
        warehouse.execute(Statement(path="forbidden.sql", sql=sql))


def test_an_apply_by_the_loader_is_refused_and_names_the_statement(loader):
    plan, _, address = loader
    with pytest.raises(StopError) as caught:
        rig.apply_plan(plan, address)
    assert (caught.value.code, caught.value.message.split(":")[0]) == ("X953", "history/010_create_schema.sql")
