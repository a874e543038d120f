"""Names that are kept, with a consent: however they are asked for, no group, no platform abroad, no digest, no log."""

import asyncio
import logging
from itertools import product
from pathlib import Path

import pytest

from handlers.kit import Message
from storage.digests import digests
from storage.organisation import units
from storage.organisation.units import Kind
from tests.support.stage import Bot, running
from tests.whole.test_names_walk import GROUP, let_in, look
from tests.whole.test_walk import FEATURES

pytestmark = [pytest.mark.both, pytest.mark.long]

# Of the practice district none is called so, and no example of the bot names them.
NAMES = ("陈子涵", "欧阳若溪")
HIDDEN = ("陈*涵", "欧**溪")
ABOUT = ("", "三(2)中队", "N20260403-01 核对事迹", "一星章", "一星章 三(2) 核对名单", "1", "7号", "G20260403-01")
WHERE = (("telegram", True), ("telegram", False), ("robot", False))
WHO = ("张老师", "李老师", "刘校长", "王主任", "金老师", "贺主任")


async def known(bot: Bot) -> None:
    """Nominated, one awarded, one handed over and to be taken away, one waiting; a guardian has asked."""
    for name in NAMES:
        said = await bot.say("张老师", f"提名 三(2)中队 {name} 一星章 学雷锋 家长同意 书面 4月1日")
        assert said[0].startswith("已收到提名")
    await bot.say("张老师", f"提名 三(2)中队 {NAMES[0]} 向阳章 家长同意 书面 4月1日")
    await bot.say("张老师", f"名单 三(2)中队 8号 {NAMES[1]}")
    for words in ("同意 N20260403-01 N20260403-02", "颁发 三(2) 一星章", "是", "撤销奖章 N20260403-02 评选有误"):
        await bot.say("李老师", words)
    await bot.say("刘校长", f"家长申请 查看 三(2)中队 {NAMES[0]}")


async def asked(bot: Bot) -> None:
    waiting = []
    commands = [each for each in FEATURES.commands if each.words[0] not in ("我是", "加入")]
    for number, (command, words, (channel, private)) in enumerate(product(commands, ABOUT, WHERE)):
        who = WHO[number // len(WHERE) % len(WHO)]
        text = f"{command.words[0]} {words}".strip()
        chat = who if private else GROUP
        message = Message(channel, f"s{number}", who, chat, bot.clock.now(), text, private=private)
        waiting.append(bot.app.pipeline.submit(message))
        if len(waiting) == 200:
            await asyncio.gather(*waiting)
            waiting.clear()
    await asyncio.gather(*waiting)


def test_a_kept_name_leaves_by_no_door(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def walk() -> None:
        async with running(tmp_path) as bot:
            await bot.app.pipeline.do(let_in)
            await known(bot)
            await asked(bot)
            await bot.send()
            with bot.read() as db:
                schools = [each for each in units.inside(db, "/1/") if each.kind in (Kind.SCHOOL, Kind.COUNTY)]
                frozen = [str(digests.weekly(db, each, "2026-W14", bot.clock.now())) for each in schools]
            clear, sealed = look(bot)
            abroad = {where: text for where, text in sealed.items() if "telegram" in where or where.endswith("True")}
            assert abroad and frozen and "陈子涵" in sealed["outbox practice False"]
            for name in (*NAMES, *HIDDEN):
                assert not [where for where, text in (*clear.items(), *abroad.items()) if name in text], name
                assert not [text for text in (*frozen, caplog.text) if name in text], name

    asyncio.run(walk())
