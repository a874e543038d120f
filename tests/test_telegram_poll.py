"""Polling inside this process: when the database refuses, when it is full, when another process polls."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from bot import pipeline as writer
from bot.channels import telegram_poll
from bot.channels.telegram import Telegram
from bot.engine import Engine, open_engine
from bot.pipeline import Pipeline
from bot.settings import load
from storage import facts
from storage.tables import inbox, lease
from tests.fake_telegram import TOKEN, FakeTelegram

pytestmark = pytest.mark.both

REFUSES_666 = """CREATE TRIGGER refuses BEFORE INSERT ON inbox WHEN NEW.chat = '666'
BEGIN SELECT RAISE(ABORT, 'refused'); END"""


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as fake:
        yield fake


@pytest.fixture
def engine(tmp_path: Path, telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    for name in ("SECONDS_TO_RENEW", "SECONDS_TO_TRY", "LONGEST_WAIT"):
        monkeypatch.setattr(telegram_poll, name, 0.03)
    settings = load(data_dir=tmp_path, telegram_token=TOKEN, telegram_api_url=telegram.url)
    opened = open_engine(settings, settings.real_database)
    yield opened
    opened.database.close()


@asynccontextmanager
async def polling(engine: Engine) -> AsyncIterator[None]:
    pipeline = Pipeline(engine.transactions(), lambda: None)
    pipeline.start()
    channel = Telegram(engine.settings, pipeline, engine, "me")
    listening = asyncio.create_task(channel.listen())
    try:
        yield
    finally:
        await channel.stop()
        await asyncio.wait_for(listening, 5)
        await channel.close()
        await pipeline.stop()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


def write(engine: Engine, statement: object) -> None:
    with engine.database.write.begin() as db:
        db.execute(text(statement) if isinstance(statement, str) else statement)  # type: ignore[call-overload]


def states(engine: Engine) -> dict[str, str]:
    with engine.database.read.connect() as db:
        return {row.message_id: row.state for row in db.execute(select(inbox.c.message_id, inbox.c.state))}


def polls(telegram: FakeTelegram) -> list[dict[str, object]]:
    return [asked for method, asked in telegram.calls if method == "getUpdates"]


def offset(engine: Engine) -> facts.Fact | None:
    with engine.database.read.connect() as db:
        return facts.get(db, "telegram offset 123456")


def test_nothing_is_confirmed_until_everything_is_committed(engine: Engine, telegram: FakeTelegram) -> None:
    async def run() -> None:
        write(engine, REFUSES_666)
        first, second = telegram.say(1, "/start"), telegram.say(666, "/start")
        async with polling(engine):
            await until(lambda: len(polls(telegram)) > 4)
            assert states(engine) == {f"123456:{first}": "done"}
            assert not any("offset" in asked for asked in polls(telegram)) and offset(engine) is None
            write(engine, "DROP TRIGGER refuses")
            await until(lambda: offset(engine))
        assert states(engine) == {f"123456:{first}": "done", f"123456:{second}": "done"}
        assert offset(engine).value == str(second + 1)  # type: ignore[union-attr]

    asyncio.run(run())


def test_what_never_can_be_committed_is_kept_unread_after_some_tries(
    engine: Engine, telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        monkeypatch.setattr(telegram_poll, "PATIENCE", 2)
        write(engine, REFUSES_666)
        first, second = telegram.say(666, "/start"), telegram.say(1, "/start")
        async with polling(engine):
            await until(lambda: offset(engine))
        assert states(engine) == {f"123456:{first}": "unreadable", f"123456:{second}": "done"}

    asyncio.run(run())


def test_a_full_writer_makes_it_come_again(
    engine: Engine, telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        monkeypatch.setattr(telegram_poll, "PATIENCE", 0)
        monkeypatch.setattr(writer, "MOST_WAITING", 0)
        said = telegram.say(1, "/start")
        async with polling(engine):
            await until(lambda: len(polls(telegram)) > 3)
            assert states(engine) == {}
            monkeypatch.setattr(writer, "MOST_WAITING", 100)
            await until(lambda: offset(engine))
        assert states(engine) == {f"123456:{said}": "done"}

    asyncio.run(run())


def test_only_the_holder_of_the_lease_polls(
    engine: Engine, telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    async def run() -> None:
        async with polling(engine):
            await until(lambda: polls(telegram))
            far = engine.clock.real() + timedelta(hours=1)
            write(engine, update(lease).values(owner="another", until=far))
            await until(lambda: "another process polls" in caplog.text)
            # What is under way still ends; then the other one has it.
            telegram.say(1, "/start")
            await until(lambda: offset(engine))
            asked = len(polls(telegram))
            telegram.say(2, "/start")
            await asyncio.sleep(0.1)
            assert len(polls(telegram)) == asked and len(states(engine)) == 1
            write(engine, update(lease).values(until=engine.clock.real()))
            await until(lambda: len(states(engine)) == 2)

    asyncio.run(run())


@pytest.mark.parametrize(("days", "sent"), [(5, True), (7, False)])
def test_an_old_offset_is_never_sent(engine: Engine, telegram: FakeTelegram, days: int, sent: bool) -> None:
    async def run() -> None:
        with engine.database.write.begin() as db:
            facts.note(db, "telegram offset 123456", "50", engine.clock.real() - timedelta(days=days))
        async with polling(engine):
            await until(lambda: polls(telegram))
        assert polls(telegram)[0].get("offset") == (50 if sent else None)

    asyncio.run(run())
