"""The real bot on a machine whose clock somebody sets (libfaketime): it deletes nothing, and answers."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from storage.tables import checkin, delivery, inbox
from tests.channels.telegram.test_process import CHECKIN, ZHANG, Bot
from tests.support.databases import POSTGRESQL
from tests.support.platforms.fake_telegram import FakeTelegram
from tests.support.process import Serving
from tests.support.waiting import PATIENCE, until

LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
pytestmark = [
    pytest.mark.both,
    pytest.mark.skipif(LIBRARY is None or POSTGRESQL, reason="needs libfaketime, and one clock for all"),
]


class Machine:
    """Whose clock is so much ahead, as it is set; the seconds go on."""

    def __init__(self, folder: Path) -> None:
        self._ahead = folder / "ahead"
        self.environment = {
            "LD_PRELOAD": str(LIBRARY), "FAKETIME_TIMESTAMP_FILE": str(self._ahead), "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }  # fmt: skip
        self.set(timedelta())

    def set(self, ahead: timedelta) -> None:
        half = self._ahead.with_suffix(".half")
        half.write_text(f"{ahead.total_seconds():+.0f}")
        half.replace(self._ahead)


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram(dated=True) as fake:
        yield fake


def serving(bot: Bot, machine: Machine) -> Serving:
    return Serving(bot.folder, fresh=True, **bot.environment, **machine.environment)


def health(one: Serving) -> dict[str, object]:
    return dict(httpx.get(f"{one.url}/health", timeout=PATIENCE).json())


def doubted(one: Serving, words: str) -> bool:
    return words in str(health(one).get("warnings"))


def kept(bot: Bot) -> dict[str, int]:
    return {each.name: bot.count(select(func.count()).select_from(each)) for each in (checkin, inbox, delivery)}


def to_2030() -> timedelta:
    """To four o'clock at night there, when what is past its time goes."""
    now = datetime.now(UTC)
    return now.replace(year=2030, month=5, day=3, hour=20) - now


def test_a_boot_in_2030(tmp_path: Path, telegram: FakeTelegram) -> None:
    bot, machine = Bot(tmp_path, telegram), Machine(tmp_path)
    with serving(bot, machine) as one:
        telegram.say(ZHANG, CHECKIN)
        until(lambda: len(telegram.texts(ZHANG)) == 1)
        until(lambda: not health(one).get("warnings"))
        one.stop()
    before = kept(bot)
    assert before["checkin"] == 1
    machine.set(to_2030())
    with serving(bot, machine) as one:
        until(lambda: doubted(one, "平台说是"))
        telegram.say(ZHANG, "我是谁")
        until(lambda: len(telegram.texts(ZHANG)) == 2)
        # Two ticks.
        time.sleep(11)
        assert kept(bot) == {**before, "inbox": before["inbox"] + 1}
        # Somebody sets the clock, and the platform agrees.
        machine.set(timedelta())
        until(lambda: not health(one).get("warnings"))
        assert kept(bot)["checkin"] == 1
        one.stop()
    bot.engine.database.close()


@pytest.mark.parametrize("back", [timedelta(minutes=3), timedelta(hours=8)], ids=str)
def test_a_clock_that_is_put_back(back: timedelta, tmp_path: Path, telegram: FakeTelegram) -> None:
    bot, machine = Bot(tmp_path, telegram), Machine(tmp_path)
    with serving(bot, machine) as one:
        telegram.say(ZHANG, CHECKIN)
        until(lambda: len(telegram.texts(ZHANG)) == 1)
        machine.set(-back)
        time.sleep(10)
        telegram.say(ZHANG, "我是谁")
        until(lambda: len(telegram.texts(ZHANG)) == 2)
        found = health(one)
        assert found["status"] == "ok" and float(str(found["tick"])) < 15
        assert doubted(one, "机器的时间有疑问") is (back > timedelta(minutes=10))
        one.stop()
    bot.engine.database.close()
