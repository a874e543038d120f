"""A siege: one bot under messages that is killed and stopped; what every channel's siege does, and where it looks."""

import asyncio
import random
import signal
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from storage.database import Database
from tests.bench.servers import fill
from tests.faults.ledger import Ledger
from tests.support.databases import end_leases, new_database, rows_of
from tests.support.process import TO_STOP, Serving
from tests.support.stage import ZONE
from tests.support.sums import broken

# How often each message is in each place; always once.
ONCE = {
    "inbox": "SELECT message_id, count(*) FROM inbox GROUP BY 1",
    "check-ins": "SELECT message_id, count(*) FROM checkin JOIN inbox ON inbox.id = inbox_id GROUP BY 1",
    "answers": "SELECT message_id, count(*) FROM outbox JOIN inbox ON inbox.id = inbox_id GROUP BY 1",
}
_STOPS = (signal.SIGKILL, signal.SIGTERM)


class Siege(ABC):
    """One bot, the people who write to it, and who kills it; `names` are all messages as the inbox knows them."""

    channel: ClassVar[str]
    once: ClassVar[dict[str, str]] = ONCE
    # The longest that it takes until all answers have gone out, in seconds.
    to_drain: ClassVar[float] = 60

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.folder, self.chance = folder, chance
        self.ledger = Ledger()
        self.today = datetime.now(ZONE).date()
        self.names: list[str] = []
        self.up = asyncio.Event()
        self.database = self.prepare()

    def prepare(self) -> Database:
        """The database, filled, before the bot is started."""
        fill(self.folder, self.channel)
        return new_database(self.folder)

    @abstractmethod
    def environment(self) -> dict[str, str]:
        """The bot's settings."""

    @abstractmethod
    async def write(self) -> None:
        """What people and their platform do, until everything was written."""

    def start(self) -> None:
        """The bot, once more."""
        self.bot = Serving(self.folder, **self.environment())
        self.up.set()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What stands in the database."""
        return rows_of(self.database, query)

    def count(self, table: str) -> int:
        """How many rows it has."""
        return int(self.rows(f"SELECT count(*) FROM {table}")[0][0])

    def arrived(self) -> int:
        """How many messages have come so far."""
        return self.count("inbox")

    def is_quiet(self) -> bool:
        """Everything has come, and every answer has gone out."""
        waiting = "outbox WHERE state NOT IN ('sent', 'uncertain', 'dead')"
        return self.count("inbox") >= len(self.names) and not self.count(waiting)

    async def run(self, kills: int, stops: int = 0) -> Ledger:
        """Kill so often, and stop so often as an operator does; then look."""
        await asyncio.to_thread(self.start)
        places = sorted(self.chance.sample(range(3, len(self.names) - 5), kills + stops))
        ends = [_STOPS[0]] * kills + [_STOPS[1]] * stops
        self.chance.shuffle(ends)
        people = asyncio.create_task(self.write())
        try:
            for place, how in zip(places, ends, strict=True):
                await self._until(lambda place=place: self.arrived() >= place)
                await self._end(how)
            await people
            await self._until(self.is_quiet, self.to_drain)
            await self._stop()
        finally:
            people.cancel()
            self.bot.__exit__()
        self.look()
        self.database.close()
        return self.ledger

    async def _until(self, condition: Callable[[], bool], seconds: float = 180) -> None:
        # However slow the machine is: as long as something is done, it goes on.
        end, before = time.monotonic() + seconds, await asyncio.to_thread(self._done)
        while not await asyncio.to_thread(condition):
            if time.monotonic() > end:
                done = await asyncio.to_thread(self._done)
                assert done != before, f"it did not happen in time: {self.ledger}"
                end, before = time.monotonic() + seconds, done
            await asyncio.sleep(0.003)

    def _done(self) -> tuple[int, int]:
        return self.arrived(), self.count("outbox WHERE state IN ('sent', 'uncertain', 'dead')")

    async def _end(self, how: signal.Signals) -> None:
        await asyncio.sleep(self.chance.uniform(0, 0.03))
        self.up.clear()
        if how == signal.SIGKILL:
            await asyncio.to_thread(self.bot.stop, how)
            end_leases(self.database)
            self.ledger.kills += 1
        else:
            await self._stop()
        await asyncio.to_thread(self.start)

    async def _stop(self) -> None:
        status, seconds = await asyncio.to_thread(self.bot.stop)
        if status or seconds > TO_STOP:
            self.ledger.wrong.append(f"SIGTERM: status {status} after {seconds:.1f} s")

    def look(self) -> None:
        """Hold what is there against what was written."""
        ledger = self.ledger
        for table, query in self.once.items():
            times = dict(self.rows(query))
            ledger.lost += [f"{name} in {table}" for name in self.names if times.get(name, 0) < 1]
            ledger.double += [f"{name} in {table}" for name in self.names if times.get(name, 0) > 1]
        ledger.stored = self.count("checkin WHERE state = 'valid'")
        ledger.answered = self.count("outbox WHERE state IN ('sent', 'uncertain')")
        ledger.uncertain = self.count("outbox WHERE state = 'uncertain'")
        ledger.wrong += [f"dead: {error}" for (error,) in self.rows("SELECT error FROM outbox WHERE state = 'dead'")]
        ledger.wrong += broken(self.database)


def besiege(siege: Siege, kills: int, stops: int = 0) -> Ledger:
    """One round with a fresh database."""
    return asyncio.run(siege.run(kills, stops))
