"""Golden stories: what the compiler must produce, byte for byte, and the truths that stand beside every story.

A story is a folder of steps; each step compiles its spec against the plan that the step before left, or is refused.
`--update-golden` rewrites; the truths are never rewritten.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from streamplan.compiler.api import Compiled, Previous, compile_connector, read_previous
from streamplan.compiler.diagnostic import CompileError, Format, show
from streamplan.compiler.diff import diff
from streamplan.compiler.emit import write
from streamplan.compiler.observed import read_observed
from streamplan.compiler.source import read_source

GOLDEN = Path(__file__).parent.parent / "golden"
STORIES = sorted(path for path in GOLDEN.iterdir() if path.is_dir())


def compiled(step: Path, previous: Previous) -> Compiled:
    """Compiles a step as the command does, with the paths that a reader of its errors would see."""
    observed = read_observed(step / "observed")
    return compile_connector(read_source(step / "spec.yaml", "spec.yaml"), shown(observed), previous)


def shown(observed):
    """The same observation, named as seen from the step's own folder."""
    return type(observed)(topics=observed.topics, folder="observed")


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_story_is_told_as_it_is_written(story: Path, tmp_path: Path, update_golden, truths):
    previous, plan = Previous(), tmp_path / "plan"
    for step in sorted(path for path in story.iterdir() if path.is_dir()):
        outcome = outcome_of(step, previous)
        if isinstance(outcome, str):
            same(step / "errors.txt", outcome, update_golden)
            continue
        if outcome.files == previous.files:
            same(step / "output.txt", f"version {outcome.plan.version}, nothing changed\n", update_golden)
            continue
        write(outcome.files, previous.files, plan)
        same_folder(step / "plan", plan, update_golden)
        always(step, previous, outcome)
        truths(plan, outcome)
        previous = read_previous(plan)


def outcome_of(step: Path, previous: Previous) -> Compiled | str:
    try:
        return compiled(step, previous)
    except CompileError as error:
        text = show(error, Format.TEXT, {"spec.yaml": (step / "spec.yaml").read_text(encoding="utf-8")})
        return text.replace(f"{step}/", "") + "\n"


def always(step: Path, previous: Previous, outcome: Compiled) -> None:
    """The truths that need no warehouse: the same input gives the same bytes, and nothing changes between equals."""
    assert compiled(step, previous).files == outcome.files
    assert diff(outcome.model, outcome.model) == ()


def same(path: Path, text: str, update: bool) -> None:  # noqa: FBT001 - a pytest option
    if update:
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def same_folder(expected: Path, found: Path, update: bool) -> None:  # noqa: FBT001 - a pytest option
    if update:
        shutil.rmtree(expected, ignore_errors=True)
        shutil.copytree(found, expected)
    assert contents(expected) == contents(found)


def contents(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes().decode() for path in sorted(files)}
