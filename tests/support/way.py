"""The stage for the tests of the way of a message: a planted feature that does what features may do wrong."""

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select

import bot.dispatch.features
import bot.pipeline.writer
import bot.practice.routes
from bot.dispatch.features import modules
from bot.pipeline.turn import Turn
from handlers.kit import Answer, Ask, Button, File, Message, Refusal, Reply
from handlers.registry import ANYONE, command
from handlers.wording.questions import Question, answers
from storage.checkins import recording
from storage.checkins.checkins import Checkin
from storage.tables import checkin, inbox, rollup
from tests.support.stage import Bot, running
from tests.support.sums import sums_as_counted, sums_as_kept
from tests.support.waiting import PATIENCE

SECRET = "王小明的电话"
DAY = date(2026, 4, 3)


# A planted feature: it does what volunteers' features may do wrong.


class Switch:
    """Whether the planted bug is there."""

    bug = True


@command("记数", who=ANYONE, group="人员", help="", examples=())
def count(ask: Ask) -> Answer:
    note(ask, int(ask.args))
    return Reply(f"记了 {ask.args}")


@command("砰", who=ANYONE, group="人员", help="", examples=())
def bang(ask: Ask) -> Answer:
    number, _, words = ask.args.partition(" ")
    note(ask, int(number))
    if Switch.bug:
        raise ValueError(words)
    return Reply(f"好了 {number} {ask.today}")


@command("先记后拒", who=ANYONE, group="人员", help="", examples=())
def refuse(ask: Ask) -> Answer:
    note(ask, int(ask.args))
    raise Refusal("不能这样。", Button("帮助", "帮助"))


@command("汇总", who=ANYONE, group="人员", help="", examples=())
def add_up(ask: Ask) -> Answer:
    ask.rollups.flush(ask.db)
    total = ask.db.scalar(select(func.sum(rollup.c.events))) or 0
    if ask.args:
        raise ValueError(ask.args)
    return Reply(f"共 {total}")


class Slow:
    """A reading that has begun, and may go on."""

    begun, go_on = threading.Event(), threading.Event()


@command("慢看", who=ANYONE, group="人员", help="", examples=(), snapshot=True)
def look(ask: Ask) -> Answer:
    total = ask.db.scalar(select(func.sum(rollup.c.events))) or 0
    Slow.begun.set()
    Slow.go_on.wait(PATIENCE)
    if ask.args == "拒":
        raise Refusal("不给看。")
    if ask.args == "写":
        note(ask, 1)
    return Reply(f"看到 {total}")


@command("没话", who=ANYONE, group="人员", help="", examples=())
def forget_to_answer(ask: Ask) -> Answer:
    note(ask, int(ask.args))
    return None  # type: ignore[return-value]


@command("坏附件", who=ANYONE, group="人员", help="", examples=())
def unsealable(ask: Ask) -> Answer:
    note(ask, int(ask.args))
    return [Reply("先说一句"), Reply("附件", file=File("周报.png", "digest", {"day": DAY}, mark="导出"))]


@command("塞满", who=ANYONE, group="人员", help="", examples=())
def fill(ask: Ask) -> Answer:
    ask.db.exec_driver_sql("INSERT INTO fact VALUES ('big', hex(randomblob(400000)), '2026-04-03 00:00:00')")
    return Reply("放下了")


@command("出题", who=ANYONE, group="人员", help="", examples=())
def offer(ask: Ask) -> Answer:
    return Reply("选吧", (Button("记二十五", "记数", "25"), Button("帮助", "帮助")))


@dataclass
class Nothing:
    """Nothing is known."""


SQUAD = Question("squad", Nothing, undone="还没有选。", asks="哪个班?")


@command("选班", who=ANYONE, group="人员", help="", examples=())
def choose(ask: Ask) -> Answer:
    SQUAD.put(ask, Nothing())
    offered = Button("记数班", answer="记数 7"), Button("照说", "照说", "帮助 甲。 ~"), Button("没有", "没有")
    return Reply("哪个班?", offered)


@answers(SQUAD)
def chosen(ask: Ask, _known: Nothing) -> Answer:
    return Reply(f"选了 {ask.args}")


@command("照说", who=ANYONE, group="人员", help="", examples=())
def say(ask: Ask) -> Answer:
    return Reply(ask.args)


def note(ask: Ask, number: int) -> None:
    """A check-in whose topic tells it apart; one number a unit."""
    new = Checkin(number, "主题队日", DAY, 30 + number, 40 if number % 2 else None, path=f"/{number}/")
    recording.record(ask.db, ask.rollups, new, 1, ask.inbox_id, ask.now)


# Helpers


@pytest.fixture(autouse=True)
def planted(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [*modules(), sys.modules[__name__]]
    monkeypatch.setattr(bot.dispatch.features, "modules", lambda: found)
    monkeypatch.setattr(Switch, "bug", True)
    monkeypatch.setattr(Slow, "begun", threading.Event())
    monkeypatch.setattr(Slow, "go_on", threading.Event())


class Way:
    """A running bot and what the tests want to know of it."""

    def __init__(self, stage: Bot) -> None:
        self.bot = stage
        self.pipeline = stage.app.pipeline
        self.names = 0

    def message(self, text: str = "", person: str = "张老师", **more: Any) -> Message:
        self.names += 1
        return Message("practice", f"w{self.names}", person, person, self.bot.clock.now(), text, **more)

    async def together(self, *messages: Message) -> list[Any]:
        """What becomes of messages that the writer finds waiting all at once."""
        return [outcome async for outcome in self._together(messages)]

    async def _together(self, messages: tuple[Message, ...]) -> AsyncIterator[Any]:
        async with self.held():
            waiting = [asyncio.ensure_future(self.pipeline.submit(each)) for each in messages]
            await asyncio.sleep(0)
        for outcome in await asyncio.gather(*waiting, return_exceptions=True):
            yield outcome

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """The writer is busy as long as this lasts."""
        busy, go_on = threading.Event(), threading.Event()

        def hold(_turn: Turn) -> None:
            busy.set()
            go_on.wait(PATIENCE)

        deed = asyncio.ensure_future(self.pipeline.do(hold))
        await asyncio.to_thread(busy.wait, PATIENCE)
        try:
            yield
        finally:
            go_on.set()
            await deed

    async def heard(self, person: str = "张老师") -> list[str]:
        """What came to a phone since the last look."""
        await self.bot.send()
        return [bubble["text"] for bubble in self.bot.new(person)]

    def counts(self) -> dict[int, int]:
        """unit id → valid check-ins."""
        with self.bot.read() as db:
            return dict(db.execute(select(checkin.c.unit_id, func.count()).group_by(checkin.c.unit_id)).all())

    def states(self) -> list[str]:
        with self.bot.read() as db:
            return list(db.scalars(select(inbox.c.state).order_by(inbox.c.id)))

    def sums_are_right(self) -> None:
        with self.bot.read() as db:
            assert sums_as_kept(db) == sums_as_counted(db)

    async def write(self, statement: str) -> Any:
        return await self.pipeline.do(lambda turn: turn.db.exec_driver_sql(statement).scalar())


def play(folder: Path, scene: Callable[[Way], Any]) -> None:
    async def run() -> None:
        async with running(folder) as stage:
            await scene(Way(stage))

    asyncio.run(run())


def once(target: Any, name: str, matches: Callable[..., bool], error: Callable[[str], Exception]) -> list[int]:
    """Raise `error` at the first event that matches; the list tells whether it happened."""
    happened: list[int] = []

    def raise_once(*arguments: Any) -> None:
        if not happened and matches(*arguments):
            happened.append(1)
            raise error("planted")

    event.listen(target, name, raise_once)
    return happened


def fail_on(way: Way, text: str, error: Exception, times: int) -> None:
    send, left = way.bot.channel.send, [1] * times

    async def flaky(outgoing: Any) -> str:
        if outgoing.text == text and left:
            left.pop()
            raise error
        return await send(outgoing)

    way.bot.channel.send = flaky  # type: ignore[method-assign]


async def until(way: Way, number: int) -> list[str]:
    """The bubbles, once there are so many."""
    found: list[str] = []
    async with asyncio.timeout(PATIENCE):
        while len(found) < number:
            found += await way.heard()
            await asyncio.sleep(0.02)
    return found
