"""Compiles a spec file into a folder, and makes only what is not there already: what the command runs.

The bytes are those of a full compile. What was remembered is trusted as far as the files on disk bear it out.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Mapping
from pathlib import Path

from streamplan.runtime.disk import read_sums, split_manifest
from streamplan.runtime.plan import MANIFEST_FILE, SUM_FILE

from .api import Compiled, compiled
from .cache import (
    Memory,
    compiler_digest,
    holding_of,
    kept,
    place_of,
    recall,
    remember,
)
from .canonical import split_model
from .emit import MODEL_FILE
from .looks import Look, look_of, looks_of, settled
from .observed import FOLDER
from .previous import Previous, read_previous
from .seen import seen_files
from .spec import Spec
from .unit import Unit


class Recompile:
    """One compile of a spec file into a folder, with what the last one remembered."""

    def __init__(
        self, spec: Path, out: Path, *, strict: bool = False, environment: Mapping[str, str] = os.environ
    ) -> None:
        self._spec, self._out, self._strict = spec, out, strict
        self._looks: dict[str, Look] = {}
        self._place = place_of(spec, out, environment)
        self._memory = None if strict else recall(self._place)
        self._digest = _sha(spec.read_bytes()) if spec.is_file() else ""
        self._sound = self._memory is not None and self._plan_is(self._memory)

    @property
    def unchanged(self) -> int:
        """The version of the plan that is there when nothing at all has changed since it was compiled; else 0."""
        memory = self._memory
        if memory is None or not self._sound or memory.spec != self._digest:
            return 0
        looks = looks_of(self._spec.parent / FOLDER) if (self._spec.parent / FOLDER).is_dir() else {}
        now = {f"{self._spec.parent / FOLDER}/{name}": look for name, look in looks.items() if name.endswith(".json")}
        then = {path: (file.size, file.changed) for path, file in memory.observed.items()}
        return memory.version if now == then else 0

    def compiled(self, parsed: Spec) -> Compiled:
        """The next plan; raises CompileError, PlanError."""
        self._now = time.time_ns()
        folder = self._spec.parent / FOLDER
        self._seen = seen_files(folder, self._memory.observed if self._memory else {}, self._now)
        previous = self._kept(self._memory) if self._memory and self._sound else read_previous(self._out)
        compiler = compiler_digest()
        return compiled(parsed, self._seen, str(folder), previous, strict=self._strict, compiler=compiler)

    def remember(self, result: Compiled) -> None:
        """Notes down what the next compile may use, after the plan has been written."""
        now = time.time_ns()
        memory = Memory(
            compiler=compiler_digest(),
            plan=_sha((self._out / SUM_FILE).read_bytes()),
            version=result.head.version,
            spec=self._digest,
            observed={one.place.path: one.file for one in self._seen if one.file is not None},
            looks=self._looks_after(result, now),
            tables=tuple(kept(unit) for unit in result.units),
        )
        remember(self._place, memory)

    def _looks_after(self, result: Compiled, now: int) -> dict[str, Look]:
        """How the plan's files look now: those that were not written look as they did."""
        if not self._looks:
            return {path: settled(look, now) for path, look in looks_of(self._out).items()}
        written = {path for path in result.files if result.sums.get(path) != result.before.get(path)} | {SUM_FILE}
        paths = {*result.sums, SUM_FILE}
        return {
            path: settled(look_of(self._out / path), now) if path in written else self._looks[path] for path in paths
        }

    def _plan_is(self, memory: Memory) -> bool:
        """Whether the plan on disk is the one that was remembered, file by file."""
        try:
            if _sha((self._out / SUM_FILE).read_bytes()) != memory.plan:
                return False
            looks = looks_of(self._out)
        except OSError:
            return False
        if looks.keys() != memory.looks.keys():
            return False
        self._looks = looks
        doubted = [path for path, look in looks.items() if memory.looks[path] != look and path != SUM_FILE]
        return not doubted or self._bear_out(doubted)

    def _bear_out(self, doubted: list[str]) -> bool:
        sums = read_sums(self._out)
        return all(sums.get(path) == _sha((self._out / path).read_bytes()) for path in doubted)

    def _kept(self, memory: Memory) -> Previous:
        """The plan before, its tables as pieces of text."""
        sums = read_sums(self._out)
        head, programs = split_manifest((self._out / MANIFEST_FILE).read_bytes(), memory.plan)
        model, tables = split_model((self._out / MODEL_FILE).read_bytes())
        views = {(view.schema, view.name): view for view in model.views}
        units = {
            one.key: Unit(
                key=one.key,
                topics=one.topics,
                place=one.place,
                source=one.source,
                holding=holding_of(one),
                view=views.get((one.schema, one.view)),
                program=program,
                model=table,
                sums={path: sums[path] for path in one.paths},
                hashed=one.hashed,
            )
            for one, program, table in zip(memory.tables, programs, tables, strict=True)
        }
        pieces = {(one.schema, one.name): table for one, table in zip(memory.tables, tables, strict=True)}
        return Previous(plan=head, model=model, sums=sums, kept=units, pieces=pieces)


def _sha(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()
