"""Groups: who is heard there, what they get, how they move, and what happens when an address is dead."""

import re
from datetime import datetime

import pytest
from sqlalchemy import select

from bot.channels.telegram.menus import DEFAULT, GROUPS, _of_chat
from storage.organisation import units
from storage.people import people
from storage.people.people import Role
from storage.tables import account, card, checkin, dialogue, group_chat, inbox, moved_chat, outbox
from tests.channels.telegram.conftest import Play
from tests.support.platforms.fake_telegram import message, person
from tests.support.platforms.telegram_stage import GROUP, LI, STRANGER, WANG, ZHANG, Stage
from tests.support.stage import ZONE

pytestmark = pytest.mark.both

MONDAY = datetime(2026, 4, 6, 8, 0, tzinfo=ZONE)
SAID = "邀请码、关联码不能发在群里，这个码已经作废。请私聊我。"
SUPER = -1_000_000_000_500


async def membership(stage: Stage, chat: int, status: str, before: str = "member", **kind: str) -> None:
    him = {"id": 123456, "is_bot": True, "first_name": "bot"}
    old, new = ({"user": him, "status": each, "until_date": 0} for each in (before, status))
    at = message(chat if chat > 0 else WANG, chat=chat if chat < 0 else 0)["chat"] | kind
    change = {"chat": at, "from": person(WANG), "date": 0, "old_chat_member": old, "new_chat_member": new}
    await stage.put(my_chat_member=change)
    await stage.send()


# --- who is heard -------------------------------------------------------------------------------------------


def test_chatter_and_strangers_are_not_even_noted(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        for said in ("三(2)中队 主题队日 38人", "大家好", "/digest@other_bot"):
            assert await stage.say(ZHANG, said, GROUP) == []
        assert stage.count(inbox) == 0
        for said in ("/digest", "/help", "/join AAAAA-AAAAA", "绑定 实验小学"):
            assert await stage.say(STRANGER, said, GROUP) == []
        assert (stage.count(group_chat), stage.count(outbox)) == (0, 0)

    play(talk)


def test_a_code_in_chatter_is_void(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        for said in ("加入 {}", "大家用这个邀请码：{}", "{}"):
            code = (await stage.say(LI, "邀请 中队辅导员 三(1)中队"))[0].splitlines()[-1].split()[-1]
            assert await stage.say(LI, said.format(code), GROUP) == [SAID]
            assert "这个邀请码作废了" in (await stage.say(STRANGER, f"加入 {code}"))[0]

    play(talk)


def test_a_checkin_in_a_group_is_answered_in_one_line(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        assert await stage.say(ZHANG, "/checkin 三(2)中队 主题队日 38人", GROUP) == ["已记录：三(2)中队 主题队日 38 人"]
        assert "37 人" in (await stage.reply(ZHANG, "实到37", GROUP))[0]
        assert await stage.press(STRANGER, "撤回", GROUP) == []
        assert (await stage.press(LI, "撤回", GROUP))[0].startswith("这个按钮是给别人的")
        # A question there is answered by a reply to it.
        await stage.say(ZHANG, "/checkin@our_bot 三(2)中队 队课", GROUP)
        assert await stage.reply(ZHANG, "30", GROUP) == ["已记录：三(2)中队 队课 30 人"]
        assert stage.count(checkin) == 2

    play(talk)


# --- bound groups -------------------------------------------------------------------------------------------


def test_a_bound_group_gets_the_digest_on_monday(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        assert "请在要绑定的群里发" in (await stage.say(LI, "绑定 实验小学"))[0]
        assert "您目前不能用" in (await stage.say(ZHANG, "/bind 实验小学", GROUP))[0]
        assert "请写明" not in (await stage.say(WANG, "/bind 实验小学", GROUP))[0]
        await stage.say(ZHANG, "三(2)中队 主题队日 38人")
        await stage.say(ZHANG, "提名 三(2)中队 7号 一星章 家长已书面同意3月1日")
        Stage.now = MONDAY
        before = len(stage.fake.sent_to(GROUP))
        for _ in range(3):
            await stage.later(seconds=5)
        (said,) = stage.fake.texts(GROUP)[before:]
        assert said.startswith("实验小学第14周：1 场活动") and "7号" not in said
        # What is asked there is about the group's unit, and never names a child.
        assert (await stage.say(WANG, "/digest", GROUP))[0].startswith("实验小学第15周")
        assert (await stage.say(WANG, "/missing@our_bot", GROUP))[0].startswith("本周还有 2 个中队没签到")
        assert "7号" not in (await stage.say(LI, "/pending", GROUP))[0]
        assert (await stage.say(LI, "/unbind", GROUP)) == ["已解绑。本群不再收周报。"]
        Stage.now = MONDAY.replace(day=13)
        await stage.later(seconds=5)
        assert stage.fake.texts(GROUP)[-1] == "已解绑。本群不再收周报。"

    play(talk)


# --- a group becomes a supergroup ---------------------------------------------------------------------------


@pytest.mark.parametrize("forms", ["error", "from", "to error", "error to from to", "left to"])
def test_a_group_that_moves_stays_what_it_was(play: Play, forms: str) -> None:
    async def talk(stage: Stage) -> None:
        await stage.say(WANG, "/bind 实验小学", GROUP)
        await stage.say(ZHANG, "/checkin 三(2)中队 主题队日 38人", GROUP)
        await stage.say(ZHANG, "/checkin 三(2)中队 队课", GROUP)
        for form in forms.split():
            if form == "to":
                await stage.put(message={**message(WANG, chat=GROUP), "migrate_to_chat_id": SUPER})
            elif form == "left":
                await membership(stage, GROUP, "left")
            elif form == "from":
                await stage.put(message={**message(WANG, chat=SUPER), "migrate_from_chat_id": GROUP})
            else:
                stage.fake.faults[f"sendMessage {GROUP}"].append("moved far")
                await stage.put(message=message(ZHANG, "/help", GROUP, message_id=77))
                for _ in range(3):
                    await stage.later(seconds=1)
        for table in (inbox, outbox, card, dialogue, group_chat):
            assert {chat for (chat,) in stage.query(select(table.c.chat))} <= {str(SUPER), "11", "12", "13"}
        assert stage.query(select(moved_chat.c.old, moved_chat.c.new)) == [(str(GROUP), str(SUPER))]
        # An old card and a straggler of the old chat are still understood, and answered in the new one.
        stage.fake.sent = [{**sent, "chat_id": str(GROUP)} for sent in stage.fake.sent]
        await stage.press(ZHANG, "撤回", GROUP)
        assert stage.fake.texts(SUPER)[-1].startswith("已撤回")
        await stage.say(ZHANG, "/checkin 三(2)中队 主题队日 30人", GROUP)
        assert stage.fake.texts(SUPER)[-1] == "已记录：三(2)中队 主题队日 30 人"
        Stage.now = MONDAY
        await stage.later(seconds=5)
        assert any(text.startswith("实验小学第14周") for text in stage.fake.texts(SUPER))

    play(talk)


# --- dead addresses -----------------------------------------------------------------------------------------


def test_who_blocks_us_is_told_of_once_and_comes_back(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        for _ in range(2):
            await membership(stage, ZHANG, "kicked")
        assert [text for text in stage.fake.texts(LI) if "收不到我的消息了" in text] == [
            "张老师（实验小学三(2)中队中队辅导员）收不到我的消息了：可能屏蔽了我，或停用了账号。"
            "提醒和结果都送不到。请告诉这位老师打开和我的聊天，发 /start。"
        ]
        assert stage.query(select(account.c.reachable).where(account.c.address == "11")) == [(False,)]
        await stage.say(ZHANG, "/start")
        assert stage.query(select(account.c.reachable).where(account.c.address == "11")) == [(True,)]
        stage.fake.faults[f"sendMessage {ZHANG}"].append("403")
        await stage.say(ZHANG, "帮助")
        assert len([text for text in stage.fake.texts(LI) if "收不到我的消息了" in text]) == 2
        await membership(stage, ZHANG, "member")
        assert stage.query(select(account.c.reachable).where(account.c.address == "11")) == [(True,)]

    play(talk)


def test_a_group_that_throws_us_out_is_told_of_once_and_comes_back(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        await stage.say(WANG, "/bind 实验小学", GROUP)
        stage.fake.faults[f"sendMessage {GROUP}"].append("kicked")
        Stage.now = MONDAY
        await stage.later(seconds=5)
        await membership(stage, GROUP, "left")
        await stage.later(seconds=5)
        assert len([text for text in stage.fake.texts(WANG) if "实验小学的群收不到我的消息了" in text]) == 1
        Stage.now = MONDAY.replace(day=13)
        await stage.later(seconds=5)
        said = len(stage.fake.texts(GROUP))
        await membership(stage, GROUP, "member", before="left")
        await stage.later(seconds=5)
        welcome, digest = stage.fake.texts(GROUP)[said:]
        assert welcome.startswith("我回来了。本群绑定的是实验小学") and digest.startswith("实验小学第15周")

    play(talk)


def test_who_stands_in_when_the_one_who_bound_a_group_is_gone_too(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        await stage.say(WANG, "/bind 实验小学", GROUP)
        await membership(stage, WANG, "kicked")
        await membership(stage, GROUP, "kicked")
        assert [text for text in stage.fake.texts(LI) if "实验小学的群收不到我的消息了" in text]

    play(talk)


# --- a new group --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("before", "status"), [("left", "member"), ("kicked", "administrator")])
def test_a_group_hears_once_what_can_be_done_there(play: Play, before: str, status: str) -> None:
    async def talk(stage: Stage) -> None:
        await membership(stage, GROUP, status, before=before, type="group")
        (said,) = stage.fake.texts(GROUP)
        assert said.startswith("大家好，我是少先队辅导员助手") and "/bind 实验小学" in said and len(said) < 200
        # Made an admin, and no longer: nothing to say. Whoever does as it says is understood.
        await membership(stage, GROUP, "administrator", before="member")
        await membership(stage, GROUP, "member", before="administrator")
        assert (await stage.say(WANG, "/bind 实验小学", GROUP))[0].startswith("本群已绑定实验小学")
        assert len(stage.fake.texts(GROUP)) == 2
        # Thrown out and brought back, it is an addition of its own.
        await membership(stage, GROUP, before)
        await membership(stage, GROUP, status, before=before)
        assert stage.fake.texts(GROUP)[2:] == [
            "我回来了。本群绑定的是实验小学：每周一 8:00 照常发周报。要解除，请管理员发 /unbind。"
        ]

    play(talk)


def test_what_is_no_new_group_hears_nothing(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        await membership(stage, GROUP, "member", before="left", type="channel")
        await membership(stage, STRANGER, "member", before="kicked")
        # A group that becomes a supergroup may look as if we were brought into that.
        await stage.put(message={**message(WANG, chat=GROUP), "migrate_to_chat_id": SUPER})
        await membership(stage, SUPER, "member", before="left")
        assert stage.count(outbox) == 0

    play(talk)


# --- lists of commands --------------------------------------------------------------------------------------


def test_the_lists_of_commands_follow_the_roles(play: Play, caplog: pytest.LogCaptureFixture) -> None:
    async def talk(stage: Stage) -> None:
        menus = stage.app.channels["telegram"]._setup._menus  # type: ignore[attr-defined]

        def told() -> dict[str, list[str]]:
            calls = [asked for method, asked in stage.fake.calls if method.endswith("MyCommands")]
            stage.fake.calls.clear()
            found = {str(asked["scope"]): asked.get("commands", []) for asked in calls}
            for each in (each for listed in found.values() for each in listed):
                # Chinese words for who reads them, within the platform's limit.
                assert len(each["description"]) <= 256 and re.match(r"[\u4e00-\u9fff ]+ - ", each["description"])
            return {scope: [each["command"] for each in listed] for scope, listed in found.items()}

        stage.fake.faults["setMyCommands"].extend(["", "", "no chat"])
        await menus.keep()
        first = told()
        names = {scope.replace("'", '"') for scope in first}
        assert names == {DEFAULT, GROUPS, _of_chat(str(LI)), _of_chat(str(WANG))}
        everybody, groups = (first[str(scope)] for scope in ({"type": "default"}, {"type": "all_group_chats"}))
        # The most used first, whatever the files are called.
        assert everybody == [
            "checkin", "digest", "mine", "remind", "nominate", "events", "help", "nominations", "look", "whoami",
            "again", "correct",
        ]  # fmt: skip
        assert groups == ["checkin", "digest", "missing", "help", "month", "term", "year", "why", "bind", "unbind"]
        assert first[str({"type": "chat", "chat_id": LI})][:5] == ["checkin", "digest", "mine", "missing", "pending"]
        assert max(map(len, first.values())) == 12
        assert all(len(each) <= 32 and each.isascii() for listed in first.values() for each in listed)
        assert "命令菜单没有被接受" in caplog.text
        await menus.keep()
        assert told() == {}
        # The refused one is asked for again when something changes, the others are not.
        with stage.app.engine.database.write.begin() as db:
            people.give(db, 1, Role.BRIGADE, units.by_id(db, stage.school.id), stage.now)
        await menus.keep()
        again = told()
        assert len(again) == 2 and "pending" in again[str({"type": "chat", "chat_id": ZHANG})]
        with stage.app.engine.database.write.begin() as db:
            db.exec_driver_sql("UPDATE role_grant SET until = '2026-01-01 00:00:00' WHERE role = 'brigade'")
        await menus.keep()
        gone = told()
        assert gone[str({"type": "chat", "chat_id": ZHANG})] == gone[str({"type": "chat", "chat_id": LI})] == []

    play(talk)
