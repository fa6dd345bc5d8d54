"""Where a plan stands in its warehouse: applied, pending, how far each partition is, what is in quarantine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .migrate import pending, standing
from .plan import Plan
from .ports import Warehouse
from .program import positions


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Where a plan stands.

    Attributes:
        version: of the plan on disk.
        applied: versions closed in the warehouse, oldest first; None when nothing was ever applied.
        pending: paths of the statements that an apply would run.
        positions: (topic, partition, last committed offset).
        quarantine: (topic, code, number of records).

    """

    connector: str
    version: int
    plan_id: str
    applied: tuple[int, ...]
    pending: tuple[str, ...]
    positions: tuple[tuple[str, int, int], ...]
    quarantine: tuple[tuple[str, str, int], ...]

    def as_json(self) -> dict[str, Any]:
        """The same as JSON."""
        return {
            "connector": self.connector,
            "version": self.version,
            "plan_id": self.plan_id,
            "applied": list(self.applied),
            "pending": list(self.pending),
            "positions": [{"topic": t, "partition": p, "offset": o} for t, p, o in self.positions],
            "quarantine": [{"topic": t, "code": c, "records": n} for t, c, n in self.quarantine],
        }


def read_status(plan: Plan, warehouse: Warehouse) -> Status:
    """Reads it; raises WarehouseError, among others when nothing has been applied yet, and PlanError of `pending`."""
    now = standing(plan, warehouse)
    where = positions(plan, warehouse)
    with warehouse.transaction():
        counts = warehouse.execute(plan.quarantine.count)
    return Status(
        connector=plan.connector,
        version=plan.version,
        plan_id=plan.id,
        applied=tuple(sorted(now.closed)),
        pending=tuple(statement.path for _, statement in pending(plan, now)),
        positions=tuple((at.topic, at.number, where[at]) for at in sorted(where, key=lambda at: (at.topic, at.number))),
        quarantine=tuple((topic, code, count) for topic, code, count in counts),
    )
