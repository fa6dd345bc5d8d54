"""Each account does what the compiled grants give it, and is refused everything else, in every mode.

The loader runs every statement of a plan's tables. For every kind of right on every table, view, schema and database,
one statement passes where the model gives the right, and is refused where it does not.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import rig
import rights
from rights import DEPLOYER, LOADER, MEMBER, NOBODY, READER
from streamplan.compiler.api import read_previous
from streamplan.compiler.walk import statements
from streamplan.runtime.errors import StopError
from streamplan.runtime.migrate import must_be_applied
from streamplan.runtime.quarantine import Matching, Named, drop, entries, one
from streamplan.runtime.status import read_status

REFUSED = "42501"
NO_ROLE = 'permission denied to grant role "rights_deployer"'
HAZARDS = ("H601", "H602", "H603", "H604", "H605", "H606")
STORIES = (
    "append/02_new_column",
    "append_hard/01_create",
    "keys/02_from_the_value",
    "layout/02_changed",
    "orders/02_new_column",
    "places/01_create",
    "soft/01_create",
    "together/01_create",
    "unkeyed/01_create",
    "view/02_widen",
)
NEVER = {"keys/02_from_the_value": {"tables/shop.log/carry.sql"}}  # records without a key tell of no other key
MIGRATED = (
    ("append/01_create", "append/02_new_column"),
    ("layout/01_create", "layout/02_changed"),
    ("orders/01_create", "orders/02_new_column"),
    ("view/01_create", "view/02_widen"),
)


@pytest.mark.parametrize("story", STORIES)
def test_each_account_does_what_it_is_given_and_nothing_else(story: str, tmp_path: Path, warehouse, session):
    plan = rights.compiled(story, tmp_path, warehouse.database)
    rig.apply_plan(plan, warehouse)
    everyone(session, warehouse.database)
    assert unrun(plan, replace(warehouse, user=LOADER), tmp_path) == NEVER.get(story, set())

    model = read_previous(tmp_path / "plan").model
    probes = [*rights.probes(model, warehouse.database)]
    for user in (LOADER, DEPLOYER, READER, MEMBER, NOBODY):
        wanted = {probe: "" if rights.allowed(model, user, probe) else REFUSED for probe in probes}
        assert rights.outcomes(warehouse, user, probes) == wanted


@pytest.mark.parametrize("steps", MIGRATED, ids=lambda steps: steps[-1])
def test_a_deployer_owns_what_it_makes_and_may_change_it(steps: tuple[str, ...], tmp_path: Path, warehouse, session):
    deployer = replace(warehouse, user=DEPLOYER)
    for version, step in enumerate(steps, start=1):
        plan = rights.compiled(step, tmp_path, warehouse.database)
        rights.begun(plan, warehouse)
        assert rig.apply_plan(rights.without_members(plan), deployer, *HAZARDS).versions == (version,)
    assert unrun(plan, replace(warehouse, user=LOADER), tmp_path) == set()

    made = session("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'shop'")
    assert made == [(DEPLOYER,)]


def test_only_who_may_give_roles_brings_an_apply_to_its_end(tmp_path: Path, warehouse):
    plan = rights.compiled("orders/01_create", tmp_path, warehouse.database)
    rights.begun(plan, warehouse)
    with pytest.raises(StopError) as caught:
        rig.apply_plan(plan, replace(warehouse, user=DEPLOYER))
    assert caught.value.code == "X953"
    assert caught.value.message == f"access/030_member.{DEPLOYER}.rights_deployer.sql: {NO_ROLE}"


def test_who_did_not_make_the_history_cannot_apply(tmp_path: Path, warehouse):
    rig.apply_plan(rights.compiled("orders/01_create", tmp_path, warehouse.database), warehouse)
    plan = rights.compiled("orders/02_new_column", tmp_path, warehouse.database)
    with pytest.raises(StopError, match=r"history/read\.sql: permission denied for table _streamplan_history"):
        rig.apply_plan(plan, replace(warehouse, user=DEPLOYER))


def test_an_apply_by_the_loader_is_refused_and_names_the_statement(tmp_path: Path, warehouse):
    plan = rights.compiled("orders/01_create", tmp_path, warehouse.database)
    rig.apply_plan(plan, warehouse)
    with pytest.raises(StopError) as caught:
        rig.apply_plan(plan, replace(warehouse, user=LOADER))
    assert (caught.value.code, caught.value.message.split(":")[0]) == ("X953", "history/010_create_schema.sql")


def everyone(session, database: str) -> None:
    """A user for every account, and no right that all users have by themselves."""
    made = {name for (name,) in session("SELECT usename FROM pg_user")}
    for user in {READER, MEMBER, NOBODY} - made:
        session(f"CREATE USER {user} PASSWORD DISABLE")
    session(f"GRANT ROLE rights_readers TO {READER}")
    session(f"ALTER GROUP rights_bi ADD USER {MEMBER}")
    session(f"REVOKE TEMP ON DATABASE {database} FROM PUBLIC")


def unrun(plan, address, folder: Path) -> set[str]:
    """The statements of the tables and of what stands beside them that a run and a look at it did not need."""
    with rig.warehouse_of(plan, address) as connected:
        watched = rights.Watched(connected)
        must_be_applied(plan, watched)
        rights.run(plan, watched, rights.events(folder, plan))
        read_status(plan, watched)
        (kept,) = [entry for entry in entries(plan, watched, Matching()) if entry.code == "X910"]
        one(plan, watched, kept.place)
        drop(plan, watched, Named.of([kept.place]))
    return {s.path for s in statements((plan.history.read, plan.ledger, plan.quarantine, plan.tables))} - watched.given
