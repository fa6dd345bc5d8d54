"""The runtime's ports: where records come from, where statements go, what time it is, and who is told.

Real neighbours and test doubles implement them alike. Nothing here does anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias, TypeVar

import msgspec

from .errors import RecordError
from .plan import Plan
from .statement import Statement
from .table_program import TableProgram

if TYPE_CHECKING:
    from .drift import Drift
    from .happenings import Happening, Held
    from .load import Load
    from .moves import Moves


class Partition(NamedTuple):
    """One partition of a topic."""

    topic: str
    number: int


class Record(msgspec.Struct, frozen=True, gc=False):
    """One record as it came: raw bytes, None where the source has none.

    Attributes:
        at: its partition.
        offset: its place in the partition.
        size: bytes of its key and value, and what else it took at the source.
        broken: why it is no record at all; its value is then all that there was.

    """

    at: Partition
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, str], ...] = ()
    size: int = 0
    broken: RecordError | None = None

    @property
    def place(self) -> str:
        """For messages: `topic[partition]@offset`."""
        return f"{self.at.topic}[{self.at.number}]@{self.offset}"


class Source(Protocol):
    """Where records come from, in order within a partition."""

    @property
    def shared(self) -> bool:
        """Whether partitions come and go, and the source can go back: other runs may read the same group."""

    def follow(self, moves: Moves) -> None:
        """Whom to ask, and to tell, when partitions come and go, within a poll; nothing where they do not."""

    def seek(self, positions: Mapping[Partition, int]) -> None:
        """Go on after these offsets, a shared source from where it began in partitions that are not named."""

    def poll(self) -> Sequence[Record]:
        """The next records; none when there is nothing now."""

    @property
    def ended(self) -> bool:
        """Whether nothing can follow."""

    def acknowledge(self, positions: Mapping[Partition, int]) -> None:
        """Told after the commit: these offsets, and all before them, are in the warehouse."""


class Warehouse(Protocol):
    """Where statements go. Errors are `WarehouseError` or `StopError`, never a driver's own."""

    def transaction(self) -> AbstractContextManager[None]:
        """A transaction: committed at the end, rolled back when an exception leaves it."""

    def execute(self, statement: Statement, binds: Sequence[str | None] = ()) -> tuple[tuple[Any, ...], ...]:
        """Run a statement in the open transaction and give its rows."""

    def aside(self, statement: Statement, binds: Sequence[str | None] = ()) -> tuple[tuple[Any, ...], ...]:
        """Run a query in a transaction of its own, while another may be open: it sees all that is committed by now."""

    def load(self, statement: Statement, rows: Sequence[Sequence[str | None]]) -> None:
        """Run an insert of many rows in the open transaction."""

    def alone(self, statement: Statement) -> tuple[tuple[Any, ...], ...]:
        """Run a statement outside any transaction."""


Stages: TypeAlias = Callable[[Warehouse], None]  # stages rows, in the open transaction
Lays: TypeAlias = Callable[[], Stages]  # brings them, before it, to where they are staged from; as often as it is tried


class Stage(Protocol):
    """How rows come into the staging table."""

    def attempt(self, warehouse: Warehouse) -> AbstractContextManager[None]:
        """Stands around an attempt and its transaction: what was laid out for it is cleared away behind it."""

    def encode(self, program: TableProgram, load: Load) -> Lays:
        """Brings the rows into the form in which they are staged, once a batch; it may be asked beside an attempt."""


class Loader(Protocol):
    """Does what the warehouse has to do, one piece of work after the other: at once, or beside the loop."""

    @property
    def busy(self) -> bool:
        """Whether a piece of work is under way."""

    @property
    def left(self) -> bool:
        """Whether the process leaves at once: nothing is to be committed any more."""

    def start(self, work: Callable[[], None]) -> None:
        """Begins a piece of work while none is under way."""

    def wait(self, enough: Callable[[], bool] = lambda: False) -> None:
        """Returns when none is under way, or it is enough."""


class Until(StrEnum):
    """When a run is done: at the end of the source, or when it is stopped."""

    END = "end"
    STOPPED = "stopped"


class Clock(Protocol):
    """Time as the loop needs it."""

    def now(self) -> float:
        """Seconds, from any start, never going back."""

    def rest(self) -> None:
        """Wait a moment when there is nothing to do."""


class Reporter(Protocol):
    """Who is told what happens."""

    def happened(self, what: Happening) -> None:
        """Something a user would want to know."""

    def advanced(self, records: int, size: int) -> None:
        """So many records, of so many bytes, have been read."""


Result = TypeVar("Result")


class Stopping(Protocol):
    """Whether the run was told to finish."""

    @property
    def asked(self) -> bool:
        """Whether it was."""

    def pull(self, poll: Callable[[], Sequence[Record]]) -> Sequence[Record]:
        """What the poll gives; none once the run was told to finish, even while the poll waits."""

    def apart(self, work: Callable[[], Result]) -> Result:
        """What the work gives, done within a poll, though it is no waiting for records: it is not interrupted."""


class Never:
    """Nobody tells the run to finish."""

    asked = False

    def pull(self, poll: Callable[[], Sequence[Record]]) -> Sequence[Record]:
        """What the poll gives."""
        return poll()

    def apart(self, work: Callable[[], Result]) -> Result:
        """What the work gives."""
        return work()


class Retry(Protocol):
    """How often a piece of work is tried that the warehouse may fail."""

    def __call__(self, work: Callable[[], Result]) -> Result:
        """What the work gives; raises its last WarehouseError when the attempts are used up, others at once."""


def once(work: Callable[[], Result]) -> Result:
    """Tries once."""
    return work()


class Evolver(Protocol):
    """What to do when events have a shape that the plan does not know. Everything before the record is committed."""

    def drifted(self, record: Record, drift: Drift) -> Held | Plan:
        """The topic waits from this record on, or here is the next version of the plan, applied, which knows it.

        Raises StopError where the plan says to stop.
        """

    def waiting(self, record: Record) -> None:
        """A later record of a topic that waits: it can be learnt from."""


class Silent:
    """A reporter that says nothing."""

    def happened(self, what: Happening) -> None:
        """Nothing."""

    def advanced(self, records: int, size: int) -> None:
        """Nothing."""
