"""Telegram in the small: what an update says, how a letter is laid out, what a failure means."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels import Failure, Outgoing, SendError
from bot.channels.telegram.decode import Me, Standing, Unreadable, decode
from bot.channels.telegram.parts import parts_of, rows_of
from bot.channels.telegram.send import Post
from bot.settings import BadSettings, load
from handlers.kit import Attachment, Message
from handlers.medals import nominations
from handlers.reading import Reading
from tests.support import nominating
from tests.support.nominating import WANG, School, refused
from tests.support.platforms.fake_telegram import NOON, TOKEN, FakeTelegram, message, person

pytestmark = pytest.mark.both

at, built = nominating.at, nominating.built
NOW = datetime(2026, 4, 3, 4, tzinfo=UTC)


# --- what an update says --------------------------------------------------------------------------------------


def heard(**content: Any) -> Any:
    return decode({"update_id": 9, **content}, Me("123456", "our_bot"), NOW)


def text_of(said: str, chat: int = 0) -> str | None:
    found = heard(message=message(5, said, chat))
    return found and str(found.text)


def test_a_message_is_heard_with_all_that_matters() -> None:
    sent_at = datetime.fromtimestamp(NOON, UTC)
    said = Message("telegram", "123456:9", "5", "5", sent_at, "38人", name="老师 5", spoken_as="7")
    assert heard(message=message(5, "38人")) == said
    in_group = replace(said, text="/checkin 38人", chat="-1001", private=False)
    assert heard(message=message(5, "/checkin 38人", -1001)) == in_group
    sizes = [{"file_id": each, "file_unique_id": each, "width": 9, "height": 9} for each in "ab"]
    photo = heard(message=message(5, photo=sizes, caption="38人"))
    assert photo == replace(said, attachments=(Attachment("photo", "b"),))
    sheet = {"file_id": "c", "file_unique_id": "c", "file_name": "名单.xlsx", "file_size": 7}
    assert heard(message=message(5, document=sheet)).attachments == (Attachment("document", "c", "名单.xlsx", 7),)
    assert heard(message=message(5, document={**sheet, "mime_type": "image/png"})).attachments[0].kind == "photo"


@pytest.mark.parametrize(
    ("said", "text", "in_group"),
    [
        ("/start", "帮助", "/help"),
        ("/start QH7K3-M9XTP", "加入 QH7K3-M9XTP", "/help"),
        ("/start@our_bot QH7K3", "加入 QH7K3", "/help@our_bot"),
        ("@our_bot 38人", "38人", "38人"),
        ("38人 @our_bot", "38人", "38人"),
        ("三(2)中队，@our_bot，38人", "三(2)中队，38人", "三(2)中队，38人"),
        ("38人 a@our_bot", "38人 a@our_bot", None),
        ("@robotics 38人 @our_bot", "@robotics 38人", "@robotics 38人"),
        ("/help@our_bot", "/help@our_bot", "/help@our_bot"),
        ("/help@other_bot", "/help@other_bot", None),
        ("@robotics 38人", "@robotics 38人", None),
        ("绑定 实验小学", "绑定 实验小学", "绑定 实验小学"),
        ("38人", "38人", None),
        ("a\ud83db\0", "ab", None),
    ],
)
def test_commands_links_and_mentions(said: str, text: str, in_group: str | None) -> None:
    assert (text_of(said), text_of(said, -1001)) == (text, in_group)


def test_a_link_to_us_is_a_mention() -> None:
    us = {
        "type": "text_mention",
        "offset": 3,
        "length": 2,
        "user": {"id": 123456, "is_bot": True, "first_name": "助手"},
    }
    said = heard(message={**message(5, "😀 助手 38人", -1001), "entities": [us]})
    assert (said.text, said.private) == ("😀  38人", False)
    assert heard(message={**message(5, "😀 助手 38人", -1001), "entities": [{**us, "user": {"id": 7}}]}) is None
    photo = {"photo": [{"file_id": "a", "file_unique_id": "a", "width": 9, "height": 9}], "caption": "😀 助手 38人"}
    assert heard(message={**message(5, chat=-1001), **photo, "caption_entities": [us]}).text == "😀  38人"


def test_a_press_is_a_button_of_who_pressed() -> None:
    query = {"id": "1", "from": person(5), "chat_instance": "1", "data": "token.0"}
    card = {**message(123456, "card"), "chat": message(5)["chat"]}
    for pressed in ({**query, "message": card}, {**query, "message": {**card, "date": 0}}, query):
        press = heard(callback_query=pressed)
        assert (press.button, press.sender, press.chat, press.text, press.sent_at) == ("token.0", "5", "5", "", NOW)
    assert heard(callback_query={"id": "1", "from": person(5), "chat_instance": "1", "game_short_name": "x"}) is None


def test_what_is_nothing_for_us() -> None:
    voice = {"voice": {"file_id": "v", "file_unique_id": "v", "duration": 1}}
    assert heard(message=message(5, **voice)).text == ""
    assert heard(message=message(5, chat=-1001, **voice)) is None
    assert heard(message=message(5, chat=-1001, new_chat_members=[person(6)])) is None
    assert heard(message={**message(5, "hi"), "from": {**person(5), "is_bot": True}}) is None
    assert heard(edited_message=message(5, **voice)) is None
    assert heard(something_new={"a": 1}) is None


def test_edits_and_blocks() -> None:
    edit = heard(edited_message=message(5, "39人", edit_date=NOON))
    assert edit.edited and (edit.text, edit.spoken_as) == ("39人", "7")
    left, in_it = ({"status": each, "user": person(1)} for each in ("left", "member"))
    change = {"chat": message(5)["chat"], "from": person(5), "date": 1}
    assert heard(my_chat_member={**change, "old_chat_member": in_it, "new_chat_member": left}) == Standing("5", False)
    assert heard(my_chat_member={**change, "old_chat_member": left, "new_chat_member": in_it}) == Standing("5", True)


@pytest.mark.parametrize(
    "raw", [[], "x", None, {}, {"update_id": "9"}, {"update_id": 9, "message": 1}, {"update_id": 9, "message": {}}]
)
def test_anything_else_is_unreadable_and_nothing_worse(raw: Any) -> None:
    with pytest.raises(Unreadable):
        decode(raw, Me("123456"), NOW)


# --- how a letter is laid out ---------------------------------------------------------------------------------


def test_buttons_share_a_row_while_they_are_short() -> None:
    labels = "更正", "撤回", "改成 38 人,应到 42 人", "是，记下", "否"
    rows = rows_of(tuple((str(place), label) for place, label in enumerate(labels)))
    assert [[place for place, _ in row] for row in rows] == [["0", "1"], ["2"], ["3", "4"]]


def test_a_file_carries_a_short_text_and_follows_a_long_one() -> None:
    file, button = ("周报.png", b"x"), (("t.0", "好"),)
    (short,) = parts_of(Outgoing(1, "5", "周报", button, file))
    assert (short.text, short.file, short.photo, short.rows) == ("周报", file, True, (button,))
    words, picture = parts_of(Outgoing(1, "5", "周" * 1025, button, file))
    assert (words.file, words.rows, picture.text, picture.rows) == (None, (), "", (button,))
    assert not parts_of(Outgoing(1, "5", "", (), ("周报.xlsx", b"x")))[0].photo
    assert [part.rows for part in parts_of(Outgoing(1, "5", "周" * 5000, button))] == [(), (button,)]


# --- what a failure means -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as fake:
        yield fake


def sending(url: str, *letters: Outgoing) -> list[Any]:
    async def run() -> list[Any]:
        post = Post(load(telegram_token=TOKEN, telegram_api_url=url))
        results = []
        for letter in letters:
            try:
                results.append(await post.send(letter))
            except SendError as error:
                assert "made-up" not in str(error)
                results.append(error.kind)
        await post.close()
        return results

    return asyncio.run(run())


FAILURES = {
    "403": Failure.UNREACHABLE,
    "no chat": Failure.UNREACHABLE,
    "400": Failure.REJECTED,
    "moved": Failure.MOVED,
    "429": Failure.THROTTLED,
    "401": Failure.AWAY,
    "404": Failure.AWAY,
    "500": Failure.UNCERTAIN,
    "html": Failure.UNCERTAIN,
    "lost": Failure.UNCERTAIN,
}


def test_failures_are_told_apart(telegram: FakeTelegram) -> None:
    telegram.faults["sendMessage"].extend(FAILURES)
    letters = [Outgoing(place, str(place), "您好") for place in range(len(FAILURES))]
    assert sending(telegram.url, *letters) == list(FAILURES.values())
    assert sending("http://127.0.0.1:9/bot", letters[0]) == [Failure.AWAY]


def test_a_second_try_goes_on_where_the_first_stopped(telegram: FakeTelegram) -> None:
    letter = Outgoing(1, "501", "一" * 4000 + "\n" + "二" * 4000, (("t.0", "好"),))
    telegram.faults["sendMessage"].extend(["", "500", ""])
    assert sending(telegram.url, letter, letter)[0] is Failure.UNCERTAIN
    assert [text[0] for text in telegram.texts(501)] == ["一", "二"]


def test_after_a_429_the_chat_is_left_alone(telegram: FakeTelegram) -> None:
    telegram.faults["sendMessage"].append("429 long")
    before = len(telegram.calls)
    assert sending(telegram.url, Outgoing(1, "502", "a"), Outgoing(2, "502", "b")) == [Failure.THROTTLED, Failure.LATER]
    assert len(telegram.calls) == before + 1


def test_a_picture_that_cannot_be_shown_is_a_file(telegram: FakeTelegram) -> None:
    telegram.faults["sendPhoto"].append("photo")
    sending(telegram.url, Outgoing(1, "503", "周报", (), ("周报.png", b"\x89PNG")))
    (sent,) = telegram.sent_to(503)
    assert (sent["kind"], sent["caption"], sent["document"]) == ("document", "周报", b"\x89PNG")


# --- settings and names ---------------------------------------------------------------------------------------


def test_settings_of_telegram() -> None:
    assert load(telegram_token=TOKEN).telegram_files == "https://api.telegram.org/file/bot"
    own = load(telegram_token=f" {TOKEN}\n", telegram_api_url="http://bot.example:8081/bot")
    assert (own.telegram_files, own.telegram_token) == ("http://bot.example:8081/file/bot", TOKEN)
    with pytest.raises(BadSettings, match="(?s)TELEGRAM_TOKEN.*TELEGRAM_PROXY"):
        load(telegram_token="made-up", telegram_proxy="ftp://127.0.0.1:1080")


@pytest.mark.both
def test_a_child_is_not_named_on_telegram_and_a_squad_is(at: School) -> None:
    ask = at.ask(at.zhang, reading=Reading("nomination", "ok", nominations=(WANG,)))
    ask = replace(ask, message=replace(ask.message, channel="telegram"))
    assert "没有记录" in refused(nominations.nominate, ask) and at.count() == 0
    squad = replace(WANG, target="collective", name=None)
    nominations.nominate(replace(ask, reading=Reading("nomination", "ok", nominations=(squad,))))
    assert at.count() == 1
