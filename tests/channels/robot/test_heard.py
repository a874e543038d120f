"""The robot on a real connection: what people say and press, how it is answered, who they are, their photos."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.channels.telegram.decode import Me, decode
from handlers.kit import Message, Reply
from storage.tables import account, checkin, dialogue, inbox, person
from tests.support.platforms.fake_robot import FakeRobot
from tests.support.platforms.fake_telegram import TOKEN, FakeTelegram, message
from tests.support.platforms.robot_stage import GROUP, LI, STRANGER, ZHANG, Stage, labels, running, words
from tests.support.waiting import happens

pytestmark = pytest.mark.both
CHECKIN = "三(2)中队 主题队日 应到42实到40 清明祭英烈"
Play = Callable[..., None]


def heads(stage: Stage) -> list[tuple[int, str]]:
    return stage.query(select(checkin.c.attended, checkin.c.state).order_by(checkin.c.id))


# --- what is said -------------------------------------------------------------------------------------------


def test_a_checkin_is_answered_on_a_card_by_a_reply(play: Play, fake: FakeRobot) -> None:
    async def talk(stage: Stage) -> None:
        assert await stage.say(ZHANG, CHECKIN) == [
            "已记录：三(2)中队 主题队日 40 人\n4月3日（周五） · 应到 42 人 · 清明祭英烈"
        ]
        (said,) = fake.said_to(ZHANG)
        assert (said["kind"], said["way"], labels(said)) == ("template_card", "reply", ["更正", "撤回"])
        # Delivered twice: there once. Nothing of the platform's waits for an answer any more.
        assert heads(stage) == [(40, "valid")] and not fake.unanswered

    play(talk)


def test_a_press_is_understood_shown_and_answered_by_a_push(play: Play, fake: FakeRobot) -> None:
    async def talk(stage: Stage) -> None:
        await stage.say(ZHANG, CHECKIN)
        assert (await stage.press(ZHANG, "更正"))[0].startswith("要改哪里？")
        (card,) = fake.updated
        assert card["main_title"] == {"title": "已记录：三(2)中队 主题队日 40 人", "desc": "已点：更正"}
        assert [each["text"] for each in card["button_list"]] == ["更正", "撤回"]
        assert fake.said_to(ZHANG)[-1]["way"] == "push"
        assert (await stage.say(ZHANG, "实到39"))[0].startswith("已更正：三(2)中队 主题队日 39 人")
        assert (await stage.press(ZHANG, "撤回"))[0].startswith("已撤回")
        # An old card still says what stands now.
        assert "已经撤回" in (await stage.press(ZHANG, "撤回", card=0))[0]
        assert heads(stage) == [(39, "withdrawn")]

    play(talk)


def test_long_words_are_markdown_and_their_buttons_a_card_below(play: Play, fake: FakeRobot) -> None:
    async def talk(stage: Stage) -> None:
        text, card = await stage.say(LI, "周报")
        assert text.startswith("实验小学第14周：还没有活动，0/2 个中队签到")
        assert card == "请点选，或直接发文字"
        assert [said["kind"] for said in fake.said_to(LI)] == ["markdown", "template_card"]
        assert labels(fake.said_to(LI)[-1]) == ["图", "表", "未签到", "各中队"]
        assert (await stage.press(LI, "未签到"))[0].startswith("本周还有 2 个中队没签到")

    play(talk)


def test_pictures_and_workbooks_are_uploaded_once(play: Play, fake: FakeRobot) -> None:
    async def talk(stage: Stage) -> None:
        await stage.say(ZHANG, CHECKIN)
        # The same minute: the same picture.
        assert await stage.say(LI, "周报 图") == ["实验小学第14周周报（图）", "<image>"]
        assert await stage.say(LI, "周报 图") == ["实验小学第14周周报（图）", "<image>"]
        assert [kind for kind, _ in fake.uploaded.values()] == ["image"]
        assert (await stage.say(LI, "周报 表 上级检查"))[1:] == ["<file>"]
        contents = [content[:4] for _, content in fake.uploaded.values()]
        assert contents == [b"\x89PNG", b"PK\x03\x04"]
        # After three days the platform has forgotten it: it is handed over anew, without asking first.
        Stage.now += timedelta(days=3)
        fake.uploaded.clear()
        await stage.say(LI, "周报 2026-W14 图")
        assert [kind for kind, _ in fake.uploaded.values()] == ["image"]

    play(talk)


def test_in_a_group_it_hears_its_name_and_answers_there(play: Play, fake: FakeRobot) -> None:
    async def talk(stage: Stage) -> None:
        assert await stage.say(ZHANG, f"@辅导员助手 {CHECKIN}", GROUP) == ["已记录：三(2)中队 主题队日 40 人"]
        assert await stage.say(STRANGER, "@辅导员助手 周报", GROUP) == []
        assert (await stage.say(LI, "@辅导员助手\u2005未签到", GROUP))[0].startswith("本周还有 1 个中队没签到")
        assert "群里 @我" in (await stage.say(LI, "@辅导员助手 绑定 实验小学", GROUP))[0]
        assert (await stage.say(LI, "@辅导员助手", GROUP))[0].startswith("您可以这样用我")
        assert (await stage.press(ZHANG, "撤回", GROUP))[0].startswith("已撤回")
        # Somebody else's button there.
        await stage.say(ZHANG, "队课 三(2)中队 38人 @辅导员助手", GROUP)
        assert (await stage.press(LI, "撤回", GROUP))[0].startswith("这个按钮是给别人的")
        pushed = [said for said in fake.said_to(GROUP) if said["way"] == "push"]
        # What a press brings: 已撤回, its card with 恢复, and that the button is another's.
        assert len(pushed) == 3 and fake.said_to(ZHANG) == []
        for said in (
            "@辅导员助手三（2）中队 升旗仪式 41人", "三(2)中队 入队仪式 41人@辅导员助手",
            "三(2)中队 队会 41@辅导员助手", "三二中队@辅导员助手 志愿服务四十一人",
        ):  # fmt: skip
            assert " 41 人" in (await stage.say(ZHANG, said, GROUP))[0]
        # Nothing of a name with a blank is taken for the topic.
        said = (await stage.say(ZHANG, "@少先队 助手 三(2)中队 队课 40人", GROUP))[0]
        assert "已记" in said and "助手" not in said

    play(talk)


def test_monday_s_digest_goes_to_a_bound_group(play: Play, fake: FakeRobot) -> None:
    async def talk(stage: Stage) -> None:
        await stage.say(LI, "@辅导员助手 绑定 实验小学", GROUP)
        Stage.now = Stage.now.replace(day=6, hour=8, minute=1)
        await stage.later(seconds=5)
        assert words(fake.said_to(GROUP)[-2]).startswith("实验小学第14周")

    play(talk)


@pytest.mark.parametrize(("content", "answer"), [
    ({"msgtype": "voice", "voice": {"content": "三二中队主题队日三十八人"}}, "已记录：三(2)中队 主题队日 38 人"),
    ({"msgtype": "text", "text": {"content": "帮助"}, "quote": {"msgtype": "text", "text": {"content": CHECKIN}}},
     "您可以这样用我"),
    ({"msgtype": "text", "text": {"content": " "}, "quote": {"msgtype": "text", "text": {"content": CHECKIN}}},
     "已记录：三(2)中队 主题队日 40 人"),
    ({"msgtype": "file", "file": {"url": "https://x/y", "aeskey": "k"}}, "文件收到了，但不知道是哪次活动"),
    ({"msgtype": "video", "video": {"url": "https://x/y", "aeskey": "k"}}, "视频我看不了"),
    ({"msgtype": "sticker", "sticker": {}}, "没看懂"),
    ({"msgtype": "image", "image": {}}, "没看懂"),
    ({"msgtype": "text", "text": {"content": "x" * 5000}}, "消息太长了"),
])  # fmt: skip
def test_every_kind_of_message_has_an_answer(play: Play, content: dict, answer: str) -> None:
    async def talk(stage: Stage) -> None:
        await stage.heard(stage.fake.deliver(stage.fake.message(ZHANG, **content)))
        assert (await stage.answers(ZHANG))[0].startswith(answer)

    play(talk)


def test_what_is_no_message_costs_nothing(play: Play, fake: FakeRobot) -> None:
    async def talk(stage: Stage) -> None:
        fake.deliver(fake.event(ZHANG, "feedback_event", id="f", type=2, content="能再详细一些么"))
        fake.deliver(fake.event(ZHANG, "something_new", what=1))
        for body in ({}, {"msgtype": "text"}, {"msgtype": "text", "from": {"userid": 7}, "text": {"content": "x"}}):
            fake.deliver({"cmd": "aibot_msg_callback", "headers": {"req_id": "r"}, "body": body})
        fake.do(fake._live.send("no JSON"))  # type: ignore[union-attr]
        fake.do(fake._live.send("[1]"))  # type: ignore[union-attr]
        assert (await stage.say(ZHANG, CHECKIN))[0].startswith("已记录")
        states = [state for (state,) in stage.query(select(inbox.c.state).order_by(inbox.c.id))]
        # What could not be read is kept, sealed, and is in nobody's way.
        assert sorted(states) == ["done", "unreadable", "unreadable", "unreadable"]

    play(talk)


# --- photos -------------------------------------------------------------------------------------------------


# --- who it is ----------------------------------------------------------------------------------------------


def test_whom_the_roster_knows_needs_no_code(play: Play, fake: FakeRobot) -> None:
    async def talk(stage: Stage) -> None:
        mine = select(account.c.channel, account.c.address, account.c.reachable).join(person)
        mine = mine.where(person.c.name == "张老师").order_by(account.c.id)
        # Until she speaks nothing reaches her, and her brigade counselor is told so.
        assert "提醒送不到这些中队的辅导员：实验小学三(2)中队" in (await stage.say(LI, "催办"))[0]
        await stage.say(ZHANG, "@助手 帮助", GROUP)
        assert stage.query(mine) == [("wecom", "zhangls", True), ("wecom_robot", ZHANG, False)]
        assert "提醒送不到" in (await stage.say(LI, "催办"))[0]
        await stage.say(ZHANG, "帮助")
        assert stage.query(mine)[1] == ("wecom_robot", ZHANG, True)
        assert (await stage.say(LI, "催办"))[0].startswith("已向辅导员发出 1 条提醒")
        await stage.later(seconds=5)
        said, card = fake.said_to(ZHANG)[-2:]
        assert words(said).startswith("老师好，三(2)中队本周还没有签到") and said["way"] == card["way"] == "push"
        assert "报人数" in labels(card)

    play(talk)


def test_a_stranger_joins_by_code_and_capitals_stay(play: Play, fake: FakeRobot) -> None:
    async def talk(stage: Stage) -> None:
        assert "邀请码" in (await stage.say(STRANGER, "你好"))[0]
        code = (await stage.say(LI, "邀请 中队辅导员 三(1)中队"))[0].splitlines()[0].partition("：")[2]
        assert (await stage.say(STRANGER, f"加入 {code} 冯老师"))[0].startswith("欢迎！")
        assert "冯老师用您的邀请码加入了" in words(fake.said_to(LI)[-1])
        await stage.say(STRANGER, "帮助")
        rows = stage.query(select(account.c.channel, account.c.address).where(account.c.address.ilike("nobody")))
        assert sorted(rows) == [("wecom", "nobody"), ("wecom_robot", "Nobody")]

    play(talk)


def test_the_chat_s_first_opening_is_welcomed(play: Play, fake: FakeRobot) -> None:
    async def talk(stage: Stage) -> None:
        for userid in (ZHANG, STRANGER):
            fake.enter(userid)
        await happens(lambda: len(fake.welcomed) == 2)
        said = dict(fake.welcomed)
        assert said[ZHANG].startswith("老师好！报活动，直接发一句话") and "邀请码" in said[STRANGER]
        assert stage.query(select(func.count()).select_from(inbox)) == [(0,)]

    play(talk)


def test_one_person_on_the_robot_and_on_telegram(tmp_path: Path, fake: FakeRobot) -> None:
    async def run(telegram: FakeTelegram) -> None:
        given = {"telegram_token": TOKEN, "telegram_api_url": telegram.url}
        async with running(tmp_path, fake, **given) as stage:
            await stage.live()

            async def on_telegram(number: int, text: str) -> list[str]:
                before = len(telegram.texts(11))
                heard = decode({"update_id": number, "message": message(11, text)}, Me("123456"), stage.now)
                assert isinstance(heard, Message)
                await stage.app.pipeline.submit(heard)
                await stage.send()
                return telegram.texts(11)[before:]

            await stage.say(ZHANG, CHECKIN)
            code = (await stage.say(ZHANG, "关联"))[0].splitlines()[0].partition("：")[2]
            (said,) = await on_telegram(1, f"关联 {code}")
            assert said.startswith("关联好了。您在企业微信机器人和Telegram上是同一个人：张老师。")
            assert words(fake.said_to(ZHANG)[-1]).startswith("您的账号刚在Telegram上关联了")
            # One history, wherever it is asked for; answers go where was asked.
            assert "本周您报了 1 次" in (await on_telegram(2, "我的"))[0]
            # Notices go to where she was heard last, or where she says.
            for way, place in (("", telegram.texts), ("企业微信机器人", None), ("最近用的", telegram.texts)):
                if way:
                    await on_telegram(10 + len(way), f"通知方式 {way}")
                before = len(telegram.texts(11)), len(fake.said_to(ZHANG))
                await stage.app.pipeline.do(lambda turn: turn.letters.notify([Reply("通知", to=1)]))
                await stage.send()
                after = len(telegram.texts(11)), len(fake.said_to(ZHANG))
                assert (after[0] - before[0], after[1] - before[1]) == ((1, 0) if place else (0, 1))
            assert stage.query(select(func.count()).select_from(person)) == [(3,)]

    with FakeTelegram() as telegram:
        asyncio.run(run(telegram))


def test_a_dialogue_goes_on_over_the_robot(play: Play, fake: FakeRobot) -> None:
    async def talk(stage: Stage) -> None:
        (said,) = await stage.say(ZHANG, "三(2)中队 40人")
        assert said.startswith("请问是什么活动？")
        assert (await stage.press(ZHANG, "主题队日"))[0].startswith("已记录：三(2)中队 主题队日 40 人")
        assert stage.query(select(func.count()).select_from(dialogue)) == [(0,)]

    play(talk)
