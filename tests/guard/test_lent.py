"""What is lent stays lent: it ends with the deputyship, whatever was made of it, and is nobody's own by two phones."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path

import pytest

from handlers.kit import Role
from tests.guard.test_codes import code_of, play, roles_of
from tests.support.stage import START, Bot, running

pytestmark = pytest.mark.both

HER_OWN = {Role.COUNSELOR}
ENDS = (
    ("李老师", "代理 取消"),
    ("刘校长", "免去 李老师 大队辅导员 实验小学"),
    ("刘校长", "免去 赵老师 大队辅导员 实验小学"),
    ("王主任", "交接 李老师 钱老师"),
)


async def as_a_deputy(bot: Bot) -> None:
    """赵老师 stands in for 李老师, and has asked two newcomers in."""
    await bot.say("李老师", "代理 赵老师 今天-4月9日")
    for phone, words in (("新来的", "中队辅导员 三(1)中队"), ("另一部", "志愿者 实验小学")):
        assert "欢迎" in (await bot.say(phone, f"加入 {await code_of(bot, '赵老师', f'邀请 {words}')}"))[-1]


def test_whoever_is_appointed_by_a_deputy_is_told_until_when(tmp_path: Path) -> None:
    async def scene(bot: Bot) -> None:
        await as_a_deputy(bot)
        said = (await bot.say("赵老师", "任命 钱老师 校外辅导员 实验小学"))[-1]
        assert said == "已任命：钱老师，实验小学(演示)的校外辅导员，现在起，到 2026-04-09 为止。"
        assert "到 2026-04-09 为止" in bot.new("钱老师")[-1]["text"]

    play(tmp_path, scene)


async def link(bot: Bot, one: str, other: str) -> str:
    code = re.findall(r"[2-9A-HJ-NP-Z]{5}-[2-9A-HJ-NP-Z]{5}", (await bot.say(one, "关联"))[-1])[0]
    assert "合成一个人吗" in (await bot.say(other, f"关联 {code}"))[-1]
    return next(said for said in await bot.say(other, "是") if "关联好了" in said)


@pytest.mark.parametrize(("who", "ends"), ENDS)
def test_what_a_deputy_gave_ends_when_the_deputyship_does(tmp_path: Path, who: str, ends: str) -> None:
    async def scene(bot: Bot) -> None:
        await as_a_deputy(bot)
        await bot.say(who, ends)
        await bot.say(who, "确定")
        await bot.say("罗主任", "待确认 全部 同意")
        assert [roles_of(bot, each) for each in ("赵老师", "新来的", "另一部")] == [HER_OWN, set(), set()]

    play(tmp_path, scene)


@pytest.mark.parametrize("both", [("赵老师", "另一部"), ("另一部", "赵老师")])
def test_a_deputy_who_is_their_own_newcomer_gets_nothing(tmp_path: Path, both: tuple[str, str]) -> None:
    async def scene(bot: Bot) -> None:
        await as_a_deputy(bot)
        await link(bot, *both)
        assert roles_of(bot, "另一部") == HER_OWN | {Role.BRIGADE} == roles_of(bot, "赵老师")
        await bot.say("李老师", "代理 取消")
        assert roles_of(bot, "赵老师") == HER_OWN and roles_of(bot, "新来的") == set()

    play(tmp_path, scene)


def test_what_somebody_gave_their_other_phone_waits_though_they_are_no_admin_any_more(tmp_path: Path) -> None:
    async def scene(bot: Bot) -> None:
        await bot.say("另一部", f"加入 {await code_of(bot, '刘校长', '邀请 志愿者 实验小学')}")
        await bot.say("王主任", "免去 刘校长 学校管理员 实验小学")
        # He is a volunteer of another school, by somebody else's word.
        await bot.say("王主任", "任命 刘校长 志愿者 育红小学")
        await link(bot, "另一部", "刘校长")
        with bot.read() as db:
            held = db.exec_driver_sql(
                "SELECT unit.name FROM role_grant JOIN unit ON unit.id = unit_id JOIN person ON person.id = person_id"
                " WHERE until IS NULL AND role = 'volunteer' AND person.name = '另一部'"
            )
            assert [name for (name,) in held] == ["育红小学(演示)"]

    play(tmp_path, scene)


def test_a_role_begins_and_ends_on_its_days(tmp_path: Path) -> None:
    async def walk() -> None:
        async with running(tmp_path) as bot:
            await bot.say("刘校长", "任命 张老师 大队辅导员 实验小学 从4月6日 到4月10日")
            await bot.say("王主任", "待确认 全部 同意")
            assert "您目前不能用" in (await bot.say("张老师", "待审"))[-1]
            await bot.move(START + timedelta(days=3))
            assert "没有等您审核的提名" in (await bot.say("张老师", "待审"))[-1]
            await bot.move(START + timedelta(days=8))
            assert "您目前不能用" in (await bot.say("张老师", "待审"))[-1]
            assert "到 2026-04-10（已结束）" in (await bot.say("李老师", "角色 张老师"))[-1]

    asyncio.run(walk())
