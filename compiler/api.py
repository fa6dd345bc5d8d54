"""The pipeline: a spec and observed schemas, and the plan that is there, to the files of the next plan.

Each phase returns its value or raises one `CompileError` with all that it found. Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from streamplan.runtime.disk import load
from streamplan.runtime.plan import MANIFEST_FILE, SUM_FILE, Plan

from .bound import Resolved
from .canonical import from_json
from .change import Change
from .check import check
from .diff import diff
from .emit import MODEL_FILE, SUMMARY_FILE, emit
from .migration import migration
from .model import EMPTY, Model
from .observed import FOLDER, Observed, read_observed
from .render import render
from .resolve import resolve
from .source import Source, read_source
from .spec_reading import parse_spec
from .summary import summary
from .walk import statements


@dataclass(frozen=True, slots=True, kw_only=True)
class Previous:
    """The plan that is there: None, the empty model and no files when there is none."""

    plan: Plan | None = None
    model: Model = EMPTY
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """What a compile gives. `files` is `before`, the previous plan's, to the byte, when nothing changed."""

    plan: Plan
    model: Model
    changes: tuple[Change, ...]
    files: Mapping[str, str]
    before: Mapping[str, str]


def compile_connector(source: Source, observed: Observed, previous: Previous) -> Compiled:
    """The next plan; raises CompileError."""
    resolved = resolve(parse_spec(source), observed)
    changes = diff(previous.model, resolved.model)
    if previous.plan is not None and not changes:
        same = _compiled(resolved, changes, previous, previous.plan.version, previous.plan.ancestors)
        if _without_summary(same.files) == _without_summary(previous.files):
            return Compiled(
                plan=previous.plan, model=same.model, changes=(), files=previous.files, before=previous.files
            )
    version = previous.plan.version + 1 if previous.plan else 1
    ancestors = (*previous.plan.ancestors, previous.plan.id) if previous.plan else ()
    compiled = _compiled(resolved, changes, previous, version, ancestors)
    check(compiled.plan, before=previous.model, after=resolved.model)
    return compiled


def _compiled(
    resolved: Resolved,
    changes: tuple[Change, ...],
    previous: Previous,
    version: int,
    ancestors: tuple[str, ...],
) -> Compiled:
    earlier = previous.plan.migrations if previous.plan else ()
    migrations = (*earlier, migration(version, changes)) if changes else earlier
    plan = render(resolved, migrations, version, ancestors)
    files = emit(plan, resolved.model, summary(plan, previous.model, resolved.model, changes))
    return Compiled(plan=plan, model=resolved.model, changes=changes, files=files, before=previous.files)


def _without_summary(files: Mapping[str, str]) -> dict[str, str]:
    return {path: text for path, text in files.items() if path not in (SUMMARY_FILE, SUM_FILE)}


def read_previous(folder: Path) -> Previous:
    """The plan in a folder; the empty `Previous` when there is none. Raises PlanError when it was edited by hand."""
    if not (folder / MANIFEST_FILE).exists():
        return Previous()
    plan = load(folder)
    texts = {
        path: (folder / path).read_bytes().decode() for path in (MODEL_FILE, SUMMARY_FILE, MANIFEST_FILE, SUM_FILE)
    }
    files = texts | {statement.path: statement.sql for statement in statements(plan)}
    return Previous(plan=plan, model=from_json(texts[MODEL_FILE]), files=dict(sorted(files.items())))


def compile_files(spec: Path, out: Path) -> Compiled:
    """Compiles a spec file and the `observed/` folder beside it against the plan in `out`."""
    source = read_source(spec, str(spec))
    return compile_connector(source, read_observed(spec.parent / FOLDER), read_previous(out))
