"""What a run asks of the compiler: the next version of its plan, from what its events taught, by the same compile.

It works on a copy of the plan in a folder of its own and on observed schemas in memory. It reads no warehouse.
**The folders of the user's plan and of the observed schemas are never written here.**
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
from streamplan.runtime.disk import load, read_sums
from streamplan.runtime.plan import SUM_FILE, Plan
from streamplan.runtime.ports import Record

from .api import Compiled, compiled
from .diagnostic import CompileError, Format, show
from .emit import write
from .observe import Sample, observe
from .observed import FOLDER, Observed, ObservedTopic, read_observed, save, written
from .previous import read_previous
from .proposing import proposal
from .replacing import replace_files
from .seen import seen_of
from .source import read_source
from .spec_reading import parse_spec

__all__ = ["Bench", "CompileError", "Compiled", "Observed", "as_text", "in_short"]

Untaken: TypeAlias = Callable[[Plan, Record], tuple[Any, ...]]
Ways: TypeAlias = Callable[[tuple[Any, ...]], str]


class Bench:
    """A spec, the observed schemas that a plan was compiled from, and a copy of that plan.

    Attributes:
        spec: the parsed spec.
        place: the folder of observed schemas beside the spec.
        observed: what the plan in `folder` is compiled from.
        folder: the copy of the plan: the newest version that was taken.

    """

    def __init__(self, spec: Path, plan: Path, folder: Path, ways: Ways, untaken: Untaken) -> None:
        """Reads the spec and the schemas beside it and copies the plan; raises CompileError, OSError.

        `untaken` says what a plan would not take of a record, `ways` the same in words, with the way on.
        """
        self._ways, self._untaken = ways, untaken
        self.spec = parse_spec(read_source(spec, str(spec)))
        self.place = spec.parent / FOLDER
        self.observed = read_observed(self.place)
        self.folder = folder
        self._current = False
        shutil.copytree(plan, folder)

    @property
    def plan(self) -> Plan:
        """The newest version that was taken, verified, with all its texts."""
        return load(self.folder)

    def compiled(self, observed: Observed) -> Compiled:
        """The version that follows when this has been observed; raises CompileError."""
        return compiled(self.spec, seen_of(observed), observed.folder, read_previous(self.folder))

    @property
    def is_current(self) -> bool:
        """Whether the plan is what the spec and the observed schemas give; raises CompileError. It is asked once."""
        self._current = self._current or self.compiled(self.observed).unchanged
        return self._current

    def take(self, observed: Observed, made: Compiled) -> None:
        """From here on, this is the plan."""
        self._current = True
        write(made.files, made.sums, made.before, self.folder)
        self.observed = observed

    def learnt(self, before: Observed, records: Iterable[Record]) -> Observed:
        """What is known after some records. A new field that has had no value yet is left out: it has no type."""
        samples = [_sample(record) for record in records]
        after = observe(samples, self.spec.topics, before).observed
        known = {topic.identity: {field.field for field in topic.value} for topic in before.topics}
        topics = (_with_values(topic, known.get(topic.identity, set())) for topic in after.topics)
        return Observed(topics=tuple(topic for topic in topics if topic.value), folder=before.folder)

    def changed(self, observed: Observed) -> dict[str, str]:
        """The files of observed schemas that differ from those of the plan: name to text."""
        before = written(self.observed.topics)
        return {name: text for name, text in written(observed.topics).items() if before.get(name) != text}

    def with_texts(self, texts: Mapping[str, str]) -> Observed:
        """What is known with the files of a version in the place of those of the plan; raises ValueError."""
        files = {**written(self.observed.topics), **texts}
        for name in {f"{name.partition('@')[0]}.json" for name in texts if "@" in name} - set(texts):
            files.pop(name, None)  # the topic turned out to hold several tables
        topics = [msgspec.json.decode(text, type=ObservedTopic) for text in files.values()]
        return Observed(topics=tuple(topics), folder=self.observed.folder)

    def deliver(self, plan: Path) -> None:
        """Writes the newest version into a plan's folder, and what it was compiled from beside the spec.

        `plan.sum` goes last: a plan is the old one or the new one. Raises OSError.
        """
        save(self.observed.topics, self.place)
        before, now = read_sums(plan), read_sums(self.folder)
        changed = sorted(path for path, sha in now.items() if before.get(path) != sha)
        replace_files({plan / path: (self.folder / path).read_text(encoding="utf-8") for path in (*changed, SUM_FILE)})
        for path in before.keys() - now.keys():
            (plan / path).unlink()

    def proposal(self, known: Observed, waiting: Mapping[str, Record]) -> dict[str, str]:
        """The files of a proposal for topics that wait, each with the record that it waits at."""

        def refusal(topic: str, plan: Plan) -> str:
            found = self._untaken(plan, waiting[topic])
            return self._ways(found) if found else ""

        return proposal(self, known, waiting, refusal)

    def merged(self, other: Observed, topics: Iterable[str]) -> Observed:
        """What the plan is compiled from, with these topics as another look knows them."""
        theirs = frozenset(topics)
        mine = [topic for topic in self.observed.topics if topic.topic not in theirs]
        more = [topic for topic in other.topics if topic.topic in theirs]
        return Observed(topics=(*mine, *more), folder=self.observed.folder)


def as_text(error: CompileError) -> str:
    """The diagnostics of an error, as a terminal shows them."""
    return show(error, Format.TEXT, {})


def in_short(error: CompileError) -> str:
    """The diagnostics of an error in one line."""
    return "; ".join(f"{one.code} {one.message}" for one in error.diagnostics)


def _sample(record: Record) -> Sample:
    at = record.at
    return Sample(topic=at.topic, key=record.key, value=record.value, partition=at.number, offset=record.offset)


def _with_values(topic: ObservedTopic, known: set[str]) -> ObservedTopic:
    value = tuple(field for field in topic.value if field.type != "null" or field.field in known)
    return topic if len(value) == len(topic.value) else msgspec.structs.replace(topic, value=value)
