"""Whether anything was touched since the last compile, by how the files look: what nothing changed costs is this.

It imports nothing of the pipeline.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from streamplan.runtime.disk import digest_of, read_sums
from streamplan.runtime.plan import SUM_FILE

from .cache import Memory, place_of, recall
from .looks import Look, looks_of
from .observed import FOLDER, json_looks


class Remembered:
    """What the last compile of a spec into a folder remembered, as far as the files bear it out.

    Attributes:
        place: the file that it is kept in.
        memory: what was remembered; None when there is nothing, or when the plan on disk is another.
        looks: how the plan's files look.
        spec: the digest of the spec's bytes now.

    """

    def __init__(self, spec: Path, out: Path, environment: Mapping[str, str], *, afresh: bool = False) -> None:
        self._observed, self._out = spec.parent / FOLDER, out
        self.place = place_of(spec, out, environment)
        self.looks: dict[str, Look] = {}
        self.spec = digest_of(spec) if spec.is_file() else ""
        memory = None if afresh else recall(self.place)
        self.memory = memory if memory is not None and self._bears_out(memory) else None

    @property
    def version(self) -> int:
        """The version of the plan that is there when nothing was touched since it was compiled; else 0."""
        memory = self.memory
        if memory is None or memory.spec != self.spec:
            return 0
        now = dict(json_looks(self._observed))
        then = {path: (file.size, file.changed) for path, file in memory.observed.items()}
        return memory.version if now == then else 0

    def _bears_out(self, memory: Memory) -> bool:
        """Whether the plan on disk is the one that was remembered, file by file."""
        try:
            if digest_of(self._out / SUM_FILE) != memory.plan:
                return False
            self.looks = looks_of(self._out)
        except OSError:
            return False
        if self.looks.keys() != memory.looks.keys():
            return False
        doubted = [path for path, look in self.looks.items() if memory.looks[path] != look and path != SUM_FILE]
        sums = read_sums(self._out) if doubted else {}
        return all(sums.get(path) == digest_of(self._out / path) for path in doubted)
