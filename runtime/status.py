"""Where a plan stands in its warehouse: applied, pending, how far each partition is, what is in quarantine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .happenings import Held
from .migrate import pending, standing
from .plan import Plan
from .ports import Partition, Warehouse
from .program import Position, positions


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Where a plan stands.

    Attributes:
        version: of the plan on disk.
        applied: versions closed in the warehouse, oldest first; None when nothing was ever applied.
        pending: paths of the statements that an apply would run.
        positions: how far each partition is, in order of topics.
        versions: of the plans that wrote there, by their ids.
        quarantine: (topic, code, number of records).
        held: the topics that the last run left waiting, as its proposal says.
        lag: records of each partition that are not committed; None where nobody asked the source.

    """

    connector: str
    version: int
    plan_id: str
    applied: tuple[int, ...]
    pending: tuple[str, ...]
    positions: tuple[tuple[Partition, Position], ...]
    versions: dict[str, int]
    quarantine: tuple[tuple[str, str, int], ...]
    held: tuple[Held, ...]
    lag: Mapping[Partition, int] | None = None

    def as_json(self) -> dict[str, Any]:
        """The same as JSON."""
        lag = sorted((self.lag or {}).items())
        behind = [{"topic": at.topic, "partition": at.number, "records": records} for at, records in lag]
        return ({} if self.lag is None else {"lag": behind}) | {
            "connector": self.connector,
            "version": self.version,
            "plan_id": self.plan_id,
            "applied": list(self.applied),
            "pending": list(self.pending),
            "positions": [self._position(at, position) for at, position in self.positions],
            "quarantine": [{"topic": t, "code": c, "records": n} for t, c, n in self.quarantine],
            "held": [asdict(held) for held in self.held],
        }

    def _position(self, at: Partition, position: Position) -> dict[str, Any]:
        return {
            "topic": at.topic,
            "partition": at.number,
            "offset": position.offset,
            "committed_at": position.committed_at.isoformat(),
            "version": self.versions.get(position.plan_id),
        }


def read_status(plan: Plan, warehouse: Warehouse, held: tuple[Held, ...] = ()) -> Status:
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
        positions=tuple((at, where[at]) for at in sorted(where)),
        versions={plan_id: number for number, plan_id in enumerate((*plan.ancestors, plan.id), start=1)},
        quarantine=tuple((topic, code, count) for topic, code, count in counts),
        held=held,
    )
