"""Three bots on one PostgreSQL behind nginx, as deploy/ and docs/operations.md show: the one that sends is killed."""

import re
import shutil
import signal
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from tests.bench.load import ACTIVITIES, FIRST_USER, SQUADS
from tests.bench.load_telegram import update as load_of
from tests.bench.servers import fill
from tests.support.databases import new_database, rows_of
from tests.support.platforms.fake_telegram import TOKEN, FakeTelegram
from tests.support.platforms.telegram_stage import SECRET
from tests.support.process import ROOT, Serving
from tests.support.stage import ZONE
from tests.support.sums import broken
from tests.support.waiting import PATIENCE, until

# Debian keeps it where only root looks.
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
# A machine at home need not have it; CI installs it and takes a skipped test for a failure (tests/conftest.py).
pytestmark = [
    pytest.mark.both,
    pytest.mark.postgresql,
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed: several processes behind it are not tested"),
]
PEOPLE, TURNS = 30, 6
# What is promised of a sender that was killed.
SECONDS_TO_GO_ON = 60
HOOK = {"TELEGRAM_MODE": "webhook", "TELEGRAM_WEBHOOK_SECRET": SECRET, "PUBLIC_URL": "https://bot.example"}


def shown(ports: list[str], socket: Path) -> str:
    """deploy/nginx.conf with the handbook's processes, on these ports; it listens on a socket, without TLS."""
    handbook = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    [upstream] = re.findall(r"```nginx\n(upstream bot \{.*?\n\}\n)```", handbook, re.DOTALL)
    for port, ours in zip(("8081", "8082", "8083"), ports, strict=True):
        assert f"127.0.0.1:{port} " in upstream
        upstream = upstream.replace(f"127.0.0.1:{port} ", f"127.0.0.1:{ours} ")
    text = (ROOT / "deploy/nginx.conf").read_text(encoding="utf-8")
    text = re.sub(r"upstream bot \{.*?\n\}\n", upstream, text, flags=re.DOTALL)
    return re.sub(r"ssl_certificate.*;", "", text).replace("listen 443 ssl;", f"listen unix:{socket};")


@contextmanager
def nginx(folder: Path, bots: list[Serving]) -> Iterator[httpx.HTTPTransport]:
    """The way to it."""
    assert NGINX is not None
    socket = folder / "nginx.sock"
    whole = shown([bot.url.rpartition(":")[2] for bot in bots], socket)
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    http = f"http {{ {temporary} {whole} }}"
    (folder / "nginx.conf").write_text(f"pid {folder}/pid; error_log {folder}/error.log; events {{}} {http}")
    command = [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "daemon off; master_process off;"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        until(socket.exists)
        yield httpx.HTTPTransport(uds=str(socket))
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


def test_its_letters_go_on_and_everybody_is_answered_once_and_in_order(tmp_path: Path) -> None:
    fill(tmp_path)
    database, today = new_database(tmp_path), datetime.now(ZONE).date()
    with FakeTelegram() as telegram, ExitStack() as stack, ThreadPoolExecutor(16) as pool:
        environment = {**HOOK, "TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API_URL": telegram.url, "DATA_DIR": str(tmp_path)}
        environment["DATABASE_URL"] = str(database.read.url.render_as_string(hide_password=False))
        bots = []
        for name in ("first", "second", "third"):
            (tmp_path / name).mkdir()
            bots.append(stack.enter_context(Serving(tmp_path / name, **environment)))
            # The first has it.
            until(lambda: rows_of(database, "SELECT 1 FROM lease WHERE name = 'sender telegram'") != [])
        way = stack.enter_context(nginx(tmp_path, bots))
        client = stack.enter_context(httpx.Client(transport=way, base_url="http://bot", timeout=30))

        def post(number: int) -> int:
            headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
            return client.post("/telegram/webhook", json=load_of(number, today), headers=headers).status_code

        def turn(number: int) -> None:
            assert set(pool.map(post, range(number * SQUADS, number * SQUADS + PEOPLE))) == {200}

        for number in range(TURNS // 2):
            turn(number)
        telegram.silent = True
        turn(TURNS // 2)
        until(lambda: rows_of(database, "SELECT 1 FROM outbox WHERE state = 'claimed' LIMIT 1") != [])
        in_hand = rows_of(database, "SELECT count(*) FROM outbox WHERE state = 'claimed'")[0][0]
        bots[0].stop(signal.SIGKILL)
        killed, telegram.silent = time.monotonic(), False
        # One of three does not answer: nginx asks another.
        for number in range(TURNS // 2 + 1, TURNS):
            turn(number)
        while rows_of(database, "SELECT 1 FROM outbox WHERE state IN ('new', 'claimed') LIMIT 1"):
            assert time.monotonic() - killed < SECONDS_TO_GO_ON
            time.sleep(0.2)
        print(f"a killed sender's {in_hand} letters went on after {time.monotonic() - killed:.1f} s")
        said = defaultdict(list)
        for each in telegram.sent:
            said[int(each["chat_id"])].append(each["text"].splitlines()[0])
    assert set(said) == {FIRST_USER + number for number in range(PEOPLE)}
    repeats = 0
    for texts in said.values():
        # In the order they were said; what was in its hands when it was killed may come again, in that order, too.
        order = list(dict.fromkeys(texts))
        assert [text.split()[1] for text in order] == list(ACTIVITIES[:TURNS])
        repeats += len(texts) - TURNS
    assert repeats <= in_hand
    assert rows_of(database, "SELECT count(*) FROM checkin WHERE state = 'valid'") == [(PEOPLE * TURNS,)]
    assert broken(database) == []
    database.close()
