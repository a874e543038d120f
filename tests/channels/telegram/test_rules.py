"""What the platform asks of us and does to us: kinds of chats, plain text, batches, what overtakes what."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.channels import SendError
from bot.channels.telegram.send import Post
from bot.settings import load
from storage.tables import checkin, inbox
from tests.channels.telegram.conftest import Play
from tests.channels.telegram.test_albums import heads, kept, photo
from tests.support.platforms.fake_telegram import TOKEN, FakeTelegram, message, person
from tests.support.platforms.telegram_stage import GROUP, LI, ZHANG, Stage, buttons

pytestmark = pytest.mark.both

CHECKIN = "三(2)中队 主题队日 38人"


@pytest.mark.parametrize("kind", ["group", "supergroup", "private"])
def test_text_is_heard_in_every_kind_of_chat(play: Play, kind: str) -> None:
    async def talk(stage: Stage) -> None:
        at = ZHANG if kind == "private" else GROUP
        said = {**message(ZHANG, f"/checkin@our_bot {CHECKIN}"), "chat": {"id": at, "type": kind, "title": "群"}}
        assert "entities" not in said
        await stage.put(message=said)
        assert (await stage.answers(at))[0].startswith("已记录：三(2)中队 主题队日 38 人")

    play(talk)


def test_what_is_said_in_a_channel_is_not_for_us(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        await stage.put(channel_post={**message(ZHANG, CHECKIN), "chat": {"id": -7, "type": "channel", "title": "x"}})
        assert stage.query(select(func.count()).select_from(inbox)) == [(0,)]

    play(talk)


def test_words_arrive_as_they_are_since_nothing_is_formatted(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        words = "材料</b>不全 &#38; *_[x](y)`~> <i>"
        await stage.say(ZHANG, "提名 三(2)中队 7号 一星章 学雷锋，家长已书面同意3月1日")
        await stage.say(LI, f"退回 N20260403-01 {words}")
        assert words in stage.fake.texts(ZHANG)[-1]
        assert all("parse_mode" not in asked and "entities" not in asked for _, asked in stage.fake.calls)

    play(talk)


def test_a_button_says_nothing_but_an_id_of_its_own(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        await stage.say(ZHANG, CHECKIN)
        await stage.say(LI, "帮助")
        for user in (ZHANG, LI):
            for data in buttons(stage.fake.sent_to(user)[-1]).values():
                assert len(data.encode()) <= 64 and data.isascii() and "#" not in data
        # One that was never given, and one too old for its spinner: said, and no harm done.
        stage.fake.faults["answerCallbackQuery"].extend(["old query"] * 4)
        query = {"id": "q", "from": person(ZHANG), "chat_instance": "1", "message": message(ZHANG, "card")}
        await stage.put(callback_query={**query, "data": "no-such-token.0"})
        assert (await stage.answers(ZHANG))[0].startswith("这个按钮已经失效")
        assert (await stage.press(ZHANG, "撤回"))[0].startswith("已撤回")

    play(talk)


def test_an_album_of_ten_in_two_batches_is_one_checkin(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        intake: Any = stage.app.hooks["/telegram/webhook"]._intake  # type: ignore[attr-defined]
        said = [message(ZHANG, message_id=n, **photo(f"p{n}", "A", CHECKIN if n == 0 else "")) for n in range(10)]
        updates = [{"update_id": n, "message": each} for n, each in enumerate(said)]
        for batch in (updates[:6], updates[4:]):
            await intake.take(batch, last_try=False)
        await stage.later(seconds=3)
        (text,) = stage.fake.texts(ZHANG)
        assert "照片 10 张" in text and heads(stage) == [(38, "valid")] and len(kept(stage)) == 10

    play(talk)


@pytest.mark.parametrize("press_first", [True, False])
def test_a_press_and_a_message_may_overtake_each_other(play: Play, press_first: bool) -> None:
    async def talk(stage: Stage) -> None:
        await stage.say(ZHANG, CHECKIN)
        data = buttons(stage.fake.sent_to(ZHANG)[-1])["撤回"]
        card = message(123456, "card")
        query = {"id": "q", "from": person(ZHANG), "chat_instance": "1", "data": data}
        pressed = {"update_id": 701, "callback_query": {**query, "message": {**card, "chat": message(ZHANG)["chat"]}}}
        said = {"update_id": 702, "message": message(ZHANG, "三(2)中队 队课 30人", message_id=702)}
        first, second = (pressed, said) if press_first else (said, pressed)
        # Both are there before either is answered; each comes twice.
        statuses = [(await each).status_code for each in map(stage.post, (first, second, second, first))]
        assert statuses == [200] * 4
        # The button is about its own check-in, whatever was said meanwhile.
        assert heads(stage) == [(38, "withdrawn"), (30, "valid")]
        assert sorted(text[:3] for text in await stage.answers(ZHANG)) == ["已撤回", "已记录"]

    play(talk)


def test_an_edited_command_in_a_group_corrects_what_it_recorded(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        await stage.say(ZHANG, f"/checkin {CHECKIN}", GROUP, message_id=70)
        await stage.put(edited_message=message(ZHANG, "/checkin 三(2)中队 主题队日 37人", GROUP, message_id=70))
        assert "37 人" in (await stage.answers(GROUP))[0]
        assert stage.query(select(checkin.c.attended, checkin.c.state)) == [(37, "valid")]

    play(talk)


def test_files_come_from_an_address_of_their_own(fake: FakeTelegram) -> None:
    fake.files["photo-9"] = b"content"
    own = f"http://127.0.0.1:{fake.port}/file/bot"

    async def run() -> bytes:
        settings = load(telegram_token=TOKEN, telegram_api_url=fake.url, telegram_file_url=own)
        assert settings.telegram_files == own
        post = Post(settings)
        try:
            return await post.fetch("photo-9")
        finally:
            await post.close()

    assert asyncio.run(run()) == b"content"


@pytest.mark.parametrize("place", ["/var/lib/telegram-bot-api/1/photos/file_0.jpg", "photos/file_0.jpg", "/etc"])
def test_a_file_that_the_server_keeps_elsewhere_is_the_operators_matter(
    fake: FakeTelegram, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, place: str
) -> None:
    async def found(_fake: FakeTelegram, asked: dict[str, str]) -> dict[str, str]:
        return {"file_id": asked["file_id"], "file_unique_id": "u", "file_path": place}

    monkeypatch.setattr(FakeTelegram, "_getFile", found)

    async def run() -> SendError:
        post = Post(load(telegram_token=TOKEN, telegram_api_url=fake.url))
        with pytest.raises(SendError) as why:
            await post.fetch("photo-9")
        await post.close()
        return why.value

    assert not asyncio.run(run()).permanent and "TELEGRAM_FILE_URL" in caplog.text
