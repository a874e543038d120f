"""A night's work: once a night, in small steps, and a mistake in it costs nothing else."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.jobs import nightly
from storage.retention.nightly import NIGHTLY
from tests.support.nights import count, day, night, play
from tests.support.stage import START, Bot

pytestmark = pytest.mark.both


def test_a_night_is_done_once_and_not_before_three(tmp_path: Path) -> None:
    async def evening(bot: Bot) -> None:
        await night(bot)
        await bot.say("张老师", "家长同意 三(2)中队 周子轩 书面 3月1日")

    async def at_two(bot: Bot) -> None:
        assert await night(bot) == {}
        await bot.move(bot.clock.now() + timedelta(hours=2))
        assert (await night(bot))["names"] == 3
        assert count(bot, "audit WHERE deed = 'purged'") == 1

    play(tmp_path, (START, evening), (day(2026, 11).replace(hour=2), at_two))


@pytest.mark.sqlite("PostgreSQL counts its rows by itself")
def test_it_learns_how_many_units_there_are(tmp_path: Path) -> None:
    async def scene(bot: Bot) -> None:
        await night(bot)
        assert count(bot, "sqlite_stat1 WHERE tbl = 'unit'") > 0

    play(tmp_path, (START, scene))


def test_a_mistake_in_it_does_not_keep_reminders_from_going_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> int:
        raise ValueError("broken")

    monkeypatch.setitem(NIGHTLY, "names", broken)

    async def scene(bot: Bot) -> None:
        assert await night(bot) == {}
        assert count(bot, "delivery") > 0

    play(tmp_path, (datetime(2026, 4, 14, 9, 0, tzinfo=START.tzinfo), scene))
    assert "明天夜里再试" in caplog.text


def test_it_works_in_small_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nightly, "MOST", 2)

    async def fill(bot: Bot) -> None:
        for number in range(3):
            await bot.say("张老师", f"家长同意 三(2)中队 王小{'一二三'[number]} 书面 3月1日")

    async def later(bot: Bot) -> None:
        before = bot.app.pipeline.jobs
        assert (await night(bot))["names"] == 5
        assert bot.app.pipeline.jobs - before > 3

    play(tmp_path, (START, fill), (day(2026, 11), later))
