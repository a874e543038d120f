"""Every way in which the robot's connection can end, and how it comes back: the table of drop cases, one by one."""

import asyncio
import logging
import time
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.channels.robot import link as robot_link
from bot.channels.robot import socket as robot_socket
from bot.channels.robot.channel import lease_of
from bot.channels.robot.events import REFUSED
from bot.channels.robot.socket import State
from bot.jobs import absence
from bot.pipeline import writer as writer
from handlers.kit import Reply
from storage.base import key_values
from storage.tables import lease, outbox
from tests.channels.robot.conftest import Play
from tests.support.platforms.fake_robot import FakeRobot
from tests.support.platforms.fake_robot_rules import ROBOT, SECRET
from tests.support.platforms.robot_stage import LI, ZHANG, Stage, words
from tests.support.waiting import happens

pytestmark = [pytest.mark.both, pytest.mark.usefixtures("quick")]
CHECKIN = "三(2)中队 主题队日 38人"


def report(stage: Stage) -> dict:
    return stage.robot.state()


# --- the connection ends ------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [1000, 1001, 1011, 1012, 4000])
def test_a_close_of_any_kind_leads_to_a_new_connection(play: Play, fake: FakeRobot, code: int) -> None:
    async def talk(stage: Stage) -> None:
        await stage.live()
        for number in (2, 3):
            fake.close(code)
            await happens(lambda number=number: fake.subscribed == number)
            await stage.works()

    play(talk, live=False)


def test_a_cut_leads_to_a_new_connection(play: Play, fake: FakeRobot, caplog: pytest.LogCaptureFixture) -> None:
    async def talk(stage: Stage) -> None:
        await stage.live()
        fake.abort()
        await happens(lambda: fake.subscribed == 2)
        await stage.works()
        assert "对方断开了连接（代码 1006）" in caplog.text

    play(talk, live=False)


def test_pings_that_are_not_answered_end_a_dead_connection(
    play: Play, fake: FakeRobot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(robot_link, "SECONDS_BETWEEN_PINGS", 0.4)

    async def talk(stage: Stage) -> None:
        await stage.live()
        await happens(lambda: fake.pings >= 3)
        assert fake.subscribed == 1, "answered pings end nothing"
        fake.answers_pings = False
        await happens(lambda: report(stage)["trouble"] == "连着 2 次探问没有回应")
        fake.answers_pings = True
        await happens(lambda: fake.subscribed >= 2)
        await stage.works()

    play(talk, live=False)


def test_a_server_that_is_away_is_waited_for(play: Play, fake: FakeRobot) -> None:
    async def talk(stage: Stage) -> None:
        await happens(lambda: report(stage)["failures"] >= 3)
        assert report(stage)["trouble"].startswith("连不上：") and not stage.robot.ready()
        stage.robot._socket._url = fake.url
        assert report(stage)["failing"] > 0
        await stage.works()
        found = report(stage)
        assert (found["trouble"], found["failures"], found["failing"]) == ("", 0, 0.0)

    play(talk, live=False, wecom_robot_url="ws://127.0.0.1:1")


@pytest.mark.parametrize("long", [True, False])
def test_what_may_have_been_said_meanwhile_is_asked_for(
    play: Play, fake: FakeRobot, monkeypatch: pytest.MonkeyPatch, long: bool
) -> None:
    """The platform does not say it again; a moment is nothing to speak of."""
    monkeypatch.setitem(absence._KEEPS, "wecom_robot", timedelta() if long else timedelta(minutes=3))

    async def talk(stage: Stage) -> None:
        await stage.say(ZHANG, CHECKIN)
        fake.close()
        await happens(lambda: fake.subscribed == 2)
        await stage.works()
        for _ in range(2):
            await stage.tick()
        asked = [words(each) for each in fake.said_to(ZHANG) if "我收不到消息" in words(each)]
        assert len(asked) == long

    play(talk)


def test_a_half_dead_connection_is_replaced_at_once(
    play: Play, fake: FakeRobot, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def talk(stage: Stage) -> None:
        await stage.live()
        # Any wait at all would be too long for this test.
        monkeypatch.setattr(robot_socket, "LONGEST_WAIT", 1000.0)
        await stage.heard(fake.say(ZHANG, CHECKIN))
        fake.forget_subscription()
        await stage.send()
        await happens(lambda: fake.subscribed == 2 and stage.robot.ready())
        # The answer was not said in vain: 846609 means that it was not done.
        for _ in range(5):
            await stage.later(seconds=3)
        assert [words(said)[:3] for said in fake.said_to(ZHANG)] == ["已记录"]

    play(talk, live=False)


# --- subscribing is refused -----------------------------------------------------------------------------------


def test_a_wrong_secret_stops_it_loudly(play: Play, fake: FakeRobot, caplog: pytest.LogCaptureFixture) -> None:
    def noted(stage: Stage) -> key_values.Value | None:
        with stage.app.engine.database.read.connect() as db:
            return key_values.get(db, REFUSED)

    async def wrong(stage: Stage) -> None:
        await happens(lambda: report(stage)["state"] == State.FORBIDDEN and noted(stage))
        await asyncio.sleep(0.3)
        assert fake.subscribed == 0 and not stage.robot.ready()
        assert [record.levelno for record in caplog.records if "WECOM_ROBOT_SECRET" in record.message] == [
            logging.CRITICAL
        ]
        assert noted(stage).value == "853000: invalid bot_id or secret"  # type: ignore[union-attr]
        assert stage.app._health()["status"] == "ok", "the rest of the bot goes on"

    async def right(stage: Stage) -> None:
        await stage.works()
        await happens(lambda: noted(stage) is None)

    play(wrong, live=False, wecom_robot_secret="made-up")
    play(right, live=False, fill=False)


def test_of_two_secrets_either_may_hold(play: Play, fake: FakeRobot) -> None:
    async def talk(stage: Stage) -> None:
        await stage.works()
        fake.close()
        await happens(lambda: fake.subscribed == 2)
        # The one that works is kept; and when it is revoked the other is tried once before it is given up.
        assert fake.refused == 1
        fake.faults["aibot_subscribe"].append("853000")
        fake.close()
        await happens(lambda: report(stage)["state"] == State.FORBIDDEN)
        assert fake.refused == 2

    play(talk, live=False, wecom_robot_secret=f"the-new-one,{SECRET}")


def test_too_many_tries_to_subscribe_are_waited_out(play: Play, fake: FakeRobot) -> None:
    async def talk(stage: Stage) -> None:
        began = asyncio.get_running_loop().time()
        await stage.works()
        assert asyncio.get_running_loop().time() - began > 0.29 and fake.subscribed == 1

    fake.faults["aibot_subscribe"].append("846610")
    play(talk, live=False)


@pytest.mark.parametrize("fault", ["drop", "silent"])
def test_no_answer_to_the_subscription_is_a_drop(
    play: Play, fake: FakeRobot, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def talk(stage: Stage) -> None:
        await stage.works()

    monkeypatch.setattr(robot_link.Link.call, "__defaults__", ("", 2.0))
    fake.faults["aibot_subscribe"].append(fault)
    play(talk, live=False)


# --- another one has it ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("close", [True, False])
def test_whoever_takes_over_again_and_again_is_left_alone_for_a_while(
    play: Play, fake: FakeRobot, close: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async def talk(stage: Stage) -> None:
        await stage.live()
        for time_of, least in enumerate((0.1, 0.5, 0.5), 2):
            began = time.monotonic()
            fake.take_over(close=close)
            await happens(lambda: report(stage)["state"] == State.WAITING)
            assert "另一个程序" in report(stage)["trouble"]
            assert any(record.levelno == logging.ERROR and "另一个程序" in record.message for record in caplog.records)
            await happens(lambda wanted=time_of: fake.subscribed == wanted)
            assert time.monotonic() - began > least - 0.01
            await stage.works()

    play(talk, live=False)


def test_only_the_holder_of_the_lease_connects(play: Play, fake: FakeRobot) -> None:
    async def talk(stage: Stage) -> None:
        await stage.live()

        async def give(**values: object) -> None:
            mine = lease.c.name == lease_of(ROBOT)
            await stage.app.pipeline.do(lambda turn: turn.db.execute(update(lease).where(mine).values(**values)))

        await give(owner="another", until=Stage.now + timedelta(hours=1))
        await happens(lambda: not fake.live and report(stage)["state"] == State.ELSEWHERE)
        # What is due waits untouched for whoever has the connection: no try is counted.
        await stage.app.pipeline.do(lambda turn: turn.letters.tell(hello, "wecom_robot", LI))
        await stage.send()
        assert stage.query(select(outbox.c.state, outbox.c.attempts)) == [("new", 0)]
        await give(until=Stage.now)
        await stage.live()
        await happens(lambda: stage.robot.ready())
        fake._spoken.add(LI)
        await stage.send()
        assert stage.query(select(outbox.c.state, outbox.c.attempts)) == [("sent", 1)]

    hello = Reply("您好")
    play(talk, live=False)


# --- frames and acks --------------------------------------------------------------------------------------------


# --- what comes meanwhile -----------------------------------------------------------------------------------------
