"""Closed weeks, months and Monday's digests are read beside the writer, and say the same whoever looks when."""

import asyncio
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, func, select

from handlers.digests.monday import monday_snapshot, push
from scheduling import closed_periods
from storage.digests import archive, digests
from storage.organisation import units
from storage.tables import digest
from tests.support.county import MONDAY, TODAY, WEEK, County, a_week
from tests.support.stage import Bot, running

pytestmark = pytest.mark.both
ZONE = ZoneInfo("Asia/Shanghai")


def test_what_is_read_ahead_is_what_is_said_and_kept(county: County) -> None:
    a_week(county)
    said = push.of(county.db, county.first, WEEK, MONDAY)
    plain = county.push(county.li)
    assert plain is not None and (plain.text, plain.buttons) == (said.text, said.alone)
    assert archive.known(county.db, [county.first.id], [WEEK]) == {(county.first.id, WEEK)}
    # Whoever looks later is told the same, also of a unit that nobody was told of.
    later = MONDAY.replace(day=8)
    assert closed_periods.shown(county.db, county.first, WEEK, later).events == 4
    unsaid = closed_periods.shown(county.db, county.second, WEEK, later)
    assert (unsaid.revision, unsaid.at) == (digests.FROZEN, MONDAY)


def test_what_was_kept_of_a_school_alone_is_kept_of_the_county_before_a_change(county: County) -> None:
    a_week(county)
    now = datetime(2026, 4, 7, 9, tzinfo=ZONE)
    changing = {(WEEK, county.first.id)}
    closing = closed_periods.closing_of(county.db, changing, now)
    said = [row for row in closing.rows(county.db, now) if row["unit_id"] == county.first.id]
    archive.add(county.db, said)
    left = closed_periods.closing_of(county.db, changing, now)
    assert said and {unit.id for unit, _ in left.parts} == {county.top.id}


def test_a_closed_month_is_kept_before_its_first_change(county: County) -> None:
    a_week(county)
    now = datetime(2026, 4, 7, 9, tzinfo=ZONE)
    labels = closed_periods.closed_labels("2026-W14", now)
    assert labels == ["2026-03", "2026-Q1", "2026-W14"]
    changing = {(WEEK, county.squads[0].id)}
    closing = closed_periods.closing_of(county.db, changing, now)
    assert {unit.id for unit, _ in closing.parts} == {county.squads[0].id, county.first.id, county.top.id}
    archive.add(county.db, closing.rows(county.db, now))
    assert closed_periods.closing_of(county.db, changing, now).parts == ()
    before = archive.period(county.db, county.first, "2026-03")
    county.report(county.squads[0], 33, day=TODAY.replace(month=3, day=31), activity="队课")
    assert archive.period(county.db, county.first, "2026-03") == before is not None


def test_a_late_report_closes_its_week_beside_the_writer(tmp_path: Path) -> None:
    asyncio.run(_late(tmp_path))


async def _late(folder: Path) -> None:
    async with running(folder) as bot:
        await bot.say("张老师", "三(2)中队 主题队日 应到42实到40")
        bot.clock.ahead += datetime(2026, 4, 7, 9, tzinfo=ZONE) - bot.clock.now()
        asked = _statements(bot)
        assert "已记录" in (await bot.say("张老师", "三(2)中队 队课 4月3日 38人"))[-1]
        # The writer only puts them down.
        assert not [each for each in asked if "rollup" in each and "sum(" in each]
        with bot.read() as db:
            assert db.scalar(select(func.count()).select_from(digest).where(digest.c.week == WEEK)) == 5
            school = next(each for each in units.inside(db, "/1/") if each.name.startswith("实验小学"))
            assert closed_periods.shown(db, school, WEEK, bot.clock.now()).figures.events == 1


def _statements(bot: Bot) -> list[str]:
    asked: list[str] = []
    write = bot.app.engine.database.write
    event.listen(write, "before_cursor_execute", lambda *each: asked.append(each[2].lower()))
    return asked


def test_nothing_is_read_ahead_but_on_a_monday(county: County) -> None:
    a_week(county)
    assert monday_snapshot.before(county.db, MONDAY.replace(hour=7)) == {}
