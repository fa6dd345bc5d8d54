"""Takes records out of quarantine into their tables, as the plan says now, in the order in which they came.

It asks no ledger and writes none: the records' offsets were taken when they were refused. A topic is replayed a batch
at a time. **What a batch brings to its tables and takes out of quarantine is one transaction.**
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby

from .drift import Drift
from .envelope import Reader
from .errors import RecordError, StopError
from .fold import Fold, in_order
from .inserting import INSERTING
from .kept import RAW_BYTES, kept, reason
from .merging import encoded, merge
from .neighbours import Neighbours
from .plan import Plan
from .ports import Record, Stage, Warehouse
from .quarantine import START, Chosen, Entry, Run, Where, counts, records, remove, runs
from .table_program import TableProgram
from .tables import Tables
from .take import take


class Older(StrEnum):
    """What becomes of a record that may be older than what its table holds, where the table cannot tell."""

    REFUSED = "refused"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stays:
    """A record that stays in quarantine, and why."""

    place: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What became of one batch of a topic: how many records were taken in, what that was, and what stays."""

    topic: str
    taken: int
    upserts: int
    deletes: int
    emptied: int
    stays: tuple[Stays, ...]


@dataclass(slots=True)
class _Work:
    """What was taken in of a topic for one transaction.

    `stays` holds the records that could not be taken in, by where they stand: the record where all of it is kept, else
    None; `after` is where the next batch begins.
    """

    folds: dict[str, Fold]
    after: Where
    neighbours: Neighbours
    chosen: list[list[Entry]] = field(default_factory=list)
    stays: dict[Where, tuple[Record | None, RecordError]] = field(default_factory=dict)
    count: int = 0
    size: int = 0
    absent: int = 0

    def add(self, entry: Entry, size: int) -> None:
        """One more record of the last run."""
        self.chosen[-1].append(entry)
        self.after = entry.place.where
        self.count += 1
        self.size += size


def replay(
    plan: Plan, warehouse: Warehouse, chosen: Chosen, older: Older, stage: Stage = INSERTING
) -> Iterator[Replayed]:
    """Replays the chosen records, topic by topic; gives each batch when it is committed.

    Raises:
        StopError: X971, X973 where it would overwrite newer rows; X930. What was given before is committed.
        WarehouseError: the warehouse failed; the batch is as it was.

    """
    replaying = _Replaying(plan, warehouse, older, stage)
    yield from replaying.all(chosen, replaying.replayed)


def rehearse(plan: Plan, warehouse: Warehouse, chosen: Chosen, older: Older) -> Iterator[Replayed]:
    """What a replay would do, as far as can be said without writing; raises as `replay` does."""
    replaying = _Replaying(plan, warehouse, older, INSERTING)
    yield from replaying.all(chosen, replaying.rehearsed)


class _Replaying:
    """The replay of one plan."""

    def __init__(self, plan: Plan, warehouse: Warehouse, older: Older, stage: Stage) -> None:
        self._plan, self._warehouse, self._older, self._stage = plan, warehouse, older, stage
        self._reader = Reader(plan.source.format)
        self._tables = Tables(plan)

    def all(self, chosen: Chosen, one: Callable[[str, Chosen, Where], _Work]) -> Iterator[Replayed]:
        """Every batch, done by `one`; raises StopError X971."""
        topics = sorted(counts(self._plan, self._warehouse, chosen))
        self._refuse_unguarded(topics)
        for topic in topics:
            after = START
            while (work := one(topic, chosen, after)).count:
                yield _told(topic, work)
                after = work.after

    def replayed(self, topic: str, chosen: Chosen, after: Where) -> _Work:
        """One batch in one transaction."""
        with self._stage.attempt(self._warehouse), self._warehouse.transaction():
            for fold in in_order(self._tables.folds(topic)):
                self._warehouse.execute(fold.program.lock)
            self._warehouse.execute(self._plan.quarantine.lock)
            work = self._taken(topic, chosen, after)
            self._write(work)
        return work

    def rehearsed(self, topic: str, chosen: Chosen, after: Where) -> _Work:
        """One batch, taken in and not written."""
        with self._warehouse.transaction():
            return self._taken(topic, chosen, after)

    def _refuse_unguarded(self, topics: list[str]) -> None:
        programs = [fold.program for topic in topics for fold in self._tables.folds(topic).values()]
        unguarded = sorted({program.table for program in programs if _may_overwrite(program)})
        if unguarded and self._older is Older.REFUSED:
            raise _overwrites(f"nothing in {', '.join(unguarded)} says whether a row is newer than a record")

    def _taken(self, topic: str, chosen: Chosen, after: Where) -> _Work:
        """The next batch, taken into folds."""
        folds = self._tables.folds(topic)
        work = _Work(folds, after, Neighbours([fold.program for fold in folds.values()]))
        for run in runs(self._plan, self._warehouse, topic, chosen, after):
            if not (self._take_run(work, run) if folds else self._leave_run(work, run)):
                break
        return self._safe(work)

    def _take_run(self, work: _Work, run: Run) -> bool:
        """Takes the records of a run in, up to the end of the batch; gives whether there is room for more."""
        limits = self._plan.batch
        work.chosen.append([])
        for entry, record in records(self._plan, self._warehouse, run):
            if work.count >= limits.max_rows or work.size >= limits.max_bytes or work.neighbours.parts(record):
                return False
            error = _cut_off(entry) or self._taken_in(record, work.folds)
            work.add(entry, record.size)
            if error is None:
                work.neighbours.add(record)
            else:
                work.neighbours.miss(record)
                work.stays[entry.place.where] = (record if entry.whole else None), error
        return True

    def _leave_run(self, work: _Work, run: Run) -> bool:
        """Leaves a run whose topic feeds no table; gives whether there is room for more."""
        work.chosen.append([])
        for entry in run:
            work.add(entry, 0)
            work.stays[entry.place.where] = None, RecordError(entry.code, entry.reason)
        return work.count < self._plan.batch.max_rows

    def _taken_in(self, record: Record, folds: Mapping[str, Fold]) -> RecordError | None:
        try:
            take(record, self._reader, folds)
        except RecordError as error:
            return error
        except Drift as drift:
            return RecordError("X933", f"it {drift}")
        return None

    def _safe(self, work: _Work) -> _Work:
        """The batch, unless it would overwrite what may be newer; raises StopError X971, X973."""
        if self._older is Older.TAKEN:
            return work
        for fold in in_order(work.folds):
            if fold.truncated and fold.program.truncate is not None:
                message = f'one of the records empties "{fold.program.table}", with all rows that came after it'
                help_ = "leave it out, by --code or by naming the others, and drop it; or add --overwrite"
                raise StopError("X973", message, help=help_)
            if fold.program.guard and any(fold.convert.position(row) is None for _, row in fold.staged()):
                raise _overwrites(f"a record for {fold.program.table} tells no position, as one of a snapshot")
        return work

    def _write(self, work: _Work) -> None:
        """Brings the batch to its tables and takes it out of quarantine, in the open transaction."""
        for fold in in_order(work.folds):
            ready = encoded(self._stage, fold)
            for record, error in merge(self._warehouse, ready, ready.lay_out()):
                work.stays[record.at.number, record.offset] = record, error
                work.absent += 1
        for run in work.chosen:
            self._remove(work, run)

    def _remove(self, work: _Work, run: Sequence[Entry]) -> None:
        """Removes what was taken in, and what is refused for another reason than before: that is kept anew."""
        for leaves, part in groupby(run, lambda entry: _leaves(entry, work)):
            if leaves:
                remove(self._plan, self._warehouse, tuple(part))
        for entry in run:
            record, error = work.stays.get(entry.place.where, (None, None))
            if record is not None and error is not None and _leaves(entry, work):
                self._warehouse.execute(self._plan.quarantine.insert, kept(record, error, self._plan.id))


def _leaves(entry: Entry, work: _Work) -> bool:
    record, error = work.stays.get(entry.place.where, (None, None))
    if error is None:
        return True
    return record is not None and (error.code, reason(error)) != (entry.code, entry.reason)


def _cut_off(entry: Entry) -> RecordError | None:
    if entry.whole:
        return None
    return RecordError("X972", f"of {entry.size:,} bytes not all are kept, but the first {RAW_BYTES:,} of each part")


def _may_overwrite(program: TableProgram) -> bool:
    """Whether an older change can change or remove what a newer one wrote."""
    return program.guard is None and (program.delete is not None or not program.appends)


def _overwrites(message: str) -> StopError:
    help_ = "if no later event changed these rows, add --overwrite; in doubt, load the rows again from the source"
    return StopError("X971", message, help=f"{help_}; position_guard in the spec lets the table tell")


def _told(topic: str, work: _Work) -> Replayed:
    sizes = [fold.sizes() for fold in work.folds.values()]
    stays = tuple(
        Stays(place=f"{topic}[{partition}]@{offset}", code=error.code, reason=reason(error))
        for (partition, offset), (_, error) in sorted(work.stays.items())
    )
    return Replayed(
        topic=topic,
        taken=work.count - len(stays),
        upserts=sum(there for there, _ in sizes) - work.absent,
        deletes=sum(gone for _, gone in sizes),
        emptied=sum(fold.truncated for fold in work.folds.values()),
        stays=stays,
    )
