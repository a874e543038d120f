"""Several bots on one PostgreSQL: what comes to all of them is done once, and what one held another takes over."""

import asyncio
import json
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, text, update

from bot.engine import Engine
from bot.pipeline import attempts
from bot.pipeline.turn import Turn
from bot.settings import load
from bot.startup import open_engine
from storage.organisation import units
from storage.people import people
from storage.people.people import Role
from storage.tables import inbox, lease, person
from tests.bench.load_telegram import update as load_of
from tests.bench.servers import fill
from tests.channels.telegram.test_process import ZHANG, Bot
from tests.support.databases import end_leases, new_database, new_url, real, rows_of
from tests.support.platforms.fake_telegram import TOKEN, FakeTelegram, message
from tests.support.platforms.telegram_stage import SECRET
from tests.support.process import Serving
from tests.support.stage import START, ZONE, running
from tests.support.stage import Bot as Stage
from tests.support.sums import broken
from tests.support.waiting import PATIENCE, until

ADMIN, HEAD = 21, 22

pytestmark = [pytest.mark.both, pytest.mark.postgresql]


# --- real processes -----------------------------------------------------------------------------------------


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as fake:
        yield fake


@pytest.fixture
def bot(tmp_path: Path, telegram: FakeTelegram) -> Iterator[Bot]:
    made = Bot(tmp_path, telegram)
    yield made
    made.engine.database.close()


def serve(bot: Bot, name: str, **environment: str) -> Serving:
    """One more process on the same data, with a log of its own."""
    (bot.folder / name).mkdir()
    return Serving(bot.folder / name, **{**bot.environment, "DATA_DIR": str(bot.folder), **environment})


def test_what_comes_to_both_is_done_once_even_when_one_is_killed(tmp_path: Path, telegram: FakeTelegram) -> None:
    fill(tmp_path)
    database = new_database(tmp_path)
    updates = [load_of(number, datetime.now(ZONE).date()) for number in range(60)]
    hook = {"TELEGRAM_MODE": "webhook", "TELEGRAM_WEBHOOK_SECRET": SECRET, "PUBLIC_URL": "https://bot.example"}
    settings = {**real(tmp_path), "telegram_token": TOKEN, "telegram_api_url": telegram.url, "data_dir": str(tmp_path)}
    environment = {**hook, **{name.upper(): value for name, value in settings.items()}}

    def post(update: Any, to: Serving) -> int:
        return httpx.post(
            f"{to.url}/telegram/webhook", content=json.dumps(update), trust_env=False, timeout=PATIENCE,
            headers={"X-Telegram-Bot-Api-Secret-Token": SECRET},
        ).status_code  # fmt: skip

    with ExitStack() as both, ThreadPoolExecutor(8) as pool:
        for name in ("first", "second"):
            (tmp_path / name).mkdir()
        first, second = (both.enter_context(Serving(tmp_path / name, **environment)) for name in ("first", "second"))
        statuses = pool.map(post, [each for each in updates[:40] for _ in (1, 2)], [first, second] * 40)
        assert set(statuses) == {200}
        # It dies with letters in its hands, or while the other has them.
        first.stop(signal.SIGKILL)
        lapsed = end_leases(database)
        assert {post(each, second) for each in updates} == {200}
        until(lambda: rows_of(database, _ENDED) == [(len(updates),)])
        assert second.stop()[0] == 0
    assert [rows_of(database, query) for query in (_MESSAGES, _CHECKINS)] == [[(len(updates),)]] * 2
    said = [(sent["chat_id"], sent["text"]) for sent in telegram.sent]
    assert len(set(said)) == len(updates) and all(text.startswith("已记录") for _, text in said)
    # What was on its way when the leases lapsed, and nothing else, may be said again.
    assert len(said) - len(updates) <= lapsed
    assert broken(database) == []
    database.close()


_MESSAGES = "SELECT count(*) FROM inbox WHERE state = 'done'"
_CHECKINS = "SELECT count(*) FROM checkin WHERE state = 'valid'"
_ENDED = "SELECT count(*) FROM outbox WHERE state IN ('sent', 'uncertain')"


def test_one_polls_and_the_other_takes_over(bot: Bot, telegram: FakeTelegram) -> None:
    def waits(one: Serving) -> bool:
        return bool("另一个进程在取" in httpx.get(f"{one.url}/health", trust_env=False, timeout=PATIENCE).text)

    with ExitStack() as both:
        first = both.enter_context(serve(bot, "first"))
        until(lambda: telegram.first_poll)
        second = both.enter_context(serve(bot, "second"))
        until(lambda: waits(second))
        telegram.say(ZHANG, "帮助")
        until(lambda: len(telegram.texts(ZHANG)) == 1)
        assert not waits(first) and waits(second)
        first.stop(signal.SIGKILL)
        end_leases(bot.engine.database)
        telegram.say(ZHANG, "三(2)中队 主题队日 38人")
        until(lambda: len(telegram.texts(ZHANG)) == 2)
        assert not waits(second) and second.stop()[0] == 0
    # Whoever stops in good order gives back what it held.
    assert bot.count(select(func.count()).select_from(lease)) == 0
    assert bot.count(select(func.count(inbox.c.id))) == 2 and telegram.confirmed_too_early == []


def test_what_an_admin_changes_at_one_is_live_at_the_other(bot: Bot, telegram: FakeTelegram) -> None:
    """The catalogue is switched off and on at one process; the other, which has read it, reports by it."""
    engine, reports = bot.engine, "辅导员年度评价 应评20人 已评18人"
    with engine.database.write.begin() as db:
        school = units.by_id(db, bot.squad.school_id or 0)
        for user, role, at in ((ADMIN, Role.COUNTY_ADMIN, school.parent_id), (HEAD, Role.SCHOOL_ADMIN, school.id)):
            person_id = people.add(db, f"老师{user}", engine.now())
            people.link(db, person_id, "telegram", str(user))
            people.give(db, person_id, role, units.by_id(db, at or 0), engine.now())
    hook = {"TELEGRAM_MODE": "webhook", "TELEGRAM_WEBHOOK_SECRET": SECRET, "PUBLIC_URL": "https://bot.example"}
    numbers = iter(range(1, 100))

    def say(to: Serving, user: int, text: str) -> str:
        known = len(telegram.texts(user))
        body = {"update_id": next(numbers), "message": message(user, text)}
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        to_post = {"json": body, "headers": headers, "timeout": PATIENCE, "trust_env": False}
        assert httpx.post(f"{to.url}/telegram/webhook", **to_post).status_code == 200  # type: ignore[arg-type]
        until(lambda: len(telegram.texts(user)) > known)
        return telegram.texts(user)[-1]

    with ExitStack() as both:
        first, second = (both.enter_context(serve(bot, name, **hook)) for name in ("first", "second"))
        assert say(second, HEAD, reports).startswith("已记录")
        for switch, answer in (("停用", "已经停用"), ("启用", "2")):
            say(first, ADMIN, f"目录 辅导员年度评价 {switch}")
            assert "生效" in say(first, ADMIN, "确定")
            assert answer in say(second, HEAD, reports)


# --- writers side by side -----------------------------------------------------------------------------------


async def told(bots: list[Stage], then: datetime) -> dict[str, list[str]]:
    """What everybody is told until then, when these bots tick and send at the same moments."""
    while bots[0].clock.now() < then:
        for bot in bots:
            bot.clock.move_to(min(then, bot.clock.now() + timedelta(hours=6)))
        await asyncio.gather(*(bot.tick(sends=False) for bot in bots))
        await asyncio.gather(*(bot.send() for bot in bots))
    return {person: sorted(bubble["text"] for bubble in bots[0].new(person)) for person in bots[0].people()}


def test_two_that_tick_together_say_what_one_says(tmp_path: Path) -> None:
    """Reminders of 清明, Monday's digest, nightly work."""
    monday = datetime(2026, 4, 6, 12, 0, tzinfo=ZONE)

    async def alone() -> dict[str, list[str]]:
        async with running(tmp_path / "one") as bot:
            return await told([bot], monday)

    async def together() -> dict[str, list[str]]:
        async with running(tmp_path / "two") as one, running(tmp_path / "two") as other:
            heard = await told([one, other], monday)
            assert broken(one.app.engine.database) == []
            return heard

    expected = asyncio.run(alone())
    assert sum(map(len, expected.values())) > 5
    assert asyncio.run(together()) == expected


@pytest.fixture
def engines(tmp_path: Path) -> Iterator[list[Engine]]:
    url = new_url(tmp_path)
    opened = [open_engine(load(data_dir=tmp_path), url) for _ in range(2)]
    with opened[0].database.write.begin() as db:
        db.execute(person.insert(), [{"name": name, "joined_at": START} for name in ("甲", "乙")])
    yield opened
    for each in opened:
        each.database.close()


def test_two_that_lock_each_other_both_come_through(engines: list[Engine], caplog: pytest.LogCaptureFixture) -> None:
    met = threading.Barrier(2, timeout=PATIENCE)

    def rename(first: int, second: int) -> Callable[[Turn], str]:
        tries = []

        def deed(turn: Turn) -> str:
            tries.append(first)
            turn.db.execute(update(person).where(person.c.id == first).values(name=f"先{first}"))
            if len(tries) == 1:
                met.wait()
            turn.db.execute(update(person).where(person.c.id == second).values(name=f"后{second}"))
            return "done"

        return deed

    with ThreadPoolExecutor(2) as pool:
        deeds = [[rename(1, 2)], [rename(2, 1)]]
        results = list(pool.map(lambda engine, jobs: attempts.process(engine.transactions(), jobs), engines, deeds))
    assert results == [["done"], ["done"]]
    assert "1 件再做一次" in caplog.text and "deadlock detected" in caplog.text


def test_a_connection_that_is_cut_costs_nothing(engines: list[Engine]) -> None:
    tries = []

    def deed(turn: Turn) -> int:
        tries.append(turn.db.scalar(text("SELECT pg_backend_pid()")))
        turn.db.execute(update(person).where(person.c.id == 1).values(name="改了"))
        if len(tries) == 1:
            with engines[1].database.write.begin() as db:
                db.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": tries[0]})
        turn.db.execute(update(person).where(person.c.id == 2).values(name="也改了"))
        return len(tries)

    assert attempts.process(engines[0].transactions(), [deed]) == [2]
    with engines[0].database.read.connect() as db:
        assert set(db.scalars(select(person.c.name))) == {"改了", "也改了"}


def test_a_mistake_is_tried_once(engines: list[Engine]) -> None:
    tries = []

    def deed(turn: Turn) -> None:
        tries.append(1)
        turn.db.execute(text("SELECT nothing FROM nowhere"))

    [fault] = attempts.process(engines[0].transactions(), [deed])
    assert isinstance(fault, Exception) and len(tries) == 1
