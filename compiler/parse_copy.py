"""COPY, which loads from S3, EMR, DynamoDB or a host, and never from the client (r_COPY, RS-221)."""

from __future__ import annotations

from .cursor import Cursor
from .lex import Token, TokenKind
from .parse_columns import columns
from .statement_data import Copy, CopyOption

_FLAGS = frozenset(
    """
    acceptanydate acceptinvchars avro blanksasnull bzip2 compupdate csv emptyasnull encrypted escape explicit_ids
    fillrecord gzip ignoreallerrors ignoreblanklines json lzop manifest noload orc parquet removequotes roundec
    serializetojson shapefile simplify ssh statupdate trimblanks truncatecolumns zstd
    """.split()
)
_VALUED = frozenset(
    """
    access_key_id comprows credentials dateformat delimiter encoding fixedwidth iam_role ignoreheader kms_key_id
    master_symmetric_key maxerror null quote readratio region secret_access_key session_token timeformat token
    """.split()
)
_LITERALS = frozenset({TokenKind.STRING, TokenKind.NUMBER})
_WORDS = frozenset({"auto", "default", "off", "on", "preset", "true", "false"})


def copy(cursor: Cursor) -> Copy:
    """COPY, from the word after it on. What is read must be the address of an object in quotes."""
    table = cursor.qualified()
    names = columns(cursor) if cursor.at("(") else ()
    cursor.expect("from")
    source = cursor.next()
    if source.kind is not TokenKind.STRING:
        raise cursor.error("RS-221", ahead=-1)
    options = list[CopyOption]()
    while not cursor.done and not cursor.at("job"):
        options.append(_option(cursor))
    _job(cursor)
    written = source.text[1:-1]
    return Copy(table=table, source=written, options=tuple(options), columns=names, source_start=source.start)


def _option(cursor: Cursor) -> CopyOption:
    """An option and its values. FORMAT AS and WITH before it say nothing."""
    cursor.take("with")
    if cursor.take("format"):
        cursor.take("as")
    start = cursor.start
    if not cursor.at_any(_FLAGS | _VALUED):
        raise cursor.error()
    name = cursor.next().word
    values = _values(cursor, needed=name in _VALUED)
    return CopyOption(name=name, values=values, start=start)


def _values(cursor: Cursor, *, needed: bool) -> tuple[str, ...]:
    """The literals and plain words behind an option's name, without their quotes; what is needed may be any word."""
    cursor.one_of("as", "with")
    found = [_value(cursor.next())] if needed else []
    while not cursor.done and (cursor.at_any(_WORDS) or cursor.is_kind(_LITERALS)):
        found.append(_value(cursor.next()))
    return tuple(found)


def _value(token: Token) -> str:
    return token.text[1:-1] if token.kind is TokenKind.STRING else token.text.lower()


def _job(cursor: Cursor) -> None:
    """JOB CREATE name AUTO ON, which makes the COPY a job."""
    if cursor.take("job", "create"):
        cursor.name()
        if cursor.take("auto"):
            cursor.one_of("on", "off")
