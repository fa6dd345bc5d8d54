"""What a fold stages: rows that a lane decoded, as they are, and all others a column at a time.

The two are kept apart, since what is decoded can be written as a file in C. **Both say the same in the end.**
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from .rows import Columns
from .typed import UsualRow, columns

UPSERT = "u"  # the operation of rows that are there


@dataclass(frozen=True, slots=True)
class Load:
    """Rows to be staged.

    Attributes:
        decoded: rows that are there, those of one shape together.
        others: a column at a time, the operation last; empty where there are none.

    """

    decoded: Sequence[Sequence[UsualRow]]
    others: Columns

    def columns(self) -> Columns:
        """All rows."""
        blocks = [[*columns(rows), (UPSERT,) * len(rows)] for rows in self.decoded]
        blocks += [[*self.others]] if self.others else []
        if not blocks:
            return ()
        return blocks[0] if len(blocks) == 1 else [[*chain(*parts)] for parts in zip(*blocks, strict=True)]

    def __len__(self) -> int:
        return sum(map(len, self.decoded)) + (len(self.others[0]) if self.others else 0)
