"""Groups with topics: what is said in a topic is answered there, and a topic can be bound by itself."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from bot.channels.telegram.decode import Me, decode
from storage.tables import checkin, fact, group_chat, outbox
from tests.channels.telegram.conftest import Play
from tests.support.platforms.fake_telegram import message, person
from tests.support.platforms.telegram_stage import GROUP, LI, WANG, ZHANG, Stage, in_topic
from tests.support.stage import ZONE

pytestmark = pytest.mark.both

FORUM = -1_000_000_000_700
CHECKIN = "/checkin 三(2)中队 主题队日 38人"
MONDAY = datetime(2026, 4, 6, 8, 0, tzinfo=ZONE)


def topics(stage: Stage) -> list[str]:
    """The topic of each message that was sent into the forum; "" for General."""
    return [str(sent.get("message_thread_id", "")) for sent in stage.fake.sent_to(FORUM)]


def photo(name: str, **more: Any) -> dict[str, Any]:
    return {"photo": [{"file_id": name, "file_unique_id": name, "width": 9, "height": 9}], **more}


# --- answered where it was said -----------------------------------------------------------------------------


def test_a_message_is_answered_in_its_topic(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        assert await stage.say(ZHANG, CHECKIN, FORUM, **in_topic(7)) == ["已记录：三(2)中队 主题队日 38 人"]
        # The card's buttons, a reply to it, a question and its answer, a refusal.
        assert (await stage.press(ZHANG, "撤回", FORUM))[0].startswith("已撤回")
        await stage.say(ZHANG, "/checkin 三(2)中队 队课", FORUM, **in_topic(7))
        assert await stage.reply(ZHANG, "30", FORUM, **in_topic(7)) == ["已记录：三(2)中队 队课 30 人"]
        assert "31 人" in (await stage.reply(ZHANG, "实到31", FORUM, **in_topic(7)))[0]
        assert "您目前不能用" in (await stage.say(ZHANG, "/bind 实验小学", FORUM, **in_topic(7)))[0]
        assert topics(stage) == ["7"] * 6

    play(talk)


def test_an_album_and_a_file_go_to_their_topic(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        for name in ("a", "b"):
            more = in_topic(7) | ({"caption": CHECKIN} if name == "a" else {"caption": "/checkin"})
            await stage.say(ZHANG, "", FORUM, **photo(name, media_group_id="A", **more))
        await stage.later(seconds=3)
        await stage.say(LI, "/digest 图", FORUM, **in_topic(8))
        await stage.say(LI, "/digest 图", FORUM, **in_topic(9))
        *_, first, again = stage.fake.sent_to(FORUM)
        # Made once, sent twice.
        assert first["photo"].startswith(b"\x89PNG") and again["photo"] == f"photo-{first['message_id']}"
        assert topics(stage) == ["7", "8", "9"]

    play(talk)


def test_general_and_the_threads_of_other_groups_are_no_topics(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        await stage.say(ZHANG, CHECKIN, FORUM)
        # A reply in a group without topics carries the number of its thread; nothing can be sent to that.
        await stage.say(ZHANG, "/help", FORUM, message_thread_id=7)
        assert topics(stage) == ["", ""]

    play(talk)


def test_what_hangs_on_the_beginning_of_a_topic_is_no_reply() -> None:
    ours = {"id": 123456, "is_bot": True, "first_name": "bot"}
    root = {**message(5, chat=FORUM), "message_id": 7, "from": ours, "forum_topic_created": {"name": "周报"}}

    def heard(text: str, **more: Any) -> Any:
        said = message(5, text, FORUM, reply_to_message=root, **in_topic(7), **more)
        return decode({"update_id": 1, "message": said}, Me("123456", "our_bot"), datetime.now(ZONE))

    assert heard("大家好") is None
    assert (heard("/help").topic, heard("/help").reply_to) == ("7", "")
    press = {"id": "1", "from": person(5), "chat_instance": "1", "data": "token.0"}
    card = message(123456, "card", FORUM, **in_topic(9))
    pressed: Any = decode({"update_id": 2, "callback_query": {**press, "message": card}}, Me("1"), datetime.now(ZONE))
    assert pressed.topic == "9"


# --- a topic that is gone -----------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["no topic", "topic closed"])
def test_what_was_for_a_topic_that_is_gone_is_said_in_general_once(play: Play, fault: str) -> None:
    async def talk(stage: Stage) -> None:
        await stage.say(LI, "/bind 实验小学", FORUM, **in_topic(7))
        stage.fake.gone_topics["7"] = fault
        assert (await stage.say(LI, "/digest 图", FORUM, **in_topic(7))) != []
        Stage.now = MONDAY
        for _ in range(3):
            await stage.later(seconds=5)
        assert topics(stage) == ["7", "", ""]
        assert stage.fake.texts(FORUM)[-1].startswith("实验小学第14周")
        # The group is no dead address, and nothing is in doubt or left over.
        assert stage.query(select(group_chat.c.reachable)) == [(True,)]
        assert set(stage.query(select(outbox.c.state))) == {("sent",)}

    play(talk)


# --- a topic is bound ---------------------------------------------------------------------------------------


def test_a_bound_topic_gets_the_digest_and_its_lists(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        (said,) = await stage.say(LI, "/bind 实验小学", FORUM, **in_topic(7))
        assert said.startswith("这个话题已绑定实验小学。每周一 8:00 在这里发周报")
        await stage.say(ZHANG, CHECKIN, FORUM, **in_topic(8))
        Stage.now = MONDAY
        for _ in range(2):
            await stage.later(seconds=5)
        assert topics(stage) == ["7", "8", "7"]
        assert stage.fake.texts(FORUM)[-1].startswith("实验小学第14周：1 场活动")
        # Asked anywhere in the group it is about the unit, and answered where it was asked.
        assert (await stage.say(WANG, "/digest", FORUM, **in_topic(9)))[0].startswith("实验小学第15周")
        assert (await stage.say(WANG, "/missing", FORUM))[0].startswith("本周还有 2 个中队没签到")
        assert topics(stage)[-2:] == ["9", ""]
        await stage.say(LI, "推送 未签到")
        assert topics(stage)[-1] == "7" and stage.fake.texts(FORUM)[-1].startswith("本周还有 2 个中队没签到")

    play(talk)


def test_each_topic_has_a_unit_of_its_own(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        await stage.say(WANG, "/bind 青禾区少工委", FORUM)
        await stage.say(WANG, "/bind 实验小学", FORUM, **in_topic(7))
        for topic, unit in ((in_topic(7), "实验小学"), (in_topic(8), "青禾区少工委"), ({}, "青禾区少工委")):
            assert (await stage.say(WANG, "/digest", FORUM, **topic))[0].startswith(f"{unit}第14周")
        # Bound from another topic the unit's digest moves there; it does not come twice.
        await stage.say(WANG, "/bind 实验小学", FORUM, **in_topic(9))
        bound = select(group_chat.c.topic, group_chat.c.unit_id).order_by(group_chat.c.topic)
        assert [topic for topic, _ in stage.query(bound)] == ["", "9"]
        await stage.say(WANG, "/unbind", FORUM, **in_topic(9))
        assert [topic for topic, _ in stage.query(bound)] == [""]

    play(talk)


def test_a_forum_that_throws_us_out_is_told_of_once_for_all_its_topics(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        await stage.say(WANG, "/bind 青禾区少工委", FORUM)
        await stage.say(WANG, "/bind 实验小学", FORUM, **in_topic(7))
        stage.fake.faults[f"sendMessage {FORUM}"].extend(["kicked", "kicked"])
        Stage.now = MONDAY
        for _ in range(2):
            await stage.later(seconds=5)
        assert stage.query(select(group_chat.c.reachable)) == [(False,), (False,)]
        (told,) = [text for text in stage.fake.texts(WANG) if "收不到我的消息了" in text]
        assert "青禾区少工委、" in told and "实验小学" in told
        # Whoever speaks there has let us in again, whatever the topic.
        await stage.say(WANG, "/help", FORUM, **in_topic(8))
        assert stage.query(select(group_chat.c.reachable)) == [(True,), (True,)]

    play(talk)


# --- pace and holds -----------------------------------------------------------------------------------------


def test_a_hold_is_for_the_whole_chat(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        stage.fake.faults[f"sendMessage {FORUM}"].append("429 long")
        await stage.say(ZHANG, CHECKIN, FORUM, **in_topic(7))
        await stage.say(LI, "/help", FORUM, **in_topic(8))
        assert stage.fake.sent_to(FORUM) == []
        held = {name for (name,) in stage.query(select(fact.c.name).where(fact.c.name.startswith("hold")))}
        assert held == {f"hold telegram {FORUM}", "hold telegram *"}
        Stage.now = Stage.now.replace(minute=Stage.now.minute + 2)
        stage.app.channels["telegram"]._in_group._held.clear()  # type: ignore[attr-defined]
        await stage.later(seconds=5)
        assert topics(stage) == ["7", "8"]
        assert stage.query(select(checkin.c.attended)) == [(38,)]

    play(talk)


@pytest.mark.parametrize("fault", ["muted", "no rights", "no writing"])
def test_a_group_where_we_may_not_speak_is_told_of_and_comes_back(play: Play, fault: str) -> None:
    async def talk(stage: Stage) -> None:
        await stage.say(WANG, "/bind 实验小学", GROUP)
        stage.fake.faults[f"sendMessage {GROUP}"].append(fault)
        Stage.now = MONDAY
        await stage.later(seconds=5)
        await stage.later(seconds=5)
        [told] = [text for text in stage.fake.texts(WANG) if "实验小学的群收不到我的消息了" in text]
        assert told.endswith("请把我重新加进群、允许我说话，再在群里发「绑定」。")
        assert "现在发不进去" in (await stage.say(WANG, "推送 未签到"))[0]
        await stage.say(WANG, "/bind 实验小学", GROUP)
        assert (await stage.say(WANG, "推送 未签到"))[0].startswith("正在发到 1 个群：实验小学（Telegram）")

    play(talk)
