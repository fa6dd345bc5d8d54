"""What a reviewer reads of a version that events ask for: its observed schemas, its summary, its SQL as a diff.

Where the compiler refuses it, the reasons and the way on. It writes nothing. **Same input, same bytes.**
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import unified_diff
from pathlib import Path
from typing import Protocol

from streamplan.runtime.disk import Text, as_bytes
from streamplan.runtime.plan import Plan

from .api import Compiled
from .diagnostic import CompileError, Format, show
from .emit import SUMMARY_FILE
from .observed import FOLDER, Observed, written


class Desk(Protocol):
    """What compiles: see `evolving.Bench`."""

    @property
    def folder(self) -> Path:
        """The folder of the plan that is there."""

    @property
    def plan(self) -> Plan:
        """The plan that is there."""

    def compiled(self, observed: Observed) -> Compiled:
        """The version that follows when this has been observed; raises CompileError."""

    def merged(self, other: Observed, topics: Iterable[str]) -> Observed:
        """What the plan is compiled from, with these topics as another look knows them."""


_DIFF, _ERRORS = "diff.md", "errors.txt"


def proposal(
    bench: Desk, known: Observed, topics: Iterable[str], untaken: Callable[[str, Plan], str]
) -> dict[str, str]:
    """The files of a proposal, by path: `known` is what was learnt of the topics, which wait.

    `untaken` says what a version would still not take of a topic's record, "" when nothing.
    """
    waiting = sorted(topics)
    files = written(topic for topic in known.topics if topic.topic in waiting)
    found = {f"{FOLDER}/{name}": text for name, text in files.items()}
    made, refused = _made(bench, known, waiting)
    plan = made.plan if made and not made.unchanged else bench.plan
    for topic in waiting:
        if topic not in refused and (said := untaken(topic, plan)):
            refused[topic] = said
    if made and not made.unchanged:
        found[SUMMARY_FILE] = as_bytes(made.files[SUMMARY_FILE]).decode()
        found[_DIFF] = "\n".join(_diff(made, bench.folder)) + "\n"
    if refused:
        found[_ERRORS] = "\n".join(f"{topic}:\n{said}\n" for topic, said in sorted(refused.items()))
    return found


def _made(bench: Desk, known: Observed, waiting: list[str]) -> tuple[Compiled | None, dict[str, str]]:
    """The version with all topics that the compiler takes, and why it refuses the others."""
    try:
        return bench.compiled(bench.merged(known, waiting)), {}
    except CompileError:
        refused = {topic: said for topic in waiting if (said := _refusal(bench, known, topic))}
    taken = [topic for topic in waiting if topic not in refused]
    try:
        return (bench.compiled(bench.merged(known, taken)) if taken else None), refused
    except CompileError as error:  # each can be taken alone, and all together cannot
        return None, refused | dict.fromkeys(taken, show(error, Format.TEXT, {}))


def _refusal(bench: Desk, known: Observed, topic: str) -> str:
    try:
        bench.compiled(bench.merged(known, [topic]))
    except CompileError as error:
        return show(error, Format.TEXT, {})
    return ""


def _diff(made: Compiled, folder: Path) -> Iterator[str]:
    yield f"# {made.head.connector}: version {made.head.version}, statement by statement"
    for path in sorted({*made.sums, *made.before}):
        if path.endswith(".sql") and made.sums.get(path) != made.before.get(path):
            yield from _file(path, made.files, folder / path)


def _file(path: str, files: Mapping[str, Text], there: Path) -> Iterator[str]:
    before = there.read_text(encoding="utf-8").splitlines() if there.exists() else []
    after = as_bytes(files.get(path, "")).decode().splitlines()
    yield f"\n## {path}\n\n```diff"
    yield from [f"+{line}" for line in after] if not before else [*unified_diff(before, after, lineterm="", n=2)][2:]
    yield "```"
