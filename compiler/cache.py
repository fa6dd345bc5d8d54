"""What a compile remembers for the next one: from what each table was made, and how the files looked on disk.

It lies in the user's cache folder, never in a plan, and is a help only: without it everything is made anew, to the
same bytes. A file counts as unread while its size and its time of change are those that were remembered; one that was
changed a moment before it was looked at is not remembered, since a second change could not be told (as git does).
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import msgspec

from .holding import Holding
from .looks import Look, SeenFile

_LIBRARIES = ("jinja2", "jsonschema", "msgspec", "ruamel.yaml")


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """A unit without what lies in the plan; of its parts of the plan's long files, how long they are."""

    key: str
    topics: tuple[str, ...]
    place: str
    source: str
    holding: Holding
    hashed: bool
    program: int
    model: int
    paths: tuple[str, ...]


class Memory(msgspec.Struct, frozen=True):
    """What a compile remembers.

    Attributes:
        compiler: the digest of the compiler that made the plan.
        plan: the digest of the plan's `plan.sum`.
        version: the plan's version.
        spec: the digest of the spec's bytes.
        parsed: the spec itself, as `spec_bytes` writes it; empty where it cannot be written.
        observed: the files of observed schemas, by path.
        looks: how the plan's files looked, by path.
        tables: its tables, in the order of the manifest.

    """

    compiler: str
    plan: str
    version: int
    spec: str
    parsed: bytes
    observed: dict[str, SeenFile]
    looks: dict[str, Look]
    tables: tuple[Kept, ...]


@cache
def compiler_digest() -> str:
    """A digest of all that decides what a compile gives: this package, the runtime's contract, the libraries."""
    found = hashlib.sha256(sys.version.encode())
    for package in ("streamplan.compiler", "streamplan.runtime"):
        for path in sorted(_sources(Path(str(files(package))))):
            found.update(path.name.encode() + b"\0" + path.read_bytes())
    found.update(" ".join(version(library) for library in _LIBRARIES).encode())
    return found.hexdigest()


def _sources(folder: Path) -> Iterator[Path]:
    for pattern in ("*.py", "templates/*.sql", "*.json"):
        yield from folder.glob(pattern)


def place_of(spec: Path, out: Path, environment: Mapping[str, str]) -> Path:
    """The file of a spec and a plan's folder in the user's cache folder."""
    home = environment.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")  # noqa: PTH111, PTH118
    name = hashlib.sha256(f"{spec.absolute()}\0{out.absolute()}".encode(errors="surrogatepass")).hexdigest()
    return Path(home) / "streamplan" / f"{name}.compile"


def recall(place: Path) -> Memory | None:
    """What the last compile remembered; None when there is nothing, or when another compiler wrote it."""
    try:
        memory = msgspec.msgpack.decode(place.read_bytes(), type=Memory)
    except (OSError, msgspec.DecodeError):
        return None
    return memory if memory.compiler == compiler_digest() else None


def remember(place: Path, memory: Memory) -> None:
    """Writes what the next compile may use. A cache folder that cannot be written to is no matter."""
    fresh = place.with_name(f"{place.name}.{os.getpid()}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_bytes(msgspec.msgpack.encode(memory))
        fresh.replace(place)
    except OSError:
        with suppress(OSError):
            fresh.unlink()
