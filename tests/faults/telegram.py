"""Kill -9 against the bot on Telegram, polling and by webhook, beside a platform that repeats what is not confirmed.

`make faults` runs it; `besiege` is one round with a fresh database.
"""

import asyncio
import random
from pathlib import Path
from typing import Any

import httpx

from tests.bench.load_telegram import update
from tests.bench.telegram import PATH, SECRET
from tests.faults import siege
from tests.faults.ledger import Ledger
from tests.faults.siege import Siege
from tests.support.platforms.fake_telegram import TOKEN, FakeTelegram

MODES = ("polling", "webhook")
_HEADERS = {"X-Telegram-Bot-Api-Secret-Token": SECRET}


class Platform(FakeTelegram):
    """Says yes to what is arranged at the start."""

    async def _getMe(self, _asked: Any) -> Any:  # noqa: N802
        return {"id": 123456, "is_bot": True, "first_name": "bot", "username": "made_up_bot"}

    async def _setWebhook(self, _asked: Any) -> Any:  # noqa: N802
        return True

    async def _setMyCommands(self, _asked: Any) -> Any:  # noqa: N802
        return True


class TelegramSiege(Siege):
    """One bot and its platform; `mode` is polling or webhook."""

    channel = "telegram"
    to_drain = 90

    def __init__(self, folder: Path, mode: str, number: int, chance: random.Random, platform: Platform) -> None:
        super().__init__(folder, chance)
        self.mode, self.platform = mode, platform
        self.updates = [update(place, self.today) for place in range(number)]
        self.names = [f"123456:{each['update_id']}" for each in self.updates]
        self.acknowledged: set[int] = set()
        platform.is_stored = lambda number: self.rows(f"SELECT 1 FROM inbox WHERE message_id = '123456:{number}'") != []

    def environment(self) -> dict[str, str]:
        more = {"TELEGRAM_WEBHOOK_SECRET": SECRET, "PUBLIC_URL": "https://bot.example"}
        return {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_MODE": self.mode, "TELEGRAM_API_URL": self.platform.url, **more}

    def is_quiet(self) -> bool:
        return not self.platform.updates and super().is_quiet()

    async def write(self) -> None:
        await (self._poll_feed() if self.mode == "polling" else self._post_all())

    async def _poll_feed(self) -> None:
        """People write a little at a time; now and then an update is in an answer twice."""
        for each in self.updates:
            twice = self.chance.random() < 0.1
            self.platform.updates.extend([each, each] if twice else [each])
            self.ledger.sent += 1 + twice
            self.ledger.repeats += twice
            await asyncio.sleep(self.chance.uniform(0, 0.01))

    async def _post_all(self) -> None:
        """The chats side by side, each in order and one at a time, as the platform does."""
        waiting: dict[int, list[dict[str, Any]]] = {}
        for each in self.updates:
            waiting.setdefault(each["message"]["chat"]["id"], []).append(each)
        limits = httpx.Limits(max_connections=12)
        async with httpx.AsyncClient(timeout=httpx.Timeout(30, pool=None), trust_env=False, limits=limits) as http:
            await asyncio.gather(*(self._post_chat(http, chat) for chat in waiting.values()))

    async def _post_chat(self, http: httpx.AsyncClient, chat: list[dict[str, Any]]) -> None:
        for each in chat:
            await asyncio.sleep(self.chance.uniform(0, 0.005 * len(self.updates)))
            while not await self._post(http, each) or self.chance.random() < 0.1:
                self.ledger.repeats += 1

    async def _post(self, http: httpx.AsyncClient, each: dict[str, Any]) -> bool:
        await self.up.wait()
        self.ledger.sent += 1
        try:
            answer = await http.post(self.bot.url.rstrip("/") + PATH, json=each, headers=_HEADERS)
        except httpx.TransportError:
            await asyncio.sleep(0.02)
            return False
        if answer.status_code == 200:
            self.acknowledged.add(each["update_id"])
        elif answer.status_code != 503:
            self.ledger.wrong.append(f"HTTP {answer.status_code} for update {each['update_id']}")
        return answer.status_code == 200

    def look(self) -> None:
        super().look()
        ledger = self.ledger
        ledger.acknowledged = len(self.acknowledged) if self.mode == "webhook" else len(self.updates)
        ledger.lost += [
            f"update {number} was confirmed before it was stored" for number in self.platform.confirmed_too_early
        ]
        said = [sent["text"] for sent in self.platform.sent if "text" in sent]
        ledger.wrong += [f"said: {text}" for text in said if not text.startswith("已记录")]


def besiege(folder: Path, mode: str, number: int, kills: int, seed: int, stops: int = 0) -> Ledger:
    """One round with a fresh database."""
    with Platform() as platform:
        return siege.besiege(TelegramSiege(folder, mode, number, random.Random(seed), platform), kills, stops)
