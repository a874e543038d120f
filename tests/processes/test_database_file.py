"""The real bot whose database file goes away while people talk to it: it ends in seconds, and has kept every word."""

import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.support.databases import POSTGRESQL
from tests.support.process import ROOT, Serving
from tests.support.waiting import PATIENCE

pytestmark = [pytest.mark.both, pytest.mark.skipif(POSTGRESQL, reason="a server keeps its files itself")]


def test_what_was_acknowledged_into_a_deleted_file_is_saved(tmp_path: Path) -> None:
    with Serving(tmp_path, fresh=True) as one:
        acknowledged = []
        for number in range(400):
            if number == 50:
                (tmp_path / "practice.db").unlink()
            body = {"id": f"m{number}", "person": "张老师", "text": "我是谁"}
            try:
                answer = httpx.post(f"{one.url}/practice/messages", json=body, timeout=PATIENCE)
            except httpx.HTTPError:
                break
            acknowledged += [body["id"]] if answer.status_code == 200 else []
            time.sleep(0.05)
        assert one.process.wait(PATIENCE) == 2
        one.process.stdout.close()
    [saved] = tmp_path.glob("practice.db.saved-*")
    db = sqlite3.connect(saved)
    kept = {row[0] for row in db.execute("SELECT message_id FROM inbox")}
    db.close()
    assert 50 <= len(acknowledged) < 400 and set(acknowledged) <= kept
    assert str(saved) in one.log.read_text()
    # Nothing begins anew beside it.
    again = serve(tmp_path)
    assert (
        again.returncode == 2 and "在机器人运行时被删掉了" in again.stderr and not (tmp_path / "practice.db").exists()
    )


def test_a_second_process_on_the_same_file_does_not_start(tmp_path: Path) -> None:
    with Serving(tmp_path, fresh=True) as one:
        second = serve(tmp_path)
        assert second.returncode == 2 and "已经有一个机器人在用" in second.stderr
        assert httpx.get(f"{one.url}/health", timeout=PATIENCE).json()["status"] == "ok"
        one.stop(signal.SIGKILL)
    # Whoever was killed holds nothing.
    with Serving(tmp_path, fresh=True) as one:
        one.stop()


def serve(folder: Path) -> "subprocess.CompletedProcess[str]":
    environment = {"DATA_DIR": str(folder), "PORT": "0"}
    return subprocess.run(
        [sys.executable, "-m", "bot", "serve"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )
