"""What the preview shows is what is then sent, by all occasions that the product declares: whole bots with policies,
days off, excuses, own dates, campaigns, posts, cases, requests, nominations and wishes by chance."""

import asyncio
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from bot.jobs import due_letters
from bot.pipeline.turn import Turn
from scheduling.calendar import DAY
from storage.checkins import exemptions
from storage.organisation import units
from storage.reminders.deliveries import MERGED, SENT
from storage.tables import delivery
from tests.support.stage import ZONE, Bot, running

pytestmark = pytest.mark.both

BEGINS = (date(2026, 4, 13), date(2026, 8, 20), date(2026, 12, 7))
DAYS = 35
ROLES = ("counselor", "brigade", "school_admin", "county_admin")

# When, to whom, what begins it, what else is in it.
Letter = tuple[datetime, int, str, tuple[str, ...]]


def policies(chance: Random) -> str:
    """Other leads than the shipped ones, a few dates switched off."""
    kinds = {
        kind: {role: sorted(chance.sample(range(-6, 20), chance.randint(0, 3)), reverse=True) for role in ROLES}
        for kind in "ABC"
    }
    lines = [
        f"[policy.{kind}]\n" + "\n".join(f"{role} = {leads}" for role, leads in each.items())
        for kind, each in kinds.items()
    ]
    return "\n".join(lines)


def said_by_chance(chance: Random, begins: date) -> list[tuple[str, str]]:
    """What people do on the first morning, of which something is said later; nobody is promoted."""

    def day(first: int = 1, last: int = DAYS) -> date:
        return begins + chance.randint(first, last) * DAY

    def leads() -> str:
        return ",".join(map(str, chance.sample(range(20), 2)))

    first = day()
    said = [
        ("李老师", f"校历 {first.year} 放假 {first:%m-%d}至{first + chance.randint(0, 6) * DAY:%m-%d}"),
        ("王主任", f"校历 {first.year} 补班 {day(last=18):%m-%d}"),
        ("李老师", f"提醒 新增 {day()} 校园开放日 提前 {leads()}"),
        ("王主任", f"提醒 新增 每年 {day():%m-%d} 区运动会 提前 {leads()}"),
        ("刘校长", "家长申请 删除 三(2)中队 王小明"),
        ("方老师", f"督导 实验小学 队室没有队旗 {day():%m月%d日}前整改"),
        ("刘校长", f"聘任 赵大爷 当校外辅导员 至{day(31, 60)}"),
        ("张老师", "提名 三(2)中队 集体二星章 争章活动好"),
        ("李老师", "提名 三(1)中队 集体一星章 争章活动好"),
        ("张老师", "泄露 手机丢了,上面有提名的消息"),
        ("张老师", f"勿扰 {chance.choice(('9:00-17:30', '7:30-12:00', '12:00-20:00'))}"),
        ("马老师", "勿扰 10:00-18:00"),
    ]
    starts = day(1, 10)
    published = [
        ("王主任", f"发布活动 书香校园 主题队日 {starts:%m月%d日}-{starts + chance.randint(1, 20) * DAY:%m月%d日}"),
        ("王主任", "是"),
    ]
    appointed = [("刘校长", "任命 钱老师 大队辅导员 实验小学"), ("王主任", "待确认 全部 同意")]
    return [*chance.sample(said, len(said) - 4), *appointed, *published]


def excuse(turn: Turn, chance: Random, begins: date) -> None:
    """Some squads need not report for some days."""
    for unit in chance.sample(list(units.squads(turn.db, ["/"])), 4):
        first = begins + chance.randint(0, DAYS) * DAY
        exemptions.add(turn.db, unit.id, exemptions.EXCUSED, first, first + chance.randint(0, 9) * DAY, 1, turn.now)


def sent(bot: Bot, since: datetime) -> list[Letter]:
    """What was said since then; without what a newer lead stands for, whether that was said or concerns nobody."""
    with bot.read() as db:
        rows = db.execute(select(delivery).where(delivery.c.settled_at > since).order_by(delivery.c.due_at)).all()
    newest = {(row.settled_at, row.person_id, row.occurrence): row.id for row in sorted(rows, key=_place)}
    told: dict[tuple[datetime, int], list[Any]] = {}
    for row in rows:
        if row.state in (SENT, MERGED) and row.id in newest.values():
            told.setdefault((row.settled_at, row.person_id), []).append(row)
    return sorted(letter for (at, person), mine in told.items() for letter in _letters(at, person, mine))


def _place(row: Any) -> tuple[datetime, int]:
    return row.due_at, -row.lead


def _letters(at: datetime, person: int, rows: list[Any]) -> Iterator[Letter]:
    """The day's letter, of which one thing is `sent` and the others are merged into it, and what went by itself."""
    begin = [f"{row.occurrence} {row.lead}" for row in rows if row.state == SENT]
    also = tuple(sorted(f"{row.occurrence} {row.lead}" for row in rows if row.state == MERGED))
    for one in begin:
        yield _minute(at), person, one, also if len(begin) == 1 else ()


def _minute(at: datetime) -> datetime:
    return at.astimezone(ZONE).replace(second=0, microsecond=0)


async def compared(folder: Path, seed: int) -> tuple[list[Letter], list[Letter]]:
    """(what the preview showed, what was sent)."""
    chance = Random(seed)
    begins = BEGINS[seed % len(BEGINS)]
    (folder / "catalogue").mkdir()
    (folder / "catalogue" / "key_dates.toml").write_text(policies(chance), encoding="utf-8")
    async with running(folder, datetime(begins.year, begins.month, begins.day, 9, 20, tzinfo=ZONE)) as bot:
        await bot.move(bot.clock.now() + timedelta(minutes=1))
        for who, words in said_by_chance(chance, begins):
            answer = await bot.say(who, words)
            assert not [each for each in answer if "没看懂" in each], (who, words)
        await bot.app.pipeline.do(lambda turn: excuse(turn, chance, begins))
        await bot.move(bot.clock.now() + timedelta(minutes=1))
        now = bot.clock.now()
        with bot.read() as db:
            shown = due_letters.preview(bot.app.engine, db, DAYS, bot.app.ticker.calendar).entries
        await bot.move((now + DAYS * DAY).replace(hour=23, minute=50))
        planned = [
            (_minute(one.send_at), one.person_id, f"{one.occurrence} {one.lead}", tuple(sorted(one.also)))
            for one in shown
        ]
        return sorted(planned), sent(bot, now)


@pytest.mark.parametrize("seed", range(len(BEGINS)))
def test_all_that_is_shown_is_sent(tmp_path: Path, seed: int) -> None:
    planned, found = asyncio.run(compared(tmp_path, seed))
    assert found == planned
    assert len(planned) > 100
