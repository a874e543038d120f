"""A crash at every step of a message's way: nothing acknowledged is lost, nothing is there twice."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.process import ROOT

pytestmark = pytest.mark.both

# The steps that a way has at least, so that the hooks cannot silently stop seeing them.
LANDMARKS = {
    "checkin": ["INSERT INTO inbox", "INSERT INTO checkin", "INSERT INTO rollup", "INSERT INTO outbox", "before send"],
    "join": ["INSERT INTO inbox", "INSERT INTO account", "UPDATE invite SET", "INSERT INTO outbox", "before send"],
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict]:
    """What came of dying everywhere; the ways are walked side by side."""
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.faults.crash_child", str(tmp_path_factory.mktemp(way)), way],
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )
        for way in LANDMARKS
    ]  # fmt: skip
    lines = [process.communicate(timeout=120)[0] for process in running]
    assert [process.returncode for process in running] == [0] * len(running)
    found = [json.loads(line) for line in lines]
    return {each["way"]: each for each in found}


@pytest.mark.parametrize("way", LANDMARKS)
def test_a_crash_at_any_step_loses_and_doubles_nothing(results: dict[str, dict], way: str) -> None:
    result = results[way]
    missing = [landmark for landmark in LANDMARKS[way] if landmark not in result["steps"]]
    commits = result["steps"].count("after do_commit")
    assert not missing and commits >= 4 and result["deaths"] > commits, result
    assert result["wrong"] == []


def test_a_crash_at_any_step_of_a_callback(tmp_path: Path) -> None:
    """Whether the platform comes again or has given up: whatever was stored is answered."""
    command = [sys.executable, "-m", "tests.faults.crash_wecom", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(results) == 2
    for result in results:
        steps = result["steps"]
        assert steps.index("after do_commit") < steps.index("before http.response.start"), "answered before the commit"
        assert "UPDATE outbox SET" in steps[steps.index("after http.response.body") :]
        assert result["deaths"] >= 5 and result["wrong"] == [], result
