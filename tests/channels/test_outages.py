"""A platform that is away, a machine without memory: letters wait, nothing is lost, and minutes later all is said."""

import asyncio
import errno
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.channels.wecom.send import LOOK_BACK
from bot.outbox.outage import LONGEST, MOST_ALONE
from bot.pipeline.turn import Turn
from handlers.kit import Reply
from storage.people import people
from storage.tables import outbox
from tests.support.platforms import telegram_stage, wecom_stage
from tests.support.platforms.fake_telegram import FakeTelegram
from tests.support.platforms.fake_wecom import FakeWecom

pytestmark = pytest.mark.both

# How long after its end everything must have arrived.
DEADLINE = timedelta(minutes=15)
WORDS = "第一条", "第二条", "第三条"


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as fake:
        yield fake


@pytest.fixture
def wecom() -> Iterator[FakeWecom]:
    with FakeWecom() as fake:
        yield fake


def play(running: AbstractAsyncContextManager[Any], scene: Callable[[Any], Awaitable[None]]) -> None:
    async def run() -> None:
        async with running as stage:
            await scene(stage)

    asyncio.run(run())


def tell(turn: Turn, channel: str, number: int, *words: str, **more: Any) -> None:
    """Each of so many people is told these words, one after the other."""
    for each in range(number):
        person_id = people.add(turn.db, f"老师{each}", turn.now)
        people.link(turn.db, person_id, channel, str(9000 + each))
        turn.letters.notify([Reply(said, to=person_id, **more) for said in words])


async def pass_by(stage: Any, ago: timedelta, step: float = 30) -> None:
    for _ in range(int(ago.total_seconds() / step)):
        await stage.later(seconds=step)


def states(stage: Any) -> list[str]:
    return [state for (state,) in stage.query(select(outbox.c.state).order_by(outbox.c.id))]


def in_order(said: list[str]) -> bool:
    return tuple(dict.fromkeys(said)) == WORDS


@pytest.mark.parametrize(("fault", "arrives"), [("html", False), ("cut", False), ("lost", True)])
def test_telegram_is_away_for_ten_minutes(tmp_path: Path, telegram: FakeTelegram, fault: str, arrives: bool) -> None:
    async def scene(stage: Any) -> None:
        telegram.always["sendMessage"] = fault
        await stage.app.pipeline.do(lambda turn: tell(turn, "telegram", 20, *WORDS))
        await stage.send()
        await pass_by(stage, timedelta(minutes=10))
        tries = [asked for method, asked in telegram.calls if method == "sendMessage"]
        # Thirty were on their way; after that one looks every half a minute.
        assert len(tries) < 30 + 10 * 60 / (LONGEST / 2) and bool(telegram.sent) is arrives
        assert set(states(stage)) == {"new"}
        telegram.always.clear()
        await pass_by(stage, DEADLINE)
        assert set(states(stage)) <= {"sent", "uncertain"}
        # What may have arrived is counted, and nothing else.
        assert states(stage).count("uncertain") <= len(tries)
        assert all(in_order(telegram.texts(9000 + each)) for each in range(20))

    play(telegram_stage.running(tmp_path, telegram), scene)


@pytest.mark.parametrize(("path", "fault"), [
    ("message/send", "html"), ("message/send", "-1"), ("message/send", "cut"), ("message/send", "lost"),
    ("message/send", "html 403"), ("message/send", "endless"), ("gettoken", "html"), ("gettoken", "cut"),
])  # fmt: skip
def test_wecom_is_away_for_ten_minutes(tmp_path: Path, wecom: FakeWecom, path: str, fault: str) -> None:
    async def scene(stage: Any) -> None:
        wecom.always[path] = fault
        wecom.forget_tokens()
        await stage.app.pipeline.do(lambda turn: tell(turn, "wecom", 120, *WORDS))
        await stage.send()
        await pass_by(stage, timedelta(minutes=10))
        assert set(states(stage)) == {"new"} and len(wecom.calls) < 100
        wecom.always.clear()
        await pass_by(stage, DEADLINE)
        # A repeat within four hours is known to the platform: nobody has anything twice.
        assert set(states(stage)) == {"sent"} and not wecom.dropped
        assert all(wecom.texts(str(9000 + each)) == [*WORDS] for each in range(120))

    play(wecom_stage.running(tmp_path, wecom), scene)


def test_what_the_platform_no_longer_knows_is_counted(tmp_path: Path, wecom: FakeWecom) -> None:
    async def scene(stage: Any) -> None:
        await stage.app.pipeline.do(lambda turn: tell(turn, "wecom", 2, "提醒"))
        wecom.faults["message/send"].append("lost")
        await stage.send()
        wecom.always["message/send"] = "60020"
        await pass_by(stage, LOOK_BACK[True], 3600)
        wecom.ahead = LOOK_BACK[True].total_seconds() + 60
        wecom.always.clear()
        await stage.later(minutes=5)
        assert wecom.texts("9000") == ["提醒", "提醒"] and states(stage)[:2] == ["uncertain"] * 2

    play(wecom_stage.running(tmp_path, wecom), scene)


def test_what_is_of_no_use_any_more_is_not_said(tmp_path: Path, telegram: FakeTelegram) -> None:
    async def scene(stage: Any) -> None:
        telegram.always["sendMessage"] = "html"
        until = stage.now + timedelta(hours=1)
        await stage.app.pipeline.do(lambda turn: tell(turn, "telegram", 1, "今天下午的提醒", until=until))
        await stage.app.pipeline.do(lambda turn: turn.letters.notify([Reply("周报", to=2)]) and None)
        await stage.send()
        await pass_by(stage, timedelta(hours=2), 120)
        telegram.always.clear()
        await pass_by(stage, DEADLINE)
        assert telegram.texts(9000) == [] and telegram.texts(telegram_stage.LI) == ["周报"]
        assert sorted(states(stage)) == ["dead", "uncertain"]

    play(telegram_stage.running(tmp_path, telegram), scene)


def test_a_letter_that_alone_fails_does_not_keep_its_chat_waiting(tmp_path: Path, telegram: FakeTelegram) -> None:
    async def scene(stage: Any) -> None:
        telegram.faults["sendMessage 9000"].extend(["500"] * 2 * MOST_ALONE)
        await stage.app.pipeline.do(lambda turn: tell(turn, "telegram", 1, *WORDS))
        for _ in range(60):
            await stage.say(telegram_stage.LI, "帮助")
            await stage.later(minutes=1)
        assert telegram.texts(9000) == [*WORDS[1:]]
        # The others were never kept waiting by it.
        assert len(telegram.texts(telegram_stage.LI)) == 60

    play(telegram_stage.running(tmp_path, telegram), scene)


@pytest.mark.parametrize("fault", [
    MemoryError(), OSError(errno.EMFILE, "too many open files"), OSError(errno.ENOSPC, "no space left on device"),
    RuntimeError("can't start new thread"),
])  # fmt: skip
def test_a_machine_at_its_limits_delays_a_letter(tmp_path: Path, telegram: FakeTelegram, fault: Exception) -> None:
    async def scene(stage: Any) -> None:
        [carrier] = [sender._carrier for sender in stage.app.senders]
        render, times = carrier._render, []

        def failing(recipe: str, values: dict[str, Any]) -> bytes:
            times.append(recipe)
            if len(times) <= 20:
                raise fault
            return bytes(render(recipe, values))

        carrier._render = failing
        await stage.say(telegram_stage.LI, "周报 图")
        await pass_by(stage, timedelta(hours=2), 120)
        assert [sent["kind"] for sent in telegram.sent_to(telegram_stage.LI)] == ["photo"]
        assert set(states(stage)) == {"sent"} and len(times) == 21

    play(telegram_stage.running(tmp_path, telegram), scene)


def test_a_bug_costs_its_own_letter_only(tmp_path: Path, telegram: FakeTelegram) -> None:
    async def scene(stage: Any) -> None:
        [carrier] = [sender._carrier for sender in stage.app.senders]
        carrier._render = lambda recipe, values: 1 // 0
        await stage.say(telegram_stage.LI, "周报 图")
        await stage.say(telegram_stage.LI, "帮助")
        await pass_by(stage, timedelta(minutes=2))
        assert states(stage) == ["dead", "sent"]

    play(telegram_stage.running(tmp_path, telegram), scene)
