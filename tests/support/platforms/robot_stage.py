"""The whole bot with the robot in this process, beside the robots' server; the test moves its clock."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.app import App
from bot.channels.robot.channel import Robot
from bot.clock import Clock
from bot.outbox import outage
from bot.settings import load
from bot.startup import open_engine
from storage.base import leases
from storage.tables import inbox
from tests.support.databases import new_url
from tests.support.platforms.fake_robot import FakeRobot
from tests.support.platforms.fake_robot_rules import ROBOT, SECRET, Frame
from tests.support.platforms.platform_stage import START, PlatformStage
from tests.support.stage import ZONE
from tests.support.waiting import happens

# 张老师 is in the roster by her userid, the others have spoken to the robot before.
ZHANG, LI, WANG, STRANGER = "ZhangLS", "LiLS", "WangZR", "Nobody"
GROUP = "wrGroupOfTheSchool"


class Stage(PlatformStage):
    """The bot on the robot's connection, and what people do there."""

    def __init__(self, app: App, fake: FakeRobot) -> None:
        self.app = app
        self.fake = fake
        robot = app.channels["wecom_robot"]
        assert isinstance(robot, Robot)
        self.robot = robot

    async def live(self) -> None:
        """Wait for a connection that is up on both sides."""
        await happens(lambda: self.robot.ready() and self.fake.live)

    async def works(self) -> None:
        """Both ways: what is said is stored once, and answered."""
        await self.live()
        before = len(self.fake.said_to(LI))
        await self.say(LI, "帮助")
        assert len(self.fake.said_to(LI)) > before

    async def heard(self, frame: Frame, times: int = 2) -> None:
        """Wait until this callback, delivered so often, is stored and everything about it is done."""
        for _ in range(times - 1):
            self.fake.deliver(frame)
        msgid = frame["body"]["msgid"]
        await happens(lambda: self.query(select(inbox.c.id).where(inbox.c.message_id == msgid)))
        await happens(lambda: not self.robot._intake._tasks)

    async def say(self, userid: str, text: str = "", chat: str = "", **content: Any) -> list[str]:
        """What is answered there, to a message that is delivered twice."""
        await self.heard(self.fake.say(userid, text, chat, **content))
        return await self.answers(chat or userid)

    async def press(self, userid: str, label: str, chat: str = "", card: int = -1) -> list[str]:
        await self.heard(self.fake.press(userid, label, chat, card))
        return await self.answers(chat or userid)

    async def answers(self, chat: str) -> list[str]:
        """What has been said there since the last look."""
        before = len(self.fake.said_to(chat))
        await self.send()
        return [words(said) for said in self.fake.said_to(chat)[before:]]


def words(said: Frame) -> str:
    """What is read in a message; of a file its kind."""
    kind, content = said["kind"], said["content"]
    if kind == "template_card":
        return "\n".join(filter(None, (content["main_title"]["title"], content.get("sub_title_text", ""))))
    return str(content["content"]) if kind == "markdown" else f"<{kind}>"


def labels(said: Frame) -> list[str]:
    """The buttons under a message."""
    return [each["text"] for each in said["content"].get("button_list", ())] if said["kind"] == "template_card" else []


@asynccontextmanager
async def running(
    folder: Path, fake: FakeRobot, *, fill: bool = True, clock: Clock | None = None, **settings: Any
) -> AsyncIterator[Stage]:
    """The bot with its connection, but without its other loops."""
    given = {"data_dir": folder, "wecom_robot_id": ROBOT, "wecom_robot_secret": SECRET, "wecom_robot_url": fake.url}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stage, "now", START)
        patch.setattr(outage, "monotonic", lambda: Stage.now.timestamp())
        settled = load(**{**given, **settings})
        app = App(
            open_engine(
                settled, new_url(folder), clock or Clock(ZONE, lambda: Stage.now, lambda: Stage.now.timestamp())
            )
        )
        app.pipeline.start()
        await app.add_channels()
        stage = Stage(app, fake)
        if fill:
            stage.fill(("wecom", ZHANG.lower()), ("wecom_robot", LI), ("wecom_robot", WANG))
        listening = asyncio.create_task(stage.robot.listen())
        try:
            yield stage
        finally:
            await stage.robot.stop()
            await listening
            for channel in app.channels.values():
                await channel.close()
            await app.pipeline.do(lambda turn: leases.release(turn.db, app.owner))
            await app.pipeline.stop()
            app.engine.database.close()
            assert fake.wrong == []
