"""Files that leave: what for is asked, they say who and when, the log holds it, and after a day they are gone."""

import asyncio
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select, update

from bot.dispatch.features import collect
from handlers.general.exports import PURPOSES, WHY
from handlers.kit import File, Reply
from storage.audit.audit import Action
from storage.tables import audit, outbox
from tests.support.platforms import telegram_stage, wecom_stage
from tests.support.platforms.fake_telegram import FakeTelegram
from tests.support.platforms.fake_wecom import FakeWecom
from tests.support.stage import START, Bot, running

pytestmark = pytest.mark.both

# Every command that answers with files: how it is asked for one, by whom. A recipe is made by one of these.
ASKED = {
    "导出 名册": ("导出 名册", "刘校长"), "周报": ("周报 表", "李老师"), "表": ("表 宣讲 本月", "王主任"),
    "导出 目录": ("导出 目录", "贺主任"), "导出 签到": ("导出 签到 上周", "李老师"), "月报": ("月报 表", "李老师"),
    "学期报": ("学期报 表", "李老师"), "年报": ("年报 表", "李老师"),
}  # fmt: skip
# Sheets that are sent back begin with their head: there it stands on another one, and at the foot.
HEADS = {"行", "字段", "选项"}
MARK = "2026-04-03 09:00 导出，用途：上级检查。请勿转发"


def files(bot: Bot) -> list[Path]:
    return sorted((bot.channel.folder / "sent").glob("*"), key=lambda path: int(path.name[1:]))


def log(bot: Bot) -> list[tuple[int, dict[str, Any]]]:
    with bot.read() as db:
        found = db.execute(select(audit.c.person_id, audit.c.about).where(audit.c.deed == Action.EXPORTED))
        return [(row.person_id, json.loads(row.about)) for row in found]


def test_every_command_that_sends_files_is_walked_here() -> None:
    # 照片 sends what others have sent, as it is (tests/programmes); 推送 what 周报 does (tests/channels/group_robot);
    # the lists of nominees are walked where there are some (tests/medals/test_lists.py).
    # 日历 sends one's own days, in which nobody is named (tests/reminders/test_calendar_file.py).
    # 材料 and 套表 send documents (tests/materials).
    # 邀请 全部 and 邀请 办公室 need people who have not joined (tests/people/test_joining.py).
    elsewhere = {
        "材料",
        "套表",
        "邀请 全部",
        "邀请 办公室",
        "日历",
        "照片",
        "推送",
        "公示名单",
        "证书名单",
        "颁章名单",
        "上传名单",
    }
    assert {each.words[0] for each in collect().commands if each.exports} - elsewhere == set(ASKED)


@pytest.mark.parametrize("word", ASKED)
def test_a_file_goes_with_a_purpose_a_mark_and_a_row(word: str, tmp_path: Path) -> None:
    words, who = ASKED[word]

    async def scene() -> None:
        async with running(tmp_path) as bot:
            assert (await bot.say(who, words)) == [WHY.asks] and log(bot) == []
            # What is no purpose is another message, and the question stays.
            await bot.say(who, "工作需要")
            assert log(bot) == [] and files(bot) == []
            [said] = await bot.say(who, "上级检查")
            assert "已记入审计日志" in said
            assert [about["why"] for _, about in log(bot)] == ["上级检查"] and log(bot)[0][1]["what"] == word
            book = openpyxl.load_workbook(io.BytesIO(files(bot)[0].read_bytes()))
            for sheet in book.worksheets:
                assert sheet.oddFooter.left.text == f"{who} {MARK}", sheet.title
                assert sheet.title in HEADS or sheet["A1"].value == f"{who} {MARK}", sheet.title
            # Said at once, nothing is asked.
            purpose = PURPOSES[list(ASKED).index(word) % len(PURPOSES)]
            await bot.say(who, f"{words} {purpose}")
            assert [about["why"] for _, about in log(bot)] == ["上级检查", purpose] and len(files(bot)) == 2

    asyncio.run(scene())


def test_a_picture_and_an_empty_form_are_logged_and_not_asked_about(tmp_path: Path) -> None:
    async def scene() -> None:
        async with running(tmp_path) as bot:
            await bot.say("李老师", "周报 图")
            await bot.say("李老师", "导出 名册模板")
            assert [about["form"] for _, about in log(bot)] == ["digest-picture", "roster-template"]
            assert len(files(bot)) == 2

    asyncio.run(scene())


def test_who_may_no_more_gets_no_file_for_an_earlier_question(tmp_path: Path) -> None:
    async def scene() -> None:
        async with running(tmp_path) as bot:
            await bot.say("李老师", "导出 名册")
            await bot.app.pipeline.do(
                lambda turn: turn.db.exec_driver_sql("UPDATE role_grant SET until = '2026-04-01 00:00:00'")
            )
            await bot.say("李老师", "核对名单")
            assert log(bot) == [] and files(bot) == []

    asyncio.run(scene())


def test_no_file_leaves_by_another_way(tmp_path: Path) -> None:
    async def scene() -> None:
        async with running(tmp_path) as bot:
            with pytest.raises(ValueError, match="only a command that exports"):
                await bot.app.pipeline.do(
                    lambda turn: turn.letters.notify([Reply("表", file=File("表.xlsx", "roster", {}), to=1)])
                )

    asyncio.run(scene())


def test_after_a_day_the_file_is_gone_and_nothing_waited_for_that(tmp_path: Path) -> None:
    async def scene() -> None:
        async with running(tmp_path) as bot:
            await bot.say("李老师", "周报 表 上级检查")
            await bot.say("李老师", "周报 图")
            table, picture = files(bot)
            assert (await bot.say("李老师", "帮助"))[0]
            removal = select(outbox.c.state, outbox.c.due_at).where(outbox.c.lane == "removal")
            with bot.read() as db:
                [(state, due_at)] = db.execute(removal).all()
            assert state == "new" and timedelta(hours=23, minutes=59) < due_at - START <= timedelta(days=1, minutes=1)
            # Only the clock of the letters, not the day's reminders.
            await bot.app.pipeline.do(lambda turn: turn.db.execute(update(outbox).values(due_at=START)))
            await bot.send()
            assert not table.exists() and picture.exists()
            with bot.read() as db:
                assert [state for state, _ in db.execute(removal)] == ["sent"]

    asyncio.run(scene())


def test_telegram_deletes_it(tmp_path: Path) -> None:
    async def scene(fake: FakeTelegram) -> None:
        async with telegram_stage.running(tmp_path, fake) as stage:
            await stage.say(telegram_stage.LI, "周报 表 上级检查")
            await stage.say(telegram_stage.LI, "周报 图")
            [sent, picture] = fake.sent_to(telegram_stage.LI)
            await stage.later(hours=23)
            assert "gone" not in sent
            # Away for a while, then there; what somebody has deleted already is no trouble.
            fake.faults["deleteMessage"] += ["500"]
            await stage.later(hours=1, minutes=1)
            await stage.later(minutes=6)
            assert sent["gone"] and "gone" not in picture
            await stage.later(hours=1)
            removal = select(outbox.c.state).where(outbox.c.lane == "removal")
            assert stage.query(removal) == [("sent",)]

    with FakeTelegram() as fake:
        asyncio.run(scene(fake))


def test_wecom_takes_it_back_before_its_day_is_over(tmp_path: Path) -> None:
    async def scene(stage: wecom_stage.Stage) -> None:
        await stage.say(wecom_stage.LI, "周报 表 上级检查")
        assert [each["name"][-5:] for each in fake.sent_to(wecom_stage.LI) if "name" in each] == [".xlsx"]
        fake.ahead = 23.1 * 3600
        await stage.later(hours=23.1)
        assert [each for each in fake.sent_to(wecom_stage.LI) if "name" in each] == []

    with FakeWecom() as fake:
        wecom_stage.play(tmp_path, fake, scene)


def test_on_wecom_a_day_has_an_end_of_exports_and_of_their_question(tmp_path: Path) -> None:
    async def scene(stage: wecom_stage.Stage) -> None:
        async def files_after(words: str) -> int:
            said.extend(await stage.say(wecom_stage.LI, words))
            return len([each for each in fake.sent_to(wecom_stage.LI) if "name" in each])

        said: list[str] = []
        assert await files_after("周报 表 上级检查") == 1 and await files_after("导出 名册 核对名单") == 2
        await files_after("周报 表")
        assert await files_after("上级检查") == 2 and "今天已经导出了 2 次" in said[-1]
        await stage.later(hours=24)
        assert await files_after("周报 表 上级检查") >= 1 and "已记入审计日志" in said[-1]

    with FakeWecom() as fake:
        wecom_stage.play(tmp_path, fake, scene, limit_exports_day=2)
