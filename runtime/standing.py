"""What a batch knows of one row: that it is there, that it is deleted, or that its key changed. It does nothing."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from .keys import Key
from .ports import Record
from .rows import Cells, Change, Staged


@dataclass(frozen=True, slots=True)
class Live:
    """A row that is there.

    Where its cells hold unchanged marks, `records` are those that made it. `moved` is the key that the source moved it
    from; then `only` says that nothing under its own key is its, and else that is looked at first.
    """

    cells: Cells
    records: tuple[Record, ...] = ()
    moved: Key | None = None
    only: bool = False


class Gone(msgspec.Struct, frozen=True, gc=False):
    """A row that is deleted: its key, and what is said of the change; `lost` where the batch held what it was."""

    cells: Staged
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """A stored row whose key the source changed, once or more often."""

    old: Key
    new: Key
    change: Change
