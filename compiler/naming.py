"""What Redshift cannot hold as a name, and what a name looks like in a path. The folding itself is `lex.fold`."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

from .lex import fold
from .redshift import SYSTEM_COLUMNS, SYSTEM_SCHEMAS

RESERVED_PREFIX = "_streamplan_"
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")  # a dot stands between the parts of a path
_SLUG_LENGTH = 60


@lru_cache(maxsize=1 << 14)
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


def unholdable_schema(name: str) -> str | None:
    """Why no schema can have this name, or None when one can."""
    if fold(name) in SYSTEM_SCHEMAS or fold(name).startswith("pg_"):
        return "is kept for Redshift itself"
    return unholdable(name)


def unholdable_table(name: str) -> str | None:
    """Why no table of a plan can have this name, or None when one can."""
    return "begins with #, which makes a table temporary (RS-314)" if name.startswith("#") else unholdable(name)


def slug(name: str) -> str:
    """A name for a path: the name itself where that is safe everywhere, else a readable part of it and a hash."""
    safe = _UNSAFE.sub("_", name)[:_SLUG_LENGTH] or "_"
    return name if safe == name else f"{safe}~{hashlib.sha256(name.encode(errors='surrogatepass')).hexdigest()[:8]}"
