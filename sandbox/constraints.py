"""The CHECK constraints for Redshift's limits of a column: VARCHAR and VARBYTE count bytes, CHAR holds ASCII only.

A constraint's name tells which limit it is, so that its violation can be told in Redshift's words.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum

from .names import quoted

_PREFIX = "sandbox"


class Limit(StrEnum):
    """What is limited."""

    BYTES = "bytes"
    ASCII = "ascii"
    VARBYTE = "varbyte"


def name(limit: Limit, column: str) -> str:
    """The constraint's name; the hash lets every column of a table have one."""
    return f"{_PREFIX}_{limit}_{hashlib.sha256(column.encode()).hexdigest()[:16]}"


def limit_of(constraint: str) -> Limit | None:
    """The limit that a constraint stands for; None when it is not one of ours."""
    prefix, _, rest = constraint.partition("_")
    word = rest.partition("_")[0]
    return Limit(word) if prefix == _PREFIX and word in set(Limit) else None


def check(limit: Limit, column: str, size: int) -> str:
    """The constraint. Blanks beyond a VARCHAR's size are taken, as Redshift takes them."""
    value = quoted(column)
    match limit:
        case Limit.BYTES:
            condition = f"octet_length(rtrim({value})) <= {size}"
        case Limit.ASCII:
            condition = f"octet_length({value}::text) = char_length({value}::text)"
        case Limit.VARBYTE:
            condition = f"octet_length({value}) <= {size}"
    return f"CONSTRAINT {name(limit, column)} CHECK ({condition})"
