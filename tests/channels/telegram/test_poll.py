"""Polling inside this process: when the database refuses, when it is full, when another process polls."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Executable, select, update

from bot.channels.telegram import poll as telegram_poll
from bot.channels.telegram.channel import Telegram
from bot.engine import Engine
from bot.jobs import lease as lease_of
from bot.pipeline import writer as writer
from bot.pipeline.writer import Pipeline
from bot.settings import load
from bot.startup import open_engine
from storage.base import key_values
from storage.tables import inbox, lease
from tests.support.databases import accept, new_url, nothing_is_taken, refuse
from tests.support.platforms.fake_telegram import TOKEN, FakeTelegram
from tests.support.waiting import PATIENCE, happens

pytestmark = pytest.mark.both


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as fake:
        yield fake


@pytest.fixture
def engine(tmp_path: Path, telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    for module, name in ((lease_of, "SECONDS_TO_RENEW"), (lease_of, "SECONDS_TO_TRY"), (telegram_poll, "LONGEST_WAIT")):
        monkeypatch.setattr(module, name, 0.03)
    settings = load(data_dir=tmp_path, telegram_token=TOKEN, telegram_api_url=telegram.url)
    opened = open_engine(settings, new_url(tmp_path))
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
        await asyncio.wait_for(listening, PATIENCE)
        await channel.close()
        await pipeline.stop()


def change(engine: Engine, deed: Callable[[Connection], object]) -> None:
    with engine.database.write.begin() as db:
        deed(db)


def write(engine: Engine, statement: Executable) -> None:
    change(engine, lambda db: db.execute(statement))


def states(engine: Engine) -> dict[str, str]:
    with engine.database.read.connect() as db:
        return {row.message_id: row.state for row in db.execute(select(inbox.c.message_id, inbox.c.state))}


def polls(telegram: FakeTelegram) -> list[dict[str, object]]:
    return [asked for method, asked in telegram.calls if method == "getUpdates"]


def offset(engine: Engine) -> key_values.Value | None:
    with engine.database.read.connect() as db:
        return key_values.get(db, "telegram offset 123456")


def test_nothing_is_confirmed_until_everything_is_committed(engine: Engine, telegram: FakeTelegram) -> None:
    async def run() -> None:
        change(engine, lambda db: refuse(db, "666"))
        first, second = telegram.say(1, "/start"), telegram.say(666, "/start")
        async with polling(engine):
            await happens(lambda: len(polls(telegram)) > 4)
            assert states(engine) == {f"123456:{first}": "done"}
            assert not any("offset" in asked for asked in polls(telegram)) and offset(engine) is None
            change(engine, accept)
            await happens(lambda: offset(engine))
        assert states(engine) == {f"123456:{first}": "done", f"123456:{second}": "done"}
        assert offset(engine).value == str(second + 1)  # type: ignore[union-attr]

    asyncio.run(run())


def test_what_never_can_be_committed_is_kept_unread_after_some_tries(
    engine: Engine, telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        monkeypatch.setattr(telegram_poll, "PATIENCE", 2)
        change(engine, lambda db: refuse(db, "666"))
        first, second = telegram.say(666, "/start"), telegram.say(1, "/start")
        async with polling(engine):
            await happens(lambda: offset(engine))
        assert states(engine) == {f"123456:{first}": "unreadable", f"123456:{second}": "done"}

    asyncio.run(run())


@pytest.mark.sqlite("makes the connection read-only by a pragma")
def test_a_failing_disk_never_makes_a_message_unread(
    engine: Engine, telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        monkeypatch.setattr(telegram_poll, "PATIENCE", 2)
        async with polling(engine):
            await happens(lambda: polls(telegram))
            with nothing_is_taken(engine.database.write):
                said = telegram.say(1, "/start")
                await happens(lambda: len(polls(telegram)) > 6)
            assert states(engine) == {} and offset(engine) is None
            await happens(lambda: offset(engine))
        assert states(engine) == {f"123456:{said}": "done"}

    asyncio.run(run())


def test_a_full_writer_makes_it_come_again(
    engine: Engine, telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        monkeypatch.setattr(telegram_poll, "PATIENCE", 0)
        monkeypatch.setattr(writer, "MOST_WAITING", 0)
        said = telegram.say(1, "/start")
        async with polling(engine):
            await happens(lambda: len(polls(telegram)) > 3)
            assert states(engine) == {}
            monkeypatch.setattr(writer, "MOST_WAITING", 100)
            await happens(lambda: offset(engine))
        assert states(engine) == {f"123456:{said}": "done"}

    asyncio.run(run())


def test_only_the_holder_of_the_lease_polls(
    engine: Engine, telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    async def run() -> None:
        async with polling(engine):
            await happens(lambda: polls(telegram))
            far = engine.clock.real() + timedelta(hours=1)
            write(engine, update(lease).values(owner="another", until=far))
            await happens(lambda: "telegram poller 123456 由另一个进程在做" in caplog.text)
            # What is under way still ends; then the other one has it.
            telegram.say(1, "/start")
            await happens(lambda: offset(engine))
            asked = len(polls(telegram))
            telegram.say(2, "/start")
            await asyncio.sleep(0.1)
            assert len(polls(telegram)) == asked and len(states(engine)) == 1
            write(engine, update(lease).values(until=engine.clock.real()))
            await happens(lambda: len(states(engine)) == 2)

    asyncio.run(run())


@pytest.mark.parametrize(("days", "sent"), [(5, True), (7, False)])
def test_an_old_offset_is_never_sent(engine: Engine, telegram: FakeTelegram, days: int, sent: bool) -> None:
    async def run() -> None:
        with engine.database.write.begin() as db:
            key_values.put(db, "telegram offset 123456", "50", engine.clock.real() - timedelta(days=days))
        async with polling(engine):
            await happens(lambda: polls(telegram))
        assert polls(telegram)[0].get("offset") == (50 if sent else None)

    asyncio.run(run())


def test_whatever_the_platform_says_it_is_asked_again_and_the_operator_is_told(
    engine: Engine, telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    async def run() -> None:
        telegram.faults["getUpdates"].extend(["401", "404", "409", "401", "404"] * 5)
        said = telegram.say(1, "/start")
        async with polling(engine):
            await happens(lambda: offset(engine))
        assert len(polls(telegram)) > 25 and states(engine) == {f"123456:{said}": "done"}
        loud = [record.message for record in caplog.records if record.levelname == "ERROR"]
        # Once a minute each, not with every try.
        assert len(loud) == 3
        for words in ("填写 TELEGRAM_TOKEN", "检查 TELEGRAM_TOKEN 和 TELEGRAM_API_URL", "别的程序也在取"):
            assert any(words in line for line in loud)

    asyncio.run(run())
