"""Who speaks in a group in its name or in a channel's: nobody knows who it was."""

from typing import Any

import pytest

from storage.tables import checkin, group_chat
from tests.channels.telegram.conftest import Play
from tests.support.platforms.fake_telegram import message
from tests.support.platforms.telegram_stage import GROUP, LI, STRANGER, WANG, Stage

pytestmark = pytest.mark.both

BOT_BEHIND = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}


@pytest.mark.parametrize("behind", [GROUP, -1_000_000_000_777])
def test_who_speaks_as_the_group_or_a_channel_is_told_so(play: Play, behind: int) -> None:
    async def talk(stage: Stage) -> None:
        hidden = {"from": BOT_BEHIND, "sender_chat": {"id": behind, "type": "supergroup"}}

        async def say(text: str, **more: Any) -> list[str]:
            before = len(stage.fake.texts(GROUP))
            await stage.put(message={**message(WANG, text, GROUP), **hidden, **more})
            await stage.send()
            return list(stage.fake.texts(GROUP)[before:])

        for said in ("/checkin 三(2)中队 主题队日 38人", "/bind 实验小学", "绑定 实验小学", "@our_bot 周报"):
            (told,) = await say(said)
            assert told.startswith("没有处理：") and "匿名" in told
        # Chatter, what the channel posts by itself, and what another bot says are nothing for us.
        assert await say("三(2)中队 主题队日 38人") == []
        assert await say("/digest", is_automatic_forward=True) == []
        assert await say("/digest", sender_chat=None) == []
        assert stage.query(checkin.select()) == stage.query(group_chat.select()) == []
        code = (await stage.say(LI, "邀请 中队辅导员 三(1)中队"))[0].splitlines()[-1].split()[-1]
        await say(f"加入 {code}")
        assert "这个邀请码作废了" in (await stage.say(STRANGER, f"加入 {code}"))[0]

    play(talk)
