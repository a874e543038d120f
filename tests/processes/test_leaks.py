"""Secrets stay out of the logs, and whoever looks for them in the logs of the suite would find one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from cryptography.fernet import Fernet

from tests.channels.telegram.test_hook import BODIES
from tests.channels.telegram.test_process import CHECKIN, ZHANG, Bot
from tests.support import leaks
from tests.support.platforms.fake_telegram import TOKEN, FakeTelegram, message
from tests.support.platforms.proxies import Proxy
from tests.support.process import ROOT, Serving
from tests.support.waiting import PATIENCE, until

# Whoever holds it may do what its name says; each in another form that a log may write it in.
PLANTED = {
    "TELEGRAM_TOKEN": TOKEN,
    "TELEGRAM_WEBHOOK_SECRET": "planted-new,planted-old",
    "WECOM_CORP_ID": "ww1",
    "WECOM_AGENT_ID": "1000002",
    "WECOM_SECRET": r"planted\"secret",
    "WECOM_TOKEN": "planted-one,planted-two",
    "WECOM_AES_KEY": "planted0123456789planted0123456789planted01",
    "WECOM_API_URL": "http://127.0.0.1:9/cgi-bin",
    "WECOM_ROBOT_ID": "robot",
    "WECOM_ROBOT_SECRET": "planted-robot",
    "WECOM_ROBOT_URL": "ws://127.0.0.1:9",
    "WECOM_GROUP_WEBHOOKS": "青禾区少工委/实验小学=planted-group",
    "NAME_KEY": Fernet.generate_key().decode(),
}
LEAKY = """
import logging, sys, threading, warnings
import pytest

def test_clean(): logging.getLogger("bot").warning("a letter waits")
def test_log(): logging.getLogger("bot").debug("POST /bot123456:made-up/getMe")
def test_traceback():
    try: raise ValueError("made-up-secret")
    except ValueError: logging.exception("it broke")
def test_key(): logging.info("the key is %s", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP-=")
def test_child(): logging.info("提名 王小明")
def test_stderr(): print("made-up", file=sys.stderr)

@pytest.fixture
def late():
    yield
    logging.error("planted-proxy-password")

def test_after(late): pass
"""


def test_a_leak_fails_its_test(tmp_path: Path) -> None:
    (tmp_path / "test_leaky.py").write_text(LEAKY, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.support.leaks",
        "-p",
        "no:cacheprovider",
        "-rA",
        str(tmp_path),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    ends = sorted(tuple(line.split()[:2]) for line in done.stdout.splitlines() if "test_leaky.py::" in line)
    told = {(kind, name.rpartition("::")[2]) for kind, name in ends if kind in ("PASSED", "FAILED", "ERROR")}
    leaky = ("test_log", "test_traceback", "test_key", "test_child", "test_stderr")
    assert told == {("PASSED", "test_clean"), *(("FAILED", name) for name in leaky), ("ERROR", "test_after"),
                    ("PASSED", "test_after")}  # fmt: skip


def test_a_leak_in_the_log_of_a_process_fails_who_stops_it(tmp_path: Path) -> None:
    bot = Serving(tmp_path)
    with bot.log.open("a") as log:
        log.write('{"event": "TELEGRAM_TOKEN=123456:made-up"}\n')
    with pytest.raises(leaks.Leak, match="made-up"):
        bot.stop()
    assert bot.process.poll() == 0


@pytest.mark.both
@pytest.mark.parametrize("mode", ["polling", "webhook"])
def test_nothing_that_is_planted_reaches_the_log(tmp_path: Path, mode: str) -> None:
    """Everything is set and much goes wrong; `stop` searches the log."""
    with FakeTelegram() as telegram, Proxy() as proxy:
        bot = Bot(tmp_path, telegram)
        for method, faults in (
            ("setWebhook", ["404"]),
            ("getUpdates", ["401", "html", "lost"]),
            ("sendMessage", ["404"]),
        ):
            telegram.faults[method].extend(faults)
        more = {**bot.environment, "TELEGRAM_MODE": mode, "TELEGRAM_PROXY": proxy.url()}
        with Serving(tmp_path, **{**PLANTED, **more}, PUBLIC_URL="https://bot.example") as serving:
            for body in (*BODIES, json.dumps({"update_id": 7, "message": message(ZHANG, CHECKIN)}).encode()):
                for secret in ("planted-new", "planted-old", "planted-wrong", ""):
                    headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
                    httpx.post(
                        f"{serving.url}/telegram/webhook",
                        content=body,
                        headers=headers,
                        trust_env=False,
                        timeout=PATIENCE,
                    )
            telegram.put(message="planted")
            telegram.say(ZHANG, "加入 planted-code")
            until(lambda: sum(method == "sendMessage" for method, _ in telegram.calls) > 1)
            assert serving.stop()[0] == 0
        assert "继续试" in serving.log.read_text(encoding="utf-8")
        bot.engine.database.close()


@pytest.mark.parametrize(
    ("command", "url"),
    [
        ("serve", "postgresql://me:planted%2Fdatabase@127.0.0.1:9/bot"),
        ("doctor", "postgresql://me:planted-database@127.0.0.1:9/bot"),
        ("serve", "postgresql://me:planted-database@127.0.0.1:port/bot"),
        ("serve", "mysql://me:planted-database@127.0.0.1/bot"),
        ("doctor", "planted-database"),
    ],
)
def test_a_database_that_cannot_be_opened_is_said_without_its_password(tmp_path: Path, command: str, url: str) -> None:
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "DATABASE_URL": url, "TELEGRAM_TOKEN": TOKEN, "PORT": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "bot", command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600,
        check=False,
    )  # fmt: skip
    assert done.returncode in (1, 2) and (done.stdout + done.stderr).strip()
    leaks.check(command, done.stdout + done.stderr)


HIDES = """
import logging, sys, threading
from bot import logs

secrets = ["planted-token", "planted p/w", "planted%20p%2Fw", 'planted"quote', "short"]
logs.configure("DEBUG", secrets)
for each in [*secrets, "planted+p", 'x']:
    logging.info("said %s", each)
logging.info("https://me:planted%20p%2Fw@proxy/bot planted-token/getMe")
try:
    raise ValueError("planted-token")
except ValueError:
    logging.exception("broke")
thread = threading.Thread(target=lambda: int("planted-token"))
thread.start()
thread.join()
raise RuntimeError("planted-token")
"""


def test_what_is_logged_all_the_same_is_blotted_out() -> None:
    done = subprocess.run([sys.executable, "-c", HIDES.replace("planted+p", "***")], cwd=ROOT, capture_output=True,
                          text=True, check=False)  # fmt: skip
    leaks.check("standard error", done.stderr)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert done.returncode == 1 and sum("***" in json.dumps(line) for line in lines) == 9
    assert [line["event"] for line in lines[-2:]] == ["没有料到的错误"] * 2
