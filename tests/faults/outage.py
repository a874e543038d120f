"""A platform that is away: 502, closed, silent, answers lost, a third of everything; judged by what people have seen.

`make faults` runs it; `besiege` is one round with a fresh database.
"""

import time
from collections import defaultdict
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from bot.app import App
from bot.pipeline import attempts
from bot.settings import load
from bot.startup import open_engine
from handlers.kit import Reply
from storage.database import Database
from storage.people import people
from tests.bench.wecom import app_settings
from tests.faults.ledger import Ledger
from tests.faults.telegram import Platform
from tests.support.databases import new_database, real, rows_of
from tests.support.platforms.fake_telegram import TOKEN
from tests.support.platforms.fake_wecom import FakeWecom
from tests.support.platforms.gate import Gate
from tests.support.process import Serving

TEXTS = ("第一条:清明节还有 3 天", "第二条:请审核", "第三条:明天记得带红领巾")
# After its end everything is there within so many seconds.
SECONDS_TO_DRAIN = 15 * 60


def environment(channel: str, url: str) -> dict[str, str]:
    """The settings of a bot whose platform is at this address."""
    if channel == "wecom":
        return app_settings(url)
    return {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API_URL": url, "LOG_LEVEL": "WARNING"}


def write(folder: Path, channel: str, url: str, number: int) -> None:
    """The letters to so many people, three to each."""
    given = {name.lower(): value for name, value in environment(channel, url).items()}
    settings = load(data_dir=folder, **real(folder), **given)
    app = App(open_engine(settings, settings.real_database))

    def task(turn: Any) -> None:
        for each in range(number):
            person_id = people.add(turn.db, f"老师{each}", turn.now)
            people.link(turn.db, person_id, channel, str(9000 + each))
            turn.letters.notify([Reply(text, to=person_id) for text in TEXTS])

    attempts.process(app.engine.transactions(), [task])
    app.engine.database.close()


def besiege(folder: Path, channel: str, way: str, number: int, seconds: float, seed: int = 1) -> Ledger:
    """One round: the way to the platform is cut in this way before anything is sent, for so long."""
    ledger, database = Ledger(), new_database(folder)
    fake: AbstractContextManager[Any] = FakeWecom() if channel == "wecom" else Platform()
    with fake as platform, Gate(platform.port, seed) as gate:
        url = gate.through(platform.url)
        write(folder, channel, url, number)
        gate.way = way
        with Serving(folder, **environment(channel, url)) as bot:
            time.sleep(seconds)
            gate.way = "open"
            end = time.monotonic()
            while not is_done(database) and time.monotonic() < end + SECONDS_TO_DRAIN:
                time.sleep(0.02)
            print(f"{channel}, {way} for {seconds:g} s: all was said {time.monotonic() - end:.1f} s after its end")
            bot.stop()
        look(database, seen(channel, platform), ledger)
    database.close()
    return ledger


def is_done(database: Database) -> bool:
    return not rows_of(database, "SELECT 1 FROM outbox WHERE state IN ('new', 'claimed') LIMIT 1")


def seen(channel: str, platform: Any) -> dict[str, list[str]]:
    """What each person has seen."""
    found: dict[str, list[str]] = defaultdict(list)
    for each in platform.sent:
        found[str(each["to"] if channel == "wecom" else each["chat_id"])].append(each["text"])
    return found


def look(database: Database, said: dict[str, list[str]], ledger: Ledger) -> None:
    """Every letter against what its receiver has seen: `uncertain` excuses a repeat, and nothing else."""
    places: dict[str, int] = defaultdict(int)
    for chat, state, error in rows_of(database, "SELECT chat, state, error FROM outbox ORDER BY id"):
        text = TEXTS[places[chat]]
        places[chat] += 1
        times = said[chat].count(text)
        # Nobody writes: the events are the letters.
        ledger.acknowledged += 1
        ledger.stored += 1
        ledger.sent += times
        ledger.uncertain += state == "uncertain"
        if not times or state not in ("sent", "uncertain"):
            ledger.lost.append(f"{text} to {chat} ({state}: {error})")
        if times > 1 and state != "uncertain":
            ledger.double.append(f"{text} to {chat} ({state})")
    ledger.wrong += [f"{chat} heard {texts}" for chat, texts in said.items() if list(dict.fromkeys(texts)) != [*TEXTS]]
