"""Kill -9 against the bot on the robot, beside a server that delivers again what was not answered.

`make faults` runs it; `besiege` is one round with a fresh database.
"""

import asyncio
import random
import signal
import time
from datetime import date, datetime
from pathlib import Path
from typing import Any

from tests.bench.load import FIRST_USER, said
from tests.bench.telegram import fill
from tests.faults.ledger import Ledger
from tests.support.databases import end_leases, new_database, rows_of
from tests.support.platforms.fake_robot import FakeRobot
from tests.support.platforms.fake_robot_rules import ROBOT, SECRET, Frame
from tests.support.platforms.robot_stage import words
from tests.support.process import TO_STOP, Serving
from tests.support.stage import ZONE
from tests.support.sums import broken

# How often each message is in each place; always once.
_ONCE = {
    "inbox": "SELECT message_id, count(*) FROM inbox GROUP BY 1",
    "check-ins": "SELECT message_id, count(*) FROM checkin JOIN inbox ON inbox.id = inbox_id GROUP BY 1",
    "answers": "SELECT message_id, count(*) FROM outbox JOIN inbox ON inbox.id = inbox_id GROUP BY 1",
}


def environment(fake: FakeRobot) -> dict[str, str]:
    """The settings of a bot that talks to this server."""
    robot = {"WECOM_ROBOT_ID": ROBOT, "WECOM_ROBOT_SECRET": SECRET, "WECOM_ROBOT_URL": fake.url}
    return {**robot, "LOG_LEVEL": "WARNING"}


class Siege:
    """One bot, its server, and who kills it."""

    def __init__(self, folder: Path, number: int, chance: random.Random, fake: FakeRobot) -> None:
        self.folder, self.chance, self.fake = folder, chance, fake
        self.ledger = Ledger()
        fill(folder, "wecom_robot")
        self.database = new_database(folder)
        today: date = datetime.now(ZONE).date()
        self.frames = [self._frame(place, today) for place in range(number)]
        fake.is_stored = lambda msgid: self._rows(f"SELECT 1 FROM inbox WHERE message_id = '{msgid}'") != []
        self._start()

    def _frame(self, place: int, today: date) -> Frame:
        squad, text = said(place, today)
        about = {"msgtype": "text", "text": {"content": text}}
        return self.fake.message(str(FIRST_USER + squad), msgid=f"k{place}", **about)

    def _start(self) -> None:
        self.bot = Serving(self.folder, **environment(self.fake))

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        return rows_of(self.database, query)

    def _count(self, table: str) -> int:
        return int(self._rows(f"SELECT count(*) FROM {table}")[0][0])

    async def run(self, kills: int, short: bool) -> Ledger:
        """Kill so often, then look; unless `short` also stop once as an operator does."""
        places = sorted(self.chance.sample(range(3, len(self.frames) - 5), kills + (not short)))
        stop_at = None if short else self.chance.choice(places)
        people = asyncio.create_task(self._write())
        try:
            for place in places:
                await self._until(lambda place=place: self._count("inbox") >= place)
                await self._end(killed=place != stop_at)
            await people
            await self._until(lambda: self._count("inbox") >= len(self.frames))
            await self._until(lambda: not self._count("outbox WHERE state IN ('new', 'claimed')"), 150)
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

    async def _write(self) -> None:
        """People write a little at a time, whether the bot is there or not; now and then it comes twice."""
        for frame in self.frames:
            twice = self.chance.random() < 0.1
            for _ in range(1 + twice):
                await asyncio.to_thread(self.fake.deliver, frame)
            self.ledger.sent += 1 + twice
            self.ledger.repeats += twice
            await asyncio.sleep(self.chance.uniform(0, 0.02))

    async def _end(self, killed: bool) -> None:
        await asyncio.sleep(self.chance.uniform(0, 0.03))
        if killed:
            await asyncio.to_thread(self.bot.stop, signal.SIGKILL)
            end_leases(self.database)
            self.ledger.kills += 1
        else:
            self._note_stop(*await asyncio.to_thread(self.bot.stop))
        await asyncio.to_thread(self._start)

    def _note_stop(self, status: int, seconds: float) -> None:
        if status or seconds > TO_STOP:
            self.ledger.wrong.append(f"SIGTERM: status {status} after {seconds:.1f} s")

    def _look(self) -> None:
        ledger, names = self.ledger, [frame["body"]["msgid"] for frame in self.frames]
        ledger.acknowledged = len(names) - len(self.fake.unanswered)
        ledger.lost += [f"{msgid} was answered before it was stored" for msgid in self.fake.answered_too_early]
        for table, query in _ONCE.items():
            times = dict(self._rows(query))
            ledger.lost += [f"{name} in {table}" for name in names if times.get(name, 0) < 1]
            ledger.double += [f"{name} in {table}" for name in names if times.get(name, 0) > 1]
        ledger.stored = self._count("checkin WHERE state = 'valid'")
        ledger.answered = self._count("outbox WHERE state IN ('sent', 'uncertain')")
        ledger.uncertain = self._count("outbox WHERE state = 'uncertain'")
        ledger.wrong += [f"said: {words(each)}" for each in self.fake.said if not words(each).startswith("已记录")]
        ledger.wrong += [f"a dead letter: {error}" for (error,) in self._rows(
            "SELECT error FROM outbox WHERE state = 'dead'")] + self.fake.wrong  # fmt: skip
        ledger.wrong += broken(self.database)


def besiege(folder: Path, number: int, kills: int, seed: int, *, short: bool = False) -> Ledger:
    """One round with a fresh database."""
    with FakeRobot() as fake:
        fake.repeats = True

        async def run() -> Ledger:
            return await Siege(folder, number, random.Random(seed), fake).run(kills, short)

        return asyncio.run(run())
