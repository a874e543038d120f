"""A crash at every step of Telegram's way, in both modes: nothing confirmed is lost, nothing is there twice."""

import json
import subprocess
import sys

import pytest

from tests.support import leaks
from tests.support.process import ROOT

pytestmark = pytest.mark.both

# The steps that a way has at least, so that the hooks cannot silently stop seeing them.
LANDMARKS = ["INSERT INTO inbox", "INSERT INTO checkin", "UPDATE invite SET", "INSERT INTO outbox", "before send"]
MODES = {"polling": [*LANDMARKS, "before call", "INSERT INTO fact"], "webhook": LANDMARKS}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict]:
    """What came of dying everywhere; the ways are walked side by side."""
    running = {
        mode: subprocess.Popen(
            [sys.executable, "-m", "tests.faults.crash_telegram", str(tmp_path_factory.mktemp(mode)), mode],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for mode in MODES
    }  # fmt: skip
    said = {mode: process.communicate(timeout=180) for mode, process in running.items()}
    for mode, (_, log) in said.items():
        assert running[mode].returncode == 0, log
        leaks.check(mode, log)
    return {mode: json.loads(out) for mode, (out, _) in said.items()}


@pytest.mark.parametrize("mode", MODES)
def test_a_crash_at_any_step_loses_and_doubles_nothing(results: dict[str, dict], mode: str) -> None:
    result = results[mode]
    missing = [landmark for landmark in MODES[mode] if landmark not in result["steps"]]
    commits = result["steps"].count("after do_commit")
    assert not missing and commits >= 6 and result["deaths"] > commits, result
    assert result["wrong"] == []
