"""Plays the transcripts in talks/: every message twice, through the practice channel's real decode and send."""

from pathlib import Path

import pytest

from tests.support import recorded
from tests.support.recorded import Shelf
from tests.support.talk import TALKS

pytestmark = pytest.mark.both

shelf = recorded.shelf


@pytest.mark.parametrize("path", TALKS, ids=lambda path: path.stem)
def test_talk(path: Path, tmp_path: Path, shelf: Shelf) -> None:
    assert any(shelf.get(path, tmp_path).values())
