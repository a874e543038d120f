"""SIGTERM while a poll is open and a send hangs: an end in good order, in time, and nothing is lost by it."""

import signal
from pathlib import Path

import pytest
from sqlalchemy import func, select

from storage.tables import checkin, inbox, lease
from tests.channels.telegram.test_process import CHECKIN, LI, ZHANG, Bot
from tests.support.databases import end_leases
from tests.support.platforms.fake_telegram import FakeTelegram
from tests.support.process import TO_STOP
from tests.support.waiting import until

pytestmark = pytest.mark.both


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_a_stop_drains_and_the_next_start_goes_on(tmp_path: Path, number: signal.Signals) -> None:
    with FakeTelegram() as telegram:
        bot = Bot(tmp_path, telegram)
        telegram.is_stored = lambda each: bot.arrived(each) != []
        bot.start()
        try:
            until(lambda: telegram.first_poll)
            telegram.faults[f"sendMessage {ZHANG}"].append("slow")
            telegram.say(ZHANG, CHECKIN)
            until(lambda: any(method == "sendMessage" for method, _ in telegram.calls))
            telegram.say(LI, "/help")
            status, seconds = bot.serving.stop(number)
            assert status == 0 and seconds < TO_STOP
            assert "Traceback" not in bot.serving.log.read_text()
            assert bot.count(select(func.count()).select_from(lease)) == 0
            end_leases(bot.engine.database)
            bot.start()
            # What hung may have arrived: it is said again, and what came meanwhile is answered.
            until(lambda: telegram.texts(ZHANG) and telegram.texts(LI))
            assert telegram.texts(ZHANG)[0].startswith("已记录") and telegram.texts(LI)[0].startswith("您可以这样用我")
            assert bot.count(select(func.count()).select_from(checkin)) == 1
            assert bot.count(select(func.count()).select_from(inbox)) == 2
            assert telegram.confirmed_too_early == []
            assert bot.serving.stop()[0] == 0
        finally:
            bot.serving.__exit__()
            bot.engine.database.close()
