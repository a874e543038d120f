"""A school year of the practice district in which nobody reports: how many letters each gets, and when."""

import asyncio
from datetime import datetime
from pathlib import Path

import pytest

from bot.jobs import due_letters
from storage.people import people
from tests.support.stage import ZONE, running

pytestmark = pytest.mark.both
FIRST, DAYS = datetime(2025, 9, 1, 6, tzinfo=ZONE), 310
# A counselor, the brigade counselor of the school, the county's admin.
LETTERS = {"张老师": 83, "李老师": 97, "王主任": 79}


async def of_a_year(folder: Path) -> dict[str, list[datetime]]:
    """When each is written to from September to the 8th of July, by all occasions that there are."""
    async with running(folder, FIRST) as bot:
        with bot.read() as db:
            found = {}
            for who in LETTERS:
                (person,) = people.called(db, who, ["/"], bot.clock.now())
                plan = due_letters.preview(bot.app.engine, db, DAYS, bot.app.ticker.calendar, person.id)
                found[who] = [each.send_at.astimezone(ZONE) for each in plan.entries]
            return found


def test_one_letter_a_day_none_at_night(tmp_path: Path) -> None:
    for who, times in asyncio.run(of_a_year(tmp_path)).items():
        assert len(times) == LETTERS[who], who
        assert len({then.date() for then in times}) == len(times), who
        assert {f"{then:%H:%M}" for then in times} <= {"07:40", "08:00", "08:10"}, who
        # In the holidays of the winter, a teacher hears of nothing.
        assert who != "张老师" or not [then for then in times if (then.year, then.month) == (2026, 1)]
