"""The whole bot in one process for the tests: real database, real channel, a clock that the test moves."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from time import monotonic
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from bot.app import App
from bot.clock import Clock
from bot.pipeline.turn import Outcome
from bot.practice.channel import Practice, decode
from bot.settings import Settings
from bot.startup import open_engine
from storage.messages import screens
from storage.tables import screen
from tests.support.databases import POSTGRESQL, new_url

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 4, 3, 9, 0, tzinfo=ZONE)
# The practice district as it was filled at a time, its key, and when that was done by a monotonic clock that began with
# the bot: filling it is most of what a bot's start costs.
_filled: dict[datetime, tuple[bytes, bytes, float]] = {}
_MOST_FILLED = 20


class Driven:
    """An app without timers: the test says when something happens."""

    app: App

    async def send(self) -> None:
        """Everything that waits in the outbox goes."""
        for sender in self.app.senders:
            while await sender.once():
                pass

    async def tick(self, sends: bool = True) -> None:
        """All that is due by now is said and, unless it shall wait in the outbox, sent."""
        while await self.app.pipeline.do(self.app.ticker.tick):
            pass
        if sends:
            await self.send()


class Bot(Driven):
    """A running bot without its web server and timers, and the phones of the practice page."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.channel = app.channels["practice"]
        assert isinstance(self.channel, Practice)
        self.phones: dict[str, int] = {}
        self._messages = 0
        self._looked = 0

    @property
    def clock(self) -> Clock:
        return self.app.engine.clock

    def body(self, person: str, text: str = "", button: str = "", file: dict[str, str] | None = None) -> dict:
        self._messages += 1
        # Another bot on the same database must not seem to repeat what this one was told.
        body = {"id": f"{self.app.owner}-{self._messages}", "person": person, "text": text}
        return body | ({"button": button} if button else {}) | ({"file": file} if file else {})

    async def hear(self, body: dict, times: int = 2) -> Outcome:
        """Deliver a message (as a platform does: possibly twice), then send what there is to send."""
        message = decode(body, self.clock.now(), self.channel.spool)
        outcomes = await asyncio.gather(*[self.app.pipeline.submit(message) for _ in range(times)])
        await self.send()
        assert len({outcome.inbox_id for outcome in outcomes}) == 1
        assert [outcome.repeat for outcome in outcomes] == [False] + [True] * (times - 1)
        return outcomes[0]

    async def say(self, person: str, text: str) -> list[str]:
        """What the person is answered."""
        await self.hear(self.body(person, text))
        return [bubble["text"] for bubble in self.new(person)]

    async def move(self, then: datetime) -> None:
        """Move the clock through every tick in between."""
        await self.app.stage.timetable.move_to(then)
        await self.send()

    def read(self) -> Connection:
        return self.app.engine.database.read.connect()

    def people(self) -> list[str]:
        """Whoever has a phone that shows something."""
        with self.read() as db:
            return [person for (person,) in db.exec_driver_sql("SELECT DISTINCT person FROM screen")]

    def new(self, person: str) -> list[dict]:
        """The bubbles that came to this phone since the last look."""
        with self.read() as db:
            rows = screens.after(db, self.app.engine.vault, self.phones.get(person, 0), person)
        if rows:
            self.phones[person] = rows[-1][0]
        return [bubble for _, bubble in rows]

    def all_new(self) -> list[tuple[str, dict]]:
        """Whoever has got bubbles since the last look at all phones, with each."""
        query = (
            select(screen.c.id, screen.c.person, screen.c.bubble)
            .where(screen.c.id > self._looked)
            .order_by(screen.c.id)
        )
        with self.read() as db:
            rows = db.execute(query).all()
        self._looked = rows[-1].id if rows else self._looked
        return [(row.person, self.app.engine.vault.open(row.bubble)) for row in rows]


@asynccontextmanager
async def running(
    folder: Path, start: datetime = START, url: str = "", clock: Clock | None = None, **settings: object
) -> AsyncIterator[Bot]:
    """A bot with the practice district, at `start`; `url` is another database than the folder's."""
    began = monotonic()

    def real() -> datetime:
        # Runs on as time does, so that backoff and leases end, but from the test's own day.
        return start + timedelta(seconds=monotonic() - began)

    chosen = Settings(_env_file=None, data_dir=folder, **settings)
    fresh = not (POSTGRESQL or url or clock or "name_key" in settings or any(folder.iterdir()))
    if fresh and start in _filled:
        district, key, took = _filled[start]
        (folder / "practice.db").write_bytes(district)
        (folder / "name.key").write_bytes(key)
        began -= took
    app = App(open_engine(chosen, url or new_url(folder, "practice.db"), clock or Clock(ZONE, real)))
    if clock is None:
        # As after every start of the real bot: after a long rest the clock of the machine alone proves nothing.
        app.engine.clock.hears(format_datetime(app.engine.clock.real()))
    app.pipeline.start()
    await app.add_channels()
    if fresh and start not in _filled and len(_filled) < _MOST_FILLED:
        copy = folder / "filled.db"
        with app.engine.database.write.connect() as db:
            # By the library that has the file open: another one's locks, in the same process, would end its own.
            db.connection.dbapi_connection.execute("VACUUM INTO ?", (str(copy),))
        _filled[start] = copy.read_bytes(), (folder / "name.key").read_bytes(), monotonic() - began
        copy.unlink()
    try:
        yield Bot(app)
    finally:
        await app.pipeline.stop()
        app.engine.readers.close()
        app.engine.database.close()


def play(folder: Path, scene: Callable[[Bot], Awaitable[None]]) -> None:
    """One scene with a bot of its own."""

    async def run() -> None:
        async with running(folder) as bot:
            await scene(bot)

    asyncio.run(run())
