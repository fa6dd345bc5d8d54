"""The server's answers as the driver gets them: Redshift's types and error texts, long names, VARBYTE as bare hex.

The gateway announces no `server_protocol_version`, so the driver stays with protocol 0: numbers and dates come as text,
which loses nothing. There the driver would read a VARBYTE as UTF-8 text, and fail; it is announced as VARCHAR.
"""

from __future__ import annotations

from dataclasses import replace

from . import errors, wire
from .decision import Refusal
from .names import LongNames

_BYTEA, _JSONB = 17, 3802
_KINDS = {_BYTEA: 1043, _JSONB: 4000, 25: 1043}  # VARCHAR, SUPER, VARCHAR; the numbers are Redshift's own
_HEX_PREFIX = b"\\x"


class Answers:
    """Rewrites answers. `names` knows the long names seen so far."""

    def __init__(self, names: LongNames) -> None:
        self._names = names

    def error(self, message: wire.Message, refusal: Refusal | None) -> bytes:
        """An ErrorResponse, or the refusal in its place."""
        fields = errors.of(refusal) if refusal else errors.translated(wire.read_fields(message.body))
        return wire.fields(b"E", self._restored(fields))

    def load_errors(self, message: wire.Message, refusal: Refusal | None) -> tuple[str, ...]:
        """The row of sys_load_error_detail that an error brings with it, as JSON."""
        if refusal is not None:
            return (refusal.detail,) if refusal.detail else ()
        fields = wire.read_fields(message.body)
        return (fields["D"],) if fields.get("M", "").startswith("Load into table ") and "D" in fields else ()

    def notice(self, message: wire.Message) -> bytes:
        """A NoticeResponse."""
        return wire.fields(b"N", self._restored(errors.translated(wire.read_fields(message.body))))

    def description(self, columns: tuple[wire.Column, ...]) -> bytes:
        """A RowDescription."""
        return wire.columns(
            tuple(
                replace(c, label=self._names.restored(c.label.decode()).encode(), kind=_KINDS.get(c.kind, c.kind))
                for c in columns
            )
        )

    def row(self, message: wire.Message, columns: tuple[wire.Column, ...], bind: bytes) -> bytes:
        """A DataRow. Only one with a VARBYTE column is rewritten: to hex, in text and in binary form."""
        hexed = [i for i, column in enumerate(columns) if column.kind == _BYTEA]
        if not hexed:
            return message.raw
        values, formats = wire.read_row(message.body), wire.result_formats(bind) if bind else ()
        for i in hexed:
            if value := values[i]:
                values[i] = value.hex().encode() if _form(formats, i) else value.removeprefix(_HEX_PREFIX)
        return wire.row(values)

    def _restored(self, fields: dict[str, str]) -> dict[str, str]:
        return {key: self._names.restored(value) for key, value in fields.items()}


def _form(formats: tuple[int, ...], column: int) -> int:
    if not formats:
        return 0
    return formats[0] if len(formats) == 1 else formats[column]
