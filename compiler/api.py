"""The pipeline: a spec and observed schemas, and the plan that is there, to the files of the next plan.

Each table is made by itself, and one whose makings have not changed is kept as it is. Each phase returns its value or
raises one `CompileError` with all that it found. Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from streamplan.runtime.disk import Text, plan_of
from streamplan.runtime.plan import SUM_FILE, Plan

from .access import access_model
from .assembly import Assembled, assembled
from .bind import bind
from .change import Change
from .check import check
from .conflicts import account_conflicts, collisions, unholdable_names
from .diagnostic import CompileError, Diagnostic
from .diff import diff
from .migration import migration
from .model import Model, Table
from .observed import FOLDER, Observed, json_looks
from .previous import Previous, read_previous
from .proof import prove
from .render import head
from .seen import Seen, seen_files, seen_of
from .shapes import Shapes
from .source import Source, read_source
from .spec import Spec
from .spec_reading import parse_spec
from .tasks import Task, missing, tasks
from .unit import Made, Unit, made


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """What a compile gives.

    Attributes:
        head: the plan without its tables.
        model: the model; of kept tables, their names alone are in it.
        changes: what happens to the warehouse.
        units: the plan's tables, made or kept.
        files: the texts that were made, by path; those of kept tables lie in the plan's folder already.
        sums: all files of the plan: path to sha256, `plan.sum` itself left out.
        before: the same of the plan that is there.
        unchanged: whether the plan that is there is what the inputs give.

    """

    head: Plan
    model: Model
    changes: tuple[Change, ...]
    units: tuple[Unit, ...]
    files: Mapping[str, Text]
    sums: Mapping[str, str]
    before: Mapping[str, str]
    unchanged: bool

    @property
    def plan(self) -> Plan:
        """The whole plan, with its texts; only where no table was kept."""
        return plan_of(self.files)


@dataclass(slots=True)
class _Parts:
    """What the tables give, one by one. `there` are the tables of the plan before."""

    units: list[Unit] = field(default_factory=list)
    fresh: list[Made] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    there: Mapping[tuple[str, str], Table] = field(default_factory=dict)
    shapes: Shapes = field(default_factory=Shapes)

    def take(self, task: Task, compiler: str, kept: Mapping[str, Unit]) -> None:
        """The task's unit: kept, or made now. What is wrong with it is added to the problems."""
        key = task.key(compiler) if compiler else ""
        if key and key in kept:
            self.units.append(kept[key])
            return
        try:
            binding = bind(task.work(self.problems))
        except CompileError as error:
            self.problems += error.diagnostics
            return
        if binding is not None:
            first, before = self.shapes.is_new(binding), self.there.get((task.schema, task.name))
            place, staging = task.members[0].place.path, task.spec.staging
            self.fresh.append(made(key, binding, place, first=first, before=before, staging=staging))
            self.units.append(self.fresh[-1].unit)


def compile_connector(source: Source, observed: Observed, previous: Previous, *, strict: bool = False) -> Compiled:
    """The next plan; raises CompileError. `strict` proves every statement, and not only the first of each shape."""
    return compiled(parse_spec(source), seen_of(observed), observed.folder, previous, strict=strict)


def compile_files(spec: Path, out: Path, *, strict: bool = False) -> Compiled:
    """Compiles a spec file and the `observed/` folder beside it against the plan in `out`, all of it."""
    parsed = parse_spec(read_source(spec, str(spec)))
    folder = spec.parent / FOLDER
    return compiled(parsed, seen_files(json_looks(folder), {}, 0), str(folder), read_previous(out), strict=strict)


def compiled(
    spec: Spec, seen: tuple[Seen, ...], folder: str, previous: Previous, *, strict: bool = False, compiler: str = ""
) -> Compiled:
    """The next plan; raises CompileError.

    `compiler` is a digest of the compiler itself; with it, and without `strict`, tables are kept from the plan before.
    """
    if problems := [*unholdable_names(spec)]:
        raise CompileError(problems)
    parts = _Parts(there={(table.schema, table.name): table for table in previous.model.tables})
    todo = tasks(spec, seen)
    for task in todo:
        parts.take(task, compiler, {} if strict else previous.kept)
    access = access_model(spec, [unit.holding for unit in parts.units])
    parts.problems += [*missing(spec, todo, folder), *collisions(parts.units), *account_conflicts(spec, access)]
    if parts.problems:
        raise CompileError(parts.problems)
    model = replace(
        access,
        tables=tuple(one.table for one in parts.fresh),
        views=tuple(unit.view for unit in parts.units if unit.view),
    )
    return _next(spec, parts, model, previous, strict=strict)


def _next(spec: Spec, parts: _Parts, model: Model, previous: Previous, *, strict: bool) -> Compiled:
    untouched = frozenset(unit.holding.of for unit in parts.units if unit.key in previous.kept)
    before = previous.model_for(untouched)
    changes = diff(before, model, untouched)
    if previous.plan is not None and not changes:
        same = head(spec, model, parts.units, previous.plan.migrations, previous.plan.version, previous.plan.ancestors)
        found = assembled(same, model, parts.units, parts.fresh, before, changes, previous)
        if found.is_same(previous.sums):
            return _result(same, model, changes, parts, found, previous, unchanged=True)
    plan = _versioned(spec, parts, model, changes, previous)
    whole = len(parts.fresh) == len(parts.units)
    prove(spec, parts.fresh, changes, plan, before, whole=whole)
    found = assembled(plan, model, parts.units, parts.fresh, before, changes, previous)
    result = _result(plan, model, changes, parts, found, previous, unchanged=False)
    if strict:
        check(result.plan, before=before, after=model)
    return result


def _versioned(spec: Spec, parts: _Parts, model: Model, changes: tuple[Change, ...], previous: Previous) -> Plan:
    """The head of the next version."""
    old = previous.plan
    earlier = old.migrations if old else ()
    version = old.version + 1 if old else 1
    ancestors = (*old.ancestors, old.id) if old else ()
    migrations = (*earlier, migration(version, changes)) if changes else earlier
    return head(spec, model, parts.units, migrations, version, ancestors)


def _result(  # noqa: PLR0917 - what a result is made of
    plan: Plan,
    model: Model,
    changes: tuple[Change, ...],
    parts: _Parts,
    found: Assembled,
    previous: Previous,
    *,
    unchanged: bool,
) -> Compiled:
    return Compiled(
        head=plan,
        model=model,
        changes=changes,
        units=tuple(parts.units),
        files={} if unchanged else found.texts,
        sums=previous.sums if unchanged else {path: sha for path, sha in found.sums.items() if path != SUM_FILE},
        before=previous.sums,
        unchanged=unchanged,
    )
