"""Golden stories of observing: the files that come out of events and registries, and what the command says of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from told import tell

STORIES = sorted((Path(__file__).parent.parent / "golden" / "observe").iterdir())


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_look_at_events_is_told_as_it_is_written(story: Path, tmp_path: Path, update_golden):
    tell(story, tmp_path, update_golden)
