"""Proves the grants: what the statements of the loader and of the deployer need, they are given, and nothing more.

The deployer owns the tables that it creates, so that it needs rights on what they stand in. Readers run no statement of
the plan: their grants are the spec's own wish.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from streamplan.runtime.plan import Plan
from streamplan.runtime.statement import Statement

from .access import deployer_role, loader_role
from .grammar import parse
from .keeping import STAGE
from .lex import fold
from .model import Grantee, GranteeKind, Privilege, Securable, SecurableKind
from .needs import Need, needs
from .statement_access import Grant, Objects
from .walk import statements

_FOR_OTHER_VERSIONS = (Privilege.ALTER, Privilege.CREATE, Privilege.USAGE)
_TEMPORARY = frozenset({STAGE})


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Right:
    """One privilege of one grantee, and the paths of the statements that need it."""

    to: Grantee
    on: Securable
    privilege: Privilege
    because: tuple[str, ...]


def evolves(plan: Plan) -> bool:
    """Whether the loader changes tables by itself, with statements that are compiled later, and records them."""
    return plan.evolution is not None


def unproven(plan: Plan, *, whole: bool = True) -> Iterator[tuple[str, str]]:
    """(path, message) of each statement that its account's grants do not cover; of a `whole`, of grants for nothing."""
    held: dict[Grantee, dict[tuple[Securable, Privilege], str]] = {}
    for (to, on, privilege), path in given(plan).items():
        held.setdefault(to, {})[on, privilege] = path
    for role, needed in _workers(plan):
        if role in held or role.name == loader_role(plan.connector):
            later = evolves(plan) or role.name == deployer_role(plan.connector)
            given_for = held.get(role, {})
            yield from _uncovered(role.name, given_for, needed)
            yield from _for_nothing(given_for, needed, later=later) if whole else ()


_Held: TypeAlias = dict[tuple[Securable, Privilege], str]
_Needed: TypeAlias = list[tuple[str, Need]]


def _uncovered(name: str, held: _Held, needed: _Needed) -> Iterator[tuple[str, str]]:
    for path, need in needed:
        ways = (need.privilege, *need.instead)
        if not any((need.on, way) in held for way in ways):
            yield path, f"needs {' or '.join(ways)} on {'.'.join(need.on.name)}, which {name} is not given"


def _for_nothing(held: _Held, needed: _Needed, *, later: bool) -> Iterator[tuple[str, str]]:
    used = _used(held, needed)
    for on, privilege in sorted(held.keys() - used):
        if not (later and privilege in _FOR_OTHER_VERSIONS):
            yield held[on, privilege], f"gives {privilege} on {'.'.join(on.name)}, which no statement needs"


def _used(held: _Held, needed: _Needed) -> set[tuple[Securable, Privilege]]:
    """What the statements use; of rights that do instead of each other, one that is used anyway, or else one held."""
    used = {(need.on, need.privilege) for _, need in needed if not need.instead}
    for _, need in needed:
        ways = [(need.on, privilege) for privilege in (need.privilege, *need.instead)]
        if used.isdisjoint(ways):
            used.update([way for way in ways if way in held][:1])
    return used


def _workers(plan: Plan) -> Iterator[tuple[Grantee, list[tuple[str, Need]]]]:
    """The roles that run statements of the plan, each with what they need, statement by statement."""
    history = plan.history if evolves(plan) else plan.history.read
    loading = statements((history, plan.ledger, plan.quarantine, plan.evolution, plan.tables))
    yield Grantee(GranteeKind.ROLE, loader_role(plan.connector)), [*_needed(plan, loading)]
    deploying = statements((plan.bootstrap, plan.migrations, plan.history))
    owned = [(p, n) for p, n in _needed(plan, deploying) if n.on.kind is not SecurableKind.TABLE]
    yield Grantee(GranteeKind.ROLE, deployer_role(plan.connector)), owned


def _needed(plan: Plan, run: Iterable[Statement]) -> Iterator[tuple[str, Need]]:
    database = fold(plan.destination.database)
    for statement in run:
        yield from ((statement.path, need) for need in needs(statement.sql, database, _TEMPORARY))


def given(plan: Plan) -> dict[tuple[Grantee, Securable, Privilege], str]:
    """Every privilege that the plan's grants give, with the path of the statement that gives it."""
    found: dict[tuple[Grantee, Securable, Privilege], str] = {}
    for statement in plan.grants:
        match parse(statement.sql):
            case Grant(on=Objects() as on, privileges=privileges, to=to):
                securables = [Securable(SecurableKind(on.kind.upper()), name.parts) for name in on.names]
                grantees = [Grantee(GranteeKind(g.kind.value.upper()), g.name.last) for g in to]
                wanted = [Privilege(p.name.upper()) for p in privileges]
                found |= {(g, s, p): statement.path for g in grantees for s in securables for p in wanted}
    return found


def matrix(plan: Plan) -> tuple[Right, ...]:
    """Who may do what on what, and which statement needs it, sorted."""
    wanted: dict[tuple[Grantee, Securable, Privilege], set[str]] = {}
    for role, needed in _workers(plan):
        for path, need in needed:
            for privilege in (need.privilege, *need.instead):
                wanted.setdefault((role, need.on, privilege), set()).add(path)
    rights = [
        Right(to=to, on=on, privilege=privilege, because=tuple(sorted(wanted.get((to, on, privilege), ()))))
        for to, on, privilege in given(plan)
    ]
    return tuple(sorted(rights, key=lambda right: (right.to, right.on, right.privilege)))
