"""Proves the grants: what the loader's statements need, it is given, and nothing more. And who may do what, and why.

The deployer owns what it creates, and readers run no statement of the plan: their grants are the spec's own wish.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from streamplan.runtime.modes import Policy
from streamplan.runtime.plan import Plan, Statement

from .grammar import parse
from .loading import STAGE
from .model import Grantee, GranteeKind, Privilege, Securable, SecurableKind
from .needs import Need, needs
from .statement_access import Grant, Objects
from .walk import statements

_TEMPORARY = frozenset({STAGE})


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Right:
    """One privilege of one grantee, and the paths of the statements that need it."""

    to: Grantee
    on: Securable
    privilege: Privilege
    because: tuple[str, ...]


def loader_statements(plan: Plan) -> tuple[Statement, ...]:
    """What the loader runs: the tables' programs, the ledger, the quarantine, and a look into the history."""
    history = plan.history if evolves(plan) else plan.history.read
    return tuple(statements((history, plan.ledger, plan.quarantine, plan.tables)))


def evolves(plan: Plan) -> bool:
    """Whether the loader changes tables by itself, with statements that are compiled later, and records them."""
    return any(table.evolution is Policy.AUTO for table in plan.tables)


def given(plan: Plan) -> dict[tuple[Grantee, Securable, Privilege], str]:
    """Every privilege that the plan's grants give, with the path of the statement that gives it."""
    found = {}
    for statement in plan.grants:
        match parse(statement.sql):
            case Grant(on=Objects() as on, privileges=privileges, to=to):
                securables = [Securable(SecurableKind(on.kind.upper()), name.parts) for name in on.names]
                grantees = [Grantee(GranteeKind(g.kind.value.upper()), g.name.last) for g in to]
                for key in (
                    (g, s, Privilege(p.name.upper())) for g in grantees for s in securables for p in privileges
                ):
                    found[key] = statement.path
    return found


def unproven(plan: Plan, loader: Grantee) -> Iterator[tuple[str, str]]:
    """(path, message) of each statement of the loader that its grants do not cover, and of each grant for nothing."""
    held = {(on, privilege): path for (to, on, privilege), path in given(plan).items() if to == loader}
    used = set[tuple[Securable, Privilege]]()
    alternatives = []
    for statement, need in _needed(plan):
        if need.instead:
            alternatives.append((statement, need))
        elif (need.on, need.privilege) in held:
            used.add((need.on, need.privilege))
        else:
            yield (
                statement.path,
                f"needs {need.privilege} on {'.'.join(need.on.name)}, which {loader.name} is not given",
            )
    for statement, need in alternatives:
        ways = {(need.on, privilege) for privilege in (need.privilege, *need.instead)}
        if not ways & used:
            yield statement.path, f"needs a right to write {'.'.join(need.on.name)}, which {loader.name} is not given"
    for on, privilege in sorted(held.keys() - used):
        if not (evolves(plan) and privilege in (Privilege.ALTER, Privilege.CREATE)):
            yield held[on, privilege], f"gives {privilege} on {'.'.join(on.name)}, which no statement needs"


def _needed(plan: Plan) -> Iterator[tuple[Statement, Need]]:
    database = plan.destination.database
    for statement in loader_statements(plan):
        yield from ((statement, need) for need in needs(statement.sql, database, _TEMPORARY))


def matrix(plan: Plan, loader: Grantee) -> tuple[Right, ...]:
    """Who may do what on what, and which statement needs it, sorted."""
    wanted: dict[tuple[Securable, Privilege], list[str]] = {}
    for statement, need in _needed(plan):
        for privilege in (need.privilege, *need.instead):
            wanted.setdefault((need.on, privilege), []).append(statement.path)
    rights = [
        Right(
            to=to,
            on=on,
            privilege=privilege,
            because=_paths(wanted.get((on, privilege), ())) if to == loader else (),
        )
        for to, on, privilege in given(plan)
    ]
    return tuple(sorted(rights, key=lambda right: (right.to, right.on, right.privilege)))


def _paths(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(paths)))
