"""The real process, killed and stopped: what was accepted is there, once, and the page is let go in time."""

import asyncio
import random
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.faults import fanout as faults_fanout
from tests.faults import robot as faults_robot
from tests.faults import telegram as faults_telegram
from tests.faults import wecom as faults_wecom
from tests.faults.practice import AuditedSiege, PracticeSiege, messages
from tests.faults.siege import besiege
from tests.support.process import TO_STOP, Serving
from tests.support.stage import START
from tests.support.waiting import PATIENCE

pytestmark = pytest.mark.both
PRACTICE = "the practice page always has a SQLite file of its own"


@pytest.mark.sqlite(PRACTICE)
def test_two_hundred_check_ins_and_three_kills(tmp_path: Path) -> None:
    ledger = besiege(PracticeSiege(tmp_path, 200, random.Random(7)), kills=3)
    assert ledger.clean, ledger
    assert (ledger.kills, ledger.acknowledged, ledger.stored, ledger.answered) == (3, 200, 200, 200)
    assert ledger.repeats > 0, "no delivery was repeated: the clients do not do their part"


@pytest.mark.sqlite(PRACTICE)
def test_the_audit_log_is_whole_after_two_kills(tmp_path: Path) -> None:
    ledger = besiege(AuditedSiege(tmp_path, 60, random.Random(7)), kills=2)
    assert ledger.clean, ledger
    assert (ledger.kills, ledger.acknowledged, ledger.stored) == (2, 60, 60)


def test_two_kills_of_the_webhook(tmp_path: Path) -> None:
    ledger = faults_telegram.besiege(tmp_path, "webhook", number=40, kills=2, seed=7)
    assert ledger.clean, ledger
    assert (ledger.kills, ledger.acknowledged, ledger.stored) == (2, 40, 40)


def test_a_kill_while_a_thousand_are_told_something(tmp_path: Path) -> None:
    ledger = faults_fanout.besiege(tmp_path, number=1100, kills=1, seed=7)
    assert ledger.clean, ledger
    assert (ledger.kills, ledger.stored, ledger.sent) == (1, 3300, 3300)


def test_two_kills_of_the_callback(tmp_path: Path) -> None:
    ledger = faults_wecom.besiege(tmp_path, number=40, kills=2, seed=7)
    assert ledger.clean, ledger
    assert (ledger.kills, ledger.acknowledged, ledger.stored, ledger.answered) == (2, 40, 40, 40)
    assert ledger.repeats > 0, "no callback was repeated: the platform does not do its part"


def test_two_kills_on_the_robot(tmp_path: Path) -> None:
    ledger = faults_robot.besiege(tmp_path, number=40, kills=2, seed=7)
    assert ledger.clean, ledger
    assert (ledger.kills, ledger.stored, ledger.answered) == (2, 40, 40)


@pytest.mark.sqlite(PRACTICE)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_a_stop_finishes_what_was_accepted(tmp_path: Path, number: signal.Signals) -> None:
    async def scene(bot: Serving) -> tuple[int, float, list[int]]:
        async with httpx.AsyncClient(base_url=bot.url, timeout=PATIENCE, trust_env=False) as http:
            page = asyncio.create_task(watch(http))
            await asyncio.sleep(0.05)
            first, *others = messages(24, START.date())
            # Where the machine is slow it may be told to come again.
            while (accepted := await post(http, first)) != 200:
                pass
            posts = [asyncio.create_task(post(http, body)) for body in others]
            await asyncio.wait(posts, return_when=asyncio.FIRST_COMPLETED)
            status, seconds = await asyncio.to_thread(bot.stop, number)
            answers = [accepted, *[await each for each in posts]]
            assert (await page)[-1] not in ("still open", "cut off")
            return status, seconds, answers

    with Serving(tmp_path) as bot:
        status, seconds, answers = asyncio.run(scene(bot))
        log = bot.log.read_text(encoding="utf-8")
        assert "Traceback" not in log and "没有做完：看着数据库文件" not in log
    assert status == 0 and seconds < TO_STOP
    with closing(sqlite3.connect(tmp_path / "practice.db")) as db:
        known = {name for (name,) in db.execute("SELECT message_id FROM inbox")}
        unsaid = db.execute("SELECT count(*) FROM outbox WHERE state NOT IN ('new', 'sent')").fetchone()[0]
    accepted = {body["id"] for body, status in zip(messages(24, START.date()), answers, strict=True) if status == 200}
    assert accepted <= known and unsaid == 0


async def post(http: httpx.AsyncClient, body: dict[str, str]) -> int:
    try:
        return (await http.post("/practice/messages", json=body)).status_code
    except httpx.TransportError:
        return 0


async def watch(http: httpx.AsyncClient) -> list[str]:
    """The lines of an open page, until the bot lets go of it."""
    lines: list[str] = []
    try:
        async with http.stream("GET", "/practice/events", params={"person": "张老师"}) as stream:
            lines += [line async for line in stream.aiter_lines()]
    except httpx.ReadTimeout:
        lines.append("still open")
    except httpx.TransportError:
        lines.append("cut off")
    return lines
