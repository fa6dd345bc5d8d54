"""The rules of COPY: which options stand together with which format."""

from __future__ import annotations

from collections.abc import Iterator

from .statement_data import Copy, CopyOption
from .statements import Statement
from .violation import Violation

_REMOTE = ("s3://", "emr://", "dynamodb://")  # copy-parameters-data-source
_COLUMNAR = frozenset({"parquet", "orc"})
# copy-usage_notes-copy-from-columnar, and serializetojson of ingest-super
_WITH_COLUMNAR = _COLUMNAR | frozenset(
    """
    acceptinvchars access_key_id credentials explicit_ids fillrecord iam_role manifest secret_access_key
    serializetojson session_token statupdate
    """.split()
)
# copy-parameters-data-format
_NOT_WITH_JSON = frozenset(
    "csv delimiter escape fillrecord fixedwidth ignoreblanklines null readratio removequotes".split()
)
_NOT_WITH_CSV = frozenset({"escape", "fixedwidth", "removequotes"})


def copy_violations(statement: Statement) -> Iterator[Violation]:
    """What is wrong with a COPY."""
    if not isinstance(statement, Copy):
        return
    if not statement.source.lower().startswith(_REMOTE):
        message = "COPY reads from S3, EMR or DynamoDB, not from a file of the client"
        yield Violation(rule="RS-221", message=message, sqlstate="0A000", position=statement.source_start)
    formats = {option.name for option in statement.options}
    for option in statement.options:
        yield from _option(option, formats)


def _option(option: CopyOption, formats: set[str]) -> Iterator[Violation]:
    columnar = formats & _COLUMNAR
    if columnar and option.name not in _WITH_COLUMNAR:
        message = f"{option.name.upper()} argument is not supported for {min(columnar).upper()} based COPY"
        yield Violation(rule="RS-222", message=message, sqlstate="0A000", position=option.start)
    elif "json" in formats and option.name in _NOT_WITH_JSON:
        message = f"{option.name.upper()} option is not supported for JSON based COPY"
        yield Violation(rule="RS-223", message=message, sqlstate="0A000", position=option.start)
    elif "csv" in formats and option.name in _NOT_WITH_CSV:
        message = f"{option.name.upper()} option is not supported for CSV based COPY"
        yield Violation(rule="RS-224", message=message, sqlstate="0A000", position=option.start)
