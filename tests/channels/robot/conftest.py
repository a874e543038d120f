"""The robot on a platform of its own."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from tests.support.platforms.fake_robot import FakeRobot
from tests.support.platforms.robot_stage import Stage, running

Play = Callable[..., None]


@pytest.fixture
def fake() -> Iterator[FakeRobot]:
    with FakeRobot() as robot:
        yield robot


@pytest.fixture
def play(tmp_path: Path, fake: FakeRobot) -> Play:
    def played(talk: Callable[[Stage], Awaitable[None]], **settings: object) -> None:
        async def run() -> None:
            async with running(tmp_path, fake, **settings) as stage:
                await stage.live()
                await talk(stage)

        asyncio.run(run())

    return played
