"""A wrong clock deletes nothing and stops nothing: it is in doubt until it agrees or is accepted."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, insert, select, update

from bot import health
from bot.channels import Failure, SendError
from bot.clock import Clock as BotClock
from bot.jobs import nightly
from bot.outbox.holds import Holds
from bot.pipeline.limits import Limits
from bot.settings import Settings
from handlers.kit import Message, Reply
from scheduling.clock import Clock
from storage.audit import audit_years
from storage.base import key_values, leases
from storage.tables import checkin, delivery, grant, inbox, lease, outbox
from tests.support.databases import new_url
from tests.support.stage import START, ZONE, Bot, running
from tests.support.waiting import PATIENCE

pytestmark = pytest.mark.both
REPORT = "三(2)中队 主题队日 38人"
HOUR = timedelta(hours=1)


class Machine:
    """A machine whose clock the test sets; the seconds go on as they do."""

    def __init__(self, at: datetime = START, seconds: float = 1000.0, boot: str = "") -> None:
        self.at, self.seconds = at, seconds
        self.clock = BotClock(ZONE, lambda: self.at.astimezone(UTC), lambda: self.seconds, boot)

    def on(self, after: timedelta) -> None:
        self.at, self.seconds = self.at + after, self.seconds + after.total_seconds()

    def hears(self, at: datetime) -> None:
        self.clock.hears(f"{at.astimezone(UTC):%a, %d %b %Y %H:%M:%S} GMT")


class Home:
    """A database that outlives the process, and whether it is the practice page that works on it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.url, self.practice = folder, new_url(folder, "bot.db"), True

    def play(self, machine: Machine, scene: Callable[[Bot], Awaitable[None]]) -> None:
        async def run() -> None:
            # Its channel stands for a platform.
            self.practice = True
            async with running(self.folder, url=self.url, clock=machine.clock) as bot:
                self.practice = False
                await bot.tick(sends=False)
                await scene(bot)

        asyncio.run(run())


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    made = Home(tmp_path)
    monkeypatch.setattr(Settings, "practice", property(lambda _: made.practice))
    return made


def counts(bot: Bot) -> dict[str, int]:
    with bot.read() as db:
        tables = {"checkins": checkin, "messages": inbox}
        return {name: db.scalar(select(func.count()).select_from(table)) or 0 for name, table in tables.items()}


def night(bot: Bot) -> str:
    """The last one whose work has been done."""
    with bot.read() as db:
        done = key_values.get(db, nightly.DONE)
        return done.value if done else ""


def test_a_boot_in_2030_deletes_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[Any] = []
    monkeypatch.setattr(audit_years, "close", lambda *given: closed.append(given))

    async def reported(bot: Bot) -> None:
        await bot.say("张老师", REPORT)

    async def later(bot: Bot) -> None:
        assert "机器人上次运行到 2026-04-03 01:00" in bot.clock.doubt
        # Still nobody is left without an answer.
        assert (await bot.say("张老师", "我是谁"))[-1].startswith("张老师")
        for _ in range(5):
            machine.on(timedelta(minutes=5))
            await bot.tick(sends=False)
        assert counts(bot) == {"checkins": 1, "messages": 2} and night(bot) == "2026-04-03" and not closed
        [warning] = health.facts(bot.app.engine, bot.app.pipeline.writing, 0, [], {})["warnings"]
        assert warning.startswith("机器的时间有疑问：")
        # The platform says what time it is; then somebody sets the clock, and its word is enough.
        machine.hears(START + 20 * HOUR)
        await bot.tick(sends=False)
        assert "平台说是 2026-04-03 21:00" in bot.clock.doubt
        machine.at = START + 20 * HOUR
        await bot.tick(sends=False)
        assert bot.clock.doubt
        await bot.tick(sends=False)
        assert not bot.clock.doubt and night(bot) == "2026-04-04" and counts(bot)["checkins"] == 1

    machine = Machine()
    home.play(machine, reported)
    closed.clear()
    machine = Machine(START.replace(year=2030, month=5, hour=4))
    home.play(machine, later)


def test_a_rest_is_no_doubt_once_a_platform_was_heard(home: Home) -> None:
    async def again(bot: Bot) -> None:
        assert bot.clock.doubt
        machine.hears(machine.at)
        await bot.tick(sends=False)
        assert not bot.clock.doubt

    async def nothing(_: Bot) -> None:
        return

    home.play(Machine(), nothing)
    machine = Machine(START + 9 * HOUR)
    home.play(machine, again)
    # A restart of some minutes is none at all.
    machine = Machine(machine.at + timedelta(minutes=9))
    home.play(machine, _sure)


async def _sure(bot: Bot) -> None:
    assert not bot.clock.doubt


@pytest.mark.parametrize("jump", [11, 60 * 24 * 3000, -11, -60 * 8], ids=str)
def test_a_jump_holds_reminders_until_an_hour_of_agreement(jump: int, home: Home) -> None:
    async def scene(bot: Bot) -> None:
        # Clocks are set by seconds in their daily work.
        machine.at += timedelta(seconds=90)
        await bot.tick(sends=False)
        assert not bot.clock.doubt
        machine.at += timedelta(minutes=jump)
        await bot.tick(sends=False)
        assert "应该是" in bot.clock.doubt
        with bot.read() as db:
            before = db.execute(select(delivery.c.id, delivery.c.state).order_by(delivery.c.id)).all()
        machine.on(timedelta(minutes=59))
        await bot.tick(sends=False)
        with bot.read() as db:
            assert bot.clock.doubt and before == db.execute(
                select(delivery.c.id, delivery.c.state).order_by(delivery.c.id)
            ).all()  # fmt: skip
        machine.on(timedelta(minutes=1))
        assert await bot.app.pipeline.do(bot.app.ticker.guard.look) and not bot.clock.doubt

    machine = Machine()
    home.play(machine, scene)


def test_notices_wait_answers_do_not_and_nothing_is_too_late(home: Home) -> None:
    async def scene(bot: Bot) -> None:
        [sender] = bot.app.senders
        await bot.app.pipeline.do(lambda turn: turn.letters.tell(Reply("早"), "practice", "张老师"))
        with bot.app.engine.database.write.begin() as db:
            db.execute(update(outbox).values(lane="notice", expires_at=START + HOUR))
        machine.at += 1000 * HOUR
        # Not in the seconds before the next tick sees it, either.
        await sender.once()
        await bot.tick(sends=False)
        assert (await bot.say("李老师", "我是谁"))[-1].startswith("李老师") and bot.new("张老师") == []
        # Whatever had a time by which it was of use keeps it.
        machine.at -= 1000 * HOUR
        machine.on(HOUR / 2)
        await bot.tick(sends=False)
        machine.on(HOUR)
        await bot.app.pipeline.do(bot.app.ticker.guard.look)
        assert not bot.clock.doubt
        machine.on(-3 * HOUR / 2)
        await sender.once()
        assert [bubble["text"] for bubble in bot.new("张老师")] == ["早"]

    machine = Machine()
    home.play(machine, scene)


def test_what_waits_does_not_wait_for_the_wrong_time(home: Home) -> None:
    def letters(bot: Bot) -> list[datetime]:
        with bot.read() as db:
            return list(db.scalars(select(outbox.c.due_at).where(outbox.c.state == "new").order_by(outbox.c.id)))

    async def scene(bot: Bot) -> None:
        row = {"channel": "x", "chat": "c", "lane": "answer", "state": "new", "attempts": 0}
        due = (timedelta(minutes=3), HOUR, 25 * HOUR)
        with bot.app.engine.database.write.begin() as db:
            db.execute(insert(outbox), [{**row, "due_at": machine.at + each} for each in due])
            leases.hold(db, "sender x", "another", machine.at, timedelta(seconds=90))
            db.execute(update(grant).values(since=machine.at))
        machine.at -= 8 * HOUR
        await bot.tick(sends=False)
        # 3 minutes, an hour and a day later than what was the time before.
        assert [each - machine.at for each in letters(bot)] == list(due)
        with bot.read() as db:
            ends = db.scalar(select(lease.c.until).where(lease.c.name == "sender x"))
            assert ends == machine.at + timedelta(seconds=90)
        # Nor does whoever had a role before.
        assert "已记录" in (await bot.say("张老师", "三(2)中队 队课 38人"))[0]

    async def again(bot: Bot) -> None:
        # What a day in 2030 left behind is due.
        assert letters(bot)[-1] == machine.at

    machine = Machine()
    home.play(machine, scene)
    machine = Machine(machine.at - 200 * HOUR)
    home.play(machine, again)


def test_holds_and_limits_are_none_of_a_time_to_come() -> None:
    held = Holds("x")
    held.heard("c", SendError("slower", Failure.THROTTLED, retry_after=60), START)
    assert held.now(START).notices and not held.now(START - 8 * HOUR).notices

    async def scene() -> list[str | None]:
        moment = [START]
        limits = Limits(20, 200, 5, lambda *_: True, lambda: moment[0])

        async def say(number: int) -> str | None:
            return await limits.refusal(Message("x", str(number), "a", "a", moment[0], ""))

        before = [await say(number) for number in range(19)]
        moment[0] -= 8 * HOUR
        return before + [await say(number) for number in range(100, 120)]

    assert asyncio.run(scene()) == [None] * 39


def test_the_operator_says_that_it_is_right(home: Home) -> None:
    async def scene(bot: Bot) -> None:
        machine.at += 5 * HOUR
        machine.hears(START)
        await bot.tick(sends=False)
        await bot.send()
        # Of those who use the bot the highest is asked to look, once, and nobody else may let all of it go.
        [told] = bot.new("贺主任")
        assert "机器的时间变了" in told["text"] and not bot.new("罗主任")
        assert "最上一级" in (await bot.say("刘校长", "提醒 放行"))[0]
        await bot.tick(sends=False)
        assert bot.clock.doubt
        assert await bot.say("贺主任", "提醒 放行") == ["好的，提醒照常发。"]
        await bot.tick(sends=False)
        assert not bot.clock.doubt
        # It is not a word for ever.
        machine.at += HOUR
        await bot.tick(sends=False)
        await bot.tick(sends=False)
        assert bot.clock.doubt

    machine = Machine()
    home.play(machine, scene)


def test_ticks_go_on_when_the_clock_is_set() -> None:
    calls: list[float] = []
    clock = Clock(lambda: calls.append(time.monotonic()), 0.02)
    with time_machine.travel(START, tick=True) as there:
        clock.start()
        began = time.monotonic()
        # Forward by as much as holds more calls than can be counted meanwhile.
        for step in (-180, -28800, -1e8, 1e7):
            seen = len(calls)
            there.shift(step)
            while len(calls) < seen + 3:
                assert time.monotonic() - began < PATIENCE
                clock.keep()
                time.sleep(0.01)
    clock.stop()


def test_a_header_that_is_no_date_says_nothing() -> None:
    machine = Machine()
    for words in ("", "soon", "Fri, 99 Apr 2026 01:00:00 GMT"):
        machine.clock.hears(words)
        assert machine.clock.elsewhere() is None and machine.clock.best() == machine.at
