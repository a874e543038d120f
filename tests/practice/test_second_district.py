"""The second district of the practice page: each row of the catalogue can be tried by somebody; links lead to them."""

import asyncio
import re
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.practice import cast
from handlers.catalogue import catalogue
from storage.tables import holding, report, row_case
from tests.support.process import ROOT
from tests.support.stage import Bot, running

DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
LINKED = re.compile(r"\?person=(\w+)")
pytestmark = pytest.mark.both


def kept(bot: Bot) -> int:
    with bot.read() as db:
        return sum(db.scalar(select(func.count()).select_from(table)) or 0 for table in (holding, report, row_case))


def test_every_row_is_somebodys_phrase_and_is_kept(tmp_path: Path) -> None:
    async def scene() -> list[object]:
        async with running(tmp_path) as bot:
            await bot.app.stage.widen()
            await bot.app.stage.widen()
            with bot.read() as db:
                players = cast.players(db, bot.clock.now())
            by = {
                phrase.replace("云溪小学", "实验小学"): (player["id"], phrase)
                for player in reversed(players) for phrase in player["phrases"]
            }  # fmt: skip
            linked = {name for path in DOCUMENTS for name in LINKED.findall(path.read_text(encoding="utf-8"))}
            assert "柏站长" in linked and linked <= {each["id"] for each in players}
            untold = []
            for row in catalogue.shipped():
                before = kept(bot)
                if row.shape == "checkin" or row.is_medal:
                    continue
                await bot.hear(bot.body(*by[row.example]), times=1)
                if kept(bot) == before:
                    untold.append((by[row.example], bot.new(by[row.example][0])[-1]["text"]))
            return untold

    assert asyncio.run(scene()) == []


def test_each_invitation_that_is_suggested_is_made(tmp_path: Path) -> None:
    async def scene() -> list[tuple[str, str]]:
        async with running(tmp_path) as bot:
            await bot.app.stage.widen()
            with bot.read() as db:
                players = cast.players(db, bot.clock.now())
            said = [(one["id"], words) for one in players for words in one["phrases"] if words.startswith("邀请")]
            # Of a refusal that shows one, what is shown.
            shown = (await bot.say("苗园长", "邀请"))[-1].splitlines()[0].partition("像这样：")[2]
            return [(words, (await bot.say(who, words))[-1]) for who, words in [*said, ("苗园长", shown)]]

    tried = asyncio.run(scene())
    assert len(tried) > 6 and [words for words, answer in tried if not answer.startswith("邀请码：")] == []


def test_who_has_no_squad_is_shown_none(tmp_path: Path) -> None:
    async def scene() -> list[str]:
        async with running(tmp_path) as bot:
            await bot.app.stage.widen()
            asked = (
                "家长同意", "撤回同意", "家长申请", "帮助 家长同意", "帮助 邀请", "免去", "任命",
                "邀请 中队辅导员", "代理", "家长同意 大班 王小明 书面 9月1日",
            )  # fmt: skip
            said = [(await bot.say("苗园长", words))[-1] for words in asked]
            assert "代理 刘校长 " in (await bot.say("李老师", "代理"))[-1]
            # Whoever is alone at their school is shown somebody of it.
            assert "代理 范老师 " in (await bot.say("苏老师", "代理"))[-1]
            return said

    said = asyncio.run(scene())
    assert [each for each in said if "三(2)" in each or "李老师" in each] == []
    assert sum("您的单位还没有中队，这一项现在用不上。" in each for each in said) == 6


def test_what_comes_next_is_said_to_its_end(tmp_path: Path) -> None:
    async def scene() -> dict[str, str] | None:
        async with running(tmp_path) as bot:
            await bot.move(bot.clock.now().replace(day=30))
            return bot.app.stage.timetable.coming("魏站长")

    coming = asyncio.run(scene())
    assert coming and coming["what"].endswith("。改好数字发给我就行：瑞景辅导站 月方案 已交"), coming
