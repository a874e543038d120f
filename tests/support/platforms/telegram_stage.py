"""The whole bot in webhook mode inside this process, beside a scripted Bot API; the test moves its clock."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot import web
from bot.app import App
from bot.channels.telegram import send as telegram_send
from bot.channels.telegram.decode import Me
from bot.clock import Clock
from bot.outbox import outage
from bot.settings import load
from bot.startup import open_engine
from tests.support.databases import new_url
from tests.support.platforms.fake_telegram import TOKEN, FakeTelegram, message, person
from tests.support.platforms.platform_stage import START, PlatformStage
from tests.support.stage import ZONE
from tests.support.waiting import PATIENCE

SECRET = "made-up-secret"
ZHANG, LI, WANG, STRANGER = 11, 12, 13, 99
GROUP = -500


class Stage(PlatformStage):
    """The bot behind its webhook, and what people do on Telegram."""

    def __init__(self, app: App, fake: FakeTelegram, fill: bool) -> None:
        self.app = app
        self.fake = fake
        self._ids = 1000 if fill else 5000
        hook = app.hooks.get("/telegram/webhook")
        if hook is not None:
            hook._intake.me = Me("123456", "our_bot")  # type: ignore[attr-defined]
        if fill:
            self.fill(*(("telegram", str(user)) for user in (ZHANG, LI, WANG)))

    async def post(self, update: Any, secret: str = SECRET, **more: Any) -> httpx.Response:
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
        if more:
            return await self.client.post("/telegram/webhook", headers=headers, **more)
        return await self.client.post("/telegram/webhook", headers=headers, json=update)

    async def put(self, **content: Any) -> dict[str, Any]:
        """An update, delivered twice as a platform may; what was not committed in time comes again."""
        self._ids += 1
        update = {"update_id": self._ids, **content}
        for _ in range(2):
            response = await self.post(update)
            while response.status_code == 503:
                response = await self.post(update)
            assert (response.status_code, response.content) == (200, b"")
        return update

    async def say(self, user: int, text: str = "", chat: int = 0, **more: Any) -> list[str]:
        """What is answered there at once."""
        self._ids += 1
        await self.put(message=message(user, text, chat, **{"message_id": self._ids, **more}))
        return await self.answers(chat or user)

    async def reply(self, user: int, text: str, chat: int = 0, to: int | None = None, **more: Any) -> list[str]:
        """A reply to the last message that was sent there, or to the one with this id."""
        replied = self.fake.sent_to(chat or user)[-1]["message_id"] if to is None else to
        sender = {"id": 123456, "is_bot": True, "first_name": "bot"} if to is None else person(user)
        original = {**message(user, "…", chat), "message_id": replied, "from": sender}
        return await self.say(user, text, chat, reply_to_message=original, **more)

    async def edit(self, user: int, message_id: int, text: str, **more: Any) -> list[str]:
        await self.put(edited_message=message(user, text, message_id=message_id, **more))
        return await self.answers(user)

    async def press(self, user: int, label: str, chat: int = 0, card: int = -1) -> list[str]:
        cards = [each for sent in self.fake.sent_to(chat or user) if label in (each := buttons(sent))]
        data = cards[card][label]
        at = next(sent for sent in self.fake.sent_to(chat or user) if data in buttons(sent).values())
        topic = in_topic(int(at["message_thread_id"])) if "message_thread_id" in at else {}
        query = {"id": f"q{self._ids}", "from": person(user), "chat_instance": "1", "data": data}
        await self.put(callback_query={**query, "message": message(user, "card", chat, **topic)})
        return await self.answers(chat or user)

    async def answers(self, chat: int) -> list[str]:
        """What has been said there since the last look."""
        before = len(self.fake.sent_to(chat))
        await self.send()
        return [sent.get("text") or sent.get("caption", "") for sent in self.fake.sent_to(chat)[before:]]


def in_topic(number: int) -> dict[str, Any]:
    """What marks a message of a topic."""
    return {"message_thread_id": number, "is_topic_message": True}


def buttons(sent: dict[str, Any]) -> dict[str, str]:
    """The buttons under a message that was sent: label → callback data."""
    rows = json.loads(sent.get("reply_markup", "{}")).get("inline_keyboard", [])
    return {each["text"]: each["callback_data"] for row in rows for each in row}


@asynccontextmanager
async def running(folder: Path, fake: FakeTelegram, fill: bool = True, **settings: Any) -> AsyncIterator[Stage]:
    """The bot without its loops, on a filled database; with no limits to how fast it may speak."""
    given = {
        "data_dir": folder, "telegram_token": TOKEN, "telegram_api_url": fake.url, "telegram_mode": "webhook",
        "telegram_webhook_secret": SECRET, "public_url": "https://bot.example",
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stage, "now", START)
        patch.setattr(outage, "monotonic", lambda: Stage.now.timestamp())
        patch.setattr(telegram_send, "IN_CHAT", (3, 0.0))
        patch.setattr(telegram_send, "A_SECOND", 1e9)
        app = App(
            open_engine(
                load(**{**given, **settings}),
                new_url(folder),
                Clock(ZONE, lambda: Stage.now, lambda: Stage.now.timestamp()),
            )
        )
        app.pipeline.start()
        await app.add_channels()
        try:
            stage = Stage(app, fake, fill)
            front = web.application(app._health, app._metrics, app.routes, app.hooks)
            transport = httpx.ASGITransport(front)
            async with httpx.AsyncClient(transport=transport, base_url="http://bot", timeout=PATIENCE) as stage.client:
                yield stage
        finally:
            for channel in app.channels.values():
                await channel.close()  # type: ignore[attr-defined]
            await app.pipeline.stop()
            app.engine.database.close()
