"""Converters: a JSON value of an event to the text that is bound, or the reason why it does not fit its column.

Each is named, and its name is part of the plan's contract. Limits and formats are Redshift's; nothing is rounded, cut
or clamped but what cannot be told apart there (digits of a second beyond the sixth). What a converter lets pass, the
warehouse takes: **a load never fails because of a value.**
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from .clockwork import TIMES
from .errors import RecordError
from .hashing import sha256
from .numbers import NUMBERS
from .texts import TEXTS

Converter: TypeAlias = Callable[[Any], str]
Factory: TypeAlias = Callable[[Mapping[str, int | str], Mapping[str, str]], Converter]

# name -> factory(args of the plan, parameters of the record's own schema) -> converter of a value that is not null
_PLAIN: dict[str, Factory] = {**NUMBERS, **TIMES, **TEXTS}
CONVERTERS: dict[str, Factory] = {**_PLAIN, "sha256": sha256(_PLAIN)}

PLACEHOLDER = "__debezium_unavailable_value"
_IN_BASE64 = base64.b64encode(PLACEHOLDER.encode()).decode()
_AS_UUID = "b68a35a7-17ad-35b3-af2a-ae46edb4545a"  # what the connector makes of the placeholder in a uuid[]
UNSENT = (  # a tuple, since a long text is slow to hash
    PLACEHOLDER,  # text, varchar, citext, json, xml; bytes in hex
    _IN_BASE64,  # bytes
    f'{{"{PLACEHOLDER}":"{PLACEHOLDER}"}}',  # hstore as JSON
)
_UNSENT_DOCUMENTS = (
    [PLACEHOLDER],  # text[]
    [_IN_BASE64],  # bytea[]
    [_AS_UUID],  # uuid[]
    {PLACEHOLDER: PLACEHOLDER},  # hstore as a map
    list(PLACEHOLDER.encode()),  # int[], bigint[], date[]
)


class Unchanged:
    """The mark of a value that the source did not send because it did not change (TOAST). Never a value.

    The source's placeholder depends on the type and on the connector's settings (debezium-events, surprise 24). Where
    it sends null nobody can tell that from a null: float8[] and timestamp[] always, bytea under base64 and base64-url,
    bytea[] unless bytes are sent as bytes, date[] under `connect` and `isostring`. REPLICA IDENTITY FULL helps.
    """

    def __repr__(self) -> str:
        return "UNCHANGED"


UNCHANGED = Unchanged()


def converted(field: str, value: Any, convert: Callable[[Any], str | None]) -> str | Unchanged | None:
    """The text to bind, None for null, UNCHANGED for the placeholder; raises RecordError X924 naming the field."""
    if value is None:
        return None
    if value in UNSENT if isinstance(value, str) else isinstance(value, list | dict) and value in _UNSENT_DOCUMENTS:
        return UNCHANGED
    try:
        return convert(value)
    except ValueError as error:
        raise RecordError("X924", f'field "{field}": {error}') from None
