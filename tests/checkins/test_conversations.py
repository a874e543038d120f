"""Made-up conversations: whatever is reported, corrected and taken back, what stands is what was said."""

import asyncio
import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.tables import checkin, rollup, unit
from tests.support.stage import START, Bot, running
from tests.support.sums import sums_as_counted, sums_as_kept

pytestmark = pytest.mark.both

DIGITS = "零一二三四五六七八九"
ACTIVITIES = {
    "主题队日": "主题队日",
    "队会": "主题队会",
    "队课": "队课",
    "读书活动": "读书活动",
    "升旗仪式": "升旗仪式",
}
Key = tuple[str, str, date]


@dataclass
class Said:
    """What should stand: a squad's activity of a day, and its heads; the newest last."""

    stands: dict[Key, tuple[int, int | None]] = field(default_factory=dict)
    order: list[Key] = field(default_factory=list)

    def report(self, key: Key, heads: tuple[int, int | None]) -> None:
        # Another count for what stands only asks.
        if key not in self.stands:
            self.stands[key] = heads
            self.order.append(key)

    def correct(self, squad: str, attended: int) -> None:
        mine = [key for key in self.order if key[0] == squad]
        due = self.stands[mine[-1]][1] if mine else None
        if mine and (due is None or attended <= due):
            self.stands[mine[-1]] = (attended, due)

    def take_back(self) -> None:
        if self.order:
            self.stands.pop(self.order.pop())


class Talker:
    """李老师 of 实验小学, who says things in many ways."""

    def __init__(self, bot: Bot, seed: int) -> None:
        self.bot = bot
        self.chance = random.Random(seed)
        self.said = Said()

    async def turn(self) -> None:
        deeds = (
            self.report,
            self.report,
            self.report,
            self.in_two,
            self.several,
            self.correct,
            self.take_back,
            self.talk,
        )
        await self.chance.choice(deeds)()

    def squad(self) -> tuple[str, str]:
        """(its name, as somebody writes it)."""
        grade, number = self.chance.randint(1, 6), self.chance.randint(1, 2)
        cn, cn_class = DIGITS[grade], DIGITS[number]
        written = [
            f"{cn}({number})中队",
            f"{cn}（{number}）班",
            f"{cn}年级{number}班",
            f"{cn}年{cn_class}班",
            f"{cn}{number}",
        ]
        return f"{cn}({number})中队", self.chance.choice(written)

    def heads(self) -> tuple[str, tuple[int, int | None]]:
        # Of fewer than half a squad it is asked whether that is right.
        attended, absent = self.chance.randint(22, 40), self.chance.randint(0, 4)
        due = attended + absent
        if self.chance.random() < 0.5:
            return self.chance.choice([f"{attended}人", f"实到{attended}", f"{attended}名队员"]), (attended, None)
        ways = [f"应到{due}实到{attended}", f"{attended}/{due}", f"{due}缺{absent}", f"实到{attended}请假{absent}"]
        return self.chance.choice(ways), (attended, due)

    def day(self) -> tuple[str, date]:
        today = self.bot.clock.now().date()
        back = self.chance.choice([0, 0, 0, 1, 2])
        return ("", "昨天", "前天")[back], today - timedelta(days=back)

    def activity(self) -> tuple[str, str]:
        word = self.chance.choice(list(ACTIVITIES))
        return word, ACTIVITIES[word]

    async def say(self, text: str) -> list[str]:
        return await self.bot.say("李老师", text)

    async def report(self) -> None:
        (name, squad), (word, activity), (count, heads), (when, day) = (
            self.squad(),
            self.activity(),
            self.heads(),
            self.day(),
        )
        parts = [squad, word, count, *([when] if when else [])]
        self.chance.shuffle(parts)
        await self.say(self.chance.choice([" ", "，", "\n"]).join(parts))
        self.said.report((name, activity, day), heads)

    async def in_two(self) -> None:
        """One thing is left out and asked for."""
        (name, squad), (word, activity), (count, heads) = self.squad(), self.activity(), self.heads()
        left_out = self.chance.randrange(3)
        parts = [squad, word, count]
        answer = parts.pop(left_out)
        (question,) = await self.say(" ".join(parts))
        assert question.startswith("请问"), (parts, question)
        if self.chance.random() < 0.2:
            await self.say("算了")
            return
        await self.say(answer)
        self.said.report((name, activity, self.bot.clock.now().date()), heads)

    async def several(self) -> None:
        """A chain of squads, the activity at the top."""
        word, activity = self.activity()
        squads = dict(self.squad() for _ in range(3))
        counts = [self.heads() for _ in squads]
        lines = [
            f"{n}. {squad} {count}"
            for n, (squad, (count, _)) in enumerate(zip(squads.values(), counts, strict=True), 1)
        ]
        await self.say(f"#接龙\n{word}\n" + "\n".join(lines))
        for name, (_, heads) in zip(squads, counts, strict=True):
            self.said.report((name, activity, self.bot.clock.now().date()), heads)

    async def correct(self) -> None:
        (name, squad), attended = self.squad(), self.chance.randint(20, 44)
        if not any(key[0] == name for key in self.said.order):
            return
        await self.of_one(f"更正 {squad} 实到{attended}")
        self.said.correct(name, attended)

    async def take_back(self) -> None:
        if self.said.order:
            await self.of_one("撤回")
            self.said.take_back()

    async def of_one(self, text: str) -> None:
        """Where several may be meant each has its button, the newest first."""
        bot, me = self.bot, "李老师"
        await bot.hear(bot.body(me, text))
        asked = [bubble for bubble in bot.new(me) if "还没有动" in bubble["text"]]
        if asked:
            await bot.hear(bot.body(me, button=asked[0]["buttons"][0]["id"]))

    async def talk(self) -> None:
        await self.say(self.chance.choice(["好的", "谢谢", "我的", "周报", "未签到", "明天下午三点开会", "帮助"]))


def standing(bot: Bot) -> dict[Key, tuple[int, int | None]]:
    with bot.read() as db:
        assert sums_as_kept(db) == sums_as_counted(db)
        columns = (unit.c.name, checkin.c.activity, checkin.c.day, checkin.c.attended, checkin.c.due)
        rows = db.execute(select(*columns).join(unit, unit.c.id == checkin.c.unit_id).where(checkin.c.state == "valid"))
        return {(name, activity, day): (attended, due) for name, activity, day, attended, due in rows}


@pytest.mark.parametrize("seed", range(3))
def test_what_was_said_stands(tmp_path: Path, seed: int) -> None:
    async def play() -> None:
        async with running(tmp_path, START) as bot:
            talker = Talker(bot, seed)
            for number in range(25):
                await talker.turn()
                assert standing(bot) == talker.said.stands, f"after turn {number}"
            with bot.read() as db:
                assert db.execute(select(rollup)).first() is not None

    asyncio.run(play())
