"""Puts the parts of a plan together: its head, the tables made and kept, to the texts and digests of its files.

**Same parts, same bytes: no clock, user, host, absolute path or tool version is in them.**
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from streamplan.runtime.disk import Text, join_manifest
from streamplan.runtime.plan import MANIFEST_FILE, SUM_FILE, Plan

from .canonical import join_model
from .change import Change
from .emit import MODEL_FILE, SUMMARY_FILE, sum_text
from .model import Model
from .previous import Previous
from .summary import summary
from .unit import Made, Unit, digest
from .walk import newest, statements


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembled:
    """`texts` of the files that were made, by path; `sums` of all files."""

    texts: Mapping[str, Text]
    sums: Mapping[str, str]

    def is_same(self, before: Mapping[str, str]) -> bool:
        """Whether the files are those of the plan before; what it said of its own changes aside."""
        told = (SUMMARY_FILE, SUM_FILE)
        now = {path: sha for path, sha in self.sums.items() if path not in told}
        return now == {path: sha for path, sha in before.items() if path not in told}


def assembled(  # noqa: PLR0917 - what a plan is made of
    plan: Plan,
    model: Model,
    units: Sequence[Unit],
    fresh: Sequence[Made],
    before: Model,
    changes: tuple[Change, ...],
    previous: Previous,
) -> Assembled:
    """The plan's files."""
    texts: dict[str, Text] = {s.path: s.sql for s in statements(newest(plan)) if s.sql}
    texts |= {
        MANIFEST_FILE: join_manifest(plan, [unit.program for unit in units]),
        MODEL_FILE: join_model(model, [unit.model for unit in units]),
        SUMMARY_FILE: summary(plan, before, model, changes, len(units)),
    }
    sums = {path: sha for path, sha in previous.sums.items() if path.startswith("migrations/")}
    sums |= {path: digest(text) for path, text in texts.items()}
    for unit in units:
        sums |= unit.sums
    for one in fresh:
        texts |= one.texts
    sums = dict(sorted(sums.items()))
    return Assembled(texts={**texts, SUM_FILE: sum_text(sums)}, sums=sums)
