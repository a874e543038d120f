"""A Telegram that is ours, and a way to play a talk on it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.support.platforms.fake_telegram import FakeTelegram
from tests.support.platforms.telegram_stage import Stage, running


class Play(Protocol):
    """Plays a talk on a fresh stage with these settings."""

    def __call__(self, talk: Callable[[Stage], Awaitable[None]], /, **settings: Any) -> None: ...


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeTelegram]:
    with FakeTelegram() as telegram:
        yield telegram


@pytest.fixture
def play(tmp_path: Path, fake: FakeTelegram) -> Play:
    def played(talk: Callable[[Stage], Awaitable[None]], /, **settings: Any) -> None:
        async def run() -> None:
            for left in (fake.sent, fake.calls, fake.faults, fake.gone_topics):
                left.clear()
            async with running(tmp_path, fake, **settings) as stage:
                await talk(stage)

        asyncio.run(run())

    return played
