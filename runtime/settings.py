"""The destination's settings with the environment's values in them. A plan never holds a secret; it names a variable.

**A value is never part of an error.**
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from .errors import StopError
from .plan import DestinationSettings

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")


def filled(settings: DestinationSettings, environment: Mapping[str, str]) -> DestinationSettings:
    """The settings with each `${NAME}` and `${NAME:-default}` replaced; raises StopError X901 for one not set."""
    texts = {name: _fill(name, getattr(settings, name), environment) for name in settings.__struct_fields__}
    if not (texts["port"].isascii() and texts["port"].isdecimal()):
        raise StopError("X901", '"destination.port" is not a number', help="set the variable that it names to a port")
    return msgspec.structs.replace(settings, **texts)


def _fill(setting: str, text: str, environment: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        name, default = found[1], found[2]
        if environment.get(name):
            return environment[name]
        if default is None:
            message = f'"destination.{setting}" needs the environment variable {name}, which is not set'
            raise StopError(
                "X901", message, help=f"export {name}=..., or try it in a sandbox: streamplan sandbox -- COMMAND"
            )
        return default

    return _VARIABLE.sub(value, text)
