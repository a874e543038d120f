"""Kill -9 while thousands are told something by 企业微信: everybody hears it, in order; what may be twice is counted.

`make faults` runs it; `besiege` is one round with a fresh database.
"""

import random
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from bot.app import App
from bot.pipeline import attempts
from bot.settings import load
from bot.startup import open_engine
from handlers.kit import Button, Reply
from storage.database import Database
from tests.bench.fanout import join
from tests.bench.wecom import app_settings
from tests.faults.ledger import Ledger
from tests.support.databases import end_leases, new_database, real, rows_of
from tests.support.platforms.fake_wecom import FakeWecom
from tests.support.process import Serving

TEXTS = ("第一条:清明节还有 3 天", "第二条:请审核", "第三条:明天记得带红领巾")
# Around a full or half hour the same words wait for each other up to eight minutes.
SECONDS_TO_DRAIN = 720


def write(folder: Path, fake: FakeWecom, number: int) -> None:
    """The letters to so many people, as a bot has written them that then died; the second with a card."""
    settings = load(data_dir=folder, **real(folder), **fake.settings)
    app = App(open_engine(settings, settings.real_database))
    buttons = {TEXTS[1]: (Button("待审", "待审"),)}

    def deed(turn: Any) -> None:
        ids = join(turn, number)
        turn.letters.notify([Reply(text, buttons.get(text, ()), to=to) for to in ids for text in TEXTS])

    attempts.process(app.engine.transactions(), [deed])
    app.engine.database.close()


def besiege(folder: Path, number: int, kills: int, seed: int) -> Ledger:
    """One round with a fresh database."""
    chance, ledger = random.Random(seed), Ledger()
    database = new_database(folder)
    with FakeWecom() as fake:
        fake.delay = 0.1
        write(folder, fake, number)
        for _ in range(kills):
            calls = len(fake.paths("message/send"))
            with Serving(folder, **app_settings(fake.url)):
                # While calls are on their way, as a rule; leaving kills.
                until(lambda calls=calls: len(fake.paths("message/send")) > calls or is_done(database))
                time.sleep(chance.uniform(0, 1.5))
            end_leases(database)
            ledger.kills += 1
        with Serving(folder, **app_settings(fake.url)) as bot:
            if not until(lambda: is_done(database)):
                ledger.wrong.append("letters did not go out")
            bot.stop()
        look(database, fake, ledger)
    database.close()
    return ledger


def until(condition: Any) -> bool:
    end = time.monotonic() + SECONDS_TO_DRAIN
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return bool(condition())


def is_done(database: Database) -> bool:
    return not rows_of(database, "SELECT 1 FROM outbox WHERE state IN ('new', 'claimed') LIMIT 1")


def look(database: Database, fake: FakeWecom, ledger: Ledger) -> None:
    """Every letter against what its receiver has seen."""
    seen: dict[str, list[str]] = defaultdict(list)
    for each in fake.sent:
        if each["type"] == "text":
            seen[each["to"]].append(each["text"].partition("\n")[0])
    places: dict[str, int] = defaultdict(int)
    for chat, state in rows_of(database, "SELECT chat, state FROM outbox ORDER BY id"):
        text = TEXTS[places[chat]]
        places[chat] += 1
        times = seen[chat].count(text)
        # Nobody writes: the events are the letters.
        ledger.acknowledged += 1
        ledger.stored += 1
        ledger.sent += times
        ledger.uncertain += state == "uncertain"
        if not times:
            ledger.lost.append(f"{text} to {chat} ({state})")
        if times > 1 and state != "uncertain":
            ledger.double.append(f"{text} to {chat} ({state})")
    ledger.wrong += [f"{chat} heard {texts}" for chat, texts in seen.items() if list(dict.fromkeys(texts)) != [*TEXTS]]
    ledger.wrong += ["the platform has dropped messages"] if fake.dropped else []
