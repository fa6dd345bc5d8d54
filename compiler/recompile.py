"""Compiles a spec file into a folder, and makes only what is not there already: what the command runs.

The bytes are those of a full compile.
"""

from __future__ import annotations

import time
from pathlib import Path

from streamplan.runtime.disk import digest_of, read_sums, split_manifest
from streamplan.runtime.plan import SUM_FILE

from .api import Compiled, compiled
from .cache import Kept, Memory, compiler_digest, remember
from .canonical import split_model
from .emit import MODEL_FILE
from .looks import Look, look_of, looks_of, settled
from .observed import FOLDER
from .previous import Previous, read_previous
from .seen import Seen, seen_files
from .source import read_source
from .spec import Spec, spec_bytes, spec_of
from .spec_reading import parse_spec
from .unit import Unit
from .untouched import Remembered


class Recompile:
    """One compile of a spec file into a folder, with what the last one remembered."""

    def __init__(self, spec: Path, out: Path, before: Remembered, *, strict: bool) -> None:
        self._spec, self._out, self._before, self._strict = spec, out, before, strict
        self._seen: tuple[Seen, ...] = ()
        self._parsed: Spec | None = None

    def compiled(self) -> Compiled:
        """The next plan; raises CompileError, PlanError."""
        self._parsed = parsed = self._remembered_spec() or parse_spec(read_source(self._spec, str(self._spec)))
        folder, memory = self._spec.parent / FOLDER, self._before.memory
        self._seen = seen_files(self._before.observed, memory.observed if memory else {}, time.time_ns())
        previous = self._kept(memory) if memory else read_previous(self._out)
        compiler = compiler_digest()
        return compiled(parsed, self._seen, str(folder), previous, strict=self._strict, compiler=compiler)

    def remember(self, result: Compiled) -> None:
        """Notes down what the next compile may use, after the plan has been written."""
        memory = Memory(
            compiler=compiler_digest(),
            plan=digest_of(self._out / SUM_FILE),
            version=result.head.version,
            spec=self._before.spec if digest_of(self._spec) == self._before.spec else "",
            parsed=spec_bytes(self._parsed) if self._parsed else b"",
            observed={one.place.path: one.file for one in self._seen if one.file is not None},
            looks=self._looks_after(result, time.time_ns()),
            tables=tuple(kept(unit) for unit in result.units),
        )
        remember(self._before.place, memory)

    def _remembered_spec(self) -> Spec | None:
        """The spec as it was read and checked before, where its bytes and its name are the same."""
        memory = self._before.memory
        if memory is None or memory.spec != self._before.spec or not memory.parsed:
            return None
        found = spec_of(memory.parsed)
        return found if found.path == str(self._spec) else None

    def _looks_after(self, result: Compiled, now: int) -> dict[str, Look]:
        """How the plan's files look now: those that were not written look as they did."""
        looks = self._before.looks
        if not looks:
            return {path: settled(look, now) for path, look in looks_of(self._out).items()}
        written = {path for path in result.files if result.sums.get(path) != result.before.get(path)} | {SUM_FILE}
        now_there = looks | {path: settled(look_of(self._out / path), now) for path in written}
        for gone in result.before.keys() - result.sums.keys():
            del now_there[gone]
        return now_there

    def _kept(self, memory: Memory) -> Previous:
        """The plan before, its tables as pieces of text."""
        sums = read_sums(self._out)
        head, programs = split_manifest(self._out, [one.program for one in memory.tables])
        written = (self._out / MODEL_FILE).read_bytes()
        model, tables = split_model(written, [one.model for one in memory.tables])
        views = {(view.schema, view.name): view for view in model.views}
        units = {
            one.key: Unit(
                key=one.key,
                topics=one.topics,
                place=one.place,
                source=one.source,
                holding=one.holding,
                view=views.get((one.holding.schema, one.holding.view)),
                program=program,
                model=table,
                sums={path: sums[path] for path in one.paths},
                hashed=one.hashed,
            )
            for one, program, table in zip(memory.tables, programs, tables, strict=True)
        }
        pieces = {one.holding.of: table for one, table in zip(memory.tables, tables, strict=True)}
        return Previous(plan=head, model=model, sums=sums, kept=units, pieces=pieces)


def kept(unit: Unit) -> Kept:
    """The unit as it is remembered."""
    return Kept(
        key=unit.key,
        topics=unit.topics,
        place=unit.place,
        source=unit.source,
        holding=unit.holding,
        hashed=unit.hashed,
        program=len(unit.program),
        model=len(unit.model),
        paths=tuple(unit.sums),
    )
