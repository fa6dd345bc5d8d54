"""Names in the sandbox: shortened where PostgreSQL cannot hold them. `lex` folds and cuts them as Redshift does.

Redshift's names have 127 bytes, PostgreSQL's 63. A longer one goes by its beginning and a hash. **Two names that
Redshift tells apart have two short forms.**
"""

from __future__ import annotations

import hashlib

_POSTGRES_BYTES = 63
_HASH = 12


def shorten(name: str) -> str:
    """The name that PostgreSQL knows."""
    data = name.encode()
    if len(data) <= _POSTGRES_BYTES:
        return name
    begin = data[: _POSTGRES_BYTES - _HASH - 1].decode(errors="ignore")
    return f"{begin}~{hashlib.sha256(data).hexdigest()[:_HASH]}"


def quoted(name: str) -> str:
    """The name as an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """The text as a literal of SQL."""
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


class LongNames:
    """The long names seen so far, by their short forms, so that they can be shown again."""

    def __init__(self) -> None:
        self._long: dict[str, str] = {}

    def short(self, name: str) -> str:
        """The short form of a name, which is kept in mind."""
        form = shorten(name)
        if form != name:
            self._long[form] = name
        return form

    def restored(self, text: str) -> str:
        """The text with the long names in place of the short forms."""
        if "~" in text:
            for form, name in self._long.items():
                text = text.replace(form, name)
        return text
