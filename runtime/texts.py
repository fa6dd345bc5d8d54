"""Converters of text, documents and bytes. Lengths are bytes of UTF-8, as Redshift counts them (RS-404)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from .wrong import shown, unexpected

STRING_BYTES = 65_535  # of one string inside a document (limitations-super)
DOCUMENT_BYTES = 16_000_000  # of a document (limitations-super)
NESTING = 1_000  # levels of a document (limitations-super)
_encoder = msgspec.json.Encoder(decimal_format="number")
_decoder = msgspec.json.Decoder(float_hook=Decimal)


def text(args: Mapping[str, int | str], _: Mapping[str, str]) -> Callable[[Any], str]:
    """Text of at most `bytes` bytes; blanks at the end that exceed it are cut, as INSERT cuts them and COPY does not.

    A longer one is refused, or with `too_long` = "truncate" cut after the last character that fits.
    """
    limit, cut = int(args["bytes"]), args.get("too_long") == "truncate"

    def convert(value: Any) -> str:
        if not isinstance(value, str):
            raise unexpected(value, "a text")
        if "\0" in value:
            raise ValueError(f"{shown(value)} holds a NUL character, which Redshift does not")
        if len(value) * 4 <= limit or len(encoded := value.encode()) <= limit:
            return value
        if not cut and (size := len(value.rstrip(" ").encode())) > limit:
            raise ValueError(f"{size} bytes are more than VARCHAR({limit}) holds: {shown(value)}")
        return encoded[:limit].decode(errors="ignore")

    return convert


def json(_: Mapping[str, int | str], __: Mapping[str, str]) -> Callable[[Any], str]:
    """Text that holds JSON, passed on as it is."""

    def convert(value: Any) -> str:
        if not isinstance(value, str):
            raise unexpected(value, "a text of JSON")
        try:
            _holdable(_decoder.decode(value), value)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ArithmeticError):
            raise unexpected(value, "a text of JSON") from None
        return value

    return convert


def document(args: Mapping[str, int | str], _: Mapping[str, str]) -> Callable[[Any], str]:
    """An array, a map or a struct, as JSON; of at most `bytes` bytes where it goes into a VARCHAR."""
    limit = int(args.get("bytes", DOCUMENT_BYTES))

    def convert(value: Any) -> str:
        if not isinstance(value, list | dict):
            raise unexpected(value, "an array or an object")
        try:
            encoded = _encoder.encode(value).decode()
        except RecursionError:
            raise ValueError(f"the document is nested more than {NESTING} levels deep") from None
        _holdable(value, encoded, limit)
        return encoded

    return convert


def _holdable(value: Any, encoded: str, limit: int = DOCUMENT_BYTES) -> None:
    if len(encoded) > limit // 4 and len(encoded.encode()) > limit:
        raise ValueError(f"the document is longer than {limit} bytes")
    level = [value]
    for _ in range(NESTING):
        if not (level := [inner for outer in level for inner in _inside(outer)]):
            return
    raise ValueError(f"the document is nested more than {NESTING} levels deep")


def _inside(value: Any) -> list[Any]:
    match value:
        case str():
            if "\0" in value:
                raise ValueError("the document holds a NUL character, which Redshift does not")
            if len(value) * 4 > STRING_BYTES and len(value.encode()) > STRING_BYTES:
                raise ValueError(f"the document holds a text longer than {STRING_BYTES} bytes")
            return []
        case list():
            return value
        case dict():
            return [*value, *value.values()]
        case _:
            return []


def octets(args: Mapping[str, int | str], _: Mapping[str, str]) -> Callable[[Any], str]:
    """Bytes sent as base64, at most `bytes` of them; bound as hex."""
    limit = int(args["bytes"])

    def convert(value: Any) -> str:
        if not isinstance(value, str):
            raise unexpected(value, "bytes in base64")
        try:
            raw = base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            raise unexpected(value, "bytes in base64") from None
        if len(raw) > limit:
            raise ValueError(f"{len(raw)} bytes are more than VARBYTE({limit}) holds")
        return raw.hex()

    return convert


TEXTS = {"text": text, "json": json, "document": document, "bytes": octets}
