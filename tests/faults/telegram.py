"""Kill -9 against the bot on Telegram, polling and by webhook, beside a platform that repeats what is not confirmed.

`make faults` runs it; `besiege` is one round with a fresh database.
"""

import asyncio
import random
import signal
import time
from datetime import date, datetime
from pathlib import Path
from typing import Any

import httpx

from tests.bench.load import update
from tests.bench.telegram import PATH, SECRET, fill
from tests.faults.ledger import Ledger
from tests.support.databases import end_leases, new_database, rows_of
from tests.support.platforms.fake_telegram import TOKEN, FakeTelegram
from tests.support.process import TO_STOP, Serving
from tests.support.stage import ZONE
from tests.support.sums import broken

MODES = ("polling", "webhook")
_HEADERS = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
# How often each update is in each place; always once.
_ONCE = {
    "inbox": "SELECT message_id, count(*) FROM inbox GROUP BY 1",
    "check-ins": "SELECT message_id, count(*) FROM checkin JOIN inbox ON inbox.id = inbox_id GROUP BY 1",
    "answers": "SELECT message_id, count(*) FROM outbox JOIN inbox ON inbox.id = inbox_id GROUP BY 1",
}
_DEAD = "SELECT id FROM outbox WHERE state = 'dead'"


class Platform(FakeTelegram):
    """Says yes to what is arranged at the start."""

    async def _getMe(self, _asked: Any) -> Any:  # noqa: N802
        return {"id": 123456, "is_bot": True, "first_name": "bot", "username": "made_up_bot"}

    async def _setWebhook(self, _asked: Any) -> Any:  # noqa: N802
        return True

    async def _setMyCommands(self, _asked: Any) -> Any:  # noqa: N802
        return True


class Siege:
    """One bot, its platform, and who kills it."""

    def __init__(self, folder: Path, mode: str, number: int, chance: random.Random, platform: Platform) -> None:
        self.folder, self.mode, self.chance, self.platform = folder, mode, chance, platform
        self.ledger = Ledger()
        fill(folder)
        self.database = new_database(folder)
        today: date = datetime.now(ZONE).date()
        self.updates = [update(place, today) for place in range(number)]
        self.acknowledged: set[int] = set()
        platform.is_stored = lambda number: (
            self._rows(f"SELECT 1 FROM inbox WHERE message_id = '123456:{number}'") != []
        )
        self.up = asyncio.Event()
        self._start()

    def _start(self) -> None:
        more = {"TELEGRAM_WEBHOOK_SECRET": SECRET, "PUBLIC_URL": "https://bot.example"}
        where = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_MODE": self.mode, "TELEGRAM_API_URL": self.platform.url}
        self.bot = Serving(self.folder, **where, **more)

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        return rows_of(self.database, query)

    def _count(self, table: str) -> int:
        return int(self._rows(f"SELECT count(*) FROM {table}")[0][0])

    async def run(self, kills: int, short: bool) -> Ledger:
        """Kill so often, then look; unless `short` also stop once as an operator does, and wait for all answers."""
        self.up.set()
        places = sorted(self.chance.sample(range(3, len(self.updates) - 5), kills + (not short)))
        stop_at = None if short else self.chance.choice(places)
        people = asyncio.create_task(self._poll_feed() if self.mode == "polling" else self._post_all())
        try:
            for place in places:
                await self._until(lambda place=place: self._count("inbox") >= place)
                await self._end(killed=place != stop_at)
            await people
            await self._until(lambda: self._count("inbox") >= len(self.updates) and not self.platform.updates)
            if not short:
                await self._until(lambda: not self._count("outbox WHERE state IN ('new', 'claimed')"), 90)
            self._note_stop(*await asyncio.to_thread(self.bot.stop))
        finally:
            people.cancel()
            self.bot.__exit__()
        self._look()
        self.database.close()
        return self.ledger

    async def _until(self, condition: Any, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while not await asyncio.to_thread(condition):
            assert time.monotonic() < end, f"it did not happen in time: {self.ledger}"
            await asyncio.sleep(0.003)

    async def _end(self, killed: bool) -> None:
        await asyncio.sleep(self.chance.uniform(0, 0.03))
        self.up.clear()
        if killed:
            await asyncio.to_thread(self.bot.stop, signal.SIGKILL)
            end_leases(self.database)
            self.ledger.kills += 1
        else:
            self._note_stop(*await asyncio.to_thread(self.bot.stop))
        await asyncio.to_thread(self._start)
        self.up.set()

    def _note_stop(self, status: int, seconds: float) -> None:
        if status or seconds > TO_STOP:
            self.ledger.wrong.append(f"SIGTERM: status {status} after {seconds:.1f} s")

    # --- what the platform does ---------------------------------------------------------------------------

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
        async with httpx.AsyncClient(timeout=30, trust_env=False, limits=limits) as http:
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

    # --- what came of it ----------------------------------------------------------------------------------

    def _look(self) -> None:
        ledger, names = self.ledger, {f"123456:{each['update_id']}" for each in self.updates}
        ledger.acknowledged = len(self.acknowledged) if self.mode == "webhook" else len(self.updates)
        ledger.lost += [
            f"update {number} was confirmed before it was stored" for number in self.platform.confirmed_too_early
        ]
        for table, query in _ONCE.items():
            times = dict(self._rows(query))
            ledger.lost += [f"{name} in {table}" for name in sorted(names) if times.get(name, 0) < 1]
            ledger.double += [f"{name} in {table}" for name in sorted(names) if times.get(name, 0) > 1]
        ledger.stored = self._count("checkin WHERE state = 'valid'")
        ledger.answered = self._count("outbox WHERE state IN ('sent', 'uncertain')")
        ledger.uncertain = self._count("outbox WHERE state = 'uncertain'")
        said = [sent["text"] for sent in self.platform.sent if "text" in sent]
        ledger.wrong += [f"said: {text}" for text in said if not text.startswith("已记录")]
        ledger.wrong += [
            f"{self._count('outbox')} answers are dead" for _ in self._rows("SELECT 1 FROM outbox WHERE state = 'dead'")
        ]
        ledger.wrong += broken(self.database)


def besiege(folder: Path, mode: str, number: int, kills: int, seed: int, *, short: bool = False) -> Ledger:
    """One round with a fresh database."""
    with Platform() as platform:

        async def run() -> Ledger:
            return await Siege(folder, mode, number, random.Random(seed), platform).run(kills, short)

        return asyncio.run(run())
