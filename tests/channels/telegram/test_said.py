"""What a counselor does on a phone: albums, places, edits, replies, old cards, children by their number."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.channels.telegram.decode import Me, decode
from storage.people import people
from storage.tables import card, child, dialogue, inbox, nomination
from tests.channels.telegram.conftest import Play
from tests.channels.telegram.test_albums import heads, photo
from tests.support.platforms.fake_telegram import FakeTelegram, message
from tests.support.platforms.telegram_stage import LI, ZHANG, Stage, running

pytestmark = pytest.mark.both

CHECKIN = "三(2)中队 主题队日 38人"


def test_an_edit_corrects_squad_and_heads(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        await stage.say(LI, "三(1)中队 主题队日 38人", message_id=5)
        said = await stage.edit(LI, 5, "三(2)中队 主题队日 应到42实到39")
        assert said[0].startswith("已按您改的消息更正：三(2)中队 主题队日 39 人")
        assert await stage.edit(LI, 5, "三(2)中队 主题队日 应到42实到39。") == []
        assert heads(stage) == [(39, "valid")]
        await stage.say(LI, "撤回")
        assert "已经撤回" in (await stage.edit(LI, 5, "三(2)中队 主题队日 40人"))[0]
        assert heads(stage) == [(39, "withdrawn")]

    play(talk)


def test_an_edit_without_another_word_changes_nothing(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        words = "三(2)中队 主题队日 38人"
        await stage.say(ZHANG, words, message_id=5)
        await stage.say(ZHANG, "更正 实到39")
        # A reaction to it, or the preview of a link.
        assert await stage.edit(ZHANG, 5, words) == []
        assert heads(stage) == [(39, "valid")]
        await stage.edit(ZHANG, 5, "三(2)中队 主题队日 40人")
        await stage.say(ZHANG, "更正 实到41")
        for same in ("三(2)中队 主题队日 40人", "三(2)中队  主题队日 40人 ", "三(2)中队主题队日40人"):
            assert await stage.edit(ZHANG, 5, same) == []
        # Back to what was said first is another word.
        assert (await stage.edit(ZHANG, 5, words))[0].startswith("已按您改的消息更正")
        assert heads(stage) == [(38, "valid")]
        # Nor is a command done twice.
        await stage.say(ZHANG, "周报", message_id=6)
        assert await stage.edit(ZHANG, 6, "周报") == []

    play(talk)


def test_an_edit_of_an_answer_corrects_what_it_completed(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        await stage.say(ZHANG, "三(2)中队 主题队日")
        await stage.say(ZHANG, "38", message_id=5)
        assert (await stage.edit(ZHANG, 5, "39"))[0].startswith("已按您改的消息更正")
        assert heads(stage) == [(39, "valid")]

    play(talk)


def test_an_edit_of_several_corrects_each(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        await stage.say(LI, "三(1)中队 主题队日 38人\n三(2)中队 主题队日 37人", message_id=5)
        assert heads(stage) == [(38, "valid"), (37, "valid")]
        (said,) = await stage.edit(LI, 5, "三(1)中队 主题队日 38人\n三(2)中队 主题队日 36人")
        assert said == "已更正：三(2)中队 主题队日 36 人"
        (said,) = await stage.edit(LI, 5, "三(1)中队 主题队日 33人")
        assert "33 人" in said and "没再写到、也没有动的：三(2)中队 主题队日 36 人" in said
        assert heads(stage) == [(33, "valid"), (36, "valid")]

    play(talk)


def test_an_edit_of_what_recorded_nothing_counts_while_it_is_fresh(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        await stage.say(ZHANG, "三2 主题对日", message_id=5)
        assert (await stage.edit(ZHANG, 5, CHECKIN))[0].startswith("已记录")
        assert "没有照着做" in (await stage.edit(ZHANG, 6, "撤回"))[0]
        await stage.later(hours=30)
        assert "没有照着做" in (await stage.edit(ZHANG, 7, "三(2)中队 队课 38人"))[0]
        assert heads(stage) == [(38, "valid")]
        assert await stage.edit(ZHANG, 8, CHECKIN, chat={"id": -5, "type": "supergroup"}) == []

    play(talk)


def test_a_nomination_is_not_changed_by_an_edit(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        await stage.say(ZHANG, "提名 三(2)中队 7号 一星章 家长已书面同意3月1日", message_id=5)
        assert (await stage.edit(ZHANG, 5, "提名 三(2)中队 8号 一星章"))[0].startswith("您改了一条发过的消息。提名不能")
        assert stage.query(select(func.count()).select_from(nomination)) == [(1,)]

    play(talk)


def test_a_reply_to_an_echo_corrects_that_one(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        await stage.say(LI, "三(1)中队 主题队日 38人")
        echo = stage.fake.sent_to(LI)[-1]["message_id"]
        await stage.say(LI, "三(2)中队 主题队日 37人", message_id=50)
        original = {**message(LI), "message_id": echo, "from": {"id": 123456, "is_bot": True, "first_name": "b"}}
        assert "三(1)中队 主题队日 36 人" in (await stage.say(LI, "实到36", reply_to_message=original))[0]
        assert (await stage.say(LI, reply_to_message=original, **photo("p")))[0].startswith("1 张照片已附到：三(1)")
        # The same for one's own message; and thanks are thanks.
        assert "三(2)中队 主题队日 35 人" in (await stage.reply(LI, "更正 实到35", to=50))[0]
        assert (await stage.say(LI, "谢谢！", reply_to_message=original))[0].startswith("收到")
        assert (await stage.say(LI, "三(2)中队 队课 30人", reply_to_message=original))[0].startswith("已记录")
        assert (await stage.say(LI, "撤回", reply_to_message=original))[0].startswith("已撤回：三(1)中队")
        assert heads(stage) == [(36, "withdrawn"), (35, "valid"), (30, "valid")]

    play(talk)


def test_a_reply_to_a_nomination_card(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        for number in (7, 8, 9):
            await stage.say(ZHANG, f"提名 三(2)中队 {number}号 一星章 学雷锋，家长已书面同意3月1日")
        first, second, third = [sent["message_id"] for sent in stage.fake.sent_to(LI)]
        bot = {"id": 123456, "is_bot": True, "first_name": "b"}

        def to(card: int) -> dict[str, Any]:
            return {"reply_to_message": {**message(LI), "message_id": card, "from": bot}}

        assert (await stage.say(LI, "同意", **to(first)))[0].startswith("已同意 N20260403-01")
        assert (await stage.say(LI, "退回 材料不全", **to(second)))[0].startswith("已退回 N20260403-02")
        # Words alone may be praise: asked about, and stored sealed meanwhile.
        assert "要退回 N20260403-03，理由就写「事迹太短」吗" in (await stage.say(LI, "事迹太短", **to(third)))[0]
        assert b"\xe4" not in stage.query(select(dialogue.c.payload))[0][0]
        assert all(b"\xe4" not in orders for (orders,) in stage.query(select(card.c.orders)))
        assert (await stage.press(LI, "退回"))[0].startswith("已退回 N20260403-03")
        assert stage.fake.texts(ZHANG)[-1].count("事迹太短") == 1

    play(talk)


def test_an_old_card_says_what_stands_now(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        await stage.say(ZHANG, "三(2)中队 队课 30人")
        await stage.say(ZHANG, CHECKIN)
        for said in ("已撤回：三(2)中队", "已处理过：三(2)中队 4月3日（周五） 主题队日 已经撤回"):
            assert (await stage.press(ZHANG, "撤回", card=1))[0].startswith(said)
        assert heads(stage) == [(30, "valid"), (38, "withdrawn")]
        await stage.say(ZHANG, "三(2)中队 队课 31人")
        for said in ("已更正", "已处理过。现在是：三(2)中队 队课 31 人"):
            assert (await stage.press(ZHANG, "改成实到31"))[0].startswith(said)
        await stage.say(ZHANG, "三(2)中队 38人")
        await stage.press(ZHANG, "主题队日")
        assert (await stage.press(ZHANG, "主题队日"))[0].startswith(
            "这个问题已经处理过或过去了，没有再改。您最近一次签到现在是：三(2)"
        )

    play(talk)


def test_children_are_nominated_by_number_and_not_by_name(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        for wrong in ("提名 三(2)中队 王小明 一星章", "提名 三(2)中队 7号 一星章 王小明,学雷锋"):
            (said,) = await stage.say(ZHANG, wrong)
            assert "这次没有记录" in said and "请删掉刚才那条消息" in said
        assert stage.query(select(func.count()).select_from(child)) == [(0,)]
        # By the number, too, only when the guardian has agreed.
        assert "7号 的家长同意了吗" in (await stage.say(ZHANG, "提名 三(2)中队 7号 一星章 学雷锋"))[0]
        assert stage.query(select(func.count()).select_from(child)) == [(0,)]
        (said,) = await stage.say(ZHANG, "书面 3月1日")
        assert said.startswith("已收到提名 N20260403-01：三(2)中队 7号 一星章")
        assert "三(2)中队 7号 一星章" in stage.fake.texts(LI)[-1]
        assert b"7" not in stage.query(select(child.c.name))[0][0][:1]
        assert "〈序号" in (await stage.say(ZHANG, "提名 三(2)中队 一星章"))[0]

    play(talk)


def test_a_name_from_elsewhere_does_not_reach_telegram(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        heard = decode({"update_id": 1, "message": message(ZHANG, "x")}, Me("1"), stage.now)
        words = "提名 三(2)中队 王小明 一星章 学雷锋事迹突出 家长已书面同意3月1日"
        with stage.app.engine.database.write.begin() as db:
            people.link(db, 1, "practice", "张老师")
        await stage.app.pipeline.submit(
            replace(heard, channel="practice", chat="张老师", sender="张老师", text=words)  # type: ignore[type-var]
        )
        await stage.send()
        assert "请审核提名 N20260403-01：三(2)中队 一星章" in stage.fake.texts(LI)[-1]
        assert not any("王小明" in str(sent) for sent in stage.fake.sent)

    play(talk)


def test_a_word_that_stands_where_somebody_is_named_is_not_said_again(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        for words in ("解绑 毛豆", "代理 毛豆 明天", "解绑 乌云其木格", "交接 毛豆 石头", "代理 尕藏 明天"):
            said = " ".join(await stage.say(LI, words))
            assert "毛豆" not in said and "其木格" not in said and "尕藏" not in said and "×" in said, said
        # What nobody is called by, and who is told by a title, is said as it was.
        assert "「取消」" in (await stage.say(LI, "解绑 取消"))[-1]
        assert "「贾老师」" in (await stage.say(LI, "解绑 贾老师"))[-1]

    play(talk)


def test_names_are_taken_when_the_operator_says_so(tmp_path: Path, fake: FakeTelegram) -> None:
    async def run() -> None:
        async with running(tmp_path, fake, telegram_names=True) as stage:
            await stage.say(ZHANG, "提名 三(2)中队 王小明 一星章")
            (said,) = await stage.say(ZHANG, "书面 3月1日")
            assert said.startswith("已收到提名 N20260403-01：三(2)中队 王小明 一星章")
            assert stage.query(select(func.count()).select_from(inbox)) == [(2,)]

    asyncio.run(run())
