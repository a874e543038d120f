"""A reminder to 10,000 people by 企业微信: `python -m tests.bench.fanout`. How many calls, how long, what it costs.

The platform is the tests' own, in the same process, and takes 100 ms for each answer.
"""

import asyncio
import json
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from bot.app import App
from bot.engine import open_engine
from bot.pipeline.turn import Turn
from bot.settings import load
from handlers.kit import Button, Reply
from storage.people import people
from storage.tables import outbox
from tests.support.platforms.fake_wecom import FakeWecom

PEOPLE, SECONDS_A_CALL = 10_000, 0.1
# As many as one tick says it to.
AT_A_TICK = 25
WORDS = "清明节(4月5日 周日)还有 3 天:查好安全。\n备好:队旗、鲜花、誓词卡。\n活动后发给我:三(2)中队 清明祭英烈 38人"


def join(turn: Turn, number: int) -> list[int]:
    """So many people with an account; their ids."""
    ids = []
    for each in range(number):
        ids.append(people.add(turn.db, f"老师{each}", turn.now))
        people.link(turn.db, ids[-1], "wecom", f"u{each}")
    return ids


async def measure(folder: Path, number: int, buttons: tuple[Button, ...]) -> dict[str, float]:
    """Write the letters as ticks do, then send them all."""
    with FakeWecom() as fake:
        fake.delay = SECONDS_A_CALL
        settings = load(data_dir=folder, **fake.settings)
        app = App(open_engine(settings, settings.real_database))
        app.pipeline.start()
        await app.add_channels()
        ids = await app.pipeline.do(lambda turn: join(turn, number))
        # At a full hour, when reminders are due; they leave some minutes later, all at once.
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
        assert arrived == len({sent["to"] for sent in fake.sent}) == number and not fake.dropped
        for channel in app.channels.values():
            await channel.close()
        await app.pipeline.stop()
        app.engine.database.close()
        calls = len(fake.paths("message/send"))
    return {"people": number, "calls": calls, "s to write": written - began, "s to send": took, "CPU s to send": cpu}


def main() -> None:
    """A plain reminder, and one with buttons: a text and a card."""
    print(f"\nto {PEOPLE:,} people by 企业微信, {SECONDS_A_CALL * 1000:.0f} ms a call")
    for title, buttons in (("a reminder", ()), ("with buttons", (Button("待审", "待审"), Button("帮助", "帮助")))):
        with tempfile.TemporaryDirectory() as folder:
            figures = asyncio.run(measure(Path(folder), PEOPLE, buttons))
        print(title, json.dumps({name: round(value, 2) for name, value in figures.items()}), flush=True)


if __name__ == "__main__":
    main()
