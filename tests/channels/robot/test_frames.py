"""Frames and their acks on the robot's connection, and what comes while the database is busy."""

import asyncio

import pytest
from sqlalchemy import func, select

from bot.channels.robot import intake as robot_intake
from bot.channels.robot import link as robot_link
from bot.channels.robot.link import AckLost, NotLive, Refused
from bot.pipeline import writer as writer
from storage.tables import checkin, inbox
from tests.channels.robot.conftest import Play
from tests.support.databases import refuse
from tests.support.platforms.fake_robot import FakeRobot
from tests.support.platforms.robot_stage import ZHANG, Stage
from tests.support.waiting import happens

pytestmark = [pytest.mark.both, pytest.mark.usefixtures("quick")]


def test_frames_of_one_callback_go_one_after_the_other(play: Play, fake: FakeRobot) -> None:
    async def talk(stage: Stage) -> None:
        await stage.live()
        frame = fake.say(ZHANG, "帮助")
        body = {"msgtype": "markdown", "markdown": {"content": "x"}}
        socket, req_id = stage.robot._socket, frame["headers"]["req_id"]
        await asyncio.gather(*(socket.call("aibot_respond_msg", body, req_id) for _ in range(5)))
        assert len(fake.said_to(ZHANG)) == 5 and fake.wrong == []

    play(talk)


def test_what_became_of_a_frame(play: Play, fake: FakeRobot, monkeypatch: pytest.MonkeyPatch) -> None:
    async def talk(stage: Stage) -> None:
        await stage.live()
        fake.say(ZHANG, "帮助")
        socket = stage.robot._socket
        body = {"chatid": ZHANG, "chat_type": 1, "msgtype": "markdown", "markdown": {"content": "x"}}
        with pytest.raises(Refused) as refused:
            await socket.call("aibot_send_msg", {**body, "chatid": ZHANG.lower()})
        assert refused.value.code == 93006, "ids are told apart by their capitals"
        with pytest.raises(Refused, match="40008"):
            await socket.call("aibot_send_msg", {**body, "msgtype": "text", "text": {"content": "x"}})
        for fault in ("drop", "lost", "silent"):
            fake.faults["aibot_send_msg"].append(fault)
            with pytest.raises(AckLost), monkeypatch.context() as patch:
                patch.setattr(robot_link.Link.call, "__defaults__", ("", 0.2))
                await socket.call("aibot_send_msg", body)
            await stage.live()
        fake.faults["aibot_subscribe"].append("846610")
        stage.robot._socket.release()
        await happens(lambda: not stage.robot.ready())
        with pytest.raises(NotLive):
            await socket.call("aibot_send_msg", body)

    play(talk)


def test_nothing_that_was_heard_is_lost_when_the_database_is_busy(play: Play, fake: FakeRobot) -> None:
    async def talk(stage: Stage) -> None:
        await stage.live()
        most, writer.MOST_WAITING = writer.MOST_WAITING, 0
        try:
            for number in range(1, 6):
                fake.say(ZHANG, f"三(2)中队 主题队日 {30 + number}人 4月{number - 3 if number > 3 else number}日")
            await happens(lambda: len(stage.robot._intake._tasks) == 5)
        finally:
            writer.MOST_WAITING = most
        await happens(lambda: not stage.robot._intake._tasks)
        assert stage.query(select(func.count()).select_from(checkin))[0][0] >= 3

    play(talk)


def test_what_can_never_be_stored_is_kept_unread(play: Play, fake: FakeRobot, monkeypatch: pytest.MonkeyPatch) -> None:
    async def talk(stage: Stage) -> None:
        await stage.live()
        await stage.app.pipeline.do(lambda turn: refuse(turn.db, "Poison"))
        fake.say("Poison", "x")
        await stage.works()
        await happens(lambda: stage.query(select(inbox.c.id).where(inbox.c.state == "unreadable")))

    monkeypatch.setattr(robot_intake, "PATIENCE", 2)
    monkeypatch.setattr(robot_intake, "LONGEST_WAIT", 0.01)
    play(talk)
