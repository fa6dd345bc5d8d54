"""The plan that is there, as far as the next one needs it: its head, its model, its files' digests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from streamplan.runtime.disk import Piece, read_head, read_sums, verify
from streamplan.runtime.plan import MANIFEST_FILE, Plan

from .canonical import from_json, read_table
from .emit import MODEL_FILE
from .model import EMPTY, Model
from .unit import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Previous:
    """What is there: None, the empty model and no files when there is no plan.

    Attributes:
        plan: the plan without its tables; its statements without their texts.
        model: the model.
        sums: its files: path to sha256.
        kept: the tables that may be kept, by the digest of what they were made from.
        pieces: the texts of tables that are not in the model.

    """

    plan: Plan | None = None
    model: Model = EMPTY
    sums: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, Unit] = field(default_factory=dict)
    pieces: Mapping[tuple[str, str], Piece] = field(default_factory=dict)

    def model_for(self, untouched: frozenset[tuple[str, str]]) -> Model:
        """The model without the tables that are kept: nothing happens to those."""
        if not self.pieces:
            return self.model
        read = (read_table(piece) for name, piece in self.pieces.items() if name not in untouched)
        return replace(self.model, tables=tuple(read))


def read_previous(folder: Path) -> Previous:
    """The plan in a folder; the empty `Previous` when there is none. Raises PlanError when it was edited by hand."""
    if not (folder / MANIFEST_FILE).exists():
        return Previous()
    verify(folder)
    model = from_json((folder / MODEL_FILE).read_text(encoding="utf-8"))
    return Previous(plan=read_head(folder), model=model, sums=read_sums(folder))
