"""`make soak`: an hour at 20 messages a second with a kill a minute: no growth of memory, handles and files."""

import argparse
import os
import random
import signal
import statistics
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import httpx

from tests.bench.load import ACTIVITIES, MOST_DAYS, SQUADS
from tests.bench.load_telegram import update
from tests.bench.servers import fill
from tests.bench.telegram import PATH, SECRET
from tests.faults.telegram import Platform
from tests.support.databases import new_database, rows_of
from tests.support.platforms.fake_telegram import TOKEN
from tests.support.process import Serving
from tests.support.stage import ZONE

A_SECOND, SECONDS_BETWEEN_KILLS = 20, 60
MOST_LAG, MOST_GROWTH = 2.0, 1.15
WRITERS = 64
_HEADERS = {"X-Telegram-Bot-Api-Secret-Token": SECRET}


class Soak:
    """One bot, whoever writes to it, whoever kills it, and what it uses."""

    def __init__(self, folder: Path, platform: Platform) -> None:
        self.folder, self.platform = folder, platform
        fill(folder)
        self.database = new_database(folder)
        self.lags: list[float] = []
        self.acknowledged: set[int] = set()
        # (resident KiB, open files) shortly before each kill, when it had run as long as each time before.
        self.used: list[tuple[int, int]] = []
        self.up = threading.Event()
        # One for all: to make one takes longer than the bot's answer.
        limits = httpx.Limits(max_connections=WRITERS)
        self.client = httpx.Client(headers=_HEADERS, timeout=30, trust_env=False, limits=limits)
        self.start()

    def start(self) -> None:
        hook = {"TELEGRAM_MODE": "webhook", "TELEGRAM_WEBHOOK_SECRET": SECRET, "PUBLIC_URL": "https://bot.example"}
        where = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API_URL": self.platform.url, "LOG_LEVEL": "WARNING"}
        limits = {"LIMIT_PERSON_MINUTE": "0", "LIMIT_PERSON_HOUR": "0"}
        self.bot = Serving(self.folder, **hook, **where, **limits)
        self.up.set()

    def post(self, number: int) -> None:
        """Until it is acknowledged; what it waits while nobody is there to take it is no lag."""
        body = update(number, datetime.now(ZONE).date())
        while True:
            self.up.wait()
            began = time.monotonic()
            try:
                answer = self.client.post(self.bot.url + PATH, json=body)
            except httpx.TransportError:
                time.sleep(0.05)
                continue
            if answer.status_code == 200:
                self.lags.append(time.monotonic() - began)
                self.acknowledged.add(number)
                return

    def kill(self) -> None:
        """Note what it uses, kill it, start it again."""
        pid = self.bot.process.pid
        resident = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 10
        self.used.append((resident, len(list(Path(f"/proc/{pid}/fd").iterdir()))))
        self.up.clear()
        self.bot.stop(signal.SIGKILL)
        self.start()

    def run(self, seconds: float) -> None:
        """Write at an even pace; kill about once a minute."""
        end, number, kill = time.monotonic() + seconds, 0, time.monotonic() + SECONDS_BETWEEN_KILLS
        with ThreadPoolExecutor(WRITERS) as pool:
            while time.monotonic() < end:
                for _ in range(A_SECOND):
                    pool.submit(self.post, number)
                    number += 1
                time.sleep(random.uniform(0.9, 1.1))
                if time.monotonic() > kill:
                    self.kill()
                    kill = time.monotonic() + SECONDS_BETWEEN_KILLS
        while rows_of(self.database, "SELECT 1 FROM outbox WHERE state IN ('new', 'claimed') LIMIT 1"):
            time.sleep(0.1)


def problems(soak: Soak) -> list[str]:
    """What was promised and is not so."""
    heard = {(int(each["chat_id"]), each["text"]) for each in soak.platform.sent}
    lag = sorted(soak.lags)[int(len(soak.lags) * 0.99)]
    found = [f"p99 of the lag is {lag:.2f} s"] if lag > MOST_LAG else []
    half = len(soak.used) // 2
    for name, place in (("KiB of memory", 0), ("open files", 1)):
        first, last = ([each[place] for each in part] for part in (soak.used[: half or 1], soak.used[half:]))
        before, after = statistics.median(first), statistics.median(last)
        print(f"{name}: {before:.0f} in the first half, {after:.0f} in the second")
        found += [f"{name} grow from {before:.0f} to {after:.0f}"] if after > before * MOST_GROWTH + 2 else []
    left = [path.name for path in soak.folder.iterdir() if path.name.startswith(("tmp", "backup-"))]
    lost = len(soak.acknowledged) - rows_of(soak.database, "SELECT count(*) FROM checkin WHERE state = 'valid'")[0][0]
    print(
        f"{len(soak.acknowledged)} acknowledged, {len(soak.used)} kills, lag p99 {lag:.3f} s, {len(heard)} answers seen"
    )
    return found + [f"left behind: {left}"] * bool(left) + [f"{lost} are lost"] * bool(lost)


def main() -> int:
    """1 when something grew, was late or was lost."""
    parser = argparse.ArgumentParser("python -m tests.faults.soak")
    parser.add_argument("--minutes", type=float, default=60)
    arguments = parser.parse_args()
    assert A_SECOND * 60 * arguments.minutes <= SQUADS * len(ACTIVITIES) * MOST_DAYS
    with tempfile.TemporaryDirectory() as folder, Platform() as platform:
        soak = Soak(Path(folder), platform)
        soak.run(arguments.minutes * 60)
        found = problems(soak)
        soak.bot.stop()
        soak.client.close()
        soak.database.close()
    print(*(found or ["all is well"]), sep="\n")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
