"""A restore drill under load: what was acknowledged before the backup is there, what came after it is listed."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path

import httpx

from tests.faults.ledger import Ledger
from tests.faults.practice import messages
from tests.support.process import ROOT, Serving
from tests.support.stage import ZONE


def command(folder: Path, *argv: str) -> str:
    """What a command of the bot prints."""
    environment = {**os.environ, "DATA_DIR": str(folder), "PORT": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "bot", *argv],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def besiege(folder: Path, number: int) -> Ledger:
    """People write while the backup is made and after it; then the machine is lost, and the backup restored."""
    ledger, made = Ledger(kills=1), folder / "made.backup"
    acknowledged: dict[str, float] = {}
    with Serving(folder) as bot:

        def write() -> None:
            for body in messages(number, datetime.now(ZONE).date()):
                answer = httpx.post(f"{bot.url}/practice/messages", json=body, timeout=30, trust_env=False)
                if answer.status_code == 200:
                    acknowledged[body["id"]] = time.monotonic()

        people = threading.Thread(target=write)
        people.start()
        while len(acknowledged) < number // 3:
            time.sleep(0.01)
        began = time.monotonic()
        command(folder, "backup", str(made), "--practice")
        people.join()
        bot.stop(signal.SIGKILL)
    restoring = time.monotonic()
    said = command(folder, "restore", str(made), "--yes", "--practice")
    ledger.took["restored after s"] = round(time.monotonic() - restoring, 1)
    before = {name for name, at in acknowledged.items() if at < began}
    with closing(sqlite3.connect(folder / "practice.db")) as db:
        there = {name for (name,) in db.execute("SELECT message_id FROM inbox")}
        open_ones = db.execute("SELECT count(*) FROM outbox WHERE state IN ('new', 'claimed')").fetchone()[0]
    ledger.sent, ledger.acknowledged, ledger.stored = number, len(acknowledged), len(there)
    ledger.lost += [f"{name} was acknowledged before the backup" for name in before - there]
    listed = re.search(r"现在没有了的消息[:：](\d+) 条", said)
    if listed is None or int(listed[1]) != len(acknowledged.keys() - there):
        ledger.wrong.append(f"{len(acknowledged.keys() - there)} are missing, and it says: {said}")
    ledger.double += [f"{open_ones} letters would go out once more"] if open_ones else []
    return ledger
