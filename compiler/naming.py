"""Names in the warehouse.

Folded as Redshift folds them, cut where Redshift cuts them, refused where it cannot hold them.

Folding happens here, once; everything above works with folded names.
"""

from __future__ import annotations

import hashlib
import re

from .redshift import IDENTIFIER_BYTES, SYSTEM_COLUMNS

RESERVED_PREFIX = "_streamplan_"
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]+")
_SLUG_LENGTH = 60


def fold(name: str) -> str:
    """The name as Redshift stores it: ASCII letters in lower case, at most 127 bytes of UTF-8 (r_names)."""
    lowered = "".join(char.lower() if char.isascii() else char for char in name)
    return lowered.encode()[:IDENTIFIER_BYTES].decode(errors="ignore")


def unholdable(name: str) -> str | None:
    """Why Redshift cannot hold this column name, or None when it can."""
    if not name:
        return "is empty"
    if not name.isprintable():
        return "has a character that cannot be printed, which no Redshift name can hold"
    if fold(name) in SYSTEM_COLUMNS:
        return "is a system column of Redshift"
    if fold(name).startswith(RESERVED_PREFIX):
        return f'begins with "{RESERVED_PREFIX}", which streamplan keeps for itself'
    return None


def slug(name: str) -> str:
    """A name for a path: the name itself where that is safe everywhere, else a readable part of it and a hash."""
    safe = _UNSAFE.sub("_", name)[:_SLUG_LENGTH].strip(".") or "_"
    return name if safe == name else f"{safe}~{hashlib.sha256(name.encode()).hexdigest()[:8]}"
