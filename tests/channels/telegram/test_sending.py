"""Sending: order and pace, holds that outlive a restart, doubts, files that are sent once."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.channels import Failure, Outgoing, SendError, http
from bot.channels.telegram import send as telegram_send
from bot.channels.telegram.send import Post
from bot.settings import load
from handlers.kit import Reply
from storage.tables import fact, outbox, sent_file
from tests.support.databases import end_leases
from tests.support.platforms.fake_telegram import TOKEN, FakeTelegram
from tests.support.platforms.telegram_stage import LI, WANG, ZHANG, Stage, running

pytestmark = pytest.mark.both


@pytest.fixture
def fake() -> Iterator[FakeTelegram]:
    with FakeTelegram() as telegram:
        yield telegram


def letters(stage: Stage, chat: int) -> list[tuple[str, int]]:
    query = select(outbox.c.state, outbox.c.attempts).where(outbox.c.chat == str(chat)).order_by(outbox.c.id)
    return [(state, attempts) for state, attempts in stage.query(query)]


# --- pace ---------------------------------------------------------------------------------------------------


def test_a_group_that_is_full_keeps_nobody_waiting(fake: FakeTelegram, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        post = Post(load(telegram_token=TOKEN, telegram_api_url=fake.url))
        for number in range(20):
            await post.send(Outgoing(number, "-5", "您好"))
        with pytest.raises(SendError) as paused:
            await post.send(Outgoing(20, "-5", "您好"))
        assert 50 < paused.value.retry_after <= 60 and paused.value.kind is Failure.LATER
        assert len(fake.texts(-5)) == 20
        await post.close()

    monkeypatch.setattr(telegram_send, "IN_CHAT", (3, 0.0))
    monkeypatch.setattr(telegram_send, "A_SECOND", 1e9)
    asyncio.run(run())


# --- holds --------------------------------------------------------------------------------------------------


def test_a_hold_is_for_the_chat_and_the_notices_and_outlives_a_restart(tmp_path: Path, fake: FakeTelegram) -> None:
    async def first() -> None:
        async with running(tmp_path, fake) as stage:
            fake.faults[f"sendMessage {ZHANG}"].append("429 long")
            await stage.say(ZHANG, "帮助")
            names = {name for (name,) in stage.query(select(fact.c.name).where(fact.c.name.startswith("hold")))}
            assert names == {f"hold telegram {ZHANG}", "hold telegram *"}

    async def second() -> None:
        # Built anew, as after a restart; the people are there twice now, which does not matter here.
        async with running(tmp_path, fake, fill=False) as stage:
            end_leases(stage.app.engine.database)
            (sender,) = stage.app.senders
            await sender._take_over()
            await stage.app.pipeline.do(lambda turn: turn.letters.notify([Reply("提醒", to=2)]) and None)
            await stage.say(ZHANG, "帮助")
            assert fake.texts(ZHANG) == fake.texts(LI) == []
            # Everybody else is answered at once.
            assert (await stage.say(WANG, "帮助"))[0].startswith("您可以这样用我")
            Stage.now += timedelta(seconds=62)
            await stage.send()
            assert len(fake.texts(ZHANG)) == 2 and fake.texts(LI) == ["提醒"]
            await stage.later(seconds=1)
            await stage.say(WANG, "帮助")
            assert stage.query(select(fact.c.name).where(fact.c.name.startswith("hold"))) == []

    asyncio.run(first())
    asyncio.run(second())


# --- doubt --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("faults", "times", "state"), [
    (["lost"], 2, "uncertain"), (["lost", "lost", "lost"], 4, "uncertain"), (["500"], 1, "uncertain"),
    (["429", "lost", "lost"], 3, "uncertain"), (["401", "401", "404"], 1, "sent"),
    (["409", "html", "html"], 1, "uncertain"),
])  # fmt: skip
def test_what_may_have_arrived_is_said_until_it_is_heard_of(
    tmp_path: Path, fake: FakeTelegram, faults: list[str], times: int, state: str
) -> None:
    async def run() -> None:
        async with running(tmp_path, fake) as stage:
            fake.faults[f"sendMessage {ZHANG}"].extend(faults)
            await stage.say(ZHANG, "帮助")
            for _ in range(6):
                await stage.later(seconds=60)
                stage.app.channels["telegram"]._in_chat._held.clear()  # type: ignore[attr-defined]
            assert (len(fake.texts(ZHANG)), letters(stage, ZHANG)[0][0]) == (times, state)
            page = (await stage.client.get("/metrics")).text
            assert f'bot_outbox_rows{{state="uncertain"}} {float(state == "uncertain")}' in page

    asyncio.run(run())


@pytest.mark.parametrize("answer", [
    "says 200 {}", "says 200 []", "says 200 null", "says 200 7", 'says 200 {"ok":true}',
    'says 200 {"ok":true,"result":true}',
    'says 200 {"ok":true,"result":{}}', 'says 200 {"code":0,"msg":"请先登录"}', f"says 200 {'[' * 100_000}",
    'says 403 {"message":"Forbidden"}', 'says 400 {"detail":"bad request"}', 'says 404 {"error":"no route"}',
    'says 500 {"ok":false,"description":7}', 'says 500 {"ok":false,"description":"x","parameters":[1]}',
    "413 Request Entity Too Large", 'says 413 {"message":"too large"}',
    *(f'says 429 {{"ok":false,"description":"Too Many Requests","parameters":{{"retry_after":{seconds}}}}}'
      for seconds in ('"3"', "-3", "0", "1e400", "null", "1000000")),
])  # fmt: skip
def test_whoever_answers_in_the_platforms_place_costs_no_letter(
    tmp_path: Path, fake: FakeTelegram, answer: str
) -> None:
    async def run() -> None:
        async with running(tmp_path, fake) as stage:
            fake.always["sendMessage"] = answer
            await stage.say(ZHANG, "帮助")
            for _ in range(5):
                await stage.later(seconds=60)
            # Not in haste either.
            assert not fake.sent and len([each for each, _ in fake.calls if each == "sendMessage"]) < 20
            fake.always.clear()
            stage.app.channels["telegram"]._in_chat._held.clear()  # type: ignore[attr-defined]
            for _ in range(15):
                await stage.later(seconds=60)
            assert len(fake.texts(ZHANG)) == 1 and letters(stage, ZHANG)[0][0] in ("sent", "uncertain")

    asyncio.run(run())


def test_an_answer_that_comes_by_drops_is_none(
    tmp_path: Path, fake: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        monkeypatch.setattr(http, "SECONDS_FOR_A_CALL", 0.5)
        async with running(tmp_path, fake) as stage:
            fake.faults["sendMessage"].append("drip")
            await stage.say(ZHANG, "帮助")
            state = stage.app.channels["telegram"].state()["sending"]
            assert state["failures"] and "等了太久" in state["trouble"]
            await stage.later(seconds=60)
            assert len(fake.texts(ZHANG)) == 1

    asyncio.run(run())


# --- files --------------------------------------------------------------------------------------------------


def test_a_file_is_uploaded_once(tmp_path: Path, fake: FakeTelegram) -> None:
    async def run() -> None:
        async with running(tmp_path, fake) as stage:
            for _ in range(2):
                await stage.say(LI, "周报 图")
            first, second = fake.sent_to(LI)
            assert first["photo"].startswith(b"\x89PNG") and second["photo"] == f"photo-{first['message_id']}"
            # The platform has forgotten it: made again, and known by its new name from then on.
            fake.faults["sendPhoto"].append("no file")
            await stage.say(LI, "周报 图")
            await stage.say(LI, "周报 图")
            third, fourth = fake.sent_to(LI)[2:]
            assert third["photo"].startswith(b"\x89PNG") and fourth["photo"] == f"photo-{third['message_id']}"
            await stage.say(LI, "周报 表 上级检查")
            assert fake.sent_to(LI)[-1]["document"].startswith(b"PK")
            assert stage.query(select(func.count()).select_from(sent_file)) == [(2,)]
            # Another week is another file.
            await stage.say(LI, "周报 上周 图")
            assert fake.sent_to(LI)[-1]["photo"].startswith(b"\x89PNG")

    asyncio.run(run())
