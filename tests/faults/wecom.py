"""Kill -9 against the bot as an app of WeCom, beside a platform that repeats what is not acknowledged.

`make faults` runs it; `besiege` is one round with a fresh database. The platform tries three times; this one goes on,
so that a bot that is away a little longer is no loss of its own making.
"""

import asyncio
import random
import time
from collections import defaultdict
from pathlib import Path

import httpx

from bot.channels.wecom.callback import crypto, decode
from tests.bench.load import FIRST_USER, said
from tests.bench.load_wecom import message, reply_of, sealed
from tests.bench.wecom import PATH, app_settings
from tests.faults import siege
from tests.faults.ledger import Ledger
from tests.faults.siege import Siege
from tests.support.platforms.fake_wecom import FakeWecom


class WecomSiege(Siege):
    """One bot and its platform."""

    channel = "wecom"

    def __init__(self, folder: Path, number: int, chance: random.Random, platform: FakeWecom) -> None:
        super().__init__(folder, chance)
        self.platform = platform
        self.messages = [(place, message(place, self.today, int(time.time()))) for place in range(number)]
        self.names = [decode.known_as(crypto.fields(xml)) for _, xml in self.messages]
        self.users = [str(FIRST_USER + said(place, self.today)[0]) for place in range(number)]
        # What each message was answered with by a response.
        self.answers: dict[int, str] = {}
        self.acknowledged: set[int] = set()

    def environment(self) -> dict[str, str]:
        return app_settings(self.platform.url)

    async def write(self) -> None:
        limits = httpx.Limits(max_connections=12)
        # The platform gives us five seconds; until it has a connection to spare it waits as long as it takes.
        async with httpx.AsyncClient(timeout=httpx.Timeout(5, pool=None), trust_env=False, limits=limits) as http:
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

    def look(self) -> None:
        super().look()
        self.ledger.acknowledged = len(self.acknowledged)
        self._look_who_was_told()

    def _look_who_was_told(self) -> None:
        """Every check-in's answer was heard, in a response or from the API."""
        heard: dict[str, set[str]] = defaultdict(set)
        for number, text in self.answers.items():
            heard[self.users[number]].add(text)
        for user in set(self.users):
            heard[user].update(self.platform.texts(user))
            if len(heard[user]) != self.users.count(user):
                self.ledger.lost.append(f"{user} heard {len(heard[user])} answers to {self.users.count(user)} messages")


def besiege(folder: Path, number: int, kills: int, seed: int, stops: int = 0) -> Ledger:
    """One round with a fresh database."""
    with FakeWecom() as platform:
        return siege.besiege(WecomSiege(folder, number, random.Random(seed), platform), kills, stops)
