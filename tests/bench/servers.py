"""What both parts of `make bench` do with a server: start it, load it, weigh it, look at its rows, compare it.

Each server runs in a fresh process on a fresh database, in turn, on one core; the load comes from the other one.
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
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

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

TOGETHER = 32
PEER_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
FIGURES = ("requests/s", "p50 ms", "p99 ms", "CPU s per 1,000", "flushes per 1,000", "peak RSS MiB")
Figures = dict[str, float]


class Load:
    """The process with the connections and the platform's API; `order` is told with each post."""

    def __init__(self, module: str, order: dict[str, Any]) -> None:
        command = [sys.executable, "-m", module]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        on_core(self.process.pid, 1)
        self.order = order
        self.ports: dict[str, int] = self._line()

    @property
    def api(self) -> str:
        """Where the platform is."""
        return f"http://127.0.0.1:{self.ports['api']}"

    def _line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found

    def post(self, port: int, first: int, count: int, together: int = TOGETHER) -> Figures:
        """Post so many check-ins, so many at a time; every one must be answered 200."""
        today = datetime.now(ZONE).date().isoformat()
        order = {**self.order, "port": port, "today": today, "first": first, "count": count, "together": together}
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order) + "\n")
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
class Server(ABC):
    """What is measured: its name, and the module of a peer (none: ours)."""

    name: str
    module: str = ""
    database: str = "bot.db"
    channel: ClassVar[str]

    @abstractmethod
    def load(self) -> Load:
        """Who posts to it."""

    @abstractmethod
    def settings(self, load: Load) -> dict[str, str]:
        """Our bot's environment."""

    @abstractmethod
    def options(self, load: Load) -> list[str]:
        """A peer's command line, but for its port and its database."""

    @contextlib.contextmanager
    def started(self, folder: Path, load: Load, environment: dict[str, str]) -> Iterator[tuple[int, int]]:
        """(process, port) while it runs; all its threads and children share a core."""
        with self._ours(folder, load, environment) if not self.module else self._peer(folder, load, environment) as at:
            for process in family(at[0]):
                on_core(process, 0)
            yield at

    @contextlib.contextmanager
    def _ours(self, folder: Path, load: Load, environment: dict[str, str]) -> Iterator[tuple[int, int]]:
        fill(folder, self.channel)
        with Serving(folder, fresh=True, **self.settings(load), **environment) as bot:
            yield bot.process.pid, int(bot.url.rpartition(":")[2])
            bot.stop()

    @contextlib.contextmanager
    def _peer(self, folder: Path, load: Load, environment: dict[str, str]) -> Iterator[tuple[int, int]]:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        where = [f"--port={port}", f"--database={folder / self.database}"]
        command = [str(PEER_PYTHON), "-m", self.module, *self.options(load), *where]
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


def family(pid: int) -> list[int]:
    """A process and its children, each with its threads."""
    threads = [int(task.name) for task in Path(f"/proc/{pid}/task").iterdir()]
    children = [child for thread in threads for child in _children(pid, thread)]
    return threads + [each for child in children for each in family(child)]


def _children(pid: int, thread: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{thread}/children").read_text().split()]


def whole(pid: int) -> list[int]:
    """The processes among them."""
    return [each for each in family(pid) if Path(f"/proc/{each}/status").read_text().find(f"\nTgid:\t{each}\n") > 0]


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
    with tempfile.TemporaryDirectory() as name, contextlib.closing(server.load()) as load:
        folder = Path(name)
        counter = folder / "flushes"
        with server.started(folder, load, {**environment, "FLUSHES": str(counter)}) as (pid, port):
            load.post(port, 0, SQUADS)
            rest(*whole(pid))
            cpu, flushed = sum(map(cpu_of, whole(pid))), flushes(counter)
            figures = load.post(port, SQUADS, count)
            figures["CPU s per 1,000"] = (sum(map(cpu_of, whole(pid))) - cpu) / count * 1000
            figures["flushes per 1,000"] = (flushes(counter) - flushed) / count * 1000
            figures["peak RSS MiB"] = sum(map(peak_of, whole(pid)))
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


def compare(
    title: str, servers: Sequence[Server], counts: tuple[int, int], environment: dict[str, str], rounds: int
) -> None:
    """Print all of them side by side, and the ratio of the first, ours, to each."""
    runs = [[measure(each, counts[bool(each.module)], environment) for each in servers] for _ in range(rounds)]
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


def compare_twice(title: str, servers: Sequence[Server], shim: Path, rounds: int) -> None:
    """As fast as the disk allows, and with every flush 10 ms slower (by the library `shim`)."""
    preload = {"LD_PRELOAD": str(shim)}
    compare(title, servers, (6000, 1500), preload, rounds)
    slow = {**preload, "SLOW_FSYNC_MS": "10"}
    compare("the same, each flush 10 ms slower", servers, (3000, 300), slow, rounds)
