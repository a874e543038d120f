"""Plays the transcripts in talks/*.txt: every message twice, through the practice channel's real decode and send."""

from pathlib import Path

import pytest

from tests.talk import play

pytestmark = pytest.mark.both

TALKS = sorted((Path(__file__).parent / "talks").glob("*.txt"))


@pytest.mark.parametrize("path", TALKS, ids=lambda path: path.stem)
def test_talk(path: Path, tmp_path: Path) -> None:
    play(path.read_text(encoding="utf-8"), path.name, tmp_path)
