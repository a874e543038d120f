"""What a counselor does on a phone: albums, places, edits, replies, old cards, children by their number."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.channels.telegram.decode import Me, decode
from handlers.attendance import attachments
from storage.people import people
from storage.tables import card, checkin, child, dialogue, file, inbox, nomination, place
from tests.support.platforms.fake_telegram import FakeTelegram, message
from tests.support.platforms.telegram_stage import GROUP, LI, WANG, ZHANG, Stage, running

pytestmark = pytest.mark.both

CHECKIN = "三(2)中队 主题队日 38人"
Play = Callable[[Callable[[Stage], Awaitable[None]]], None]


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeTelegram]:
    with FakeTelegram() as telegram:
        yield telegram


@pytest.fixture
def play(tmp_path: Path, fake: FakeTelegram) -> Play:
    def played(talk: Callable[[Stage], Awaitable[None]], **settings: Any) -> None:
        async def run() -> None:
            fake.sent.clear()
            async with running(tmp_path, fake, **settings) as stage:
                await talk(stage)

        asyncio.run(run())

    return played


def photo(name: str, album: str = "", caption: str = "") -> dict[str, Any]:
    said = {key: word for key, word in (("media_group_id", album), ("caption", caption)) if word}
    return said | {"photo": [{"file_id": name, "file_unique_id": name, "width": 9, "height": 9}]}


def heads(stage: Stage) -> list[tuple[int, str]]:
    return [tuple(row) for row in stage.query(select(checkin.c.attended, checkin.c.state).order_by(checkin.c.id))]


def kept(stage: Stage) -> list[tuple[str, int | None, str]]:
    return stage.query(select(file.c.ref, file.c.checkin_id, file.c.state).order_by(file.c.id))


@pytest.mark.parametrize("captioned", [0, 2])
def test_an_album_is_one_checkin_with_one_answer(play: Play, captioned: int) -> None:
    async def talk(stage: Stage) -> None:
        for number in range(3):
            caption = CHECKIN if number == captioned else ""
            assert await stage.say(ZHANG, **photo(f"p{number}", "A", caption)) == []
        await stage.later(seconds=3)
        (said,) = stage.fake.texts(ZHANG)
        assert said.startswith("已记录:三(2)中队 主题队日 38 人") and "照片 3 张" in said
        assert kept(stage) == [(f"p{number}", 1, "wanted") for number in range(3)]
        # One more that was late, after a restart or a slow upload: attached, and nobody is told again.
        assert await stage.say(ZHANG, **photo("late", "A", "大合影")) == []
        await stage.later(seconds=3)
        assert len(stage.fake.texts(ZHANG)) == 1 and kept(stage)[-1] == ("late", 1, "wanted")

    play(talk)


def test_an_album_in_one_transaction_is_answered_once(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        intake = stage.app.hooks["/telegram/webhook"]._intake  # type: ignore[attr-defined]
        said = [message(ZHANG, message_id=n, **photo(f"p{n}", "A", CHECKIN if n == 0 else "")) for n in range(3)]
        before = stage.app.pipeline.commits
        await intake.take([{"update_id": n, "message": each} for n, each in enumerate(said)], last_try=False)
        assert stage.app.pipeline.commits == before + 1
        await stage.later(seconds=3)
        assert ["照片 3 张" in text for text in stage.fake.texts(ZHANG)] == [True]

    play(talk)


def test_an_album_without_words_belongs_to_the_last_checkin(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        await stage.say(ZHANG, CHECKIN)
        for each in ("a", "b"):
            assert await stage.say(ZHANG, **photo(each, "A")) == []
        await stage.later(seconds=3)
        assert stage.fake.texts(ZHANG)[-1] == "2 张照片已附到:三(2)中队 4月3日(周五) 主题队日"

    play(talk)


def test_what_an_album_has_too_much_is_said(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "MOST_FILES", 3)

    async def talk(stage: Stage) -> None:
        await stage.say(ZHANG, CHECKIN)
        for each in ("a", "b", "c", "d", "e"):
            assert await stage.say(ZHANG, **photo(each, "A")) == []
        await stage.later(seconds=3)
        said = stage.fake.texts(ZHANG)[-1]
        assert said.startswith("3 张照片已附到") and "已有 3 个(最多 3 个),新的没有保存" in said
        # One that comes when the album has been answered is not kept in silence either.
        await stage.say(ZHANG, **photo("late", "A"))
        await stage.later(seconds=3)
        assert "新的没有保存" in stage.fake.texts(ZHANG)[-1] and len(stage.fake.texts(ZHANG)) == 3
        assert [ref for ref, _, _ in kept(stage)] == ["a", "b", "c"]

    play(talk)


def test_an_album_without_a_checkin_is_not_fetched(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        for each in ("a", "b"):
            await stage.say(ZHANG, **photo(each, "A"))
        await stage.later(seconds=3)
        assert [text[:10] for text in stage.fake.texts(ZHANG)] == ["照片收到了,但不知道"]
        assert {state for _, _, state in kept(stage)} == {"held"}

    play(talk)


def test_photos_wait_for_the_answer_to_a_question(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        await stage.say(ZHANG, **photo("a", "A", "三(2)中队 主题队日"))
        await stage.say(ZHANG, **photo("b", "A"))
        await stage.later(seconds=3)
        assert "请问到了多少人" in stage.fake.texts(ZHANG)[-1]
        assert "照片 2 张" in (await stage.say(ZHANG, "38"))[0]
        assert [(ref, of) for ref, of, _ in kept(stage)] == [("a", 1), ("b", 1)]

    play(talk)


def test_a_document_is_a_picture_a_report_or_refused(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        await stage.say(ZHANG, CHECKIN)
        picture = {"file_id": "d", "file_unique_id": "d", "file_name": "合影.JPG"}
        assert (await stage.say(ZHANG, document=picture))[0].startswith("1 张照片已附到")
        sheet = {"file_id": "x", "file_unique_id": "x", "file_name": "方案.docx"}
        assert (await stage.say(ZHANG, document=sheet))[0].startswith("1 个附件已附到")
        program = {"file_id": "y", "file_unique_id": "y", "file_name": "setup.exe"}
        assert (await stage.say(ZHANG, document=program))[0].startswith("这个不是照片,也不是 PDF")
        assert [ref for ref, _, _ in kept(stage)] == ["d", "x"]

    play(talk)


def test_photos_are_never_sent_into_a_group(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        await stage.say(WANG, "/bind 实验小学", GROUP)
        await stage.say(ZHANG, chat=GROUP, **photo("a", caption="/checkin " + CHECKIN))
        await stage.say(ZHANG, **photo("b"))
        await stage.say(LI, "/digest 本周", GROUP)
        await stage.later(days=7)
        assert [(ref, one) for ref, one, _ in kept(stage)] == [("a", 1), ("b", 1)]
        # The picture of the digest is drawn by the bot; no photo has a name by which it could be sent again.
        sent = [each for each in stage.fake.sent_to(GROUP) if each.get("kind") == "photo"]
        assert all(isinstance(each["photo"], bytes) for each in sent)
        assert any("已记录" in text for text in stage.fake.texts(GROUP))

    play(talk)


def test_a_place_is_kept_as_given(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        at = {"latitude": 30.25, "longitude": 120.125}
        assert (await stage.say(ZHANG, location=at))[0].startswith("位置收到了,但不知道")
        await stage.say(ZHANG, CHECKIN)
        assert "不作为到场的证明" in (await stage.say(ZHANG, location=at))[0]
        assert await stage.edit(ZHANG, 1002, "", location=at) == []
        assert stage.query(select(place.c.checkin_id, place.c.latitude, place.c.longitude)) == [(1, 30.25, 120.125)]

    play(talk)


def test_an_edit_corrects_squad_and_heads(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        await stage.say(LI, "三(1)中队 主题队日 38人", message_id=5)
        said = await stage.edit(LI, 5, "三(2)中队 主题队日 应到42实到39")
        assert said[0].startswith("已按您改的消息更正:三(2)中队 主题队日 39 人")
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
        assert await stage.edit(ZHANG, 5, "三(2)中队 主题队日 40人") == []
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
        assert said == "已更正:三(2)中队 主题队日 36 人"
        (said,) = await stage.edit(LI, 5, "三(1)中队 主题队日 33人")
        assert "33 人" in said and "没再写到、也没有动的:三(2)中队 主题队日 36 人" in said
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
        await stage.say(ZHANG, "提名 三(2)中队 7号 一星章", message_id=5)
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
        assert (await stage.say(LI, reply_to_message=original, **photo("p")))[0].startswith("1 张照片已附到:三(1)")
        # The same for one's own message; and thanks are thanks.
        assert "三(2)中队 主题队日 35 人" in (await stage.reply(LI, "更正 实到35", to=50))[0]
        assert (await stage.say(LI, "谢谢!", reply_to_message=original))[0].startswith("收到")
        assert (await stage.say(LI, "三(2)中队 队课 30人", reply_to_message=original))[0].startswith("已记录")
        assert (await stage.say(LI, "撤回", reply_to_message=original))[0].startswith("已撤回:三(1)中队")
        assert heads(stage) == [(36, "withdrawn"), (35, "valid"), (30, "valid")]

    play(talk)


def test_a_reply_to_a_nomination_card(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        for number in (7, 8, 9):
            await stage.say(ZHANG, f"提名 三(2)中队 {number}号 一星章 学雷锋")
        first, second, third = [sent["message_id"] for sent in stage.fake.sent_to(LI)]
        bot = {"id": 123456, "is_bot": True, "first_name": "b"}

        def to(card: int) -> dict[str, Any]:
            return {"reply_to_message": {**message(LI), "message_id": card, "from": bot}}

        assert (await stage.say(LI, "同意", **to(first)))[0].startswith("已同意 N20260403-01")
        assert (await stage.say(LI, "退回 材料不全", **to(second)))[0].startswith("已退回 N20260403-02")
        # Words alone may be praise: asked about, and stored sealed meanwhile.
        assert "要退回 N20260403-03,理由就写「事迹太短」吗" in (await stage.say(LI, "事迹太短", **to(third)))[0]
        assert b"\xe4" not in stage.query(select(dialogue.c.payload))[0][0]
        assert all("事迹太短" not in str(commands) for (commands,) in stage.query(select(card.c.commands)))
        assert (await stage.press(LI, "退回"))[0].startswith("已退回 N20260403-03")
        assert stage.fake.texts(ZHANG)[-1].count("事迹太短") == 1

    play(talk)


def test_an_old_card_says_what_stands_now(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        await stage.say(ZHANG, "三(2)中队 队课 30人")
        await stage.say(ZHANG, CHECKIN)
        for said in ("已撤回:三(2)中队", "已处理过:三(2)中队 4月3日(周五) 主题队日 已经撤回"):
            assert (await stage.press(ZHANG, "撤回", card=1))[0].startswith(said)
        assert heads(stage) == [(30, "valid"), (38, "withdrawn")]
        await stage.say(ZHANG, "三(2)中队 队课 31人")
        for said in ("已更正", "已处理过。现在是:三(2)中队 队课 31 人"):
            assert (await stage.press(ZHANG, "改成实到31"))[0].startswith(said)
        await stage.say(ZHANG, "三(2)中队 38人")
        await stage.press(ZHANG, "主题队日")
        assert (await stage.press(ZHANG, "主题队日"))[0].startswith(
            "这个问题已经处理过或过去了,没有再改。您最近一次签到现在是:三(2)"
        )

    play(talk)


def test_children_are_nominated_by_number_and_not_by_name(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        for wrong in ("提名 三(2)中队 王小明 一星章", "提名 三(2)中队 7号 一星章 王小明,学雷锋"):
            (said,) = await stage.say(ZHANG, wrong)
            assert "这次没有记录" in said and "请删掉刚才那条消息" in said
        assert stage.query(select(func.count()).select_from(child)) == [(0,)]
        (said,) = await stage.say(ZHANG, "提名 三(2)中队 7号 一星章 学雷锋")
        assert said.startswith("已收到提名 N20260403-01:三(2)中队 7号 一星章")
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
        assert "请审核提名 N20260403-01:三(2)中队 一星章" in stage.fake.texts(LI)[-1]
        assert not any("王小明" in str(sent) for sent in stage.fake.sent)

    play(talk)


def test_names_are_taken_when_the_operator_says_so(tmp_path: Path, fake: FakeTelegram) -> None:
    async def run() -> None:
        async with running(tmp_path, fake, telegram_names=True) as stage:
            await stage.say(ZHANG, "提名 三(2)中队 王小明 一星章")
            (said,) = await stage.say(ZHANG, "书面 3月1日")
            assert said.startswith("已收到提名 N20260403-01:三(2)中队 王小明 一星章")
            assert stage.query(select(func.count()).select_from(inbox)) == [(2,)]

    asyncio.run(run())
