"""Where there are many units, what only reads is read by processes of their own: they say the same, and may break."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

import bot.readers
from bot.engine import Engine
from tests.support.stage import Bot, running

pytestmark = pytest.mark.both
ASKED = ("周报", "月报 3月", "周报 图", "查 三(2)中队", "周报 没有这所学校", "年报")


def who(_engine: Engine) -> tuple[int, int]:
    return os.getpid(), os.nice(0)


def broken(_engine: Engine, unless: int) -> int:
    if os.getpid() != unless:
        os.kill(os.getpid(), signal.SIGKILL)
    return os.getpid()


def unsaid(_engine: Engine) -> object:
    return lambda: None


async def told(bot: Bot) -> list[str]:
    await bot.hear(bot.body("张老师", "主题队日 应到45实到43"))
    bot.all_new()
    for words in ASKED:
        await bot.hear(bot.body("李老师", words))
    return [f"{said['text']}{said.get('file')}" for person, said in bot.all_new() if person == "李老师"]


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.readers, "MANY_UNITS", 0)


def test_it_says_what_is_said_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def both() -> None:
        here, there = tmp_path / "here", tmp_path / "there"
        for folder in (here, there):
            folder.mkdir()
        async with running(here) as alone:
            said = await told(alone)
        monkeypatch.setattr(bot.readers, "MANY_UNITS", 0)
        async with running(there) as beside:
            assert await told(beside) == said
            # All of it was asked there, and what was refused as well.
            assert beside.app.engine.read(who)[0] != os.getpid()

    asyncio.run(both())


@pytest.mark.usefixtures("many")
def test_it_gives_way_and_may_break(tmp_path: Path) -> None:
    async def scene() -> None:
        async with running(tmp_path) as driven:
            engine = driven.app.engine
            process, nice = engine.read(who)
            assert process != os.getpid() and nice >= os.nice(0) + 10
            # What cannot be sent is read here, and so is what broke; then another process reads.
            assert callable(engine.read(unsaid)) and engine.read(who)[0] == process
            assert engine.read(broken, os.getpid()) == os.getpid()
            assert engine.read(who)[0] not in (process, os.getpid())
        # Those that are left end with the bot.
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)

    asyncio.run(scene())


@pytest.mark.usefixtures("many")
def test_nothing_is_begun_for_a_bot_that_stops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[object] = []

    async def scene() -> None:
        async with running(tmp_path) as driven:
            monkeypatch.setattr(bot.readers, "_begun", begun.append)
            driven.app.engine.warm_up(lambda: False)

    asyncio.run(scene())
    assert not begun
