"""The words of a plan's settings: insert and delete modes, sources of a key, policies, metadata, encryption."""

from __future__ import annotations

from enum import StrEnum


class Origin(StrEnum):
    """Where a column's value is read: from a field of the row, or from what the record says about the change."""

    VALUE = "value"
    DELETED = "deleted"
    EVENT_TS = "event_ts"
    LOADED_AT = "loaded_at"
    OP = "op"
    SOURCE_POSITION = "source_position"
    SOURCE_TS = "source_ts"
    TOPIC = "topic"
    TOPIC_OFFSET = "topic_offset"
    TOPIC_PARTITION = "topic_partition"


class KeySource(StrEnum):
    """What identifies a row: the record's key, fields of the row itself, the record's place in Kafka, or nothing."""

    RECORD_KEY = "record_key"
    RECORD_VALUE = "record_value"
    KAFKA_COORDINATES = "kafka_coordinates"
    NONE = "none"

    @property
    def of_the_row(self) -> bool:
        """Whether it is made of values of the row, so that a later change finds the row again."""
        return self in (KeySource.RECORD_KEY, KeySource.RECORD_VALUE)


class Mode(StrEnum):
    """The insert mode: one row a key, or one row a change."""

    UPSERT = "upsert"
    INSERT = "insert"


class Deletes(StrEnum):
    """The delete mode: the row is removed, marked as deleted, or left as it is."""

    HARD = "hard"
    IGNORE = "ignore"
    SOFT = "soft"


class Policy(StrEnum):
    """What to do with a thing the plan does not take in as a matter of course: a truncate, a new field."""

    APPLY = "apply"
    AUTO = "auto"
    IGNORE = "ignore"
    NEW_COLUMN = "new_column"
    REVIEW = "review"
    STOP = "stop"


class Encryption(StrEnum):
    """How staged objects are encrypted at rest: as the bucket does by itself, by S3's own key, or by a key of KMS."""

    NONE = "none"
    SSE_S3 = "sse-s3"
    SSE_KMS = "sse-kms"
