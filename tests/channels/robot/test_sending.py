"""How the robot speaks: replies and pushes, its pace, what each refusal means, files in pieces, words as cards."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.channels import Failure, Outgoing, SendError
from bot.channels.robot import link as robot_link
from bot.channels.robot.parts import MOST_IN_TEXT, parts_of
from handlers.kit import Button, Reply
from storage.tables import account, outbox
from tests.channels.robot.conftest import Play
from tests.support.platforms.fake_robot import FakeRobot
from tests.support.platforms.robot_stage import LI, ZHANG, Stage, labels, running, words

pytestmark = [pytest.mark.both, pytest.mark.usefixtures("quick")]
CHECKIN = "三(2)中队 主题队日 38人"
ECHO = "已记录：三(2)中队 主题队日 38 人\n4月3日（周五）"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """An ack that never comes is not waited for long; where all come, a slow machine has the whole time."""
    monkeypatch.setattr(robot_link.Link.call, "__defaults__", ("", 2.0))


def letters(stage: Stage) -> list[tuple[str, bool]]:
    return stage.query(select(outbox.c.state, outbox.c.perhaps_at.is_not(None)).order_by(outbox.c.id))


async def in_time(stage: Stage) -> None:
    """The next tries, as far as there are any."""
    for _ in range(6):
        await stage.live()
        await stage.later(minutes=2)


# --- replies and pushes -------------------------------------------------------------------------------------


# What the platform says to a reply that is too late, and what nobody has seen yet.
@pytest.mark.parametrize("code", ["846605", "846608", "846604", "-1", "40003", "846699", "999999"])
def test_what_can_no_longer_be_replied_to_is_pushed(play: Play, fake: FakeRobot, code: str) -> None:
    async def talk(stage: Stage) -> None:
        fake.faults["aibot_respond_msg"].append(code)
        assert await stage.say(ZHANG, CHECKIN) == [ECHO]
        assert [said["way"] for said in fake.said_to(ZHANG)] == ["push"] and letters(stage) == [("sent", False)]

    play(talk)


def test_after_a_restart_answers_are_pushed(tmp_path: Path, fake: FakeRobot) -> None:
    async def run() -> None:
        async with running(tmp_path, fake) as stage:
            await stage.live()
            await stage.heard(fake.say(ZHANG, CHECKIN))
        async with running(tmp_path, fake, fill=False) as stage:
            await stage.live()
            assert await stage.answers(ZHANG) == [ECHO]
            assert [said["way"] for said in fake.said_to(ZHANG)] == ["push"]

    asyncio.run(run())


def test_a_lost_answer_is_said_again_and_a_card_never_twice(play: Play, fake: FakeRobot, impatient: None) -> None:
    async def talk(stage: Stage) -> None:
        # The card arrived: the platform knows its task, so it is not shown again, and all is well.
        fake.faults["aibot_respond_msg"].append("lost")
        await stage.say(ZHANG, CHECKIN)
        await in_time(stage)
        assert [words(said) for said in fake.said_to(ZHANG)] == [ECHO] and letters(stage) == [("sent", False)]
        # Words have no such name: they are said until they are heard of, and that is counted.
        fake.faults["aibot_send_msg"].extend(["lost", "lost"])
        await stage.app.pipeline.do(lambda turn: turn.letters.notify([Reply("通知", to=1)]))
        await stage.send()
        await in_time(stage)
        assert [words(said) for said in fake.said_to(ZHANG)] == [ECHO, "通知", "通知", "通知"]
        assert letters(stage)[-1] == ("uncertain", True)

    play(talk)


def test_a_card_that_did_not_arrive_is_sent_again(play: Play, fake: FakeRobot, impatient: None) -> None:
    async def talk(stage: Stage) -> None:
        fake.faults["aibot_respond_msg"].append("silent")
        await stage.say(ZHANG, CHECKIN)
        await in_time(stage)
        assert [words(said) for said in fake.said_to(ZHANG)] == [ECHO] and letters(stage) == [("sent", False)]

    play(talk)


def test_cards_that_are_refused_are_said_in_words(play: Play, fake: FakeRobot) -> None:
    async def talk(stage: Stage) -> None:
        fake.faults["aibot_respond_msg"].append("42034")
        fake.faults["aibot_send_msg"].append("42034")
        (said,) = await stage.say(ZHANG, CHECKIN)
        assert said == f"{ECHO}\n· 更正：发「更正 #1」\n· 撤回：发「撤回 #1」"
        assert (await stage.say(ZHANG, "撤回 #1"))[0].startswith("已撤回")

    play(talk)


# --- pace and refusals ----------------------------------------------------------------------------------------


def test_a_chat_gets_less_than_the_platform_takes(play: Play, fake: FakeRobot) -> None:
    async def talk(stage: Stage) -> None:
        fake._spoken.add(ZHANG)
        for number in range(25):
            await stage.robot.send(Outgoing(number, ZHANG, f"第 {number} 条", notice=True))
        with pytest.raises(SendError) as held:
            await stage.robot.send(Outgoing(25, ZHANG, "太多了", notice=True))
        assert 50 < held.value.retry_after <= 60 and not held.value.permanent and len(fake.said) == 25
        fake._spoken.add(LI)
        await stage.robot.send(Outgoing(26, LI, "另一位", notice=True))

    play(talk)


@pytest.mark.parametrize(("code", "state", "error"), [
    ("45009", "new", "45009"), ("40058", "dead", "40058"), ("40201", "dead", "40201"), ("-1", "new", "-1"),
])  # fmt: skip
def test_refusals(play: Play, fake: FakeRobot, code: str, state: str, error: str) -> None:
    async def talk(stage: Stage) -> None:
        fake._spoken.add(ZHANG)
        await stage.say(ZHANG, "帮助")
        fake.faults["aibot_send_msg"].append(code)
        await stage.app.pipeline.do(lambda turn: turn.letters.notify([Reply("通知", to=1)]))
        await stage.send()
        found = stage.query(select(outbox.c.state, outbox.c.error).order_by(outbox.c.id))[-1]
        assert found[0] == state and found[1].startswith(error)
        # What nobody knows is held against the platform first, and against the letter when others get through.
        assert stage.app.senders[0]._carrier.outage.on is (code == "-1")
        if state == "new":
            await in_time(stage)
            assert letters(stage)[-1] == ("sent", False)

    play(talk)


def test_a_chat_that_is_gone_is_noted_and_told_of(play: Play, fake: FakeRobot) -> None:
    async def talk(stage: Stage) -> None:
        await stage.say(ZHANG, CHECKIN)
        await stage.say(LI, "帮助")
        fake.faults["aibot_send_msg"].append("93006")
        await stage.app.pipeline.do(lambda turn: turn.letters.notify([Reply("通知", to=1)]))
        await stage.send()
        await stage.send()
        alive = stage.query(select(account.c.reachable).where(account.c.address == ZHANG))
        assert alive == [(False,)] and "张老师" in words(fake.said_to(LI)[-1])
        await stage.say(ZHANG, "帮助")
        assert stage.query(select(account.c.reachable).where(account.c.address == ZHANG)) == [(True,)]

    play(talk)


# --- words and cards --------------------------------------------------------------------------------------------


def test_a_long_text_is_cut_and_goes_on_where_it_stopped(play: Play, fake: FakeRobot) -> None:
    async def talk(stage: Stage) -> None:
        fake._spoken.add(ZHANG)
        lines = [f"第{number:04}行 三(2)中队" for number in range(2000)]
        letter = Outgoing(7, ZHANG, "\n".join(lines), notice=True)
        assert len(parts_of(letter)) == 3
        fake.faults["aibot_send_msg"].extend(["", "drop"])
        with pytest.raises(SendError) as lost:
            await stage.robot.send(letter)
        assert lost.value.kind is Failure.UNCERTAIN
        await stage.live()
        await stage.robot.send(letter)
        said = [words(each) for each in fake.said_to(ZHANG)]
        assert all(len(each.encode()) <= MOST_IN_TEXT for each in said) and "\n".join(said).splitlines() == lines

    play(talk)


def test_long_labels_and_many_buttons(play: Play, fake: FakeRobot) -> None:
    async def talk(stage: Stage) -> None:
        fake._spoken.add(LI)
        names = [f"青禾区实验小学三({number})中队" for number in range(1, 9)]
        buttons = tuple(Button(name, "周报", name) for name in names)
        await stage.app.pipeline.do(lambda turn: turn.letters.notify([Reply("选哪个？", buttons, to=2)]))
        assert (await stage.answers(LI))[0].splitlines()[1] == "1：青禾区实验小学三(1)中队"
        shown = [labels(said) for said in fake.said_to(LI) if said["kind"] == "template_card"]
        assert [len(each) for each in shown] == [6, 2] and shown[1] == ["选 7", "选 8"]
        await stage.heard(fake.press(LI, "选 8"))
        assert fake.updated[-1]["main_title"]["desc"] == "已点：青禾区实验小学三(8)中队"

    play(talk)


def test_names_and_numbers_are_shown_as_they_are(play: Play, fake: FakeRobot) -> None:
    async def talk(stage: Stage) -> None:
        fake._spoken.add(ZHANG)
        await stage.robot.send(Outgoing(1, ZHANG, "1. 王*小*明\n# 38 人 <@all>", notice=True))
        assert words(fake.said_to(ZHANG)[0]) == "1．王＊小＊明\n＃ 38 人 ＜@all>"

    play(talk)


# --- files ------------------------------------------------------------------------------------------------------


# --- the cipher -------------------------------------------------------------------------------------------------
