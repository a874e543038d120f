"""A start that fails ends at once and says the cure; what the service manager is told; what doctor sees."""

import asyncio
import contextlib
import os
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from bot.channels import http
from bot.jobs import supervision as supervised
from bot.jobs.supervision import Supervision
from bot.settings import Settings
from tests.support.process import ROOT, Serving
from tests.support.waiting import PATIENCE, until

TELEGRAM = {"TELEGRAM_TOKEN": "123456:made-up", "TELEGRAM_API_URL": "http://127.0.0.1:9/bot"}
ROBOT = {"WECOM_ROBOT_ID": "r", "WECOM_ROBOT_SECRET": "made-up", "WECOM_ROBOT_URL": "wss://127.0.0.1:9"}
# What is wrong in the environment, and the word of the sentence that says what to do.
FAULTS = {
    "ALL_PROXY=socks://user:planted-word@127.0.0.1:1": "socks5://", "https_proxy=ftp://127.0.0.1:1": "HTTPS_PROXY",
    "HTTP_PROXY=http://127.0.0.1:planted-word": "HTTP_PROXY", "NO_PROXY=localhost,[::1]": "NO_PROXY",
    "no_proxy=fe80::/10": "NO_PROXY", "SSL_CERT_FILE=/nowhere.pem": "SSL_CERT_FILE",
    "SSL_CERT_FILE=/etc/passwd": "SSL_CERT_FILE",  # pragma: allowlist secret
    "SSL_CERT_DIR=/nowhere": "SSL_CERT_DIR", "SSLKEYLOGFILE=/nowhere/log": "SSLKEYLOGFILE",
}  # fmt: skip
BROKEN = """
import sys, bot.__main__, bot.platforms
async def broken(*_):
    raise KeyError("planted bug")
bot.platforms.open_channels = broken
sys.exit(bot.__main__.main(["serve"]))
"""
NOT_SET = {name: "" for name in os.environ if name.lower().endswith("_proxy") or name.startswith("SSL")}


def run(command: str, folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    given = {**os.environ, **NOT_SET, **TELEGRAM, "DATA_DIR": str(folder), "PORT": "0", **environment}
    return subprocess.run(
        [sys.executable, "-m", "bot", command], cwd=ROOT, env=given, capture_output=True, text=True, timeout=PATIENCE
    )


@pytest.mark.parametrize("fault", FAULTS)
def test_a_start_that_cannot_be_ends_with_the_cure(fault: str, tmp_path: Path) -> None:
    name, _, value = fault.partition("=")
    ended = run("serve", tmp_path, **{name: value})
    assert ended.returncode == 2 and FAULTS[fault] in ended.stderr and "Traceback" not in ended.stderr
    assert "planted" not in ended.stderr
    # Where nothing is called nothing is in the way.
    assert f"不对 环境变量：{ended.stderr.strip()}" in run("doctor", tmp_path, **{name: value}).stdout


@pytest.mark.parametrize(("name", "value", "is_one"), [
    ("https_proxy", "http://127.0.0.1:99999", False), ("ALL_PROXY", "socks5://127.0.0.1:0", False),
    ("HTTPS_PROXY", "127.0.0.1:70000", False), ("HTTPS_PROXY", "HTTP://127.0.0.1:3128", True),
    # Of other programs.
    ("FTP_PROXY", "socks://127.0.0.1:1", True), ("GIT_PROXY", "none at all", True),
])  # fmt: skip
def test_only_what_would_be_asked_must_be_a_proxy(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, is_one: bool
) -> None:
    for each in NOT_SET:
        monkeypatch.delenv(each, raising=False)
    monkeypatch.setenv(name, value)
    assert bool(http.environment_problem()) is not is_one


@pytest.mark.parametrize("platform", [TELEGRAM, ROBOT], ids=["telegram", "robot"])
def test_a_proxy_that_is_away_keeps_nothing_from_starting(tmp_path: Path, platform: dict[str, str]) -> None:
    proxy = "socks5://127.0.0.1:9"
    with Serving(tmp_path, fresh=True, **NOT_SET, **platform, https_proxy=proxy, http_proxy=proxy) as one:
        until(lambda: re.search("取不到 Telegram 的消息：|连不上：", one.log.read_text()))
        assert one.stop()[0] == 0


def test_a_bug_while_it_starts_ends_it(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", BROKEN], cwd=ROOT, capture_output=True, text=True, timeout=60,
        env={**os.environ, **TELEGRAM, "DATA_DIR": str(tmp_path), "PORT": "0"},
    )  # fmt: skip
    assert ended.returncode == 1 and "程序自己出错了" in ended.stderr
    (kept,) = map(Path, re.findall(r"/\S+\.txt", ended.stderr))
    assert "planted bug" in kept.read_text(encoding="utf-8")
    kept.unlink()


class Manager:
    """What systemd hears, always listening."""

    def __init__(self, folder: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.path = str(folder / "notify")
        self._socket.bind(self.path)
        self.heard: list[str] = []
        self._ends, self._more = False, threading.Condition()
        self._listening = threading.Thread(target=self._listen)
        self._listening.start()

    def _listen(self) -> None:
        while not self._ends:
            if select.select([self._socket], [], [], 0.1)[0]:
                with self._more:
                    self.heard += self._socket.recv(4096).decode().splitlines()
                    self._more.notify_all()

    def hears(self, words: str, within: float = 60) -> bool:
        with self._more:
            return self._more.wait_for(lambda: any(each.startswith(words) for each in self.heard), within)

    def close(self) -> None:
        self._ends = True
        self._listening.join()
        self._socket.close()


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    made = Manager(tmp_path)
    yield made
    made.close()


def test_the_service_manager_hears_of_it_and_of_a_process_that_hangs_no_more(tmp_path: Path, manager: Manager) -> None:
    environment = {"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "1500000"}
    with Serving(tmp_path, fresh=True, **environment) as one:
        assert manager.hears("READY=1")
        for _ in range(3):
            manager.heard.clear()
            assert manager.hears("WATCHDOG=1", 10)
        assert any("上次心跳" in each for each in manager.heard)
        one.process.send_signal(signal.SIGSTOP)
        while manager.hears("WATCHDOG=1", 0.2):
            manager.heard.clear()
        assert not manager.hears("WATCHDOG=1", 3)
        one.process.send_signal(signal.SIGCONT)
        assert manager.hears("WATCHDOG=1", 10)
        assert one.stop()[0] == 0 and manager.hears("STOPPING=1", 1)


def test_who_waits_for_a_lock_is_alive_and_who_hangs_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervised, "SECONDS_TO_ANSWER", 0.6)
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    supervision = Supervision(Settings(_env_file=None, data_dir=tmp_path))
    supervision._between = 0.02
    said: list[float] = []
    monkeypatch.setattr(supervision, "say", lambda *words: said.append(time.monotonic()))
    locks = [0.3, 0.3, 0.3, 1e9]

    async def answers() -> None:
        await asyncio.sleep(locks.pop(0))
        raise OSError("locked")

    async def run() -> None:
        began = time.monotonic()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(supervision.live(answers, lambda: ""), 2.5)
        # As long as a lock is told of, and so long after it.
        assert 0.9 + 0.5 < said[-1] - began < 2.3 and locks == []
        assert max(after - before for before, after in pairwise(said)) < 0.3

    asyncio.run(run())


def test_the_host_may_be_of_ipv6(tmp_path: Path) -> None:
    with Serving(tmp_path, fresh=True, **NOT_SET, **TELEGRAM, HOST="::1") as one:
        assert one.url.startswith("http://[::1]:")
        assert httpx.get(f"{one.url}/health", trust_env=False, timeout=PATIENCE).json()["status"] == "ok"
        assert one.stop()[0] == 0


def test_a_service_manager_that_does_not_listen_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as deaf:
        deaf.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        supervision = Supervision(Settings(_env_file=None, data_dir=tmp_path))
        speaking = threading.Thread(target=lambda: [supervision.say("WATCHDOG=1") for _ in range(1000)], daemon=True)
        speaking.start()
        speaking.join(PATIENCE)
        assert not speaking.is_alive() and deaf.recv(100) == b"WATCHDOG=1"
