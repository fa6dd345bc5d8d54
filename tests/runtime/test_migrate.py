"""Applying: what is pending runs once, in order, within its boundaries, wherever an apply before was killed."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from recording import RecordingWarehouse
from streamplan.runtime.disk import load
from streamplan.runtime.errors import HazardError, PlanError, WarehouseError
from streamplan.runtime.migrate import apply, must_be_applied, pending, standing
from streamplan.runtime.plan import SUM_FILE

GOLDEN = Path(__file__).parents[2] / "golden"
FIRST, SECOND = (load(GOLDEN / f"orders/{step}/plan") for step in ("01_create", "02_new_column"))
WIDENED = load(GOLDEN / "widen/02_longer/plan")
CREATE = "migrations/0001/0010_create_table.shop.orders.sql"
ADD = "migrations/0002/0010_add_column.shop.orders.coupon.sql"
WIDEN = "migrations/0002/0010_widen_column.shop.orders.note.sql"
PROBE = WIDEN.replace(".sql", ".probe.sql")
USER = "access/010_user.streamplan_loader.sql"
ALLOWED = frozenset({"H601"})


def applied(plan, warehouse: RecordingWarehouse, allowed: frozenset[str] = ALLOWED):
    """What the apply says it did, and what it told while it did."""
    told = []
    found = apply(plan, warehouse, allowed, lambda statement: told.append(statement.path))
    assert tuple(told) == found.statements
    return found


def around(warehouse: RecordingWarehouse, call: str) -> list[str]:
    """The calls of the transaction that holds a call."""
    at = warehouse.calls.index(call)
    start = max(i for i in range(at) if warehouse.calls[i] == "begin")
    return warehouse.calls[start : warehouse.calls.index("commit", at) + 1]


def test_a_first_apply_runs_bootstrap_accounts_migrations_and_grants_in_that_order():
    warehouse = RecordingWarehouse(SECOND)
    found = applied(SECOND, warehouse)
    parts = (SECOND.bootstrap, SECOND.accounts, SECOND.migrations[0].statements, SECOND.migrations[1].statements)
    wanted = [statement.path for part in (*parts, SECOND.grants) for statement in part]
    assert [call for call in warehouse.calls if call in wanted] == wanted
    assert (found.versions, found.statements[-2:]) == ((1, 2), (CREATE, ADD))


def test_each_version_is_closed_with_its_own_plans_id():
    warehouse = RecordingWarehouse(SECOND)
    applied(SECOND, warehouse)
    assert standing(SECOND, warehouse).closed == {1: FIRST.id, 2: SECOND.id}
    assert [row[:1] + row[2:] for row in warehouse.history] == [(1, CREATE), (2, ADD), (1, SUM_FILE), (2, SUM_FILE)]


def test_a_migration_and_its_history_row_are_one_transaction_under_the_lock():
    warehouse = RecordingWarehouse(FIRST)
    applied(FIRST, warehouse)
    assert around(warehouse, CREATE) == [
        "begin",
        "history/lock.sql",
        "history/seen.sql",
        CREATE,
        "history/record.sql",
        "commit",
    ]


def test_a_second_apply_runs_no_migration_and_closes_nothing():
    warehouse = RecordingWarehouse(FIRST)
    applied(FIRST, warehouse)
    warehouse.probes = {statement.unless.path for statement in FIRST.accounts}
    found = applied(FIRST, warehouse)
    assert (found.versions, found.statements) == ((), ())


def test_a_later_version_runs_only_what_is_new():
    warehouse = RecordingWarehouse(SECOND)
    applied(FIRST, warehouse)
    warehouse.probes = {statement.unless.path for statement in FIRST.accounts}
    found = applied(SECOND, warehouse)
    assert (found.versions, found.statements) == ((2,), (ADD,))


def test_an_account_that_is_there_is_not_created_again():
    warehouse = RecordingWarehouse(FIRST)
    warehouse.probes = {USER.replace(".sql", ".probe.sql")}
    assert USER not in applied(FIRST, warehouse).statements
    assert USER not in warehouse.calls


def test_a_statement_that_must_stand_alone_runs_outside_a_transaction_and_is_recorded_after():
    warehouse = RecordingWarehouse(WIDENED)
    applied(WIDENED, warehouse)
    at = warehouse.calls.index(f"alone {WIDEN}")
    assert warehouse.calls[at - 2 : at + 6] == [
        "commit",
        f"alone {PROBE}",
        f"alone {WIDEN}",
        "begin",
        "history/lock.sql",
        "history/seen.sql",
        "history/record.sql",
        "commit",
    ]


def test_a_statement_that_stood_alone_and_whose_probe_says_done_is_recorded_without_running():
    warehouse = RecordingWarehouse(WIDENED)
    warehouse.probes = {PROBE}
    assert WIDEN in applied(WIDENED, warehouse).statements
    assert f"alone {WIDEN}" not in warehouse.calls
    assert (2, WIDENED.id, WIDEN) in warehouse.history


def test_a_hazard_is_refused_by_name_before_any_migration_runs():
    warehouse = RecordingWarehouse(WIDENED)
    with pytest.raises(HazardError) as caught:
        applied(WIDENED, warehouse, frozenset({"H602"}))
    assert (caught.value.code, caught.value.exit_code) == ("X940", 3)
    assert caught.value.message.startswith(f"1 pending statement(s) may hurt:\n  H601 {WIDEN}: widening ")
    assert caught.value.help == "when it suits, allow it: streamplan apply PLAN --allow H601"
    assert not any("migrations" in call or "access" in call for call in warehouse.calls)


def test_a_hazard_that_is_over_asks_for_nothing():
    warehouse = RecordingWarehouse(WIDENED)
    applied(WIDENED, warehouse)
    assert applied(WIDENED, warehouse, frozenset()).versions == ()


def refusal(plan, *history: tuple[int, str, str]) -> tuple[str, str]:
    warehouse = RecordingWarehouse(plan)
    warehouse.history = list(history)
    with pytest.raises(PlanError) as caught:
        pending(plan, standing(plan, warehouse))
    return caught.value.code, caught.value.message


def test_a_warehouse_that_is_ahead_of_the_plan_is_refused():
    told = "the warehouse has version 2 of shop, this plan is version 1"
    assert refusal(FIRST, (1, FIRST.id, SUM_FILE), (2, SECOND.id, SUM_FILE)) == ("P811", told)


@pytest.mark.parametrize(
    ("plan", "history", "version"),
    [
        (FIRST, [(1, "other", SUM_FILE)], 1),
        (SECOND, [(1, "other", SUM_FILE)], 1),
        (SECOND, [(1, FIRST.id, SUM_FILE), (2, "other", SUM_FILE)], 2),
    ],
)
def test_a_warehouse_that_went_another_way_is_refused(plan, history: list, version: int):
    told = f"version {version} in the warehouse is not the version {version} that this plan comes from"
    assert refusal(plan, *history) == ("P812", told)


@pytest.mark.parametrize(
    ("plan", "history", "code", "version"),
    [
        (FIRST, [(1, "other", CREATE)], "P812", 1),
        (SECOND, [(1, FIRST.id, SUM_FILE), (2, "other", ADD)], "P812", 2),
        (FIRST, [(1, FIRST.id, SUM_FILE), (2, SECOND.id, ADD)], "P811", 2),
    ],
)
def test_a_version_that_another_plan_has_only_begun_is_refused_too(plan, history: list, code: str, version: int):
    found, message = refusal(plan, *history)
    assert (found, f"version {version} " in message) == (code, True)


@pytest.mark.parametrize("plan", [FIRST, SECOND, WIDENED], ids=lambda plan: f"{plan.connector} {plan.version}")
def test_an_apply_that_failed_at_any_call_goes_on_and_runs_each_statement_once(plan):
    warehouse = RecordingWarehouse(plan)
    applied(plan, warehouse)
    once = [s.path for migration in plan.migrations for s in migration.statements]
    for call in range(1, len(warehouse.binds) + 1):
        killed = RecordingWarehouse(plan, fails_at=call)
        with pytest.raises(WarehouseError, match="failed at"):
            applied(plan, killed)
        applied(plan, killed)
        assert {path: killed.done[path] for path in once} == dict.fromkeys(once, 1), call
        assert sorted(killed.history) == sorted(warehouse.history), call


def test_another_apply_that_was_faster_is_noticed_under_the_lock():
    class Faster(RecordingWarehouse):
        def execute(self, statement, binds=()):
            found = super().execute(statement, binds)
            if statement.path == "history/lock.sql" and not self.history:
                self.history.append((1, FIRST.id, CREATE))
            return found

    warehouse = Faster(FIRST)
    assert CREATE not in applied(FIRST, warehouse).statements
    assert CREATE not in warehouse.calls


@pytest.mark.parametrize(
    ("history", "told"),
    [
        ([], "the warehouse has version none of shop, this plan is version 2"),
        ([(1, FIRST.id, SUM_FILE)], "the warehouse has version 1 of shop, this plan is version 2"),
        ([(1, FIRST.id, SUM_FILE), (2, SECOND.id, ADD)], "the warehouse has version 1 of shop, this plan is version 2"),
    ],
)
def test_a_plan_that_is_not_applied_is_not_run(history: list, told: str):
    warehouse = RecordingWarehouse(SECOND)
    warehouse.history = history
    with pytest.raises(PlanError) as caught:
        must_be_applied(SECOND, warehouse)
    assert (caught.value.code, caught.value.message) == ("P813", told)


def test_a_plan_that_is_applied_may_run():
    warehouse = RecordingWarehouse(SECOND)
    applied(SECOND, warehouse)
    must_be_applied(SECOND, warehouse)


def test_a_version_without_migrations_is_closed_all_the_same():
    empty = msgspec.structs.replace(FIRST, migrations=())
    assert applied(empty, RecordingWarehouse(empty)).versions == (1,)
