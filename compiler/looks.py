"""How files look on disk: size and time of change, by which one is known without being read.

A file that was changed a moment before it was looked at is not known by its look: a second change could not be told.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeAlias

import msgspec

_A_MOMENT = 50_000_000  # nanoseconds: more than the coarsest clock of a file system that we know
Look: TypeAlias = tuple[int, int]  # size, time of change in nanoseconds


class SeenFile(msgspec.Struct, frozen=True, array_like=True):
    """An observed schema's file: how it looked, what it is of, and the digest of its bytes."""

    size: int
    changed: int
    topic: str
    schema: str
    table: str
    digest: str


def looks_of(folder: Path) -> dict[str, Look]:
    """How the files of a folder and its folders look: path from the folder to size and time of change."""
    found: dict[str, Look] = {}
    waiting = [("", str(folder))]
    while waiting:
        prefix, place = waiting.pop()
        with os.scandir(place) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((f"{prefix}{entry.name}/", entry.path))
                    continue
                seen = entry.stat()  # not `look_of`: there are many
                found[prefix + entry.name] = seen.st_size, seen.st_mtime_ns
    return found


def look_of(file: Path | os.DirEntry[str]) -> Look:
    """How one file looks."""
    seen = file.stat()
    return seen.st_size, seen.st_mtime_ns


def settled(look: Look, now: int) -> Look:
    """The look, or one that no file has when the file was changed a moment ago."""
    return look if look[1] < now - _A_MOMENT else (-1, -1)
