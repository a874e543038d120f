"""The webhook: who may post, what is answered when, and that the platform is told of it."""

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.channels import setup
from bot.channels.telegram import hook as telegram_hook
from bot.channels.telegram import intake
from bot.channels.telegram import setup as telegram_setup
from bot.pipeline import writer as writer
from bot.settings import BadSettings, load
from storage.tables import checkin, inbox
from tests.support.databases import refuse
from tests.support.platforms.fake_telegram import TOKEN, FakeTelegram, message
from tests.support.platforms.telegram_stage import SECRET, ZHANG, running
from tests.support.waiting import PATIENCE, happens

pytestmark = pytest.mark.both

CHECKIN = "三(2)中队 主题队日 38人"


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeTelegram]:
    with FakeTelegram() as telegram:
        yield telegram


def test_an_update_is_answered_when_it_is_committed(tmp_path: Path, fake: FakeTelegram) -> None:
    async def run() -> None:
        async with running(tmp_path, fake) as stage:
            update = {"update_id": 1, "message": message(ZHANG, CHECKIN)}
            for _ in range(3):
                response = await stage.post(update)
                assert (response.status_code, response.content) == (200, b"")
                assert stage.count(checkin) == stage.count(inbox) == 1
            assert (await stage.answers(ZHANG))[0].startswith("已记录：三(2)中队 主题队日 38 人")

    asyncio.run(run())


def test_only_who_knows_the_secret_may_post(tmp_path: Path, fake: FakeTelegram) -> None:
    async def run() -> None:
        update = {"update_id": 1, "message": message(ZHANG, CHECKIN)}
        async with running(tmp_path, fake, telegram_webhook_secret="new-made-up,old-made-up") as stage:
            for secret, status in (("", 403), ("new-made-u", 403), ("new-made-up,old-made-up", 403)):
                assert (await stage.post(update, secret)).status_code == status
            assert (await stage.client.post("/telegram/webhook", json=update)).status_code == 403
            assert stage.count(inbox) == 0
            for secret in ("new-made-up", "old-made-up"):
                assert (await stage.post(update, secret)).status_code == 200
            assert (await stage.client.get("/telegram/webhook")).status_code == 405
            assert (await stage.post(None, "old-made-up", content=b" " * (1 << 20) + b"1")).status_code == 413
            assert stage.count(inbox) == 1

    asyncio.run(run())


def test_without_a_webhook_there_is_no_such_page(tmp_path: Path, fake: FakeTelegram) -> None:
    async def run() -> None:
        async with running(tmp_path, fake, telegram_mode="polling") as stage:
            assert (await stage.post({"update_id": 1})).status_code == 404

    asyncio.run(run())


BODIES = (b"", b"{", b"[]", b"7", b"[" * 100_000, b'{"update_id": 5, "message": {}}', b"\xff")


def test_what_cannot_be_read_is_kept_and_does_not_come_again(tmp_path: Path, fake: FakeTelegram) -> None:
    async def run() -> None:
        async with running(tmp_path, fake) as stage:
            for body in BODIES * 2:
                assert (await stage.post(None, content=body)).status_code == 200
            states = [state for (state,) in stage.query(select(inbox.c.state))]
            assert states == ["unreadable"] * len(BODIES)
            assert f"bot_unreadable_updates {len(BODIES)}.0" in (await stage.client.get("/metrics")).text

    asyncio.run(run())


def test_what_is_not_committed_comes_again(tmp_path: Path, fake: FakeTelegram, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with running(tmp_path, fake) as stage:
            update = {"update_id": 1, "message": message(ZHANG, CHECKIN)}
            monkeypatch.setattr(writer, "MOST_WAITING", 0)
            full = await stage.post(update)
            assert (full.status_code, full.headers["retry-after"]) == (503, "2")
            monkeypatch.setattr(writer, "MOST_WAITING", 100)
            # The writer is busy for longer than the platform is kept waiting: the repeat joins what goes on.
            monkeypatch.setattr(telegram_hook, "SECONDS_TO_COMMIT", 0.05)
            began, go_on = threading.Event(), threading.Event()
            busy = asyncio.ensure_future(stage.app.pipeline.do(lambda turn: began.set() or go_on.wait(PATIENCE)))
            assert await asyncio.to_thread(began.wait, PATIENCE)
            assert (await stage.post(update)).status_code == 503
            monkeypatch.setattr(telegram_hook, "SECONDS_TO_COMMIT", PATIENCE)
            go_on.set()
            assert (await stage.post(update)).status_code == 200
            await busy
            assert stage.count(checkin) == stage.count(inbox) == 1

    asyncio.run(run())


def test_what_never_can_be_committed_is_kept_unread_in_the_end(tmp_path: Path, fake: FakeTelegram) -> None:
    async def run() -> None:
        async with running(tmp_path, fake) as stage:
            with stage.app.engine.database.write.begin() as db:
                refuse(db, str(ZHANG))
            update = {"update_id": 1, "message": message(ZHANG, CHECKIN)}
            *refused, last = [await stage.post(update) for _ in range(intake.PATIENCE)]
            assert {(each.status_code, each.headers["retry-after"]) for each in refused} == {(503, "2")}
            assert len(refused) == intake.PATIENCE - 1 and last.status_code == 200
            assert [state for (state,) in stage.query(select(inbox.c.state))] == ["unreadable"]

    asyncio.run(run())


def test_a_press_is_answered_at_once(tmp_path: Path, fake: FakeTelegram) -> None:
    async def run() -> None:
        async with running(tmp_path, fake) as stage:
            await stage.say(ZHANG, CHECKIN)
            fake.calls.clear()
            assert (await stage.press(ZHANG, "撤回"))[0].startswith("已撤回")
            assert any(method == "answerCallbackQuery" for method, _ in fake.calls)

    asyncio.run(run())


def test_the_webhook_is_set_and_set_again(tmp_path: Path, fake: FakeTelegram, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        monkeypatch.setattr(telegram_setup, "SECONDS_BETWEEN_CHECKS", 0.02)
        for name in ("SECONDS_BETWEEN_LOOKS", "LONGEST_WAIT"):
            monkeypatch.setattr(setup, name, 0.02)
        fake.calls.clear()
        fake.faults["setWebhook"].extend(["500", "404", "lost"])
        async with running(tmp_path, fake) as stage:
            channel = stage.app.channels["telegram"]
            listening = asyncio.create_task(channel.listen())  # type: ignore[attr-defined]
            await happens(lambda: (stage.app._health()["telegram"]["pending"]) == 3)
            calls = [asked for method, asked in fake.calls if method == "setWebhook"]
            assert len(calls) == 4
            assert calls[-1] == {
                "url": "https://bot.example/telegram/webhook", "secret_token": SECRET, "max_connections": 40,
                "allowed_updates": ["message", "edited_message", "callback_query", "my_chat_member"],
                "drop_pending_updates": False,
            }  # fmt: skip
            fake.webhook = {}
            await happens(lambda: fake.webhook)
            assert "bot_intake_pending" in (await stage.client.get("/metrics")).text
            await channel.stop()  # type: ignore[attr-defined]
            await asyncio.wait_for(listening, PATIENCE)

    asyncio.run(run())


def test_settings_of_the_webhook() -> None:
    with pytest.raises(BadSettings, match="PUBLIC_URL、TELEGRAM_WEBHOOK_SECRET"):
        load(telegram_token=TOKEN, telegram_mode="webhook")
    for wrong in (
        {"public_url": "http://bot.example"},
        {"telegram_webhook_secret": "made-up b"},
        {"telegram_mode": "push"},
    ):
        with pytest.raises(BadSettings):
            load(**wrong)
    assert load(public_url="http://127.0.0.1:8080/").public_url == "http://127.0.0.1:8080"
    assert load(telegram_webhook_secret=" a , b ").webhook_secrets == ["a", "b"]
    assert json.dumps(sorted(load(telegram_names="1").nameless)) == "[]"
