"""The real bot against a Bot API server that others wrote, lo-bot-api-emulator: polling, then webhook mode.

The emulator queues messages and callback queries only, keeps what no 2xx or offset has confirmed, refuses every
parameter it does not know, and repeats a webhook only when it is told to.
"""

import asyncio
import contextlib
import json
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from bot.settings import load
from bot.startup import open_engine
from storage.organisation import units
from storage.organisation.units import Kind
from storage.people import people
from storage.people.people import Role
from storage.tables import checkin, inbox, outbox
from tests.support.databases import end_leases, new_url
from tests.support.process import TO_STOP, Serving
from tests.support.waiting import PATIENCE, until

emulators = pytest.importorskip("lo_bot_api_emulator", reason="lo-bot-api-emulator is not installed: run `make dev`")
from aiohttp import web  # noqa: E402

pytestmark = pytest.mark.both

TOKEN, SECRET = "123456:made-up", "made-up-secret"
USERS = range(11, 23)


class Emulator(emulators.LoBotApiEmulator):  # type: ignore[misc]
    """The emulator in a thread of its own; it also notes what was asked, which the original forgets."""

    def __init__(self) -> None:
        super().__init__(allow_insecure_loopback_webhooks=True, enable_control=True)
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="emulator")
        self._thread.start()
        self._runner = web.AppRunner(self.app(), access_log=None, shutdown_timeout=0.1)
        self._run(self._runner.setup())
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        self._run(site.start())
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.http = httpx.Client(base_url=self.url, timeout=PATIENCE, trust_env=False)

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=PATIENCE)

    def validate(self, method: str, fields: dict[str, Any], uploads: dict[str, Any]) -> Any:
        self.calls.append((method, dict(fields)))
        return super().validate(method, fields, uploads)

    def close(self) -> None:
        self.http.close()
        self._run(self._runner.cleanup())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def ask(self, method: str, **fields: Any) -> httpx.Response:
        """Somebody else with our token calls a method."""
        return self.http.post(f"/bot{TOKEN}/{method}", json=fields)

    def put(self, **content: Any) -> int:
        """Queue an update; in webhook mode it is posted before this returns. Its number."""
        answer = self.http.post("/__fixture/updates", json={"token": TOKEN, "update": content}).json()
        return int(answer["result"]["update_id"])

    def say(self, user: int, text: str) -> int:
        return self.put(message=_message(user, text))

    def press(self, user: int, label: str) -> int:
        """The button with this label under the last message that the user got."""
        sent = [fields for method, fields in self.calls if method == "sendMessage" and _to(fields) == user]
        markup = next(fields["reply_markup"] for fields in reversed(sent) if "reply_markup" in fields)
        rows = (json.loads(markup) if isinstance(markup, str) else markup)["inline_keyboard"]
        data = next(button["callback_data"] for row in rows for button in row if button["text"] == label)
        query = {"id": f"q{user}", "from": _person(user), "chat_instance": "1", "data": data}
        return self.put(callback_query={**query, "message": _message(user, "card")})

    def texts(self, user: int) -> list[str]:
        return [str(said["text"]) for method, said in self.calls if method == "sendMessage" and _to(said) == user]

    def pending(self) -> int:
        return int(self.ask("getWebhookInfo").json()["result"]["pending_update_count"])


def _person(user: int) -> dict[str, Any]:
    return {"id": user, "is_bot": False, "first_name": "老师"}


def _message(user: int, text: str) -> dict[str, Any]:
    chat = {"id": user, "type": "private", "first_name": "老师"}
    return {"message_id": 7, "date": int(time.time()), "chat": chat, "from": _person(user), "text": text}


def _to(fields: dict[str, Any]) -> int:
    return int(fields["chat_id"])


class Bot:
    """A school whose squads have a counselor each, and the bot that serves it."""

    def __init__(self, folder: Path, emulator: Emulator) -> None:
        self.folder, self.emulator = folder, emulator
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.hook = f"http://127.0.0.1:{self.port}/telegram/webhook"
        self.url = new_url(folder)
        self.engine = open_engine(load(data_dir=folder), self.url)
        now = self.engine.now()
        with self.engine.database.write.begin() as db:
            school = units.add(db, Kind.SCHOOL, "实验小学")
            for place, user in enumerate(USERS):
                numbers = {"grade": place // 2 + 1, "class_no": place % 2 + 1}
                squad = units.add(db, Kind.SQUAD, f"{place // 2 + 1}({place % 2 + 1})中队", school, **numbers)
                person = people.add(db, f"老师{user}", now)
                people.link(db, person, "telegram", str(user))
                people.give(db, person, Role.COUNSELOR, squad, now)
            units.changed(db, now)

    def start(self, mode: str) -> None:
        """Started, and ready to hear."""
        asked = len(self.emulator.calls)
        more = {"TELEGRAM_WEBHOOK_SECRET": SECRET, "PUBLIC_URL": f"http://127.0.0.1:{self.port}"}
        more["DATABASE_URL"] = self.url
        where = {"TELEGRAM_API_URL": f"{self.emulator.url}/bot", "PORT": str(self.port)}
        self.serving = Serving(self.folder, TELEGRAM_TOKEN=TOKEN, TELEGRAM_MODE=mode, **where, **more)
        first = "getUpdates" if mode == "polling" else "setWebhook"
        until(lambda: first in [method for method, _ in self.emulator.calls[asked:]])

    def kill(self) -> None:
        self.serving.stop(signal.SIGKILL)
        end_leases(self.engine.database)

    def rows(self) -> list[int]:
        """How many messages, check-ins and answers."""
        with self.engine.database.read.connect() as db:
            return [db.scalar(select(func.count()).select_from(table)) or 0 for table in (inbox, checkin, outbox)]

    def unsaid(self) -> int:
        with self.engine.database.read.connect() as db:
            return db.scalar(select(func.count()).where(outbox.c.state.in_(["new", "claimed"]))) or 0


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    running = Emulator()
    yield running
    running.close()


@pytest.fixture
def bot(emulator: Emulator, tmp_path: Path) -> Iterator[Bot]:
    made = Bot(tmp_path, emulator)
    try:
        yield made
        status, seconds = made.serving.stop()
        assert status == 0 and seconds < TO_STOP and "made-up" not in made.serving.log.read_text()
        # Whatever was refused, but for what this file provokes, would be refused by the platform too.
        refused = [call for call in emulator.requests if call["status"] not in (200, 409)]
        assert refused == []
    finally:
        made.serving.__exit__()
        made.engine.database.close()


def talk(emulator: Emulator, user: int) -> None:
    """A check-in in words, a command, a button."""
    emulator.say(user, "主题队日 应到42实到40 清明祭英烈")
    until(lambda: len(emulator.texts(user)) == 1)
    emulator.say(user, "/help")
    until(lambda: len(emulator.texts(user)) == 2)
    emulator.press(user, "签到怎么发")
    until(lambda: len(emulator.texts(user)) == 3)
    record, helped, explained = emulator.texts(user)
    assert record.startswith("已记录") and helped.startswith("您可以这样用我") and explained.startswith("签到：")
    until(lambda: ("answerCallbackQuery", f"q{user}") in [(m, f.get("callback_query_id")) for m, f in emulator.calls])


@contextlib.contextmanager
def somebody_else(emulator: Emulator) -> Iterator[None]:
    """Another program that polls with our token, all the time."""
    gone = threading.Event()

    def poll() -> None:
        while not gone.is_set():
            emulator.ask("getUpdates", timeout=2)

    other = threading.Thread(target=poll)
    other.start()
    try:
        yield
    finally:
        gone.set()
        other.join()


def test_polling(bot: Bot, emulator: Emulator) -> None:
    # Somebody else polls with the same token: the bot says so, waits, and works when it is over.
    with somebody_else(emulator):
        bot.start("polling")
        until(lambda: "别的程序也在取" in bot.serving.log.read_text())
    talk(emulator, USERS[0])
    # And whoever comes later is turned away.
    until(lambda: emulator.ask("getUpdates", timeout=0).status_code == 409)
    # Killed in the middle of a batch: what the offset has not confirmed comes again, and changes nothing.
    for user in USERS[1:]:
        emulator.say(user, "主题队日 应到42实到40")
    until(lambda: bot.rows()[0] > 3)
    bot.kill()
    bot.start("polling")
    until(lambda: emulator.pending() == 0 and not bot.unsaid())
    assert bot.rows() == [len(USERS) + 2, len(USERS), len(USERS) + 2]
    assert all(emulator.texts(user)[0].startswith("已记录") for user in USERS)


def test_webhook(bot: Bot, emulator: Emulator) -> None:
    bot.start("webhook")
    asked = next(fields for method, fields in emulator.calls if method == "setWebhook")
    assert (asked["url"], asked["secret_token"]) == (bot.hook, SECRET)
    assert not asked.get("drop_pending_updates")
    until(lambda: emulator.ask("getWebhookInfo").json()["result"]["url"] == bot.hook)
    talk(emulator, USERS[0])
    assert emulator.pending() == 0
    # Whoever does not know the secret is refused, and nothing of it is kept.
    update = {"update_id": 900, "message": _message(USERS[1], "主题队日 应到42实到40")}
    name = "X-Telegram-Bot-Api-Secret-Token"
    before = bot.rows()
    for headers in ({}, {name: "wrong"}, {name: SECRET + "x"}):
        assert httpx.post(bot.hook, json=update, headers=headers, trust_env=False, timeout=PATIENCE).status_code == 403
    assert bot.rows() == before
    for _ in range(2):
        assert (
            httpx.post(bot.hook, json=update, headers={name: SECRET}, trust_env=False, timeout=PATIENCE).status_code
            == 200
        )
    assert bot.rows() == [number + 1 for number in before]
    # Killed: what comes meanwhile is kept over there, and is delivered when the bot is back.
    bot.kill()
    for user in USERS[2:]:
        emulator.say(user, "主题队日 应到42实到40")
    assert emulator.pending() == len(USERS) - 2
    bot.start("webhook")
    emulator.http.post("/__fixture/deliver", json={"token": TOKEN})
    until(lambda: emulator.pending() == 0 and not bot.unsaid())
    assert bot.rows() == [len(USERS) + 2, len(USERS), len(USERS) + 2]
    assert all(emulator.texts(user)[0].startswith("已记录") for user in USERS)
