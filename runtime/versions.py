"""The versions that runs made by themselves: kept in the warehouse with what they were made from, and read back.

It compiles nothing. Of several runs that make the same version at once, the first that keeps it makes it for all.
**What a version is made from is kept before the first statement of it runs.**
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from .migrate import standing
from .plan import Plan
from .ports import Warehouse

_PART_BYTES = 60_000  # what one row's column takes, with room


@dataclass(frozen=True, slots=True, kw_only=True)
class Evolved:
    """A version that a run made. `texts` are the files of observed schemas that were new to it: name to text."""

    version: int
    plan_id: str
    texts: Mapping[str, str]


def keep(plan: Plan, warehouse: Warehouse, made: Evolved, stale: Collection[str] = ()) -> Evolved:
    """Keeps what a version is made from, and gives it; or what another run has kept for the same version before.

    `plan` is the one that runs, `stale` the ids of what is passed over. Raises WarehouseError.
    """
    if plan.evolution is None:
        raise ValueError(f"no table of {plan.connector} evolves by itself")
    with warehouse.transaction():
        warehouse.execute(plan.history.lock)
        rows = warehouse.execute(plan.evolution.read)
        for (version, plan_id), texts in _texts(rows).items():
            if version == made.version and plan_id not in stale:
                return Evolved(version=version, plan_id=plan_id, texts=texts)
        for path, text in sorted(made.texts.items()):
            for number, part in enumerate(_parts(text)):
                binds = (str(made.version), made.plan_id, path, str(number), part)
                warehouse.execute(plan.evolution.record, binds)
    return made


def newer(plan: Plan, warehouse: Warehouse) -> tuple[Evolved, ...]:
    """The versions of the warehouse behind this one that runs made, oldest first, each begun at least.

    Empty where the newest of them comes from no run. Raises WarehouseError.
    """
    begun = {version: plan_id for version, plan_id in standing(plan, warehouse).begun if version > plan.version}
    if not begun or plan.evolution is None:
        return ()
    with warehouse.transaction():
        texts = _texts(warehouse.execute(plan.evolution.read))
    found = [(version, plan_id, texts.get((version, plan_id))) for version, plan_id in sorted(begun.items())]
    if any(kept is None for *_, kept in found):
        return ()
    return tuple(Evolved(version=v, plan_id=plan_id, texts=kept or {}) for v, plan_id, kept in found)


def _texts(rows: Iterable[tuple[object, ...]]) -> dict[tuple[int, str], dict[str, str]]:
    """The files of each version and id, put together from their parts, which come in order."""
    found: dict[tuple[int, str], dict[str, str]] = {}
    for version, plan_id, path, _, part in rows:
        files = found.setdefault((int(str(version)), str(plan_id)), {})
        files[str(path)] = files.get(str(path), "") + str(part)
    return found


def _parts(text: str) -> Iterator[str]:
    """The text in pieces that a column holds, none of them cut within a character."""
    raw = text.encode()
    while raw:
        piece = raw[:_PART_BYTES].decode(errors="ignore")
        yield piece
        raw = raw[len(piece.encode()) :]
