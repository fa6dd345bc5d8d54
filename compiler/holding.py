"""What the accounts of a connector are given rights on: a table, as far as access needs to know of it."""

from __future__ import annotations

import msgspec

from .model import Privilege


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """A table that rights are given on, with its view, and what the loader needs on it."""

    schema: str
    name: str
    view: str
    privileges: tuple[Privilege, ...]
    evolves: bool

    @property
    def of(self) -> tuple[str, str]:
        """Schema and table."""
        return self.schema, self.name
