"""What happens when events have a shape that the plan does not know and nobody compiles: a topic waits, or all stop."""

from __future__ import annotations

from .drift import Drift
from .errors import StopError
from .happenings import Held
from .modes import Policy
from .ports import Record


class Holding:
    """Holds the topic where the plan says review, and stops the run otherwise."""

    def drifted(self, record: Record, drift: Drift) -> Held:
        """The topic waits from this record on; raises StopError X931, X933."""
        if drift.policy is not Policy.REVIEW:
            raise stopped(record, drift)
        return held(record, drift)

    def waiting(self, record: Record) -> None:
        """Nothing is learnt."""


def held(record: Record, drift: Drift, said: str = "") -> Held:
    """The topic waits from this record on; `said` is what is known beyond what was found."""
    reason = f"{drift}; {said}" if said else str(drift)
    return Held(topic=record.at.topic, place=record.place, fields=drift.fields, reason=reason)


def stopped(record: Record, drift: Drift) -> StopError:
    """Why a run stops at a record whose shape the plan does not know."""
    message = f"{record.place} {drift}"
    if drift.policy is Policy.AUTO:
        help_ = "schema_evolution is auto, and that needs the spec: run PLAN --spec SPEC"
        return StopError("X933", message, help=help_)
    return StopError("X931", message, help="observe these events, compile, review and apply; then run again")
