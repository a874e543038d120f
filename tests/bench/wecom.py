"""The WeCom part of `make bench`: an encrypted callback → verified, opened, committed (SQLite, FULL), encrypted reply.

As in `bench_telegram` each server runs in a fresh process on a fresh database, in turn, on one core; the load comes
from the other one, which opens and checks every reply. The peers write the same rows, but seal nothing.
"""

import contextlib
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.bench import telegram as bench_telegram
from tests.bench.load import SQUADS
from tests.bench.telegram import (
    FIGURES,
    TOGETHER,
    Figures,
    cpu_of,
    fill,
    flushes,
    look,
    on_core,
    peak_of,
    rest,
    wait_for,
)
from tests.support.platforms.fake_wecom import AES_KEY, AGENT, CORP, SECRET, TOKEN
from tests.support.process import ROOT, Serving
from tests.support.stage import ZONE

PATH = "/wecom/callback"


class Load:
    """The process with the connections and the API."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.bench.load_wecom"]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        on_core(self.process.pid, 1)
        self.api = f"http://127.0.0.1:{self._line()['api']}/cgi-bin"

    def _line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found

    def post(self, port: int, first: int, count: int) -> Figures:
        """Post so many check-ins; every one must be answered 200, with its reply."""
        order = {"port": port, "path": PATH, "today": datetime.now(ZONE).date().isoformat()}
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({**order, "first": first, "count": count, "together": TOGETHER}) + "\n")
        self.process.stdin.flush()
        result = self._line()
        assert result.pop("statuses") == {"200": count}
        return result

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=10)


@dataclass(frozen=True)
class Server:
    """What is measured: its name, and the module of a peer (none: ours)."""

    name: str
    module: str = ""
    needs: str = ""

    @property
    def database(self) -> str:
        return "peer.db" if self.module else "bot.db"

    @contextlib.contextmanager
    def started(self, folder: Path, load: Load, environment: dict[str, str]) -> Iterator[tuple[int, int]]:
        """(process, port) while it runs; all its threads and children share a core."""
        with self._ours(folder, load, environment) if not self.module else self._peer(folder, environment) as at:
            for process in family(at[0]):
                on_core(process, 0)
            yield at

    @contextlib.contextmanager
    def _ours(self, folder: Path, load: Load, environment: dict[str, str]) -> Iterator[tuple[int, int]]:
        fill(folder, "wecom")
        with Serving(folder, fresh=True, **app_settings(load.api), **environment) as bot:
            yield bot.process.pid, int(bot.url.rpartition(":")[2])
            bot.stop()

    @contextlib.contextmanager
    def _peer(self, folder: Path, environment: dict[str, str]) -> Iterator[tuple[int, int]]:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        given = {"token": TOKEN, "key": AES_KEY, "corp": CORP, "path": PATH, "port": port}
        options = {**given, "database": folder / self.database}.items()
        command = [
            str(bench_telegram.PEER_PYTHON),
            "-m",
            self.module,
            *(f"--{name}={value}" for name, value in options),
        ]
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment})
        try:
            wait_for(port, process)
            yield process.pid, port
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=15)


def app_settings(api: str) -> dict[str, str]:
    """The environment of a bot whose platform is at this address."""
    app = {"WECOM_CORP_ID": CORP, "WECOM_AGENT_ID": str(AGENT), "WECOM_SECRET": SECRET, "WECOM_TOKEN": TOKEN}
    return {**app, "WECOM_AES_KEY": AES_KEY, "WECOM_API_URL": api, "LOG_LEVEL": "WARNING"}


OURS = Server("counselor-bot")
PEERS = (
    Server("wechatpy + Flask", "tests.bench.peers.wechatpy_flask", "wechatpy"),
    Server("WeRoBot + Flask", "tests.bench.peers.werobot_flask", "werobot"),
)


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


def measure(server: Server, count: int, environment: dict[str, str]) -> Figures:
    """One run: warm it up, post, look whether every row is there."""
    with tempfile.TemporaryDirectory() as name, contextlib.closing(Load()) as load:
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


def installed() -> list[Server]:
    """The peers that are there to be measured."""
    found = []
    for peer in PEERS:
        command = [str(bench_telegram.PEER_PYTHON), "-c", f"import flask, gunicorn, {peer.needs}"]
        if bench_telegram.PEER_PYTHON.exists() and not subprocess.run(command, capture_output=True).returncode:
            found.append(peer)
        else:
            print(f"\n{peer.name} is not installed, and left out: `make bench` installs it")
    return found


def compare(title: str, counts: tuple[int, int], environment: dict[str, str], rounds: int) -> None:
    """Print all of them side by side, and our ratio to each peer."""
    servers = (OURS, *installed())
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
    preload = {"LD_PRELOAD": str(shim)}
    compare("callback: a sealed check-in → committed → sealed reply", (6000, 1500), preload, rounds)
    compare("the same, each flush 10 ms slower", (3000, 300), {**preload, "SLOW_FSYNC_MS": "10"}, rounds)
