"""What happens in a run that a user would want to know: a closed union, for whoever is told. It does nothing."""

from __future__ import annotations

from dataclasses import dataclass

from .ports import Partition


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Offsets of a partition, from the first to the last."""

    at: Partition
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """One batch of one table is in the warehouse.

    Attributes:
        spans: where its events came from.
        seconds: that it took, retries included.
        version: of the plan.

    """

    table: str
    events: int
    upserts: int
    deletes: int
    quarantined: int
    truncated: int
    spans: tuple[Span, ...]
    seconds: float
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A topic waits, from this record on, since its events have a shape that the plan does not know.

    `fields` are those that it is about; `reason` is what was found, and what a run that compiles says of it.
    """

    topic: str
    place: str
    fields: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """A record could not be taken in."""

    place: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrying:
    """The warehouse failed, and the transaction is tried again.

    Attributes:
        attempt: how many have failed.
        attempts: how many there may be.
        seconds: until the next one.

    """

    attempt: int
    attempts: int
    seconds: float
    code: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """The warehouse does its work again, after so many attempts."""

    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """The source cannot be reached, or a part of it; it is tried again."""

    reason: str


Happening = Committed | Held | Quarantined | Retrying | Recovered | Cut
