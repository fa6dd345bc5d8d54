"""The plan as files: `{path: text}`, complete and checksummed before it is written; and the one place that writes.

**Same plan, same bytes: no clock, user, host, absolute path or tool version is in them.**
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from itertools import groupby
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

    All new text is on disk before the first file is replaced, and `plan.sum` is replaced last, so that a full disk
    leaves the plan before as it was. Files that no plan wrote are left alone. Returns the paths it touched.
    Raises OSError.
    """
    if not before and not (folder.exists() and any(folder.iterdir())):
        return _write_new(files, folder)
    gone = sorted(set(before) - set(files))
    changed = sorted(
        (path for path, text in files.items() if before.get(path) != text), key=lambda p: (p == SUM_FILE, p)
    )
    written: dict[Path, Path] = {}
    try:
        for path in changed:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            written[target] = target.with_name(f"{target.name}.new")
            written[target].write_text(files[path], encoding="utf-8", newline="\n")
    except BaseException:
        for fresh in written.values():
            fresh.unlink(missing_ok=True)
        raise
    for target, fresh in written.items():
        fresh.replace(target)
    for path in gone:
        (folder / path).unlink()
    return (*changed, *gone)


def _write_new(files: Mapping[str, str], folder: Path) -> tuple[str, ...]:
    """Writes a whole plan beside where it belongs, and then puts it there: it is there whole, or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        for name, paths in groupby(sorted(files), key=lambda path: path.rpartition("/")[0]):
            _write_in(fresh / name, [(path.rpartition("/")[2], files[path]) for path in paths])
        fresh.replace(folder)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    return tuple(files)


def _write_in(folder: Path, texts: list[tuple[str, str]]) -> None:
    """Writes the files of one folder, by its descriptor: a path from the root costs more than the writing."""
    folder.mkdir(parents=True, exist_ok=True)
    at = os.open(folder, os.O_RDONLY)
    try:
        for name, text in texts:
            file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666, dir_fd=at)
            with os.fdopen(file, "wb") as out:
                out.write(text.encode())
    finally:
        os.close(at)
