"""Columns about the change itself, not about the row: their types, and what each holds."""

from __future__ import annotations

from dataclasses import dataclass

from streamplan.runtime.modes import Origin

from .model import ColumnType
from .typemap import Mapped, Storing

_BIGINT = ColumnType("BIGINT")
_TIME = Mapped(type=ColumnType("TIMESTAMP"), staged=_BIGINT, converter="timestamp_millis", storing=Storing.EPOCH_MILLIS)


@dataclass(frozen=True, slots=True)
class Metadata:
    """One kind of metadata column: how it is stored, and what it says."""

    mapped: Mapped
    says: str


def _plain(kind: ColumnType) -> Mapped:
    return Mapped(type=kind, staged=kind, converter="text")


METADATA: dict[Origin, Metadata] = {
    Origin.DELETED: Metadata(_plain(ColumnType("BOOLEAN")), "whether the row is deleted at the source"),
    Origin.EVENT_TS: Metadata(_TIME, "when the connector saw the change, in UTC"),
    Origin.LOADED_AT: Metadata(_plain(ColumnType("TIMESTAMPTZ")), "when the change was loaded"),
    Origin.OP: Metadata(_plain(ColumnType("VARCHAR", (1,))), "c create, u update, d delete, r read by a snapshot"),
    Origin.SOURCE_POSITION: Metadata(
        _plain(ColumnType("VARCHAR", (256,))), "the change's place in the source's log, as a text that sorts"
    ),
    Origin.SOURCE_TS: Metadata(_TIME, "when the source made the change, in UTC"),
    Origin.TOPIC: Metadata(_plain(ColumnType("VARCHAR", (249,))), "the change's topic"),
    Origin.TOPIC_OFFSET: Metadata(_plain(_BIGINT), "the change's offset"),
    Origin.TOPIC_PARTITION: Metadata(_plain(ColumnType("INTEGER")), "the change's partition"),
}
