"""The robot on a platform of its own."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from bot.channels.robot import socket as robot_socket
from bot.jobs import lease as leases
from tests.support.platforms.fake_robot import FakeRobot
from tests.support.platforms.robot_stage import Stage, running

Play = Callable[..., None]


@pytest.fixture
def fake() -> Iterator[FakeRobot]:
    with FakeRobot() as robot:
        yield robot


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same order of waits, in hundredths."""
    for name, seconds in (("LONGEST_WAIT", 0.05), ("REFUSED_WAIT", 0.3), ("TAKEN_OVER_WAITS", (0.1, 0.5))):
        monkeypatch.setattr(robot_socket, name, seconds)
    for name in ("SECONDS_TO_RENEW", "SECONDS_TO_TRY"):
        monkeypatch.setattr(leases, name, 0.03)


@pytest.fixture
def play(tmp_path: Path, fake: FakeRobot) -> Play:
    """Plays a talk once the connection is up; `live=False`: at once."""

    def played(talk: Callable[[Stage], Awaitable[None]], live: bool = True, **settings: object) -> None:
        async def run() -> None:
            async with running(tmp_path, fake, **settings) as stage:
                if live:
                    await stage.live()
                await talk(stage)

        asyncio.run(run())

    return played
