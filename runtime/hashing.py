"""The converter of hashed columns: a value is stored as the salted SHA-256 of its text.

The text is what any other converter of the field would give, one text a value, so that equal values have equal hashes:
`SHA2(salt || text, 256)` in Redshift.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

_Converter: TypeAlias = Callable[[Any], str]
_Factory: TypeAlias = Callable[[Mapping[str, int | str], Mapping[str, str]], _Converter]


def sha256(plain: Mapping[str, _Factory]) -> _Factory:
    """The factory of the converter: its argument `of` names the converter that gives the text, `salt` the salt."""

    def factory(args: Mapping[str, int | str], parameters: Mapping[str, str]) -> _Converter:
        text = plain[str(args["of"])](args, parameters)
        salt = str(args.get("salt", "")).encode()
        return lambda value: hashlib.sha256(salt + text(value).encode()).hexdigest()

    return factory
