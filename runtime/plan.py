"""The plan's contract: what a plan directory holds.

The compiler targets these values, the runtime executes them.

A plan is a directory of SQL files, one statement each, and one manifest, `plan.json`. This module never looks inside
a statement. **What `load()` returns has been verified against `plan.sum`, file by file.**
"""

from __future__ import annotations

from enum import StrEnum

from .modes import Encryption, Policy
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
        warehouse: whether records are kept in the table.
        kafka_topic: where they are sent as well, before the commit; "" for nowhere.

    """

    insert: Statement
    count: Statement
    lock: Statement
    list: Statement
    read: Statement
    remove: Statement
    warehouse: bool = True
    kafka_topic: str = ""


class Evolution(Value, frozen=True):
    """The statements of the evolution table: the observed schemas that a run itself made a version from.

    Attributes:
        read: version, plan_id, path, part, text: all rows of this connector, the parts of a file in their order.
        record: inserts `version`, `plan_id`, `path`, `part`, `text`.

    """

    read: Statement
    record: Statement


class Start(StrEnum):
    """Where a partition begins of which the ledger says nothing."""

    EARLIEST = "earliest"
    LATEST = "latest"


class KafkaSettings(Value, frozen=True):
    """How to read from Kafka.

    In `brokers`, `group`, `instance` and the values of `settings`, `${NAME}` and `${NAME:-default}` are filled from the
    environment at start. `instance` is "" where membership is not static; `settings` are librdkafka's own.
    """

    brokers: str
    group: str
    instance: str = ""
    start: Start = Start.EARLIEST
    settings: dict[str, str] = {}  # noqa: RUF012 - msgspec copies it


class SourceSettings(Value, frozen=True):
    """Where events come from.

    `path` is a glob of event files ("" when the source is not files), `kafka` how to read from Kafka (None as well);
    `topics` are patterns; `evolution` says what to do with a topic that matches them and that no table is fed by.
    """

    format: str
    topics: tuple[str, ...]
    path: str = ""
    kafka: KafkaSettings | None = None
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


class Staging(Value, frozen=True):
    """Where rows lie on their way into the warehouse: objects of S3, which COPY reads.

    `prefix`, `endpoint` and `kms_key` are settings as those of the destination.

    Attributes:
        prefix: `s3://bucket/path/`; the connector's name follows.
        region: of the bucket; "" where the environment says it.
        endpoint: of an S3 that is not AWS's; "" for that.
        encryption: of the objects, at rest.
        kms_key: its id, "" for the bucket's own.
        files: how many files a batch is spread over where each is worth it: a multiple of the slices.

    """

    prefix: str
    region: str = ""
    endpoint: str = ""
    encryption: Encryption = Encryption.NONE
    kms_key: str = ""
    files: int = 1


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
        staging: None where rows are inserted.
        tasks: how many processes a run starts, each a member of the consumer group.
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
    staging: Staging | None = None
    tasks: int = 1
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
