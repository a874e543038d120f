"""Of two processes on one database only one fetches files, and a group hears of its week once."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import alone
from bot.alone import Alone
from bot.engine import Engine, open_engine
from bot.pipeline import Pipeline
from bot.settings import Settings
from storage import chats, people, units
from storage.units import Kind
from tests.databases import new_url

pytestmark = pytest.mark.both
NOW = datetime(2026, 4, 6, 1, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_engine(Settings(_env_file=None, data_dir=tmp_path), new_url(tmp_path))
    yield opened
    opened.database.close()


def test_the_second_takes_over_when_the_first_is_gone(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alone, "_RENEWED_AFTER", 0.0)
    real = [NOW]

    async def play() -> list[bool]:
        pipeline = Pipeline(engine.transactions(), lambda: None)
        pipeline.start()
        first, second = (Alone("fetcher", name, pipeline, lambda: real[0], True) for name in ("one", "two"))
        seen = [await first.holds(), await second.holds(), await first.holds()]
        real[0] += alone.LENGTH + timedelta(seconds=1)
        # The first has not come back within its lease.
        seen += [await second.holds(), await first.holds()]
        await pipeline.stop()
        return seen

    assert asyncio.run(play()) == [True, False, True, True, False]


def test_on_sqlite_there_is_nobody_else(engine: Engine) -> None:
    pipeline = Pipeline(engine.transactions(), lambda: None)
    assert asyncio.run(Alone("fetcher", "one", pipeline, lambda: NOW, False).holds())


def test_a_week_is_told_to_a_group_by_the_quicker_one(engine: Engine) -> None:
    with engine.database.write.begin() as db:
        school = units.add(db, Kind.SCHOOL, "实验小学")
        person = people.add(db, "李老师", NOW)
        chats.bind(db, chats.Group("telegram", "-1", "", school.id, person, True, "2026-W12"), NOW)
        seen = chats.without_week(db, "2026-W14", 10)
        assert [chats.got(db, group, "2026-W14") for group in (*seen, *seen)] == [True, False]
