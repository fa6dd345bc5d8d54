"""Golden lint: SQL written by hand, and what `streamplan lint` says of it, byte for byte.

A folder of `golden/lint` is one topic. Its good statements pass in silence; `said.txt` tells the others, one by one.
`--update-golden` rewrites what is said.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from streamplan.compiler.diagnostic import Format
from streamplan.compiler.linting import SLIP, lint, shown
from streamplan.compiler.rules import RULES

LINT = Path(__file__).parent.parent / "golden" / "lint"
TOPICS = sorted(path for path in LINT.iterdir() if path.is_dir())
NO_FILE = {"RS-201", "RS-701"}  # a statement of 16 MiB is no file to read, and a file is split into its statements


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_lint_says_of_a_file_what_is_written(topic: Path, update_golden):
    said = topic / "said.txt"
    if update_golden:
        said.write_text(told(topic / "file.sql"), encoding="utf-8")
    assert said.read_text(encoding="utf-8") == told(topic / "file.sql")


def told(path: Path) -> str:
    """What the command prints of the file, named as seen from its own folder."""
    text = path.read_text(encoding="utf-8")
    findings = lint(text, path.name)
    return shown(findings, Format.TEXT, {path.name: text}) + "\n" if findings else ""


def test_every_rule_is_broken_in_a_golden_file():
    told_of = {code for topic in TOPICS for code in re.findall(r" (RS-\d+|C711): ", (topic / "said.txt").read_text())}
    assert told_of == {rule.code for rule in RULES} - NO_FILE | {SLIP}
