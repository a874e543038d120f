"""Campaigns: whose business day it is, when people are reminded, which report answers which call, in whose scope."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from handlers.campaigns import notices
from handlers.catalogue.loader import shipped
from storage.campaigns import campaigns
from storage.campaigns.campaigns import Campaign
from storage.organisation import units
from storage.organisation.units import Kind, Unit
from storage.tables import checkin, delivery
from tests.support.county import FRIDAY, SHANGHAI, County
from tests.support.stage import ZONE, Bot, running

pytestmark = pytest.mark.both
MORNING = datetime(2026, 4, 1, 9, 0, tzinfo=ZONE)


def at(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=SHANGHAI)


def one(begins: str, ends: str, **more: object) -> Campaign:
    return Campaign(1, "守岁", "志愿服务", at(begins), at(ends), path="/1/", **more)  # type: ignore[arg-type]


EVENING = one("2026-04-04 20:00", "2026-04-05 01:00")
WEEK = one("2026-04-01 00:00", "2026-04-08 00:00")


@pytest.mark.parametrize(
    ("call", "now", "day"),
    [
        (EVENING, "2026-04-04 21:00", date(2026, 4, 4)),
        (EVENING, "2026-04-05 00:30", date(2026, 4, 4)),
        (EVENING, "2026-04-05 10:00", date(2026, 4, 4)),
        (WEEK, "2026-04-03 00:30", date(2026, 4, 3)),
        (WEEK, "2026-04-07 23:59", date(2026, 4, 7)),
        (WEEK, "2026-04-09 10:00", date(2026, 4, 7)),
    ],
)
def test_a_report_belongs_to_the_business_day_of_the_window(call: Campaign, now: str, day: date) -> None:
    assert call.business_day(at(now)) == day
    assert call.holds(day, SHANGHAI) and not call.holds(day + timedelta(days=8), SHANGHAI)


@pytest.mark.parametrize(
    ("begins", "ends", "reminded"),
    [
        ("2026-04-02 00:00", "2026-04-08 00:00", "2026-04-07 08:10"),
        ("2026-04-02 00:00", "2026-04-10 18:00", "2026-04-09 08:10"),
        ("2026-04-02 08:00", "2026-04-02 16:00", "2026-04-02 14:00"),
        ("2026-04-04 20:00", "2026-04-05 01:00", "2026-04-04 20:30"),
        ("2026-04-01 08:00", "2026-04-01 10:00", "2026-04-01 09:30"),
        ("2026-04-01 08:00", "2026-04-01 09:20", None),
        ("2026-04-05 22:00", "2026-04-06 05:00", None),
    ],
)
def test_the_reminder_comes_before_the_end_and_by_day(begins: str, ends: str, reminded: str | None) -> None:
    kind, found = notices.reminder_at(one(begins, ends), shipped(), MORNING)
    assert found == (at(reminded) if reminded else None)
    assert (kind == notices.LETTER) == bool(reminded and reminded.endswith("08:10"))


def test_who_is_called() -> None:
    def squad(path: str, grade: int | None) -> Unit:
        return Unit(9, Kind.SQUAD, "三(2)中队", path, grade=grade)

    third = one("2026-04-01 00:00", "2026-04-08 00:00", grades=(3,))
    assert third.calls(squad("/1/9/", 3)) and not third.calls(squad("/1/9/", 4)) and not third.calls(squad("/2/9/", 3))
    assert WEEK.calls(squad("/1/7/9/", None))


def played(folder: Path, scene: Callable[[Bot], Awaitable[None]]) -> None:
    async def play() -> None:
        async with running(folder, MORNING) as bot:
            await scene(bot)

    asyncio.run(play())


async def published(bot: Bot, who: str, words: str) -> None:
    await bot.say(who, f"发布活动 {words}")
    (said,) = await bot.say(who, "是")
    assert said.startswith("已发布活动")


def answers(bot: Bot) -> list[int | None]:
    with bot.read() as db:
        return list(db.scalars(select(checkin.c.campaign_id).order_by(checkin.c.id)))


def test_of_two_calls_of_a_kind_the_title_decides_and_else_none(tmp_path: Path) -> None:
    async def scene(bot: Bot) -> None:
        await published(bot, "李老师", "清明祭英烈 主题队日 4月1日-4月7日")
        await published(bot, "李老师", "我爱读书 主题队日 4月1日-4月7日")
        await bot.say("张老师", "主题队日 38人 我爱读书")
        await bot.say("吴老师", "主题队日 38人")
        await bot.say("李老师", "四(1)中队 主题队日 38人 清明祭英烈")
        # Outside the window, and a second report of a squad that has answered.
        await bot.say("李老师", "四(2)中队 3月31日 主题队日 38人 清明祭英烈")
        await bot.say("李老师", "四(1)中队 4月1日 队课 38人 清明祭英烈")
        assert answers(bot) == [2, None, 1, None, None]

    played(tmp_path, scene)


def test_a_whole_school_answers_for_the_squads_that_it_names(tmp_path: Path) -> None:
    async def scene(bot: Bot) -> None:
        await published(bot, "王主任", "清明祭英烈 祭扫 4月1日-4月7日 实验小学")
        await bot.say("李老师", "全校 祭英烈扫墓 480人")
        await bot.say("李老师", "同场 1 各中队")
        await bot.say("张老师", "祭扫 40人")
        assert answers(bot) == [1, 1]
        (said,) = await bot.say("王主任", "活动 1")
        assert "已报 12/12 个中队（100.0%）" in said

    played(tmp_path, scene)


def test_the_same_word_in_another_school_answers_nothing(tmp_path: Path) -> None:
    async def scene(bot: Bot) -> None:
        await published(bot, "李老师", "清明祭英烈 祭扫 4月1日-4月7日")
        await bot.say("马老师", "三(2)中队 祭扫 38人")
        assert answers(bot) == [None]
        for words in ("活动 1", "活动 1 38", "结束活动 1", "撤回活动 1", "活动 1 催"):
            (said,) = await bot.say("马老师", words)
            assert "没有" in said, words
        (said,) = await bot.say("张老师", "活动 1 三(1) 38")
        assert said == "三(1)中队不在您负责的范围，没有记录。"

    played(tmp_path, scene)


def test_each_letter_goes_to_a_person_once_however_often_it_ticks(tmp_path: Path) -> None:
    async def scene(bot: Bot) -> None:
        await published(bot, "李老师", "清明祭英烈 祭扫 4月1日-4月7日 三年级")
        await bot.move(MORNING + timedelta(minutes=10))
        await bot.say("张老师", "活动 1 38")
        await bot.move(MORNING + timedelta(days=1))
        await bot.say("李老师", "活动 1 催")
        await bot.move(MORNING + timedelta(days=9))
        with bot.read() as db:
            rows = db.execute(select(delivery.c.lead, delivery.c.state).where(delivery.c.kind.like("campaign%"))).all()
        # Two notices, a reminder and a nudge to the one who had not reported.
        assert sorted(map(tuple, rows)) == [(1, "cleared"), (1, "merged"), (2, "sent"), (2, "sent"), (3, "sent")]

    played(tmp_path, scene)


def test_a_correction_to_another_activity_answers_the_call_no_more(tmp_path: Path) -> None:
    async def scene(bot: Bot) -> None:
        await published(bot, "李老师", "清明祭英烈 祭扫 4月1日-4月7日 三年级")
        await bot.say("张老师", "祭扫 38人")
        await bot.say("张老师", "更正 队课")
        assert answers(bot) == [None]
        (said,) = await bot.say("李老师", "活动 1")
        assert "已报 0/2" in said

    played(tmp_path, scene)


def test_a_closed_campaign_takes_no_reports(tmp_path: Path) -> None:
    async def scene(bot: Bot) -> None:
        await published(bot, "李老师", "清明祭英烈 祭扫 4月1日-4月7日 三年级")
        await bot.say("李老师", "结束活动 1")
        await bot.say("张老师", "祭扫 38人")
        assert answers(bot) == [None]
        with bot.read() as db:
            found = campaigns.by_id(db, 1)
        assert found is not None and found.state == "ended"

    played(tmp_path, scene)


def test_many_campaigns_elsewhere_hide_none_of_ones_own(county: County) -> None:
    elsewhere = units.add(county.db, Kind.COUNTY, "白云区少工委")
    week, issue = (FRIDAY, FRIDAY + timedelta(days=7)), "红领巾爱学习"
    mine = Campaign(county.first.id, "学第5期", issue, *week, issue=5, person_id=county.li)
    above = Campaign(county.top.id, "清明祭英烈", "祭扫", *week, person_id=county.zhou)
    numbers = [campaigns.add(county.db, each, FRIDAY) for each in (mine, above)]
    for place in range(250):
        other = Campaign(elsewhere.id, f"学第5期 {place}", issue, *week, issue=5, person_id=county.zhou)
        campaigns.add(county.db, other, FRIDAY)
    squad = [county.squads[0].path]
    assert [each.id for each in campaigns.newest(county.db, squad, 8)] == numbers[::-1]
    found = campaigns.of_issue(county.db, issue, 5, squad)
    assert [each.id for each in found] == [numbers[0]]
    assert campaigns.of_issue(county.db, issue, 5, [county.second.path]) == []


def test_progress_counts_what_was_reported_in_the_part(county: County) -> None:
    call = Campaign(county.top.id, "清明祭英烈", "祭扫", FRIDAY, FRIDAY + timedelta(days=2), person_id=county.zhou)
    call = campaigns.by_id(county.db, campaigns.add(county.db, call, FRIDAY))
    assert call is not None
    for squad, heads in ((county.squads[0], 40), (county.squads[1], 38), (county.others[0], 35)):
        county.report(squad, heads, 42, activity="祭扫", campaign_id=call.id)
    due, told = campaigns.progress(county.db, call, [county.first.path])
    assert [each.id for each in due] == [each.id for each in county.squads]
    assert {id: each.attended for id, each in told.items()} == {county.squads[0].id: 40, county.squads[1].id: 38}
    due, told = campaigns.progress(county.db, call, [county.top.path])
    assert (len(due), sum(each.attended for each in told.values())) == (6, 113)


def told_by(county: County, *reports: tuple[Unit, int, int | None]) -> tuple[int, int]:
    """(how many squads have reported, 人次) of a campaign of the county to which these reported."""
    call = Campaign(county.top.id, "清明祭英烈", "祭扫", FRIDAY, FRIDAY + timedelta(days=2), person_id=county.zhou)
    call = campaigns.by_id(county.db, campaigns.add(county.db, call, FRIDAY))
    assert call is not None
    for unit, heads, due in reports:
        county.report(unit, heads, due, activity="祭扫", campaign_id=call.id)
    squads, told = campaigns.progress(county.db, call, [county.top.path])
    assert set(campaigns.reported(county.db, call, [squad.id for squad in squads])) == set(told) & {
        s.id for s in squads
    }
    return sum(squad.id in told for squad in squads), sum(each.attended for each in told.values())


def test_what_is_said_to_count_is_counted_whole_schools_too(county: County) -> None:
    grade = units.add(county.db, Kind.GRADE, "五年级", county.first, grade=5)
    fifth = units.add(county.db, Kind.SQUAD, "五(1)中队", grade, grade=5, class_no=1)
    assert told_by(county, (county.first, 180, 200)) == (5, 180)
    assert told_by(county, (fifth, 30, 40), (grade, 35, None), (county.others[0], 40, 40)) == (2, 75)


def test_the_whole_keeps_what_its_squads_do_not_tell(county: County) -> None:
    assert told_by(county, (county.squads[0], 40, 42), (county.first, 180, 200), (county.others[0], 35, None)) == (
        5,
        215,
    )


def test_a_report_about_something_else_is_not_counted_until_it_is_said_to(tmp_path: Path) -> None:
    async def scene(bot: Bot) -> None:
        await published(bot, "李老师", "清明祭英烈 主题队日 4月1日-4月7日")
        await bot.say("张老师", "主题队日 38人 防溺水教育")
        await bot.say("吴老师", "主题队日 38人 清明祭扫")
        await bot.say("李老师", "四(1)中队 主题队日 38人")
        assert answers(bot) == [None, 1, 1]
        (said,) = await bot.say("张老师", "活动 1 #1")
        assert said.startswith("已计入活动 1「清明祭英烈」：三(2)中队 主题队日 38 人")
        (said,) = await bot.say("吴老师", "活动 1 #1")
        assert said.startswith("您没有编号 1 的签到")
        await bot.say("李老师", "四(2)中队 主题队日 35人 防溺水教育")
        (said,) = await bot.say("李老师", "活动 1 四(2) 35")
        assert said.startswith("已计入活动 1")
        assert answers(bot) == [1, 1, 1, 1]

    played(tmp_path, scene)


def test_the_rate_of_an_issue_is_of_all_who_are_called_or_of_everybody(tmp_path: Path) -> None:
    async def scene(bot: Bot) -> None:
        await published(bot, "李老师", "红领巾爱学习第5期 4月1日-4月7日 三年级")
        await bot.say("张老师", "红领巾爱学习第5期 应到44实到40")
        # One school has called two squads; of the other nobody has called any, and all twelve are due.
        (said,) = await bot.say("王主任", "参学 第5期")
        assert "参学中队 1/14（7.1%）" in said
        await published(bot, "王主任", "红领巾爱学习第5期 4月1日-4月9日 三、四年级")
        (said,) = await bot.say("王主任", "参学 第5期")
        assert "参学中队 1/8（12.5%）" in said
        await bot.say("马老师", "全校 红领巾爱学习第5期 450人")
        (said,) = await bot.say("王主任", "参学 第5期")
        assert "参学中队 5/8（62.5%）" in said and "参加 490 人次" in said

    played(tmp_path, scene)
