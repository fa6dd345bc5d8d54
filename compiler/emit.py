"""The plan as files: `{path: text}`, complete and checksummed before it is written; and the one place that writes.

**Same plan, same bytes: no clock, user, host, absolute path or tool version is in them.**
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from streamplan.runtime.disk import encode_manifest
from streamplan.runtime.plan import MANIFEST_FILE, SUM_FILE, Plan

from .canonical import to_json
from .model import Model
from .walk import statements

MODEL_FILE = "model.json"
SUMMARY_FILE = "SUMMARY.md"


def emit(plan: Plan, model: Model, summary: str) -> dict[str, str]:
    """All files of the plan, sorted by path."""
    files = {statement.path: statement.sql for statement in statements(plan)}
    files |= {
        MODEL_FILE: to_json(model),
        SUMMARY_FILE: summary,
        MANIFEST_FILE: encode_manifest(plan).decode(),
    }
    return dict(sorted((files | {SUM_FILE: sums(files)}).items()))


def sums(files: Mapping[str, str]) -> str:
    """The text of `plan.sum`, as `sha256sum` writes and `sha256sum -c plan.sum` verifies it."""
    rows = (f"{hashlib.sha256(text.encode()).hexdigest()}  {path}\n" for path, text in sorted(files.items()))
    return "".join(rows)


def write(files: Mapping[str, str], before: Mapping[str, str], folder: Path) -> tuple[str, ...]:
    """Writes the files that differ from those of the plan before, and removes those that a plan no longer has.

    `plan.sum` is written last. Files that no plan wrote are left alone. Returns the paths it touched.
    """
    gone = sorted(set(before) - set(files))
    changed = [path for path, text in files.items() if before.get(path) != text]
    for path in sorted(changed, key=lambda path: (path == SUM_FILE, path)):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(files[path], encoding="utf-8", newline="\n")
    for path in gone:
        (folder / path).unlink()
    return (*changed, *gone)
