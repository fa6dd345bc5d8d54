"""Real cells of PostgreSQL and MariaDB, through the type table into the warehouse: what is held is what the source had.

Each cell is an event of a plan that is observed, compiled, applied and run. Then three things are compared by their
meaning: what the source had, what was sent, and what the driver reads back.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from vectors import FILES, vectors
from vectors_event import held, sent
from vectors_losses import LOSSES, REFUSALS, lost, refused
from vectors_source import truth
from vectors_stream import Outcome, run

LINES = {"postgres": 4_456, "mariadb": 996, "settings": 303}


@dataclass(frozen=True, slots=True)
class Compared:
    """A cell's outcome with the meanings of what the source had, what was sent, and what is held."""

    outcome: Outcome
    truth: Any
    sent: Any
    held: Any

    @property
    def explained(self) -> list[str]:
        """The losses, or for a refused cell the refusals, that explain it."""
        vector, message = self.outcome.vector, self.outcome.refused
        if message:
            return refused(vector, message, self.truth, self.sent)
        return [] if self.truth == self.sent else lost(vector, self.truth, self.sent)

    def __str__(self) -> str:
        return f"{self.outcome.vector}: {self.truth!r}, sent {self.sent!r}, held {self.held!r} {self.outcome.refused}"


@pytest.fixture(scope="module")
def cells(sandbox, tmp_path_factory):
    """Every cell of every file, loaded by a plan and read back."""
    address = sandbox.create_database("vectors")
    every = (vector for name in FILES for vector in vectors(name))
    found = run(every, tmp_path_factory.mktemp("vectors"), address)
    sandbox.drop_database(address.database)
    return [_compared(outcome) for outcome in found]


def _compared(outcome: Outcome) -> Compared:
    vector = outcome.vector
    return Compared(outcome, truth(vector), sent(vector), held(vector, outcome.held))


@pytest.fixture(scope="module")
def loaded(cells):
    return [cell for cell in cells if not cell.outcome.refused]


@pytest.fixture(scope="module")
def quarantined(cells):
    return [cell for cell in cells if cell.outcome.refused]


def test_every_line_of_every_file_is_taken(cells):
    assert {name: sum(1 for _ in vectors(name)) for name in FILES} == LINES
    assert len(cells) == sum(LINES.values())


def test_a_loaded_cell_means_what_was_sent(loaded):
    assert [str(cell) for cell in loaded if cell.held != cell.sent] == []


def test_what_was_sent_means_what_the_source_had_but_for_one_named_loss(loaded):
    different = [cell for cell in loaded if cell.truth != cell.sent]
    _tell("lost by the connector", different, {rule.name: rule.reason for rule in LOSSES})
    print(f"{len(loaded) - len(different)} cells are held as the source had them")  # noqa: T201
    assert [str(cell) for cell in different if len(cell.explained) != 1] == []


def test_a_cell_is_refused_for_one_named_reason_that_is_right(quarantined):
    _tell("quarantined", quarantined, {rule.name: rule.reason for rule in REFUSALS})
    assert [str(cell) for cell in quarantined if len(cell.explained) != 1] == []


def test_every_named_loss_and_refusal_still_occurs(cells):
    occurred = {name for cell in cells for name in cell.explained}
    assert occurred == {rule.name for rule in (*LOSSES, *REFUSALS)}


def _tell(what: str, found: list[Compared], reasons: dict[str, str]) -> None:
    counts = Counter(name for cell in found for name in cell.explained)
    print(f"\n{len(found)} cells {what}:")  # noqa: T201
    for name, count in counts.most_common():
        print(f"  {count:4} {name}: {reasons[name]}")  # noqa: T201
