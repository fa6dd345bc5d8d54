"""The pipeline: a spec and observed schemas, and the plan that is there, to the files of the next plan.

Each phase returns its value or raises one `CompileError` with all that it found. Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from streamplan.runtime.disk import load, unversioned
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
from .proof import prove
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


@dataclass(frozen=True, slots=True)
class Compiled:
    """What a compile gives. `files` is `before`, the previous plan's, to the byte, when nothing changed."""

    plan: Plan
    model: Model
    changes: tuple[Change, ...]
    files: Mapping[str, str]
    before: Mapping[str, str]


def compile_connector(source: Source, observed: Observed, previous: Previous, *, strict: bool = False) -> Compiled:
    """The next plan; raises CompileError. `strict` proves every statement, and not only the first of each shape."""
    resolved = resolve(parse_spec(source), observed)
    changes = diff(previous.model, resolved.model)
    plan = _plan(resolved, changes, previous)
    if strict:
        check(plan, before=previous.model, after=resolved.model)
    else:
        prove(resolved, changes, plan, previous.model)
    files = emit(plan, resolved.model, summary(plan, previous.model, resolved.model, changes))
    if not changes and previous.plan is not None and _without_version(files) == _without_version(previous.files):
        return Compiled(previous.plan, resolved.model, (), previous.files, previous.files)
    return Compiled(plan, resolved.model, changes, files, previous.files)


def _plan(resolved: Resolved, changes: tuple[Change, ...], previous: Previous) -> Plan:
    """The next version."""
    earlier = previous.plan.migrations if previous.plan else ()
    version = previous.plan.version + 1 if previous.plan else 1
    ancestors = (*previous.plan.ancestors, previous.plan.id) if previous.plan else ()
    return render(resolved, (*earlier, migration(version, changes)) if changes else earlier, version, ancestors)


def _without_version(files: Mapping[str, str]) -> dict[str, str | bytes]:
    """The files, of the manifest what no version and no ancestor is part of."""
    kept: dict[str, str | bytes]
    kept = {path: text for path, text in files.items() if path not in (SUMMARY_FILE, SUM_FILE)}
    return kept | {MANIFEST_FILE: unversioned(files[MANIFEST_FILE])}


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


def compile_files(spec: Path, out: Path, *, strict: bool = False) -> Compiled:
    """Compiles a spec file and the `observed/` folder beside it against the plan in `out`."""
    source = read_source(spec, str(spec))
    return compile_connector(source, read_observed(spec.parent / FOLDER), read_previous(out), strict=strict)
