"""One table of a plan, made: its part of the manifest, of the model and of the accesses, and its files' digests.

A unit depends on nothing but what its task holds, so that it can be kept until that changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
from streamplan.runtime.disk import Piece, Text, encode_table, pieces
from streamplan.runtime.modes import Policy
from streamplan.runtime.table_program import TableProgram

from .access import loading
from .bound import Binding
from .canonical import table_json
from .holding import Holding
from .loading import program
from .model import LatestView, Table
from .spec import StagingSpec
from .walk import statements


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """What a plan holds of one table.

    Attributes:
        key: the digest of what it was made from.
        topics: those that feed it.
        place: where its problems are shown: the observed schema.
        holding: what its accounts are given rights on.
        view: of its latest state, if any.
        program: its part of `plan.json`.
        model: its part of `model.json`.
        sums: its files: path to sha256.
        hashed: whether a column of it is hashed.

    """

    key: str
    topics: tuple[str, ...]
    place: str
    source: str
    holding: Holding
    view: LatestView | None
    program: Piece
    model: Piece
    sums: Mapping[str, str]
    hashed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A unit that was made just now, with what the next phases need.

    `first` says whether it is the first of its shape, and so the proof of all others of it. `program` is None where
    nobody needs it: not the first, and created or unchanged.
    """

    unit: Unit
    first: bool
    table: Table
    program: TableProgram | None
    texts: Mapping[str, str]


def made(
    key: str, binding: Binding, place: str, *, first: bool, before: Table | None, staging: StagingSpec | None
) -> Made:
    """The unit of a binding; `before` is the table of the plan before."""
    run = program(binding, staging)
    texts = {statement.path: statement.sql for statement in statements(run)}
    table, view = binding.table, binding.view
    unit = Unit(
        key=key,
        topics=binding.topics,
        place=place,
        source=binding.source,
        holding=Holding(
            schema=table.schema,
            name=table.name,
            view=view.name if view else "",
            privileges=loading(binding),
            evolves=binding.ingestion.evolution is Policy.AUTO,
        ),
        view=view,
        program=encode_table(run),
        model=table_json(table).encode(),
        sums={path: digest(text) for path, text in texts.items()},
        hashed=any(field.converter == "sha256" for field in run.fields),
    )
    same = before == table
    return Made(
        unit=unit,
        first=first,
        table=before if before is not None and same else table,
        program=run if first or (before is not None and not same) else None,
        texts=texts,
    )


def digest(text: Text) -> str:
    """The sha256 of a file's text."""
    found = hashlib.sha256()
    for piece in pieces(text):
        found.update(piece)
    return found.hexdigest()
