"""How long a check-in takes while a backup is made: the webhook under load, beside it `python -m bot backup`."""

import contextlib
import os
import secrets
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.load import SQUADS
from tests.bench.telegram import OURS
from tests.support.process import ROOT

# Letters of half a kilobyte: some 150 MiB, as a county has after years.
LETTERS = 250_000
CHECKINS = 3000
# As at a busy hour, not as fast as it can.
TOGETHER = 4
_ROW = (
    "INSERT INTO outbox (channel, chat, lane, body, state, due_at, attempts) "
    "VALUES ('telegram', ?, 'answer', ?, 'sent', '2026-04-03 01:00:00.000000', 1)"
)


def grow(database: Path) -> None:
    """What was said in years."""
    with contextlib.closing(sqlite3.connect(database)) as db, db:
        db.executemany(_ROW, ((str(number % 1000), secrets.token_bytes(512)) for number in range(LETTERS)))


def main() -> None:
    """Print the p50 and p99 without and with backups, one after the other for as long as the load lasts."""
    with tempfile.TemporaryDirectory() as name, contextlib.closing(OURS.load()) as load:
        folder = Path(name)
        with OURS.started(folder, load, {}) as (_, port):
            load.post(port, 0, SQUADS)
            grow(folder / "bot.db")
            alone = load.post(port, SQUADS, CHECKINS, TOGETHER)
            environment = {**os.environ, "DATA_DIR": name, "TELEGRAM_TOKEN": "1:made-up"}
            command = [sys.executable, "-m", "bot", "backup", f"{name}/made.backup"]
            began = time.monotonic()
            backup = subprocess.Popen(["nice", *command], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
            first, worst, total = SQUADS + CHECKINS, 0.0, 0
            while backup.poll() is None:
                some = load.post(port, first, SQUADS, TOGETHER)
                first, total, worst = first + SQUADS, total + SQUADS, max(worst, some["p99 ms"])
            took = time.monotonic() - began
            assert backup.returncode == 0
            size = (folder / "bot.db").stat().st_size >> 20
            print(f"\na check-in while a backup is made ({size} MiB, {took:.1f} s, {total} check-ins meanwhile)")
            print(f"  without: p50 {alone['p50 ms']:.1f} ms, p99 {alone['p99 ms']:.1f} ms")
            print(f"  with:    p50 {some['p50 ms']:.1f} ms, the worst p99 of {SQUADS} in turn {worst:.1f} ms")
