"""A bot on days far apart on one database, and what a night of it takes away."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from storage.audit import audit
from storage.audit.audit import Action, Wanted
from tests.support.stage import ZONE, Bot, running

Scene = Callable[[Bot], Awaitable[None]]


def play(folder: Path, *scenes: tuple[datetime, Scene]) -> None:
    """Each scene on the same database, with the bot's clock at its day."""

    async def run() -> None:
        for start, scene in scenes:
            async with running(folder, start) as bot:
                await scene(bot)

    asyncio.run(run())


def day(year: int, month: int, number: int = 5) -> datetime:
    return datetime(year, month, number, 9, tzinfo=ZONE)


async def night(bot: Bot) -> dict[str, int]:
    """What a night takes away, by kind."""
    await bot.tick(sends=False)
    with bot.read() as db:
        rows = audit.entries(db, Wanted(action=Action.PURGED, since=bot.clock.now() - timedelta(hours=1)), 1)
    return json.loads(rows[0].about)["rows"] if rows else {}


def count(bot: Bot, what: str) -> int:
    with bot.read() as db:
        return db.scalar(text(f"SELECT count(*) FROM {what}")) or 0
