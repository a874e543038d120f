"""Whoever may do something may do it still when the clock was set, and whoever may not may not again."""

import re
from datetime import timedelta

import pytest

from tests.reminders.test_wrong_clock import HOUR, Home, Machine, home
from tests.support.stage import START, Bot

__all__ = ["home"]

pytestmark = pytest.mark.both
STRANGER = "请向学校大队辅导员要一个邀请码"


async def last(bot: Bot, person: str, words: str) -> str:
    return (await bot.say(person, words))[-1]


async def code(bot: Bot, person: str, squad: str) -> str:
    said = await last(bot, person, f"邀请 中队辅导员 实验小学{squad}")
    found = re.search("邀请码：([A-Z0-9-]+)", said)
    assert found, said
    return found[1]


class Day:
    """What was done on a day until the clock was set, and what holds after it."""

    spare = ""

    async def goes(self, bot: Bot) -> None:
        assert "欢迎" in (await bot.say("新来的", f"加入 {await code(bot, '李老师', '三(1)中队')} 洪老师"))[0]
        assert "定好了" in await last(bot, "李老师", "代理 赵老师 今天-4月20日")
        assert "不再是" in await last(bot, "李老师", "免去 钱老师 中队辅导员 一(2)中队")
        # With the account goes the code.
        self.spare = await code(bot, "李老师", "三(2)中队")
        await bot.say("刘校长", "解绑 李老师")
        assert "已解绑" in await last(bot, "刘校长", "1")

    async def holds(self, bot: Bot) -> None:
        assert "三(1)中队的中队辅导员" in await last(bot, "新来的", "我是谁")
        assert "已记录" in await last(bot, "新来的", "三(1)中队 队课 35人")
        assert "· 实验小学(演示)的大队辅导员" in await last(bot, "赵老师", "我是谁")
        assert "（已结束）" in await last(bot, "刘校长", "角色 钱老师")
        assert "（还没开始）" not in await last(bot, "刘校长", "角色 洪老师")
        for gone in ("钱老师", "李老师"):
            assert STRANGER in await last(bot, gone, "我是谁")
        assert "欢迎" not in (await bot.say("外人", f"加入 {self.spare} 外人"))[0]
        assert STRANGER in await last(bot, "外人", "我是谁")


@pytest.mark.parametrize("hours", [-24, -8, -1, 1, 8, 24])
@pytest.mark.parametrize("ticks", [0, 1])
def test_a_clock_that_is_set(hours: int, ticks: int, home: Home) -> None:
    day, machine = Day(), Machine(START + HOUR)

    async def scene(bot: Bot) -> None:
        await day.goes(bot)
        machine.at += hours * HOUR
        machine.on(timedelta(seconds=1))
        for _ in range(ticks):
            await bot.tick()
        await day.holds(bot)

    home.play(machine, scene)


@pytest.mark.parametrize("hours", [-24, 1])
def test_a_clock_that_is_set_while_nobody_listens(hours: int, home: Home) -> None:
    day, machine = Day(), Machine(START + HOUR)
    home.play(machine, day.goes)
    machine = Machine(machine.at + hours * HOUR, boot="another")

    async def later(bot: Bot) -> None:
        # By then who sent before is held for gone, on PostgreSQL.
        machine.on(timedelta(seconds=35))
        await day.holds(bot)

    home.play(machine, later)


def test_what_had_begun_by_a_right_clock_is_not_taken_back(home: Home) -> None:
    async def scene(bot: Bot) -> None:
        assert "定好了" in await last(bot, "李老师", "代理 赵老师 4月4日-4月4日")
        assert "大队辅导员" not in await last(bot, "赵老师", "我是谁")
        for begun in (True, False):
            machine.on(24 * HOUR)
            await bot.tick()
            machine.at -= HOUR * 9
            assert ("大队辅导员" in await last(bot, "赵老师", "我是谁")) is begun
            machine.at += HOUR * 9

    machine = Machine(START - HOUR)
    home.play(machine, scene)
