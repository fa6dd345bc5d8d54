"""The spec that `init` writes: short, commented, and valid as it is."""

from __future__ import annotations

from importlib.resources import files


def scaffold(connector: str) -> str:
    """The text of a first spec for a connector of that name."""
    text = files(__package__).joinpath("scaffold.yaml").read_text(encoding="utf-8")
    return text.replace("CONNECTOR", connector)
