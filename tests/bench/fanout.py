"""A reminder to 10,000 people by 企业微信 and by Telegram: `python -m tests.bench.fanout`. Calls, time, cost.

The platforms are the tests' own, in the same process; 企业微信 takes 100 ms for each answer.
"""

import asyncio
import json
import tempfile
import time
from bisect import bisect_left
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from bot.app import App
from bot.pipeline.turn import Turn
from bot.settings import load
from bot.startup import open_engine
from handlers.kit import Button, Reply
from storage.people import people
from storage.tables import outbox
from tests.support.platforms.fake_telegram import TOKEN, FakeTelegram
from tests.support.platforms.fake_wecom import FakeWecom

PEOPLE, SECONDS_A_CALL, FIRST_USER = 10_000, 0.1, 100_000
# As many as one tick says it to.
AT_A_TICK = 25
WORDS = "清明节(4月5日 周日)还有 3 天:查好安全。\n备好:队旗、鲜花、誓词卡。\n活动后发给我:三(2)中队 清明祭英烈 38人"


def join(turn: Turn, number: int, channel: str = "wecom") -> list[int]:
    """So many people with an account; their ids."""
    ids = []
    for each in range(number):
        ids.append(people.add(turn.db, f"老师{each}", turn.now))
        people.link(turn.db, ids[-1], channel, f"u{each}" if channel == "wecom" else str(FIRST_USER + each))
    return ids


async def told(app: App, number: int, channel: str, buttons: tuple[Button, ...]) -> dict[str, float]:
    """Write the letters as ticks do, then send them all; what that took."""
    app.pipeline.start()
    await app.add_channels()
    ids = await app.pipeline.do(lambda turn: join(turn, number, channel))
    # At a full hour, when reminders are due; by 企业微信 they leave some minutes later, all at once.
    clock = app.engine.clock
    clock.move_to((clock.now() + timedelta(hours=1)).replace(minute=0, second=0))
    began = time.perf_counter()
    for start in range(0, number, AT_A_TICK):
        said = [Reply(WORDS, buttons, to=to) for to in ids[start : start + AT_A_TICK]]
        await app.pipeline.do(lambda turn, said=said: turn.letters.notify(said, gather=True) and None)
    clock.move_to(clock.now() + timedelta(minutes=10))
    written, cpu = time.perf_counter(), time.process_time()
    [sender] = app.senders
    while await sender.once():
        pass
    took, cpu = time.perf_counter() - written, time.process_time() - cpu
    with app.engine.database.read.connect() as db:
        arrived = db.scalar(select(func.count()).select_from(outbox).where(outbox.c.state == "sent"))
    assert arrived == number
    for one in app.channels.values():
        await one.close()
    await app.pipeline.stop()
    app.engine.database.close()
    return {"people": number, "s to write": written - began, "s to send": took, "CPU s to send": cpu}


async def measure(folder: Path, number: int, buttons: tuple[Button, ...]) -> dict[str, float]:
    """By 企业微信, with the number of calls."""
    with FakeWecom() as fake:
        fake.delay = SECONDS_A_CALL
        settings = load(data_dir=folder, **fake.settings)
        found = await told(App(open_engine(settings, settings.real_database)), number, "wecom", buttons)
        assert len({sent["to"] for sent in fake.sent}) == number and not fake.dropped
        return found | {"calls": len(fake.paths("message/send"))}


async def by_telegram(folder: Path, number: int, buttons: tuple[Button, ...]) -> dict[str, float]:
    """One call a person; how many there were a second, of which the platform takes 30, and in the busiest one."""
    with FakeTelegram() as fake:
        settings = load(data_dir=folder, telegram_token=TOKEN, telegram_api_url=fake.url)
        found = await told(App(open_engine(settings, settings.real_database)), number, "telegram", buttons)
        assert len({sent["chat_id"] for sent in fake.sent}) == len(fake.sent) == number
        times = [sent["at"] for sent in fake.sent]
        busiest = max(place + 1 - bisect_left(times, at - 1) for place, at in enumerate(times))
        pace = len(times) / (times[-1] - times[0])
        return found | {"calls": len(times), "a second over the run": pace, "in the busiest second": busiest}


def main() -> None:
    """A plain reminder, and one with buttons: by 企业微信 a text and a card, by Telegram one message with them."""
    print(f"\nto {PEOPLE:,} people, 企业微信 with {SECONDS_A_CALL * 1000:.0f} ms a call")
    buttons = (Button("待审", "待审"), Button("帮助", "帮助"))
    ways = (("企业微信", measure, ()), ("企业微信, with buttons", measure, buttons), ("Telegram", by_telegram, buttons))
    for title, way, below in ways:
        with tempfile.TemporaryDirectory() as folder:
            figures = asyncio.run(way(Path(folder), PEOPLE, below))
        print(title, json.dumps({name: round(value, 2) for name, value in figures.items()}), flush=True)


if __name__ == "__main__":
    main()
