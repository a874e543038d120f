"""A child's name is said to every command, in every position, on every channel: where none may be, it is nowhere."""

import asyncio
import logging
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from cryptography.fernet import InvalidToken
from sqlalchemy import LargeBinary, insert, select

from bot.pipeline.turn import Turn
from handlers.kit import Message
from storage.base.vault import Vault, WrongKey
from storage.messages import inbox
from storage.people import people
from storage.tables import account, metadata
from tests.support.stage import Bot, running
from tests.whole.test_walk import CAST, FEATURES

pytestmark = pytest.mark.both

# (channel, private): where a child may be named, in sealed words only, and where not at all.
NAMED = {("practice", True), ("wecom", True), ("robot", True)}
NAMELESS = {("telegram", True), ("telegram", False), ("robot", False)}
GROUP = "a group"
# What the bot itself gives as an example in private.
OWN_EXAMPLE = "三(2)中队 王小明"
# Each place has its own, so that one leaves no trace of the other's.
NAMES = {
    ("practice", True): ("陈子涵", "仉若溪", "萱萱"),
    ("wecom", True): ("刘一诺", "逄安然", "小莹"),
    ("robot", True): ("孙嘉怡", "乜思源", "帕提古丽"),
    ("telegram", True): ("王小明", "亓玉琢", "小明", "阿依古丽", "次仁旺堆", "艾米莉亚", "彤彤"),
    ("telegram", False): ("张梓萌", "爨雨桐", "小丽", "迪丽努尔", "索朗旺姆", "娜塔莎", "睿睿"),
    ("robot", False): ("赵芷若", "綦沐阳", "小刚", "买买提江", "娜仁托娅", "凯瑟琳", "浩浩"),
}
# Alone, glued on, as a unit, within, as a title, a reason, an alias.
POSITIONS = (
    "{word} {name}",
    "{word}{name}中队",
    "{example} {name},因为{name}生病了",
    "{first} {name}{rest}",
    "{word} {name}生日会 主题队日 4月1日-4月7日 理由：{name}同学",
    "{word} 别名 三(2)中队 {name}中队",
)
REPORTS = (
    "三(2)中队 主题队日 38人 {name}领誓",
    "{name} 主题队日 38人",
    "三(2)中队 主题队日 38人 主题：{name}的故事",
    "三(2)中队 38人 {name}请假",
    "{name}",
    "今天{name}没来",
    "{name}中队 队课 30人",
    "更正 主题队日 38人 {name}主持",
    "我是{name}的班主任",
    "{name}表现好,想给她报一星章",
)


def positions() -> Iterator[tuple[str, str]]:
    """(who says it, with {name} where the name goes)."""
    for command in FEATURES.commands:
        if command.words[0] == "我是":
            # Whoever says so is no child, and is called so from then on.
            continue
        who = next((name for role, name in CAST.items() if not command.who or role in command.who), "张老师")
        example = command.examples[0]
        first, _, rest = example.partition(" ")
        known = {"word": command.words[0], "example": example, "first": first, "rest": rest, "name": "{name}"}
        yield from ((who, text.format(**known)) for text in POSITIONS)
    yield from (("张老师", text) for text in REPORTS)


def said() -> Iterator[tuple[str, bool, str, str, str]]:
    """(channel, private, who, words, name): where none may be named everything, elsewhere in turn."""
    for (channel, private), names in NAMES.items():
        share = sorted(NAMED).index((channel, private)) if private and channel != "telegram" else None
        for place, ((who, words), name) in enumerate(zip(positions(), cycle(names), strict=False)):
            if share is None or place % (2 * len(NAMED)) == share:
                yield channel, private, who, words.format(name=name), name


async def say_all(bot: Bot) -> int:
    """Everybody says everything, and answers with the name what is asked; how many said so."""
    waiting = []
    for place, (channel, private, who, words, name) in enumerate(said()):
        # A group is seldom asked anything.
        for text in (words, name) if private or place % 2 else (words,):
            chat = who if private else GROUP
            known = f"{place}-{len(waiting)}"
            message = Message(channel, known, who, chat, bot.clock.now(), text, private=private)
            waiting.append(bot.app.pipeline.submit(message))
        if len(waiting) >= 200:
            await asyncio.gather(*waiting)
            waiting.clear()
    await asyncio.gather(*waiting)
    return place + 1


def let_in(turn: Turn) -> None:
    """Everybody has an account on every platform as well."""
    for name in CAST.values():
        [person_id] = people.named(turn.db, name)
        rows = [{"person_id": person_id, "channel": each, "address": name, "reachable": True}
                for each in ("telegram", "wecom", "robot")]  # fmt: skip
        turn.db.execute(insert(account), rows)


def opened(vault: Vault, value: Any) -> str:
    try:
        return str(vault.open(value))
    except (InvalidToken, WrongKey):
        return ""


def look(bot: Bot) -> tuple[dict[str, str], dict[str, str]]:
    """(all that lies open, all that is sealed) by table, but for the names of children with consent and the phones.

    What is to be said is told apart by where.
    """
    clear: dict[str, str] = {}
    sealed: dict[str, str] = {}
    with bot.read() as db:
        for table in metadata.sorted_tables:
            closed = [column.name for column in table.c if isinstance(column.type, LargeBinary)]
            for row in db.execute(select(table)).mappings():
                where = (
                    f"{table.name} {row['channel']} {row['chat'] == GROUP}" if table.name == "outbox" else table.name
                )
                clear[where] = f"{clear.get(where)}\n{ {key: row[key] for key in row if key not in closed} }"
                if table.name not in ("child", "screen"):
                    told = [opened(bot.app.engine.vault, row[each]) for each in closed if row[each]]
                    sealed[where] = f"{sealed.get(where)}\n{told}"
    return clear, sealed


def _without_own(where: str, text: str) -> str:
    return text.replace(OWN_EXAMPLE, "") if where in {f"outbox {channel} False" for channel, _ in NAMED} else text


def found(texts: dict[str, str], places: set[tuple[str, bool]]) -> list[str]:
    return [
        f"{name} of {place} in {where}: {text[at - 60 : at + 60]!r}"
        for where, text in ((where, _without_own(where, text)) for where, text in texts.items())
        for place in sorted(places)
        for name in NAMES[place]
        if (at := text.find(name)) >= 0
    ]


def test_a_name_is_nowhere_where_none_may_be(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def walk() -> None:
        async with running(tmp_path) as bot:
            await bot.app.pipeline.do(let_in)
            began = monotonic()
            count = await say_all(bot)
            print(f"{count} messages with a name, and most of the answers, in {monotonic() - began:.1f} s")
            await bot.send()
            with bot.read() as db:
                assert inbox.failed(db) == []
            clear, sealed = look(bot)
            assert found(clear, {*NAMED, *NAMELESS}) == []
            assert found(sealed, NAMELESS) == []
            assert found({"the log": caplog.text}, {*NAMED, *NAMELESS}) == []
            # What may be named in private stays readable there.
            assert any(name in sealed["outbox wecom False"] for name in NAMES["wecom", True])

    asyncio.run(walk())
