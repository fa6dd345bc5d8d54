"""Takes a record into its topic's batch: into a table's fold, or on its way to quarantine.

**Every record of a topic that the plan knows ends in one of the two.**
"""

from __future__ import annotations

from .envelope import Reader, Upsert
from .errors import RecordError
from .happenings import Quarantined
from .ports import Record
from .program import Batch, Refused
from .take import take


def admit(record: Record, reader: Reader, batch: Batch) -> Quarantined | None:
    """Takes it in; says why where it goes to quarantine. Raises Drift, StopError of `take`."""
    try:
        if not batch.folds:
            raise record.broken or RecordError("X910", "not a line of an event file")
        event = take(record, reader, batch.folds)
        if batch.lane is not None and isinstance(event, Upsert):
            batch.lane.learn(record, event)
    except RecordError as error:
        batch.refused.append(Refused(record, error))
        return Quarantined(place=record.place, code=error.code, reason=error.message)
    return None
