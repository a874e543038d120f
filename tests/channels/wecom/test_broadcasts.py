"""The same words to many members: one call, marked and ordered by member, away from the full and half hours."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.channels.pace import Windows
from bot.outbox import letters
from bot.outbox.sender import Sender
from handlers.kit import Reply
from storage.tables import account
from tests.support.databases import POSTGRESQL
from tests.support.platforms.fake_wecom import FakeWecom
from tests.support.platforms.wecom_stage import ZHANG, Stage, crowd, people_added, play, sent, states, tell

pytestmark = pytest.mark.both


@pytest.fixture
def fake() -> Iterator[FakeWecom]:
    with FakeWecom() as wecom:
        yield wecom


def test_the_same_words_to_many_are_a_call_for_each_thousand(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        ids = crowd(stage, 2300)
        # Written by several ticks, as reminders are.
        for start in range(0, 2300, 100):
            await tell(stage, ids[start : start + 100], Reply("清明节还有 3 天"))
        await tell(stage, ids[:2], Reply("只给两个人"))
        await stage.send()
        assert [len(body["touser"].split("|")) for body in sent(fake)] == [1000, 1000, 300, 2]
        assert len(fake.sent) == 2302 and {"sent"} == set(states(stage).values())
        assert fake.texts("u1") == ["清明节还有 3 天", "只给两个人"]
        assert "enable_duplicate_check" not in json.dumps(sent(fake))

    play(tmp_path, fake, scene)


def test_who_is_not_there_is_marked_and_nobody_else(tmp_path: Path, fake: FakeWecom) -> None:
    fake.unknown = {"u2", "u5"}

    async def scene(stage: Stage) -> None:
        ids = crowd(stage, 6)
        await tell(stage, ids, Reply("提醒"))
        await stage.send()
        assert states(stage) == {f"u{n}": "dead" if n in (2, 5) else "sent" for n in range(1, 7)}
        dead = stage.query(select(account.c.address).where(account.c.reachable.is_(False)))
        assert dead == [("u2",), ("u5",)] and len(sent(fake)) == 1

    play(tmp_path, fake, scene)


def test_all_invalid_is_no_success(tmp_path: Path, fake: FakeWecom) -> None:
    fake.unknown = {"u1", "u2"}

    async def scene(stage: Stage) -> None:
        await tell(stage, crowd(stage, 2), Reply("提醒"))
        await stage.send()
        assert states(stage) == {"u1": "dead", "u2": "dead"} and fake.sent == []

    play(tmp_path, fake, scene)


def test_order_holds_for_each_person(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        ids = crowd(stage, 60)
        await tell(stage, ids, Reply("第一条"), Reply("第二条"))
        await tell(stage, ids[:30], Reply("第三条"))
        await tell(stage, ids[:1], Reply("只给你"))
        await tell(stage, ids, Reply("第四条"))
        fake.faults["message/send"] += ["-1", "-1"]
        await stage.send()
        for _ in range(6):
            await stage.later(seconds=10)
        for number in range(1, 61):
            alone = ["只给你"] if number == 1 else []
            third = ["第三条", *alone] if number <= 30 else []
            assert fake.texts(f"u{number}") == ["第一条", "第二条", *third, "第四条"]

    play(tmp_path, fake, scene)


@pytest.mark.parametrize("fault", ["lost", "cut", "html"])
def test_a_lost_answer_is_repeated_for_all_of_the_call(tmp_path: Path, fake: FakeWecom, fault: str) -> None:
    async def scene(stage: Stage) -> None:
        ids = crowd(stage, 50)
        await tell(stage, ids, Reply("提醒"))
        fake.faults["message/send"].append(fault)
        await stage.send()
        # Whoever comes later with the same words is no part of that call.
        extra = people_added(stage, "u99")
        await tell(stage, [extra], Reply("提醒"))
        await stage.later(seconds=60)
        assert len(fake.sent) == 51 and states(stage) == dict.fromkeys([*names(50), "u99"], "sent")
        first, *others = sent(fake)
        repeat = next(each for each in others if each["touser"] == first["touser"])
        assert (repeat["enable_duplicate_check"], repeat["duplicate_check_interval"]) == (1, 14_400)

    play(tmp_path, fake, scene)


def names(number: int) -> list[str]:
    return [f"u{each}" for each in range(1, number + 1)]


def test_a_crash_in_a_call_says_it_once(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        await tell(stage, crowd(stage, 40), Reply("提醒"))
        [sender] = stage.app.senders
        # Killed between the platform's answer and our commit.
        claimed = await sender._note(30)
        assert len(claimed) == 40 and len({letter.same for letter in claimed}) == 1
        await sender._carrier.carry(claimed)
        await sender._take_over()
        # On PostgreSQL nobody knows that it died, before its lease is over.
        await stage.later(seconds=91)
        assert len(fake.sent) == 40 and set(states(stage).values()) == {"sent"} and len(sent(fake)) == 2

    play(tmp_path, fake, scene)


def test_of_several_processes_one_sends(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        [sender] = stage.app.senders
        engine = stage.app.engine
        other = Sender(
            stage.app.channels["wecom"],
            stage.app.pipeline,
            engine.database.read,
            engine.vault,
            engine.render,
            engine.clock,
            "other",
        )
        first, second = crowd(stage, 2)
        await tell(stage, [first], Reply("甲"))
        await stage.send()
        await tell(stage, [second], Reply("乙"))
        # SQLite has one process; with PostgreSQL the first goes on as long as it speaks.
        assert bool(await other._note(30)) is not POSTGRESQL
        Stage.now += timedelta(seconds=31)
        if POSTGRESQL:
            assert await other.once()
            assert fake.texts("u2") == ["乙"] and not await sender._note(30)

    play(tmp_path, fake, scene)


def test_a_member_gets_less_than_the_platform_drops(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        one, *others = crowd(stage, 3)
        for number in range(20):
            await tell(stage, [one], Reply(f"{number}"))
        await tell(stage, [one, *others], Reply("给大家"))
        await stage.send()
        assert len(fake.texts("u1")) == 16 and fake.texts("u2") == ["给大家"] == fake.texts("u3")
        monotonic[0] += 61
        await stage.later(seconds=62)
        assert fake.texts("u1") == [*map(str, range(20)), "给大家"] and fake.dropped == []

    monotonic = [1000.0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.channels.pace.Windows", partial(Windows, clock=lambda: monotonic[0]))
        play(tmp_path, fake, scene)


@pytest.mark.parametrize(("minute", "least", "most"), [(0, 2, 8), (1, 1, 7), (30, 2, 8), (2, 0, 1), (17, 0, 1)])
def test_a_broadcast_keeps_off_the_full_and_half_hours(minute: int, least: int, most: int) -> None:
    now = datetime(2026, 4, 3, 8, minute, 4, tzinfo=UTC)
    waits = {letters.leaves_at(now, f"{key:04x}" * 8) - now.replace(second=0) for key in range(0, 0xFFFF, 999)}
    assert min(waits) >= timedelta(minutes=least) and max(waits) <= timedelta(minutes=most)
    assert letters.leaves_at(now, "abcd") == letters.leaves_at(now + timedelta(seconds=9), "abcd")


def test_an_answer_never_waits(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        await tell(stage, crowd(stage, 3), Reply("提醒"), gather=True)
        await stage.say(ZHANG, "帮助")
        assert fake.texts(ZHANG) and fake.texts("u1") == []
        await stage.later(minutes=9)
        assert fake.texts("u1") == ["提醒"] and len(sent(fake)) >= 2

    play(tmp_path, fake, scene)
