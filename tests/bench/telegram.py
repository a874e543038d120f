"""The Telegram part of `make bench`: a check-in posted to the webhook → committed (SQLite, FULL) → 200, beside peers.

Each server runs in a fresh process on a fresh database, in turn, on one core; the load comes from the other one.
The peers do the same job for the same rows but seal and send nothing, ours does all that it always does.
"""

import contextlib
import json
import os
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.settings import load
from bot.startup import open_engine
from handlers.wording import places
from storage.organisation import units
from storage.organisation.units import Kind
from storage.people import people
from tests.bench.load import FIRST_USER, SQUADS
from tests.support.databases import real
from tests.support.process import ROOT, Serving
from tests.support.stage import ZONE

TOKEN, SECRET, PATH = "123456:made-up", "made-up-secret", "/telegram/webhook"
TOGETHER = 32
PEER_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
FIGURES = ("requests/s", "p50 ms", "p99 ms", "CPU s per 1,000", "flushes per 1,000", "peak RSS MiB")
Figures = dict[str, float]


class Load:
    """The process with the connections and the Bot API."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.load"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        on_core(self.process.pid, 1)
        ports = self._line()
        self.api, self.committed = f"http://127.0.0.1:{ports['api']}", ports["committed"]

    def _line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found

    def post(self, port: int, first: int, count: int, waits: bool, together: int = TOGETHER) -> Figures:
        """Post so many check-ins, so many at a time; every one must be answered 200."""
        today = datetime.now(ZONE).date().isoformat()
        order = {"port": port, "path": PATH, "secret": SECRET, "today": today, "waits": waits}
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({**order, "first": first, "count": count, "together": together}) + "\n")
        self.process.stdin.flush()
        result = self._line()
        assert result.pop("statuses").get("200") == count
        return result

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=10)


def on_core(pid: int, core: int) -> None:
    """Keep a process to one of two cores, as far as there are two."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(pid, {cores[core % len(cores)]})


def fill(folder: Path, channel: str = "telegram") -> None:
    """240 squads in ten schools, each with its counselor, whom this channel knows by a number."""
    settings = load(data_dir=folder, **real(folder))
    engine = open_engine(settings, settings.real_database)
    now = engine.now()
    with engine.database.write.begin() as db:
        county = units.add(db, Kind.COUNTY, "测速区")
        for number in range(SQUADS):
            if number % 24 == 0:
                school = units.add(db, Kind.SCHOOL, f"测速小学{number}", county)
            grade, class_no = number % 24 // 4 + 1, number % 4 + 1
            squad = units.add(
                db, Kind.SQUAD, places.squad_name(grade, class_no), school, grade=grade, class_no=class_no
            )
            person = people.add(db, f"老师{number}", now)
            people.link(db, person, channel, str(FIRST_USER + number))
            people.give(db, person, people.Role.COUNSELOR, squad, now)
        units.changed(db, now)
    engine.database.close()


@dataclass(frozen=True)
class Server:
    """What is measured: its name, the module of a peer (none: ours), whether its 200 comes before the commit."""

    name: str
    module: str = ""
    waits: bool = False
    replies: bool = False
    database: str = "bot.db"

    @contextlib.contextmanager
    def started(self, folder: Path, load: Load, environment: dict[str, str]) -> Iterator[tuple[int, int]]:
        """(process, port) while it runs."""
        with self._ours(folder, load, environment) if not self.module else self._peer(folder, load, environment) as at:
            on_core(at[0], 0)
            yield at

    @contextlib.contextmanager
    def _ours(self, folder: Path, load: Load, environment: dict[str, str]) -> Iterator[tuple[int, int]]:
        fill(folder)
        mode = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_MODE": "webhook", "TELEGRAM_WEBHOOK_SECRET": SECRET}
        where = {"TELEGRAM_API_URL": f"{load.api}/bot", "PUBLIC_URL": "https://bot.example"}
        with Serving(folder, fresh=True, **mode, **where, **environment, LOG_LEVEL="WARNING") as bot:
            yield bot.process.pid, int(bot.url.rpartition(":")[2])
            bot.stop()

    @contextlib.contextmanager
    def _peer(self, folder: Path, load: Load, environment: dict[str, str]) -> Iterator[tuple[int, int]]:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        given = {"token": TOKEN, "secret": SECRET, "path": PATH, "port": port, "database": folder / self.database}
        options = {**given, "api": load.api, "committed": load.committed}.items()
        command = [str(PEER_PYTHON), "-m", self.module, *(f"--{name}={value}" for name, value in options)]
        command += ["--replies"] if self.replies else []
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment})
        try:
            wait_for(port, process)
            yield process.pid, port
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=15)


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Return when it listens."""
    deadline = time.monotonic() + 30
    while True:
        assert process.poll() is None and time.monotonic() < deadline, "the server did not start"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)


OURS = Server("counselor-bot")
PEERS = (
    Server("aiogram", "tests.bench.peers.aiogram_bot"),
    Server("python-telegram-bot", "tests.bench.peers.ptb_bot", waits=True),
    # As its users write it: the handler sends the answer and waits for it.
    Server("the same, replying", "tests.bench.peers.ptb_bot", waits=True, replies=True),
)


def cpu_of(pid: int) -> float:
    """CPU seconds so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rest(*pids: int) -> None:
    """Until these have done what they do after a start (half a minute at most): patterns are compiled beside."""
    for _ in range(30):
        before = sum(map(cpu_of, pids))
        time.sleep(1)
        if sum(map(cpu_of, pids)) - before < 0.05:
            break


def peak_of(pid: int) -> float:
    """The largest resident size so far, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def flushes(counter: Path) -> int:
    """How often it has waited for the disk."""
    return counter.stat().st_size if counter.exists() else 0


def measure(server: Server, count: int, environment: dict[str, str]) -> Figures:
    """One run: warm it up, post, look whether every row is there."""
    with tempfile.TemporaryDirectory() as name, contextlib.closing(Load()) as load:
        folder = Path(name)
        counter = folder / "flushes"
        with server.started(folder, load, {**environment, "FLUSHES": str(counter)}) as (pid, port):
            load.post(port, 0, SQUADS, server.waits)
            rest(pid)
            cpu, flushed = cpu_of(pid), flushes(counter)
            figures = load.post(port, SQUADS, count, server.waits)
            figures["CPU s per 1,000"] = (cpu_of(pid) - cpu) / count * 1000
            figures["flushes per 1,000"] = (flushes(counter) - flushed) / count * 1000
            figures["peak RSS MiB"] = peak_of(pid)
        look(folder / server.database, count + SQUADS)
    return figures


def look(database: Path, expected: int) -> None:
    """Every check-in must be there once, in all four places."""
    with contextlib.closing(sqlite3.connect(database)) as db:
        for what in (
            "count(*) FROM inbox",
            "count(*) FROM checkin",
            "sum(events) FROM rollup",
            "count(*) FROM outbox",
        ):
            found = db.execute(f"SELECT {what}").fetchone()[0]
            assert found == expected, f"{found} of {expected}: {what}"


def compare(title: str, counts: tuple[int, int], environment: dict[str, str], rounds: int) -> None:
    """Print all of them side by side, and our ratio to each peer."""
    servers = (OURS, *PEERS)
    runs = [[measure(each, counts[each is not OURS], environment) for each in servers] for _ in range(rounds)]
    print(f"\n{title} ({TOGETHER} connections, {rounds} rounds in turn, medians)")
    print(f"{'':>20}" + "".join(f"{each.name:>22}" for each in servers))
    for name in FIGURES:
        row = [statistics.median(run[place][name] for run in runs) for place in range(len(servers))]
        print(f"{name:>20}" + "".join(f"{value:>22,.2f}" for value in row))
    ratios = [
        statistics.median(run[0]["requests/s"] / run[place]["requests/s"] for run in runs)
        for place in range(len(servers))
    ]
    print(f"{'we are faster by':>20}" + "".join(f"{ratio:>22.1f}" for ratio in ratios), flush=True)


def main(shim: Path, rounds: int) -> None:
    """As fast as the disk allows, and with every flush 10 ms slower."""
    if not PEER_PYTHON.exists():
        print("\nthe peers are not installed: `make bench` does it")
        return
    preload = {"LD_PRELOAD": str(shim)}
    compare("webhook: a check-in posted → committed → 200", (6000, 1500), preload, rounds)
    compare("the same, each flush 10 ms slower", (3000, 300), {**preload, "SLOW_FSYNC_MS": "10"}, rounds)
