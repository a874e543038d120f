"""The yearly audit: its numbers, its findings, as text and JSON; the reminder in January; nobody's name in it."""

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from handlers.children import compliance
from storage.audit import audit_check
from storage.people import people
from storage.tables import consent
from tests.support.stage import START, ZONE, Bot, running

pytestmark = pytest.mark.both


def report(bot: Bot, path: str = "/") -> dict:
    with bot.read() as db:
        return compliance.report(db, 2026, bot.clock.now(), [path], "全部", audit_check.OK)


async def a_year(bot: Bot) -> None:
    await bot.say("张老师", "提名 三(2)中队 周子轩 一星章 学雷锋 家长已书面同意3月1日")
    await bot.say("张老师", "提名 三(2)中队 集体一星章")
    await bot.say("张老师", "三(2)中队 主题队日 38人")
    await bot.say("李老师", "查看 N20260403-01 核对事迹")
    await bot.say("李老师", "周报 表 上级检查")
    await bot.say("张老师", "催办")
    await bot.say("刘校长", "家长申请 查看 三(2)中队 周子轩")
    await bot.say("刘校长", "家长申请 删除 三(2)中队 王小明")
    await bot.say("刘校长", "办理 G20260403-02")
    await bot.say("刘校长", "是")
    await bot.say("张老师", "泄露 手机丢了")


def test_the_numbers_of_a_year(tmp_path: Path) -> None:
    async def scene() -> None:
        async with running(tmp_path) as bot:
            await a_year(bot)
            made = report(bot)
            assert made["nominations"] == {"submitted": 2} and made["checkins"] == 1
            assert made["consents"] == {"书面": 3} and made["children_named"] == 2
            assert made["accesses"] == {"revealed": 1, "log-read": 0, "refused": 1}
            assert made["deletions"] == {"erased": 1, "consent-ended": 1, "purged": 0}
            assert made["exports"] == {"exported": 1} and made["requests"] == {"done": 1, "open": 1}
            assert made["findings"] == ["1 件家长申请还没有办结", "1 件泄露事件还没有结案"]
            assert not made["complete"] and made["fields"][0]["field"] == "队员姓名"
            whole = json.dumps(made, ensure_ascii=False) + compliance.text(made)
            assert "周子轩" not in whole and "王小明" not in whole and "张老师" not in whole

    asyncio.run(scene())


def test_a_report_is_of_ones_own_part_only(tmp_path: Path) -> None:
    async def scene() -> None:
        async with running(tmp_path) as bot:
            await a_year(bot)
            with bot.read() as db:
                other = people.by_addresses(db, "practice", ["马老师"], bot.clock.now())["马老师"].grants[0].unit
            made = report(bot, other.path)
            assert (made["children_named"], made["nominations"], made["requests"]) == (0, {}, {})
            assert made["accesses"] == {"revealed": 0, "log-read": 0, "refused": 0}
            said = (await bot.say("金老师", "合规审计 2026"))[-1]
            assert "查看全名 1 次" in said and "· 1 件泄露事件还没有结案" in said
            for wrong in ("合规审计 1999", "合规审计 上学期"):
                assert (await bot.say("金老师", wrong))[-1].startswith("请写 2026 年和以前的年份"), wrong

    asyncio.run(scene())


def test_what_is_wrong_is_found(tmp_path: Path) -> None:
    async def scene() -> None:
        async with running(tmp_path) as bot:
            await a_year(bot)
            await bot.app.pipeline.do(lambda turn: turn.db.execute(delete(consent)).rowcount)
        async with running(tmp_path, START + timedelta(days=40)) as bot:
            await bot.say("刘校长", "结案 G20260403-01 不是监护人")
            with bot.read() as db:
                made = compliance.report(db, 2026, bot.clock.now(), ["/"], "全部", "链 a 第 3 条，被改过")
            assert made["findings"] == [
                "2 位有姓名的孩子没有记家长同意", "1 件家长申请超过 15 个工作日才办结",
                "1 件泄露事件还没有结案", "审计日志：链 a 第 3 条，被改过",
            ]  # fmt: skip
            # An old nomination without one cannot be approved either.
            assert "还没有记家长同意，不能通过" in (await bot.say("李老师", "同意 N20260403-01"))[-1]

    asyncio.run(scene())


@pytest.mark.parametrize(("year", "day"), [(2028, 10), (2027, 8)])
def test_the_officer_is_reminded_on_the_tenth_of_january_or_before(tmp_path: Path, year: int, day: int) -> None:
    async def scene() -> None:
        # The tenth of January 2027 is a Sunday: the Friday before.
        start = datetime(year, 1, day, 7, 0, tzinfo=ZONE)
        async with running(tmp_path, start - timedelta(days=3)) as bot:
            await bot.move(start + timedelta(hours=11))
            for who in ("金老师", "贺主任"):
                words = "\n".join(bubble["text"] for bubble in bot.new(who))
                assert "合规审计" in words, who
            assert not any("合规审计" in bubble["text"] for bubble in bot.new("张老师"))
            assert "合规审计" not in "\n".join(await bot.say("张老师", "提醒 列表"))

    asyncio.run(scene())
