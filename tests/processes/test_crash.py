"""A crash at every step of a message's way: nothing acknowledged or confirmed is lost, nothing is there twice."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support import leaks
from tests.support.process import ROOT

pytestmark = pytest.mark.both

# The steps that a way has at least, so that the hooks cannot silently stop seeing them.
LANDMARKS = {
    "checkin": ["INSERT INTO inbox", "INSERT INTO checkin", "INSERT INTO rollup", "INSERT INTO outbox", "before send"],
    "join": ["INSERT INTO inbox", "INSERT INTO account", "UPDATE invite SET", "INSERT INTO outbox", "before send"],
}
WEBHOOK = ["INSERT INTO inbox", "INSERT INTO checkin", "UPDATE invite SET", "INSERT INTO outbox", "before send"]
TELEGRAM = {"webhook": WEBHOOK, "polling": [*WEBHOOK, "before call", "INSERT INTO fact"]}


def dead(*argv: str) -> list[dict[str, Any]]:
    """What came of dying everywhere, a way each; its log holds no secret."""
    command = [sys.executable, "-m", f"tests.faults.{argv[0]}", *argv[1:]]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    leaks.check(argv[0], done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("way", LANDMARKS)
def test_a_crash_at_any_step_loses_and_doubles_nothing(tmp_path: Path, way: str) -> None:
    [result] = dead("crash_child", str(tmp_path), way)
    missing = [landmark for landmark in LANDMARKS[way] if landmark not in result["steps"]]
    commits = result["steps"].count("after do_commit")
    assert not missing and commits >= 4 and result["deaths"] > commits, result
    assert result["wrong"] == []


def test_a_crash_at_any_step_of_a_callback(tmp_path: Path) -> None:
    """Whether the platform comes again or has given up: whatever was stored is answered."""
    results = dead("crash_wecom", str(tmp_path))
    assert len(results) == 2
    for result in results:
        steps = result["steps"]
        assert steps.index("after do_commit") < steps.index("before http.response.start"), "answered before the commit"
        assert "UPDATE outbox SET" in steps[steps.index("after http.response.body") :]
        assert result["deaths"] >= 5 and result["wrong"] == [], result


@pytest.mark.parametrize("mode", TELEGRAM)
def test_a_crash_at_any_step_of_an_update(tmp_path: Path, mode: str) -> None:
    [result] = dead("crash_telegram", str(tmp_path), mode)
    missing = [landmark for landmark in TELEGRAM[mode] if landmark not in result["steps"]]
    commits = result["steps"].count("after do_commit")
    assert not missing and commits >= 6 and result["deaths"] > commits, result
    assert result["wrong"] == []
