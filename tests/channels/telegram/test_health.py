"""What an operator sees: /health and /metrics while Telegram is out of reach, refuses us, or our own sender hangs."""

import asyncio
import re
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import health
from bot.channels import condition, setup
from bot.channels.telegram import poll as telegram_poll
from bot.channels.telegram import setup as telegram_setup
from bot.pipeline.transaction import Transactions
from bot.pipeline.turn import Task
from tests.support.platforms.fake_telegram import FakeTelegram, message
from tests.support.platforms.telegram_stage import ZHANG, Stage, running
from tests.support.waiting import PATIENCE, happens

pytestmark = pytest.mark.both

CLOSED = "http://127.0.0.1:9/bot"


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeTelegram]:
    for module, names in (
        (telegram_poll, ("LONGEST_WAIT",)),
        (setup, ("SECONDS_BETWEEN_LOOKS", "LONGEST_WAIT")),
        (telegram_setup, ("SECONDS_BETWEEN_CHECKS",)),
    ):
        for name in names:
            monkeypatch.setattr(module, name, 0.02)
    with FakeTelegram() as telegram:
        yield telegram


@asynccontextmanager
async def listening(stage: Stage) -> AsyncIterator[None]:
    channel: Any = stage.app.channels["telegram"]
    task = asyncio.create_task(channel.listen())
    try:
        yield
    finally:
        await channel.stop()
        await asyncio.wait_for(task, PATIENCE)


async def page(stage: Stage, status: int = 200) -> dict[str, Any]:
    answer = await stage.client.get("/health")
    assert answer.status_code == status
    return dict(answer.json())


async def metric(stage: Stage, name: str) -> float:
    text = (await stage.client.get("/metrics")).text
    found = re.search(rf'^{name}{{channel="telegram"}} (\S+)$', text, re.MULTILINE)
    assert found, text
    return float(found[1])


def failures(stage: Stage) -> int:
    return int(stage.app.channels["telegram"].state()["failures"])


@pytest.mark.parametrize("mode", ["polling", "webhook"])
def test_telegram_out_of_reach_is_a_warning_and_no_reason_to_restart(
    tmp_path: Path, fake: FakeTelegram, mode: str
) -> None:
    async def run() -> None:
        async with running(tmp_path, fake, telegram_mode=mode, telegram_api_url=CLOSED) as stage, listening(stage):
            assert "warnings" not in await page(stage)
            await happens(lambda: failures(stage) > 1)
            await asyncio.sleep(0.06)
            found = await page(stage)
            assert (found["status"], found["database"], set(found["senders"])) == ("ok", "ok", {"telegram"})
            (warning,) = found["warnings"]
            assert re.fullmatch(r"telegram：消息进不来，\d+ 秒了：ConnectError：.*请检查网络.*", warning)
            assert found["telegram"]["failing"] > 0
            assert await metric(stage, "bot_intake_failing_seconds") > 0
            assert await metric(stage, "bot_sending_failing_seconds") == 0

    asyncio.run(run())


@pytest.mark.parametrize(("fault", "words"), [("401", "TELEGRAM_TOKEN"), ("409", "别的程序"), ("html", "HTTP 502")])
def test_what_telegram_says_against_us_is_said_until_it_is_over(
    tmp_path: Path, fake: FakeTelegram, fault: str, words: str
) -> None:
    async def run() -> None:
        fake.faults["getUpdates"].extend([fault] * 4)
        async with running(tmp_path, fake, telegram_mode="polling") as stage, listening(stage):
            await happens(lambda: failures(stage) == 4)
            (warning,) = (await page(stage))["warnings"]
            assert words in warning
            fake.say(ZHANG, "/help")
            await happens(lambda: failures(stage) == 0)
            assert "warnings" not in await page(stage)
            assert await metric(stage, "bot_intake_failing_seconds") == 0

    asyncio.run(run())


def test_how_long_things_take_is_measured(tmp_path: Path, fake: FakeTelegram) -> None:
    async def numbers(stage: Stage) -> dict[str, float]:
        text = (await stage.client.get("/metrics")).text
        found = re.findall(
            r"^(bot_\w+_(?:count|sum|oldest_seconds))(?:\{channel=\"telegram\"\})? (\S+)$", text, re.MULTILINE
        )
        assert 'bot_commit_seconds_bucket{le="+Inf"}' in text
        return {name: float(value) for name, value in found}

    async def run() -> None:
        async with running(tmp_path, fake) as stage:
            before = await numbers(stage)
            await stage.put(message=message(ZHANG, "帮助"))
            Stage.now += timedelta(seconds=7)
            waiting = await numbers(stage)
            await stage.send()
            after = await numbers(stage)
            # The platform delivers it twice.
            assert before.get("bot_message_seconds_count", 0) == 0 and after["bot_message_seconds_count"] == 2
            assert after["bot_answer_seconds_count"] == 1 and 0 < after["bot_message_seconds_sum"] < PATIENCE
            assert after["bot_answer_seconds_sum"] == waiting["bot_outbox_oldest_seconds"] == 7
            assert after["bot_outbox_oldest_seconds"] == 0 and after["bot_queue_seconds_count"] > 1

    asyncio.run(run())


def test_what_is_read_beside_the_writer_takes_the_time_of_the_reading(
    tmp_path: Path, fake: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly(transactions: Transactions, *given: Any) -> Task:
        time.sleep(0.3)
        return read_first(transactions, *given)

    async def run() -> None:
        async with running(tmp_path, fake) as stage:
            await stage.say(ZHANG, "周报")
            assert await metric(stage, "bot_message_seconds_sum") >= 0.3

    read_first = Transactions.read_first
    monkeypatch.setattr(Transactions, "read_first", slowly)
    asyncio.run(run())


def test_what_does_not_go_out_is_a_warning_and_one_blocked_chat_is_not(tmp_path: Path, fake: FakeTelegram) -> None:
    async def run() -> None:
        async with running(tmp_path, fake) as stage:
            fake.faults["sendMessage"].extend(["401", "500"])
            await stage.say(ZHANG, "帮助")
            (warning,) = (await page(stage))["warnings"]
            assert "消息出不去" in warning and "请照 @BotFather 给的填写 TELEGRAM_TOKEN" in warning
            await asyncio.sleep(0.06)
            assert await metric(stage, "bot_sending_failing_seconds") > 0
            for _ in range(3):
                await stage.later(seconds=60)
            assert len(fake.texts(ZHANG)) == 1 and "warnings" not in await page(stage)
            for fault in ("403", "429", "400", "moved"):
                fake.faults[f"sendMessage {ZHANG}"].append(fault)
                await stage.say(ZHANG, "帮助")
                assert "warnings" not in await page(stage)

    asyncio.run(run())


def test_what_was_given_up_long_ago_is_no_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    way = condition.Condition()
    way.failed("ConnectError")
    assert way.facts()["failures"] == 1
    monkeypatch.setattr(condition, "OF_NOTE", -1.0)
    assert way.facts() == {"failures": 0, "failing": 0.0, "trouble": ""}


def test_a_sender_that_stands_still_is_a_reason_to_restart(
    tmp_path: Path, fake: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        monkeypatch.setattr(health, "SENDER_ALARM", timedelta(seconds=0.3))
        async with running(tmp_path, fake) as stage:
            (sender,) = stage.app.senders
            await stage.put(message=message(ZHANG, "帮助"))
            # The writer is stuck, and with it whoever wants something written.
            go_on = threading.Event()
            busy = asyncio.ensure_future(stage.app.pipeline.do(lambda turn: go_on.wait(PATIENCE)))
            sender.wake()
            task = asyncio.create_task(sender.run())
            await happens(lambda: stage.app._health()["status"] == "failing")
            found = await page(stage, 503)
            assert (found["status"], found["database"]) == ("failing", "ok")
            assert found["reason"] == "telegram 的发送停了一分钟以上"
            go_on.set()
            await busy
            await happens(lambda: fake.texts(ZHANG) and stage.app._health()["status"] == "ok")
            assert (await page(stage))["status"] == "ok"
            sender.stop()
            await task

    asyncio.run(run())
