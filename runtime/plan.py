"""The plan's contract: what a plan directory holds.

The compiler targets these values, the runtime executes them.

A plan is a directory of SQL files, one statement each, and one manifest, `plan.json`. This module never looks inside
a statement. **What `load()` returns has been verified against `plan.sum`, file by file.**
"""

from __future__ import annotations

from .modes import Policy
from .statement import Statement, Value
from .table_program import TableProgram

FORMAT = 1
SUM_FILE = "plan.sum"
MANIFEST_FILE = "plan.json"


class Migration(Value, frozen=True):
    """The statements that bring a warehouse from the version before to this one."""

    version: int
    statements: tuple[Statement, ...]


class History(Value, frozen=True):
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


class Ledger(Value, frozen=True):
    """The statements of the ledger: what has been committed, per topic and partition.

    Attributes:
        read: topic, partition, last committed offset: where to go on from; the plan that wrote it, and when.
        check: the last committed offset of `topic`, `partition` (NULL when there is none), read under the target's
            lock.
        record: inserts `topic`, `partition`, `from_offset`, `to_offset`, `plan_id`; both offsets inclusive.

    """

    read: Statement
    check: Statement
    record: Statement


class Quarantine(Value, frozen=True):
    """The statements of the quarantine table, of this connector's records.

    Attributes:
        insert: one row: `topic`, `partition`, `offset`, `code`, `reason`; `key`, `value` and `headers` as hex, each
            NULL when absent, and how many bytes each has, of which the column may hold fewer; `plan_id`.
        count: topic, code, number of rows.
        lock: taken after the targets' and before what reads, so that no two work the same records off, or put the
            same records in that feed no target.
        list: partition, offset, code, reason, the three sizes, plan_id, quarantined_at of a `topic`, in the order of
            (partition, offset): those that come after a `partition` (bound twice) and `offset`, at most a page.
        read: offset, key, value, headers as hex, of a `topic`, `partition`, from an offset to another, inclusive.
        remove: deletes the same.

    """

    insert: Statement
    count: Statement
    lock: Statement
    list: Statement
    read: Statement
    remove: Statement


class Evolution(Value, frozen=True):
    """The statements of the evolution table: the observed schemas that a run itself made a version from.

    Attributes:
        read: version, plan_id, path, part, text: all rows of this connector, the parts of a file in their order.
        record: inserts `version`, `plan_id`, `path`, `part`, `text`.

    """

    read: Statement
    record: Statement


class SourceSettings(Value, frozen=True):
    """Where events come from.

    `path` is a glob of event files ("" when the source is not files); `topics` are patterns; `evolution` says what to
    do with a topic that matches them and that no table is fed by.
    """

    format: str
    topics: tuple[str, ...]
    path: str = ""
    evolution: Policy = Policy.REVIEW


class DestinationSettings(Value, frozen=True):
    """How to connect.

    Each is a text in which `${NAME}` and `${NAME:-default}` are filled from the environment at start.
    """

    host: str
    port: str
    user: str
    password: str
    database: str


class BatchSettings(Value, frozen=True):
    """When a batch is cut: whichever comes first."""

    max_rows: int
    max_bytes: int
    max_seconds: int


class Plan(Value, frozen=True, kw_only=True):
    """A whole plan.

    Attributes:
        version: 1 for the first.
        ancestors: the ids of all earlier versions, oldest first; empty for the first.
        bootstrap: idempotent, run at the start of every apply: the schema and the control tables.
        accounts: users and roles, run before the migrations, each unless it is there.
        migrations: all versions that change a table, oldest first.
        grants: run after the migrations.
        evolution: None where no table evolves by itself.
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
    evolution: Evolution | None = None
    tables: tuple[TableProgram, ...]
    id: str = ""
