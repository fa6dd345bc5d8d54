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
from .numbers import NUMBERS
from .texts import TEXTS

Converter: TypeAlias = Callable[[Any], str]
Factory: TypeAlias = Callable[[Mapping[str, int | str], Mapping[str, str]], Converter]

# name -> factory(args of the plan, parameters of the record's own schema) -> converter of a value that is not null
CONVERTERS: dict[str, Factory] = {**NUMBERS, **TIMES, **TEXTS}

PLACEHOLDER = "__debezium_unavailable_value"
_IN_BASE64 = base64.b64encode(PLACEHOLDER.encode()).decode()
_UNSENT = (PLACEHOLDER, _IN_BASE64)  # of a text, and of bytes
_UNSENT_DOCUMENTS = (  # of an array of texts, of bytes, of numbers, and of an hstore
    [PLACEHOLDER],
    [_IN_BASE64],
    list(PLACEHOLDER.encode()),
    {PLACEHOLDER: PLACEHOLDER},
)


class Unchanged:
    """The mark of a value that the source did not send because it did not change (TOAST). Never a value."""

    def __repr__(self) -> str:
        return "UNCHANGED"


UNCHANGED = Unchanged()


def converted(field: str, value: Any, convert: Converter) -> str | Unchanged | None:
    """The text to bind, None for null, UNCHANGED for the placeholder; raises RecordError X924 naming the field."""
    if value is None:
        return None
    if value in (_UNSENT if isinstance(value, str) else _UNSENT_DOCUMENTS):
        return UNCHANGED
    try:
        return convert(value)
    except ValueError as error:
        raise RecordError("X924", f'field "{field}": {error}') from None
