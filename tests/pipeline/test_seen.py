"""The short run of the fault tests in every `make test`: a kill, judged by what people saw."""

from pathlib import Path

import pytest

from tests.faults.seen import play

pytestmark = [pytest.mark.both, pytest.mark.sqlite("the rest of these scenes looks at the file")]


def test_whoever_was_acknowledged_is_answered_once_after_a_kill(tmp_path: Path) -> None:
    assert play(tmp_path, "killed") == []
