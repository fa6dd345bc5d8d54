"""A connector spec as values, every setting with its default: what a user can say, and nothing of where it is read.

It knows nothing of events or of Redshift's types beyond their names.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import msgspec
from streamplan.runtime.modes import Deletes, KeySource, Mode, Origin, Policy
from streamplan.runtime.plan import BatchSettings, DestinationSettings, KafkaSettings, Staging

from .diagnostic import Span
from .model import ColumnType, Distribution


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnSpec:
    """What the user wants of one field; None, "" and False are what observation gives.

    Attributes:
        field: the event's name of it.
        name: the column's name.
        type: the column's type.
        length: of a VARCHAR or a VARBYTE, in bytes.
        truncated: whether a longer text is cut; else its event goes to quarantine.
        encoding: a compression of Redshift.
        excluded: whether it is never loaded.
        hashed: whether only a salted hash is loaded.
        comment: the column's comment in the warehouse.

    """

    field: str
    name: str | None = None
    type: ColumnType | None = None
    length: int | None = None
    truncated: bool = False
    encoding: str = ""
    excluded: bool = False
    hashed: bool = False
    comment: str = ""
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySpec:
    """Where the key comes from. `fields` is empty where the record's key says it."""

    source: KeySource
    fields: tuple[str, ...]
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingestion:
    """How the changes of a table are taken in.

    `metadata` is (what it holds, the column's name), sorted; `latest_view` a pattern, "" for none; `guarded` says
    whether an older change is kept from overwriting a newer one.
    """

    mode: Mode
    deletes: Deletes
    truncates: Policy
    key: KeySpec
    evolution: Policy
    type_change: Policy
    metadata: tuple[tuple[Origin, str], ...]
    latest_view: str
    guarded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpec:
    """What the user wants of one table.

    `topics` and `source` (the source's `schema.table`) are empty where the name says it. The sort key is None for AUTO.
    """

    name: str
    topics: tuple[str, ...]
    source: str
    ingestion: Ingestion
    distribution: Distribution
    sort_key: tuple[str, ...] | None
    comment: str
    columns: tuple[ColumnSpec, ...]
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A user; `password` is a setting from the environment, "" where the user logs in through IAM."""

    user: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessSpec:
    """The accounts: users for the deployer and the loader, roles and groups for the readers."""

    deployer: Account | None
    loader: Account
    readers: tuple[str, ...]
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """Patterns of the names of schemas and tables without an override; "" is the default."""

    schema: str
    table: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StagingSpec:
    """Rows are staged over S3: where they lie on the way, and the role by which the warehouse reads them there.

    `iam_role` is `default` or the role's ARN.
    """

    at: Staging
    iam_role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineSpec:
    """Where records go that cannot be taken in: the warehouse's table, a topic of Kafka ("" for none), or both."""

    warehouse: bool
    kafka_topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """A connector spec with its defaults filled in. `tables` holds the overrides, sorted by name.

    `staging` is None where rows are inserted.
    """

    path: str
    connector: str
    format: str
    topics: tuple[str, ...]
    events: str
    kafka: KafkaSettings | None
    quarantine: QuarantineSpec
    destination: DestinationSettings
    schema: str
    staging: StagingSpec | None
    naming: Naming
    access: AccessSpec | None
    defaults: TableSpec
    batch: BatchSettings
    tasks: int
    hash_salt: str
    tables: tuple[TableSpec, ...]


def spec_bytes(spec: Spec) -> bytes:
    """The spec for `spec_of`, its places with it; empty where a number is too large to be written."""
    try:
        return msgspec.msgpack.encode(spec)
    except OverflowError:
        return b""


def spec_of(written: bytes) -> Spec:
    """What `spec_bytes` wrote. It is not checked again."""
    return msgspec.msgpack.decode(written, type=Spec)
