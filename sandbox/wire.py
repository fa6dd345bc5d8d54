"""The driver's protocol (PostgreSQL's version 3), as values: framing, and what the gateway reads or writes.

It holds no socket and no state, and it does not know SQL. A message that the gateway only passes on is never decoded.
**A frame is `code`, a four-byte length that counts itself, and the body.**
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from struct import Struct
from typing import NamedTuple

SSL_REQUEST = 80877103
GSS_REQUEST = 80877104
CANCEL_REQUEST = 80877102
PROTOCOL_3 = 196608
MD5 = 5
_DIGEST, _SHA256 = 13, 0

_COPY_BYTES = 1 << 20
_LENGTH = Struct("!i")
_HEADER = Struct("!ci")
_SHORT = Struct("!h")
_FIELD = Struct("!ihihih")


class Message(NamedTuple):
    """One message. `raw` is the whole frame, for passing it on. There may be a million, so it is a plain tuple."""

    code: bytes
    raw: bytes

    @property
    def body(self) -> bytes:
        """What follows the code and the length."""
        return self.raw[5:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parse:
    """A statement to prepare. `types` is the tail with the parameters' types, undecoded."""

    name: bytes
    sql: str
    types: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One field of a RowDescription. `kind` is the type's OID, `form` 0 for text and 1 for binary."""

    label: bytes
    table: int
    number: int
    kind: int
    size: int
    modifier: int
    form: int


class Framing:
    """Cuts a stream of bytes into messages."""

    __slots__ = ("_buffer",)

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Message]:
        """The messages that `data` completes. The rest is kept for the next call."""
        self._buffer += data
        if not _completes(self._buffer):
            return []
        whole, at, messages = bytes(self._buffer), 0, list[Message]()
        while len(whole) - at >= _HEADER.size:
            code, length = _HEADER.unpack_from(whole, at)
            end = at + 1 + length
            if end > len(whole):
                break
            messages.append(Message(code, whole[at:end]))
            at = end
        del self._buffer[:at]
        return messages


def _completes(buffer: bytearray) -> bool:
    return len(buffer) >= _HEADER.size and len(buffer) > _LENGTH.unpack_from(buffer, 1)[0]


def message(code: bytes, body: bytes = b"") -> bytes:
    """A frame."""
    return code + _LENGTH.pack(len(body) + 4) + body


def text(value: str) -> bytes:
    """A string of the protocol: UTF-8 and a zero byte."""
    return value.encode() + b"\0"


def startup(parameters: Mapping[str, str]) -> bytes:
    """The first packet of a client: it alone has no code."""
    body = _LENGTH.pack(PROTOCOL_3) + b"".join(text(k) + text(v) for k, v in parameters.items()) + b"\0"
    return _LENGTH.pack(len(body) + 4) + body


def startup_parameters(body: bytes) -> dict[str, str]:
    """The parameters of a start-up packet, without its length and version."""
    words = [word.decode() for word in body.split(b"\0")]
    return {k: v for k, v in zip(words[::2], words[1::2], strict=False) if k}


def number(data: bytes, at: int = 0) -> int:
    """A four-byte whole number."""
    value: int = _LENGTH.unpack_from(data, at)[0]
    return value


def read_parse(body: bytes) -> Parse:
    """The parts of a Parse message."""
    name, sql, types = body.split(b"\0", 2)
    return Parse(name=name, sql=sql.decode(), types=types)


def parse(name: bytes, sql: str, types: bytes = b"\0\0") -> bytes:
    """A Parse message."""
    return message(b"P", name + b"\0" + text(sql) + types)


def bind(portal: bytes, statement: bytes) -> bytes:
    """A Bind message without parameters; the results come as text."""
    return message(b"B", portal + b"\0" + statement + b"\0" + b"\0\0" * 3)


def bound(body: bytes) -> tuple[bytes, bytes]:
    """The portal and the statement that a Bind message names."""
    portal, statement, _ = body.split(b"\0", 2)
    return portal, statement


def result_formats(body: bytes) -> tuple[int, ...]:
    """The formats that a Bind message asks for: none, one for all columns, or one each."""
    at = body.index(b"\0", body.index(b"\0") + 1) + 1
    at += 2 + 2 * _SHORT.unpack_from(body, at)[0]
    count, at = _SHORT.unpack_from(body, at)[0], at + 2
    for _ in range(count):
        at += 4 + max(number(body, at), 0)
    wanted = _SHORT.unpack_from(body, at)[0]
    return tuple(_SHORT.unpack_from(body, at + 2 + 2 * i)[0] for i in range(wanted))


def describe(target: bytes) -> bytes:
    """A Describe message; `target` is S or P, and a name."""
    return message(b"D", target + b"\0")


def execute(portal: bytes) -> bytes:
    """An Execute message for all rows."""
    return message(b"E", portal + b"\0" + _LENGTH.pack(0))


def copy_data(data: bytes) -> Iterator[bytes]:
    """The messages that answer a COPY FROM STDIN: the data, and its end."""
    for start in range(0, len(data), _COPY_BYTES):
        yield message(b"d", data[start : start + _COPY_BYTES])
    yield message(b"c")


def close(target: bytes) -> bytes:
    """A Close message; `target` is S or P, and a name."""
    return message(b"C", target + b"\0")


SYNC = message(b"S")
TERMINATE = message(b"X")


def parameter(name: str, value: str) -> bytes:
    """A ParameterStatus message."""
    return message(b"S", text(name) + text(value))


def read_columns(body: bytes) -> tuple[Column, ...]:
    """The columns of a RowDescription."""
    at, columns = 2, []
    for _ in range(_SHORT.unpack_from(body)[0]):
        end = body.index(b"\0", at)
        table, place, kind, size, modifier, form = _FIELD.unpack_from(body, end + 1)
        columns.append(
            Column(label=body[at:end], table=table, number=place, kind=kind, size=size, modifier=modifier, form=form)
        )
        at = end + 1 + _FIELD.size
    return tuple(columns)


def columns(described: tuple[Column, ...]) -> bytes:
    """A RowDescription."""
    parts = [_SHORT.pack(len(described))]
    parts += [c.label + b"\0" + _FIELD.pack(c.table, c.number, c.kind, c.size, c.modifier, c.form) for c in described]
    return message(b"T", b"".join(parts))


def read_row(body: bytes) -> list[bytes | None]:
    """The values of a DataRow."""
    at, values = 2, list[bytes | None]()
    for _ in range(_SHORT.unpack_from(body)[0]):
        length = number(body, at)
        at += 4
        values.append(None if length < 0 else body[at : at + length])
        at += max(length, 0)
    return values


def row(values: list[bytes | None]) -> bytes:
    """A DataRow."""
    parts = [_LENGTH.pack(-1) if value is None else _LENGTH.pack(len(value)) + value for value in values]
    return message(b"D", _SHORT.pack(len(values)) + b"".join(parts))


def read_fields(body: bytes) -> dict[str, str]:
    """The fields of an ErrorResponse or NoticeResponse, by their letters."""
    return {part[:1].decode(): part[1:].decode(errors="replace") for part in body.split(b"\0") if part}


def fields(code: bytes, values: Mapping[str, str]) -> bytes:
    """An ErrorResponse (`code` E) or NoticeResponse (`code` N)."""
    return message(code, b"".join(k.encode() + text(v) for k, v in values.items()) + b"\0")


def md5_of(user: str, password: str) -> str:
    """What a server keeps of a password, in hex."""
    return hashlib.md5((password + user).encode(), usedforsecurity=False).hexdigest()


def md5_request(salt: bytes) -> bytes:
    """AuthenticationMD5Password."""
    return message(b"R", _LENGTH.pack(MD5) + salt)


def md5_answer(digest: str, salt: bytes) -> bytes:
    """What a client answers to AuthenticationMD5Password; `digest` is `md5_of` its password."""
    return b"md5" + hashlib.md5(digest.encode() + salt, usedforsecurity=False).hexdigest().encode()


def digest_request(salt: bytes, nonce: bytes) -> bytes:
    """Redshift's request for a digest of a password with salt, by sha256, and the server's nonce."""
    return message(b"R", _LENGTH.pack(_DIGEST) + _LENGTH.pack(_SHA256) + _sized(salt) + _sized(nonce))


def read_digest(body: bytes) -> tuple[bytes, bytes]:
    """The digest, and the client's nonce."""
    end = 4 + number(body)
    return body[4:end], body[end + 4 :]


def _sized(data: bytes) -> bytes:
    return _LENGTH.pack(len(data)) + data
