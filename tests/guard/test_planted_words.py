"""2,100 generated names, remarks and numbers are said by every input on every channel, then searched for everywhere."""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import metrics
from handlers.kit import Message
from storage.messages.dialogues import Where
from storage.organisation import units
from storage.tables import dialogue
from tests.children.test_private_kept_out import exported
from tests.organisation.test_roster_chat import HEADER, Chat
from tests.support import planted
from tests.support.databases import POSTGRESQL
from tests.support.planted import Planted
from tests.support.stage import Bot, running
from tests.whole.test_names_walk import GROUP, NAMED, NAMELESS, let_in, look

pytestmark = pytest.mark.both

PLACES = sorted({*NAMED, *NAMELESS})
# Who says what; {} is what is planted. What is asked then is answered with 是.
INPUTS = (
    ("张老师", "三(2)中队 主题队日 38人 清明祭英烈 {}领誓"),
    ("张老师", "三(2)中队 主题队日 38人 主题：{}"),
    ("张老师", "三(2)中队 队课 30人 请假:{}"),
    ("张老师", "更正 实到39 {}"),
    ("张老师", "{}"),
    ("张老师", "我是{}"),
    ("李老师", "发布活动 {} 主题队日 4月3日-4月9日"),
    ("李老师", "单位 别名 三(2)中队 {}"),
    ("李老师", "单位 改名 三(9)中队 {}"),
    ("李老师", "单位 新增 中队 {}"),
    ("张老师", "泄露 {}"),
    ("李老师", "查看 N20260403-01 其他 {}"),
    ("李老师", "退回 N20260403-01 {}"),
    ("张老师", "提名 三(2)中队 7号 一星章 家长已书面同意3月1日，{}"),
    ("张老师", "简报 班子建设：{}。主要工作：{}"),
    ("王主任", "邀请 大队辅导员 {}"),
    ("刘校长", "任命 {} 中队辅导员 三(2)中队"),
    ("张老师", "代理 {} 明天"),
    ("刘校长", "解绑 {}"),
    ("李老师", "周报 {}"),
    ("张老师", "提醒 {}"),
    ("金老师", "审计 {}"),
    ("张老师", "家长同意 三(2)中队 7号 书面 今天 编号{}"),
    ("刘校长", "家长申请 查看 三(2)中队 {}"),
    ("张老师", "帮助 {}"),
    ("王主任", "公告 明天开会，{}请带好材料"),
    ("李老师", "校历 放假 5-6 {}"),
    ("李老师", "提醒 新增 6月1日 看望{}"),
    ("李老师", "准备清单 六一 {}"),
    ("李老师", "套表 {}"),
    ("王主任", "组织 分组 {} 城东 实验小学"),
    ("刘校长", "上传名单 列 {}=姓名、学校"),
    ("李老师", "登记 校外辅导员 王建国 {} 聘期两年"),
)


def things() -> list[Planted]:
    names = [Planted(name, (name,)) for name in planted.names(1200) if not planted.is_word(name)]
    return [*names, *planted.remarks(500), *planted.numbers(400)]


def said() -> Iterator[tuple[str, bool, str, str, Planted]]:
    """(channel, private, who, words, what is planted): every input on every channel, in turn."""
    for place, thing in enumerate(things()):
        channel, private = PLACES[place % len(PLACES)]
        who, words = INPUTS[place // len(PLACES) % len(INPUTS)]
        yield channel, private, who, words.replace("{}", thing.text), thing


def rounds() -> Iterator[dict[Where, tuple[str, bool]]]:
    """What is said, in order in every chat: one message a chat and round, so that its question can be answered."""
    queues: dict[Where, list[tuple[str, bool]]] = defaultdict(list)
    for channel, private, who, words, _ in said():
        queues[Where(channel, who if private else GROUP, who)].append((words, private))
    for row in zip_longest(*queues.values()):
        yield {where: each for where, each in zip(queues, row, strict=True) if each}


async def say_all(bot: Bot) -> None:
    for number, now in enumerate(rounds()):
        await say_each(bot, f"{number}", now)
        with bot.read() as db:
            asked = {Where(*row) for row in db.execute(select(dialogue.c.channel, dialogue.c.chat, dialogue.c.sender))}
        answers = {where: ("是", private) for where, (_, private) in now.items() if where in asked}
        await say_each(bot, f"{number}-yes", answers)


async def say_each(bot: Bot, turn: str, words: dict[Where, tuple[str, bool]]) -> None:
    messages = [
        Message(at.channel, f"{turn}-{place}", at.sender, at.chat, bot.clock.now(), text, private=private)
        for place, (at, (text, private)) in enumerate(words.items())
    ]
    await asyncio.gather(*map(bot.app.pipeline.submit, messages))


async def send_rosters(bot: Bot, folder: Path) -> list[str]:
    """Children in every column of a roster but that of the teachers' names, and in the name of the file."""
    names = [name for name in planted.names(400, seed=15) if not planted.is_word(name) and name not in planted.OTHERS]
    school = "青江省少工委(演示)/明州市少工委(演示)/青禾区少工委(演示)/实验小学(演示)"
    rows = ("{school}/三(2)中队,,,,,,,{name}", "{school}/{name},中队,,,,,,", "{school}/三(2)中队,{name},,,,,,",
            "{school}/三(2)中队,,张老师,{name},,,,", "{school}/三(2)中队,,,,,,{name},")  # fmt: skip
    chat = Chat(bot, folder, "李老师")
    for place, row in enumerate(rows):
        some = names[place :: len(rows)]
        lines = "".join(f"{row.format(school=school, name=name)}\n" for name in some)
        shown = await chat.send((HEADER + lines).encode(), name=f"{some[0]}.csv")
        if shown and shown[-1].get("buttons"):
            await chat.press(shown[-1], shown[-1]["buttons"][0]["label"])
    return names


def hidden_words(places: set[tuple[str, bool]], named_only: bool) -> set[str]:
    """What was planted there; `named_only`: without what is told of somebody, which alone says nothing."""
    told = ((channel, private, thing) for channel, private, _, _, thing in said())
    return {
        word
        for channel, private, thing in told
        if (channel, private) in places and (thing.name or not named_only)
        for word in thing.words
    }


def found(text: str, words: set[str]) -> list[str]:
    """Those of the words that stand in the text, with what is around the first."""
    left = planted.readable(text)
    return [f"{word}: {next(run for run in left.splitlines() if word in run)[:80]}" for word in words if word in left]


def test_what_is_planted_is_found_nowhere(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def scene() -> None:
        (tmp_path / "data").mkdir()
        async with running(tmp_path / "data") as bot:
            await bot.app.pipeline.do(let_in)
            everywhere = hidden_words({*NAMED, *NAMELESS}, named_only=False)
            everywhere |= set(await send_rosters(bot, tmp_path / "data"))
            await say_all(bot)
            await bot.send()
            clear, sealed = look(bot)
            assert found("\n".join(clear.values()), everywhere) == []
            of_names = hidden_words(NAMELESS, named_only=True)
            assert found("\n".join(sealed.values()), of_names) == []
            app = bot.app
            with bot.read() as db:
                assert found(exported(db), everywhere) == []
                assert units.is_empty(db) is False
            assert found(metrics.text(app.engine, app.pipeline, 0, app.channels), everywhere) == []
            assert found(caplog.text, everywhere) == []
        if not POSTGRESQL:
            assert found(planted.left_in(tmp_path / "data"), everywhere) == []
        print(dict(Counter((channel, private) for channel, private, *_ in said())), len(everywhere), "words")

    asyncio.run(scene())
