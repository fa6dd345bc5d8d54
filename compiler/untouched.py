"""Whether anything was touched since the last compile, by how the files look: what nothing changed costs is this.

It imports nothing of the pipeline.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

import msgspec
from streamplan.runtime.disk import digest_of, read_sums
from streamplan.runtime.plan import SUM_FILE

from .cache import Memory, place_of, recall, remember
from .looks import Look, looks_of, settled
from .observed import FOLDER, json_looks


class Remembered:
    """What the last compile of a spec into a folder remembered, as far as the files bear it out.

    Attributes:
        place: the file that it is kept in.
        memory: what was remembered; None when there is nothing, or when the plan on disk is another.
        looks: how the plan's files look.
        observed: the observed schemas, and how each looks.
        spec: the digest of the spec's bytes now.

    """

    def __init__(self, spec: Path, out: Path, environment: Mapping[str, str], *, afresh: bool = False) -> None:
        self._out = out
        self.place = place_of(spec, out, environment)
        self.looks: dict[str, Look] = {}
        self.observed = json_looks(spec.parent / FOLDER)
        self.spec = digest_of(spec) if spec.is_file() else ""
        memory = None if afresh else recall(self.place)
        self.memory = memory if memory is not None and self._bears_out(memory) else None

    @property
    def version(self) -> int:
        """The version of the plan that is there when nothing was touched since it was compiled; else 0."""
        memory = self.memory
        if memory is None or memory.spec != self.spec:
            return 0
        then = {path: (file.size, file.changed) for path, file in memory.observed.items()}
        return memory.version if dict(self.observed) == then else 0

    def renew(self) -> None:
        """Notes down how the files look now, so that those that had to be compared by their bytes need not be again."""
        if self.memory is not None and self.looks != self.memory.looks:
            remember(self.place, msgspec.structs.replace(self.memory, looks=self.looks))

    def _bears_out(self, memory: Memory) -> bool:
        """Whether the plan on disk is the one that was remembered, file by file."""
        began = time.time_ns()
        try:
            if digest_of(self._out / SUM_FILE) != memory.plan:
                return False
            self.looks = looks_of(self._out)
        except OSError:
            return False
        if self.looks == memory.looks:
            return True
        if self.looks.keys() != memory.looks.keys():
            return False
        doubted = [path for path, look in self.looks.items() if memory.looks[path] != look and path != SUM_FILE]
        sums = read_sums(self._out) if doubted else {}
        same = all(sums.get(path) == digest_of(self._out / path) for path in doubted)
        self.looks |= {path: settled(self.looks[path], began) for path in doubted}
        return same
