"""Golden stories of the other commands: what each prints, and the files that it writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from told import tell

STORIES = sorted((Path(__file__).parent.parent / "golden" / "commands").iterdir())


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_command_says_what_is_written(story: Path, tmp_path: Path, update_golden):
    tell(story, tmp_path, update_golden)
