"""Plays the transcripts in talks/*.txt: every message twice, through the practice channel's real decode and send."""

from pathlib import Path

import pytest

from tests.support import recorded
from tests.support.recorded import Shelf, on_the_practice_page

pytestmark = pytest.mark.both

shelf = recorded.shelf
TALKS = sorted((Path(__file__).parents[1] / "talks").glob("*.txt"))


@pytest.mark.parametrize("path", TALKS, ids=lambda path: path.stem)
def test_talk(path: Path, tmp_path: Path, shelf: Shelf) -> None:
    assert any(shelf.put(path, on_the_practice_page(path, tmp_path)).values())
