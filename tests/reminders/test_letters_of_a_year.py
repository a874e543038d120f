"""A school year of the practice district in which nobody reports: how many letters each gets, and when; the preview of
its first morning says so, and the year is played through."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from bot.jobs import due_letters
from storage.people import people
from storage.reminders.deliveries import SENT
from storage.tables import delivery
from tests.support.stage import ZONE, Bot, running

pytestmark = pytest.mark.both
FIRST, DAYS, PARTS = datetime(2025, 9, 1, 6, tzinfo=ZONE), 310, 5
# A counselor, the brigade counselor of the school, the county's admin.
LETTERS = {"张老师": 83, "李老师": 97, "王主任": 79}

Times = dict[str, list[datetime]]


async def of_a_year(folder: Path) -> tuple[Times, Times]:
    """When each is written to from September to the 8th of July, by all occasions that there are: shown, and sent."""
    async with running(folder, FIRST) as bot:
        with bot.read() as db:
            ids = {who: people.called(db, who, ["/"], bot.clock.now())[0].id for who in LETTERS}
            shown = {who: planned(bot, db, id) for who, id in ids.items()}
        found: dict[str, set[datetime]] = {who: set() for who in ids}
        # What was said is not kept for all of the year.
        for part in range(1, PARTS + 1):
            await bot.move((FIRST + timedelta(days=DAYS * part // PARTS)).replace(hour=23))
            with bot.read() as db:
                for who, id in ids.items():
                    found[who].update(sent(db, id))
        return shown, {who: sorted(times) for who, times in found.items()}


def planned(bot: Bot, db: Connection, person_id: int) -> list[datetime]:
    plan = due_letters.preview(bot.app.engine, db, DAYS, bot.app.ticker.calendar, person_id)
    return [each.send_at.astimezone(ZONE) for each in plan.entries]


def sent(db: Connection, person_id: int) -> list[datetime]:
    mine = select(delivery.c.settled_at).where(delivery.c.person_id == person_id, delivery.c.state == SENT)
    times = db.scalars(mine.order_by(delivery.c.settled_at))
    return [then.astimezone(ZONE) for then in times]


def test_one_letter_a_day_none_at_night(tmp_path: Path) -> None:
    shown, found = asyncio.run(of_a_year(tmp_path))
    for who, exact in found.items():
        times = [then.replace(second=0, microsecond=0) for then in exact]
        assert times == shown[who], who
        assert len(times) == LETTERS[who], who
        assert len({then.date() for then in times}) == len(times), who
        assert {f"{then:%H:%M}" for then in times} <= {"07:40", "08:00", "08:10"}, who
        # In the holidays of the winter, a teacher hears of nothing.
        assert who != "张老师" or not [then for then in times if (then.year, then.month) == (2026, 1)]
