"""Each story: fakeknn's whole answers against the recorded ones of the real server."""

from __future__ import annotations

from pathlib import Path

import pytest

from fakeknn.contract.compare import findings

HERE = Path(__file__).parent
STORIES = sorted(HERE.glob("**/*.console"))


@pytest.mark.parametrize("story", STORIES, ids=[str(path.relative_to(HERE).with_suffix("")) for path in STORIES])
def test_answers_are_those_recorded(story: Path) -> None:
    found = findings(story)
    if found:
        text = "\n".join(map(str, found))
        pytest.fail(f"{len(found)} requests of {story.name} are answered differently\n{text}", pytrace=False)
