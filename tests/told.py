"""Stories of commands: a folder of steps, each with what is laid out, what the commands say, and what they leave.

`said.txt` is a transcript: a line that begins with `$ streamplan` is run, what follows is what it must say (lines of
the error stream behind `! `, then the exit code); `$ rm` takes something away. `given/` is laid into the working folder
before, `left/` holds the files that the commands wrote or changed; of a plan its `plan.sum`. The working folder lives
as long as the story.
"""

from __future__ import annotations

import gc
import io
import os
import re
import shlex
import shutil
from contextlib import chdir
from difflib import unified_diff
from pathlib import Path, PurePosixPath

from click.testing import CliRunner
from streamplan.runtime.cli import run

PROMPT, REMOVE = "$ streamplan ", "$ rm "
PROGRESS = re.compile(r" records \d+:\d\d:\d\d$")  # a bar of progress tells the time


def tell(story: Path, place: Path, update: bool) -> None:  # noqa: FBT001 - a pytest option
    """Goes through a story's steps in a working folder. Raises AssertionError where it is told otherwise."""
    for step in sorted(path for path in story.iterdir() if path.is_dir()):
        if (step / "given").exists():
            shutil.copytree(step / "given", place, dirs_exist_ok=True, copy_function=laid)
        before = contents(place)
        said = "".join(heard(line, place) for line in commands(step))
        after = contents(place)
        left = {path: raw for path, raw in after.items() if before.get(path) != raw and not summed(path, after)}
        if update:
            rewrite(step, said, left)
        same(said, (step / "said.txt").read_text(encoding="utf-8"), step.name)
        expected = contents(step / "left")
        assert sorted(left) == sorted(expected), f"{step.name} left {sorted(left)}, not {sorted(expected)}"
        for path, raw in left.items():
            same(raw.decode(), expected[path].decode(), f"{step.name}/{path}")


def laid(given: str, place: str) -> None:
    """Copies a file that nobody changed a moment ago, so that its look can be remembered."""
    shutil.copyfile(given, place)
    os.utime(place, (1_000_000_000, Path(place).stat().st_size))


def same(found: str, expected: str, what: str) -> None:
    lines = unified_diff(expected.splitlines(), found.splitlines(), "expected", what, lineterm="")
    assert found == expected, "\n".join(lines)


def summed(path: str, files: dict[str, bytes]) -> bool:
    """Whether a file is part of a plan: the digests in its `plan.sum` stand for it here."""
    folders = [folder.as_posix() for folder in PurePosixPath(path).parents]
    return not path.endswith("plan.sum") and any(f"{folder}/plan.sum" in files for folder in folders)


def commands(step: Path) -> list[str]:
    """The command lines of a step's transcript."""
    lines = (step / "said.txt").read_text(encoding="utf-8").split("\n")
    return [line for line in lines if line.startswith((PROMPT, REMOVE))]


def heard(line: str, place: Path) -> str:
    """What a command line prints: itself, its output, its errors, and its exit code when it is not 0."""
    if line.startswith(REMOVE):
        shutil.rmtree(place / line.removeprefix(REMOVE))
        return line + "\n"
    words, _, given = line.removeprefix(PROMPT).partition(" < ")
    typed = io.BytesIO((place / given).read_bytes() if given else b"")
    with chdir(place), CliRunner().isolation(input=io.BufferedReader(typed)) as (out, err, _):
        code = run(shlex.split(words))
        gc.enable()  # a command that is alone in its process need not collect
    errors = [one for one in err.getvalue().decode().splitlines() if not PROGRESS.search(one)]
    parts = [line + "\n", out.getvalue().decode(), *(f"! {one}\n" for one in errors)]
    return "".join([*parts, f"exit {code}\n"] if code else parts)


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a folder: path to bytes; none of a folder that is not there."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def rewrite(step: Path, said: str, left: dict[str, bytes]) -> None:
    (step / "said.txt").write_text(said, encoding="utf-8")
    shutil.rmtree(step / "left", ignore_errors=True)
    for path, raw in left.items():
        file = step / "left" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(raw)
