"""Of two processes on one database only one fetches files, and a group hears of its week once."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.engine import Engine
from bot.files import fetcher
from bot.files.fetcher import Fetcher
from bot.pipeline.writer import Pipeline
from bot.settings import Settings
from bot.startup import open_engine
from storage.messages import chats
from storage.organisation import units
from storage.organisation.units import Kind
from storage.people import people
from tests.support.databases import POSTGRESQL, new_url

pytestmark = pytest.mark.both
NOW = datetime(2026, 4, 6, 1, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_engine(Settings(_env_file=None, data_dir=tmp_path), new_url(tmp_path))
    yield opened
    opened.database.close()


def test_the_second_takes_over_when_the_first_is_gone(engine: Engine, tmp_path: Path) -> None:
    real = [NOW]

    async def play() -> list[bool]:
        pipeline = Pipeline(engine.transactions(), lambda: None)
        pipeline.start()
        clock = (lambda: NOW, lambda: real[0])
        read = engine.database.read
        first, second = (Fetcher({}, pipeline, read, tmp_path, clock, name) for name in ("one", "two"))
        seen = [await first._is_mine(), await second._is_mine(), await first._is_mine()]
        real[0] += fetcher.HELD_FOR + timedelta(seconds=1)
        # The first has not come back within its lease.
        seen += [await second._is_mine(), await first._is_mine()]
        await pipeline.stop()
        return seen

    # On SQLite there is no other process.
    assert asyncio.run(play()) == ([True, False, True, True, False] if POSTGRESQL else [True] * 5)


def test_a_week_is_told_to_a_group_by_the_quicker_one(engine: Engine) -> None:
    with engine.database.write.begin() as db:
        school = units.add(db, Kind.SCHOOL, "实验小学")
        person = people.add(db, "李老师", NOW)
        chats.bind(db, chats.Group("telegram", "-1", "", school.id, person, True, "2026-W12"), NOW)
        seen = chats.without_week(db, "2026-W14", 10)
        assert [chats.got(db, group, "2026-W14") for group in (*seen, *seen)] == [True, False]
