"""The one place that writes a plan: whole, or not at all; and the names of its files."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path

from streamplan.runtime.disk import Text
from streamplan.runtime.plan import SUM_FILE

from .replacing import replace_files

MODEL_FILE = "model.json"
SUMMARY_FILE = "SUMMARY.md"


def sum_text(sums: Mapping[str, str]) -> str:
    """The text of `plan.sum`, as `sha256sum` writes and `sha256sum -c plan.sum` verifies it."""
    return "".join([f"{sha}  {path}\n" for path, sha in sorted(sums.items())])


def write(
    files: Mapping[str, Text], sums: Mapping[str, str], before: Mapping[str, str], folder: Path
) -> tuple[str, ...]:
    """Writes the files that differ from those of the plan before, and removes those that the plan no longer has.

    `files` holds the texts, `sums` and `before` the digests of all files of the plan and of the one before.

    All new text is on disk before the first file is replaced, and `plan.sum` is replaced last, so that a full disk
    leaves the plan before as it was. Files that no plan wrote are left alone. Returns the paths it touched.
    Raises OSError.
    """
    if not before and not (folder.exists() and any(folder.iterdir())):
        return _write_new(files, folder)
    gone = sorted(set(before) - set(sums))
    changed = sorted(
        (path for path in files if path == SUM_FILE or before.get(path) != sums[path]), key=lambda p: (p == SUM_FILE, p)
    )
    replace_files({folder / path: files[path] for path in changed})
    for path in gone:
        (folder / path).unlink()
    return (*changed, *gone)


def _write_new(files: Mapping[str, Text], folder: Path) -> tuple[str, ...]:
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


def _write_in(folder: Path, texts: list[tuple[str, Text]]) -> None:
    """Writes the files of one folder, by its descriptor: a path from the root costs more than the writing."""
    folder.mkdir(parents=True, exist_ok=True)
    at = os.open(folder, os.O_RDONLY)
    try:
        for name, text in texts:
            file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666, dir_fd=at)
            with os.fdopen(file, "wb") as out:
                out.writelines([text.encode()] if isinstance(text, str) else text)
    finally:
        os.close(at)
