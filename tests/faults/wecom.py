"""Kill -9 against the bot as an app of WeCom, beside a platform that repeats what is not acknowledged.

`make faults` runs it; `besiege` is one round with a fresh database. The platform tries three times; this one goes on,
so that a bot that is away a little longer is no loss of its own making.
"""

import asyncio
import random
import signal
import time
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from bot.channels.wecom.callback import crypto, decode
from tests.bench.load import FIRST_USER, said
from tests.bench.load_wecom import message, reply_of, sealed
from tests.bench.telegram import fill
from tests.bench.wecom import PATH, app_settings
from tests.faults.ledger import Ledger
from tests.faults.telegram import _ONCE
from tests.support.databases import end_leases, new_database, rows_of
from tests.support.platforms.fake_wecom import FakeWecom
from tests.support.process import TO_STOP, Serving
from tests.support.stage import ZONE
from tests.support.sums import broken


class Siege:
    """One bot, its platform, and who kills it."""

    def __init__(self, folder: Path, number: int, chance: random.Random, platform: FakeWecom) -> None:
        self.folder, self.chance, self.platform = folder, chance, platform
        self.ledger = Ledger()
        fill(folder, "wecom")
        self.database = new_database(folder)
        today = datetime.now(ZONE).date()
        self.messages = [(place, message(place, today, int(time.time()))) for place in range(number)]
        self.users = [str(FIRST_USER + said(place, today)[0]) for place in range(number)]
        # What each message was answered with by a response.
        self.answers: dict[int, str] = {}
        self.acknowledged: set[int] = set()
        self.up = asyncio.Event()
        self._start()

    def _start(self) -> None:
        self.bot = Serving(self.folder, **app_settings(self.platform.url))

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        return rows_of(self.database, query)

    def _count(self, table: str) -> int:
        return int(self._rows(f"SELECT count(*) FROM {table}")[0][0])

    async def run(self, kills: int) -> Ledger:
        """Kill so often, then look."""
        self.up.set()
        places = sorted(self.chance.sample(range(3, len(self.messages) - 5), kills))
        people = asyncio.create_task(self._post_all())
        try:
            for place in places:
                await self._until(lambda place=place: self._count("inbox") >= place)
                await self._kill()
            await people
            await self._until(lambda: not self._count("outbox WHERE state IN ('new', 'claimed')"))
            status, seconds = await asyncio.to_thread(self.bot.stop)
        finally:
            people.cancel()
            self.bot.__exit__()
        if status or seconds > TO_STOP:
            self.ledger.wrong.append(f"SIGTERM: status {status} after {seconds:.1f} s")
        self._look()
        self.database.close()
        return self.ledger

    async def _until(self, condition: Any, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while not await asyncio.to_thread(condition):
            assert time.monotonic() < end, f"it did not happen in time: {self.ledger}"
            await asyncio.sleep(0.003)

    async def _kill(self) -> None:
        await asyncio.sleep(self.chance.uniform(0, 0.03))
        self.up.clear()
        await asyncio.to_thread(self.bot.stop, signal.SIGKILL)
        end_leases(self.database)
        self.ledger.kills += 1
        await asyncio.to_thread(self._start)
        self.up.set()

    # --- what the platform does ---------------------------------------------------------------------------

    async def _post_all(self) -> None:
        limits = httpx.Limits(max_connections=12)
        async with httpx.AsyncClient(timeout=5, trust_env=False, limits=limits) as http:
            await asyncio.gather(*(self._post_until_heard(http, *each) for each in self.messages))

    async def _post_until_heard(self, http: httpx.AsyncClient, number: int, xml: str) -> None:
        await asyncio.sleep(self.chance.uniform(0, 0.005 * len(self.messages)))
        # Now and then a repeat comes although the first was answered, or two at once.
        while not await self._post(http, number, xml) or self.chance.random() < 0.1:
            self.ledger.repeats += 1
            if self.chance.random() < 0.3:
                await asyncio.gather(self._post(http, number, xml), self._post(http, number, xml))

    async def _post(self, http: httpx.AsyncClient, number: int, xml: str) -> bool:
        await self.up.wait()
        self.ledger.sent += 1
        query, body = sealed(xml, int(time.time()))
        try:
            answer = await http.post(self.bot.url.rstrip("/") + PATH, params=query, content=body)
        except httpx.TransportError:
            await asyncio.sleep(0.02)
            return False
        if answer.status_code == 200:
            self.acknowledged.add(number)
            self._heard(number, answer.content)
        elif answer.status_code != 503:
            self.ledger.wrong.append(f"HTTP {answer.status_code} for message {number}")
        return answer.status_code == 200

    def _heard(self, number: int, content: bytes) -> None:
        if content:
            text = reply_of(content)["Content"]
            if self.answers.setdefault(number, text) != text or not text.startswith("已记录"):
                self.ledger.wrong.append(f"message {number} was answered {text!r} after {self.answers[number]!r}")

    # --- what came of it ----------------------------------------------------------------------------------

    def _look(self) -> None:
        ledger, names = self.ledger, {decode.known_as(crypto.fields(xml)) for _, xml in self.messages}
        ledger.acknowledged = len(self.acknowledged)
        for table, query in _ONCE.items():
            times = dict(self._rows(query))
            ledger.lost += [f"{name} in {table}" for name in sorted(names) if times.get(name, 0) < 1]
            ledger.double += [f"{name} in {table}" for name in sorted(names) if times.get(name, 0) > 1]
        ledger.stored = self._count("checkin WHERE state = 'valid'")
        ledger.answered = self._count("outbox WHERE state IN ('sent', 'uncertain')")
        ledger.uncertain = self._count("outbox WHERE state = 'uncertain'")
        self._look_who_was_told()
        ledger.wrong += [f"an answer is dead: {error}" for (error,) in self._rows(_DEAD)]
        ledger.wrong += broken(self.database)

    def _look_who_was_told(self) -> None:
        """Every check-in's answer was heard, in a response or from the API."""
        heard: dict[str, set[str]] = defaultdict(set)
        for number, text in self.answers.items():
            heard[self.users[number]].add(text)
        for user in set(self.users):
            heard[user].update(self.platform.texts(user))
            if len(heard[user]) != self.users.count(user):
                self.ledger.lost.append(f"{user} heard {len(heard[user])} answers to {self.users.count(user)} messages")


_DEAD = "SELECT error FROM outbox WHERE state = 'dead'"


def besiege(folder: Path, number: int, kills: int, seed: int) -> Ledger:
    """One round with a fresh database."""
    with FakeWecom() as platform:

        async def run() -> Ledger:
            return await Siege(folder, number, random.Random(seed), platform).run(kills)

        return asyncio.run(run())
