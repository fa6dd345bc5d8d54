"""A proposal on disk: what a reviewer reads of topics that wait, and which they are, for `status`.

It holds what it is given. **A proposal is there whole, or not at all; the same proposal is the same bytes.**
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from .happenings import Held

HELD_FILE = "held.json"


class _Waiting(msgspec.Struct, frozen=True):
    topic: str
    place: str
    fields: tuple[str, ...]
    reason: str


class _File(msgspec.Struct, frozen=True):
    connector: str
    version: int
    plan_id: str
    held: tuple[_Waiting, ...]


def folder_of(connector: str) -> Path:
    """Where a connector's proposal lies unless the user says otherwise."""
    return Path("proposals") / connector


def write(folder: Path, files: Mapping[str, str], held: Sequence[Held], since: tuple[str, int, str]) -> None:
    """Writes a proposal in the place of the one before; `since` is the plan: connector, version, id. Raises OSError."""
    connector, version, plan_id = since
    waiting = tuple(
        _Waiting(one.topic, one.place, one.fields, one.reason) for one in sorted(held, key=lambda one: one.topic)
    )
    told = msgspec.json.encode(_File(connector, version, plan_id, waiting))
    texts = dict(files) | {HELD_FILE: msgspec.json.format(told, indent=2).decode() + "\n"}
    if {path: text.encode() for path, text in texts.items()} == _there(folder):
        return
    fresh = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        for path, text in texts.items():
            (fresh / path).parent.mkdir(parents=True, exist_ok=True)
            (fresh / path).write_text(text, encoding="utf-8")
        remove(folder)
        fresh.replace(folder)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def remove(folder: Path) -> None:
    """Takes a proposal away, at once; a folder that holds something else is left alone. Raises OSError."""
    if not (folder / HELD_FILE).exists():
        return
    gone = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(gone, ignore_errors=True)
    folder.replace(gone)
    shutil.rmtree(gone)


def read(folder: Path, connector: str) -> tuple[Held, ...]:
    """The topics that wait, as the last run left them; none where there is no proposal of this connector."""
    try:
        found = msgspec.json.decode((folder / HELD_FILE).read_bytes(), type=_File)
    except (OSError, msgspec.DecodeError):
        return ()
    held = found.held if found.connector == connector else ()
    return tuple(Held(topic=one.topic, place=one.place, fields=one.fields, reason=one.reason) for one in held)


def _there(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
