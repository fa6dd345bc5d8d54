"""Replaces files: all new text is on disk before the first is replaced, so that a full disk leaves all as it was."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from streamplan.runtime.disk import Text, pieces

_BUFFER = 1 << 20  # bytes: a long text comes in many small pieces


def replace_files(files: Mapping[Path, Text]) -> None:
    """Writes the texts beside their files, and then puts them in place, in their order. Raises OSError.

    A file is prepared under a number: its own name may be as long as a name can be.
    """
    fresh: dict[Path, Path] = {}
    try:
        for number, (path, text) in enumerate(files.items()):
            path.parent.mkdir(parents=True, exist_ok=True)
            new = path.with_name(f"{number}.new")
            fresh[new] = path
            with new.open("wb", buffering=_BUFFER) as file:
                file.writelines(pieces(text))
    except BaseException:
        for new in fresh:
            if new.is_file():
                new.unlink()
        raise
    for new, path in fresh.items():
        new.replace(path)
