"""Brings a warehouse to a plan: what is pending, in order, by its boundaries, with one history row a statement.

A statement and its history row are one transaction; a statement that must stand alone has a probe that says whether it
is done. **So an apply that was killed at any point goes on where it was.**
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .errors import HazardError, PlanError, StreamplanError
from .plan import SUM_FILE, Plan
from .ports import Warehouse
from .statement import Boundary, Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What an apply did: the versions that it closed, and the statements that it ran, by path."""

    versions: tuple[int, ...]
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the history says: closed versions with their ids, those begun too, and every statement of any version."""

    closed: dict[int, str]
    begun: frozenset[tuple[int, str]]
    seen: frozenset[tuple[int, str]]


def standing(plan: Plan, warehouse: Warehouse) -> Standing:
    """What the history says of this connector."""
    with warehouse.transaction():
        rows = warehouse.execute(plan.history.read)
    closed = {version: plan_id for version, plan_id, statement, *_ in rows if statement == SUM_FILE}
    begun = frozenset((version, plan_id) for version, plan_id, *_ in rows)
    seen = frozenset((version, statement) for version, _, statement, *_ in rows)
    return Standing(closed=closed, begun=begun, seen=seen)


def must_be_applied(plan: Plan, warehouse: Warehouse) -> None:
    """Raises PlanError P813 unless the warehouse's newest version is this plan."""
    closed = standing(plan, warehouse).closed
    newest = max(closed, default=0)
    if closed.get(newest) != plan.id:
        message = (
            f"the warehouse has version {newest or 'none'} of {plan.connector}, this plan is version {plan.version}"
        )
        raise PlanError("P813", message, help="run: streamplan apply PLAN")


def pending(plan: Plan, now: Standing) -> tuple[tuple[int, Statement], ...]:
    """The statements of the migrations that have not been recorded, with their versions.

    Raises PlanError P811 when the warehouse is ahead of the plan, P812 when it is not an ancestor.
    """
    lineage = (*plan.ancestors, plan.id)
    for version, plan_id in sorted(now.begun):
        if version > plan.version:
            message = f"the warehouse has version {version} of {plan.connector}, this plan is version {plan.version}"
            way = "get that plan; where a run made it by itself: streamplan pull PLAN --spec SPEC"
            raise PlanError("P811", message, help=way)
        if lineage[version - 1] != plan_id:
            message = f"version {version} in the warehouse is not the version {version} that this plan comes from"
            raise PlanError(
                "P812", message, help="two plans went different ways: compile against the one that was applied"
            )
    return tuple(
        (migration.version, statement)
        for migration in plan.migrations
        for statement in migration.statements
        if (migration.version, statement.path) not in now.seen
    )


def refuse_hazards(statements: tuple[tuple[int, Statement], ...], allowed: frozenset[str]) -> None:
    """Raises HazardError X940 with every hazard that has not been allowed by name."""
    found = [(h, s.path) for _, s in statements for h in s.hazards if h.code not in allowed]
    if found:
        lines = "\n".join(f"  {hazard.code} {path}: {hazard.message}" for hazard, path in found)
        flags = " ".join(f"--allow {code}" for code in sorted({hazard.code for hazard, _ in found}))
        message = f"{len(found)} pending statement(s) may hurt:\n{lines}"
        raise HazardError("X940", message, help=f"when it suits, allow it: streamplan apply PLAN {flags}")


def apply(plan: Plan, warehouse: Warehouse, allowed: frozenset[str], ran: Callable[[Statement], None]) -> Applied:
    """Runs what is pending and closes each version; `ran` is told of every statement that was executed.

    Raises PlanError, HazardError, WarehouseError, StopError. What ran before an error stays, and is not run again.
    """
    for statement in plan.bootstrap:
        _in_transaction(warehouse, statement)
    now, todo = _todo(plan, warehouse, allowed)
    done = [s.path for s in plan.accounts if _unless_done(warehouse, s, ran)]
    done += [s.path for version, s in todo if _migrated(plan, warehouse, version, s, ran)]
    for statement in plan.grants:
        _in_transaction(warehouse, statement)
    return Applied(versions=tuple(_close(plan, warehouse, now)), statements=tuple(done))


def advance(plan: Plan, warehouse: Warehouse, allowed: frozenset[str], ran: Callable[[Statement], None]) -> Applied:
    """Runs the migrations that are pending and closes each version: all of an apply that the loader itself may do.

    Raises as `apply`.
    """
    now, todo = _todo(plan, warehouse, allowed)
    done = [s.path for version, s in todo if _migrated(plan, warehouse, version, s, ran)]
    return Applied(versions=tuple(_close(plan, warehouse, now)), statements=tuple(done))


def _todo(
    plan: Plan, warehouse: Warehouse, allowed: frozenset[str]
) -> tuple[Standing, tuple[tuple[int, Statement], ...]]:
    now = standing(plan, warehouse)
    todo = pending(plan, now)
    refuse_hazards(todo, allowed)
    return now, todo


def _in_transaction(warehouse: Warehouse, statement: Statement) -> None:
    with warehouse.transaction():
        warehouse.execute(statement)


def _unless_done(warehouse: Warehouse, statement: Statement, ran: Callable[[Statement], None]) -> bool:
    with warehouse.transaction():
        if statement.unless and warehouse.execute(statement.unless):
            return False
        warehouse.execute(statement)
    ran(statement)
    return True


def _migrated(
    plan: Plan, warehouse: Warehouse, version: int, statement: Statement, ran: Callable[[Statement], None]
) -> bool:
    """Runs a statement and records it, unless another apply has done so meanwhile."""
    record = (str(version), _id(plan, version), statement.path)
    if statement.boundary is Boundary.ALONE:
        _alone(warehouse, statement)
    with warehouse.transaction():
        warehouse.execute(plan.history.lock)
        if warehouse.execute(plan.history.seen, (str(version), statement.path)):
            return False
        if statement.boundary is Boundary.TRANSACTION:
            warehouse.execute(statement)
        warehouse.execute(plan.history.record, record)
    ran(statement)
    return True


def _alone(warehouse: Warehouse, statement: Statement) -> None:
    """Runs it unless it is done; what another apply did in the same moment is refused here, and done all the same."""
    if statement.unless and warehouse.alone(statement.unless):
        return
    try:
        warehouse.alone(statement)
    except StreamplanError:
        if not (statement.unless and warehouse.alone(statement.unless)):
            raise


def _close(plan: Plan, warehouse: Warehouse, now: Standing) -> Iterator[int]:
    for version in range(max(now.closed, default=0) + 1, plan.version + 1):
        with warehouse.transaction():
            warehouse.execute(plan.history.lock)
            if not warehouse.execute(plan.history.seen, (str(version), SUM_FILE)):
                warehouse.execute(plan.history.record, (str(version), _id(plan, version), SUM_FILE))
        yield version


def _id(plan: Plan, version: int) -> str:
    return (*plan.ancestors, plan.id)[version - 1]
