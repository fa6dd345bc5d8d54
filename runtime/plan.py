"""The plan's contract: what a plan directory holds.

The compiler targets these values, the runtime executes them.

A plan is a directory of SQL files, one statement each, and one manifest, `plan.json`. This module never looks inside
a statement. **What `load()` returns has been verified against `plan.sum`, file by file.**
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from .modes import Deletes, KeySource, Mode, Origin, Policy

FORMAT = 1
SUM_FILE = "plan.sum"
MANIFEST_FILE = "plan.json"


class Boundary(StrEnum):
    """Where a statement may stand: in a transaction with others, or alone outside any transaction block."""

    TRANSACTION = "transaction"
    ALONE = "alone"


class _Value(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A frozen value, equal by value, that is written to and read from `plan.json`."""


class Hazard(_Value, frozen=True):
    """What may hurt when a statement runs.

    `code` is an H6xx of the compiler's list; apply refuses it until it is allowed by name.
    """

    code: str
    message: str


class Statement(_Value, frozen=True):
    """One SQL file of the plan, executed verbatim.

    Attributes:
        path: relative to the plan directory, with `/`.
        boundary: whether it may share a transaction.
        hazards: what must be allowed before it runs.
        binds: the names of its `?` parameters, in order.
        unless: a probe; when it returns a row, the statement's work is done already and it is skipped.
        row: set where the statement inserts many rows: the text of one row, with which the file ends. The runtime
            repeats it.
        password: a setting such as `${LOADER_PASSWORD}`. Its salted hash takes the place of `{password}` in the text
            when the statement runs; neither stands in a plan.
        sql: the file's text. It is not in the manifest; `load()` fills it in.

    """

    path: str
    boundary: Boundary = Boundary.TRANSACTION
    hazards: tuple[Hazard, ...] = ()
    binds: tuple[str, ...] = ()
    unless: Statement | None = None
    row: str = ""
    password: str = ""
    sql: str = ""


class Field(_Value, frozen=True):
    """One staged column of a table, and how its value is found.

    Attributes:
        field: the name in the event, as the source spells it; the origin's own name where it is not a row's field.
            Several columns of one field take the types that each accepts, one value at a time.
        origin: the row's field, or what of the change the column holds. LOADED_AT is never staged.
        column: the name in the warehouse.
        accepts: the Connect types that the converter reads, each `type` or `type semantic-name`.
        converter: a name in `convert.CONVERTERS`.
        args: the converter's arguments.

    """

    field: str
    column: str
    accepts: tuple[str, ...]
    converter: str
    args: dict[str, int | str] = {}
    origin: Origin = Origin.VALUE


class TableProgram(_Value, frozen=True, kw_only=True):
    """What is executed for one batch of one table, in the order of the attributes.

    Attributes:
        table: the name in messages and paths, `schema.table`.
        topics: those that feed it.
        source: the source's `schema.table`, where several share a topic; "" where all that the topic holds is meant.
        mode: upsert or insert.
        deletes: hard, soft or ignore.
        truncates: apply, ignore or stop.
        evolution: auto, review, ignore or stop: what to do with a field that the plan does not know.
        key_from: where the key is read.
        key: the event's names of the fields that say which row is meant, in the order of the warehouse's key columns.
        fields: one for each staged column, in the order of `load`'s binds, which end with the operation: 'u' a row,
            'd' a delete.
        excluded: fields that are known and never loaded.
        lock: locks the target, first in the transaction.
        truncate: empties the target, transactionally, or marks all its rows; None where truncates are not applied.
        stage: creates the temporary staging table.
        load: inserts rows into the stage.
        delete: removes the rows whose staged operation is 'd', or marks them; None where nothing is staged as 'd'.
        discard: removes those from the stage, so that the merge does not see them; None with `delete`.
        merge: updates and inserts the rest, or appends it.
        drop: drops the staging table.

    """

    table: str
    topics: tuple[str, ...]
    source: str = ""
    mode: Mode = Mode.UPSERT
    deletes: Deletes = Deletes.HARD
    truncates: Policy
    evolution: Policy
    key_from: KeySource
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    excluded: tuple[str, ...] = ()
    lock: Statement
    truncate: Statement | None = None
    stage: Statement
    load: Statement
    delete: Statement | None = None
    discard: Statement | None = None
    merge: Statement
    drop: Statement

    @property
    def appends(self) -> bool:
        """Whether every record is a row of its own: none replaces another of the batch."""
        return self.mode is Mode.INSERT or self.key_from is KeySource.KAFKA_COORDINATES


class Migration(_Value, frozen=True):
    """The statements that bring a warehouse from the version before to this one."""

    version: int
    statements: tuple[Statement, ...]


class History(_Value, frozen=True):
    """The statements of the history table: which statement of which version has been applied.

    Its rows are (version, plan_id, statement).

    The row whose statement is `plan.sum` closes a version.

    Attributes:
        lock: taken first in each transaction of an apply.
        read: all rows of this connector: version, plan_id, statement, applied_at, applied_by.
        seen: returns a row when `version`, `statement` is recorded already.
        record: inserts `version`, `plan_id`, `statement`.

    """

    lock: Statement
    read: Statement
    seen: Statement
    record: Statement


class Ledger(_Value, frozen=True):
    """The statements of the ledger: what has been committed, per topic and partition.

    Attributes:
        read: topic, partition, last committed offset: where to go on from.
        check: the last committed offset of `topic`, `partition` (NULL when there is none), read under the target's
            lock.
        record: inserts `topic`, `partition`, `from_offset`, `to_offset`, `plan_id`; both offsets inclusive.

    """

    read: Statement
    check: Statement
    record: Statement


class Quarantine(_Value, frozen=True):
    """The statements of the quarantine table.

    Attributes:
        insert: one row: `topic`, `partition`, `offset`, `code`, `reason`, `key` and `value` as hex (NULL when
            absent), `plan_id`.
        count: topic, code, number of rows.

    """

    insert: Statement
    count: Statement


class SourceSettings(_Value, frozen=True):
    """Where events come from.

    `path` is a glob of event files ("" when the source is not files); `topics` are patterns.
    """

    format: str
    topics: tuple[str, ...]
    path: str = ""


class DestinationSettings(_Value, frozen=True):
    """How to connect.

    Each is a text in which `${NAME}` and `${NAME:-default}` are filled from the environment at start.
    """

    host: str
    port: str
    user: str
    password: str
    database: str


class BatchSettings(_Value, frozen=True):
    """When a batch is cut: whichever comes first."""

    max_rows: int
    max_bytes: int
    max_seconds: int


class Plan(_Value, frozen=True, kw_only=True):
    """A whole plan.

    Attributes:
        version: 1 for the first.
        ancestors: the ids of all earlier versions, oldest first; empty for the first.
        bootstrap: idempotent, run at the start of every apply: the schema and the control tables.
        accounts: users and roles, run before the migrations, each unless it is there.
        migrations: all versions that change a table, oldest first.
        grants: run after the migrations.
        hash_salt: a setting: what every hashed value is salted with; "" where nothing is hashed.
        id: the sha256 of `plan.sum`, in hex. It is not in the manifest; `load()` fills it in.

    """

    format: int
    connector: str
    version: int
    ancestors: tuple[str, ...]
    source: SourceSettings
    destination: DestinationSettings
    batch: BatchSettings
    hash_salt: str = ""
    bootstrap: tuple[Statement, ...]
    accounts: tuple[Statement, ...]
    migrations: tuple[Migration, ...]
    grants: tuple[Statement, ...]
    history: History
    ledger: Ledger
    quarantine: Quarantine
    tables: tuple[TableProgram, ...]
    id: str = ""
