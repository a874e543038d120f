"""Updates and refusals over which other bots have stumbled, as their issue trackers tell; each is tried on ours."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels import Failure, Outgoing, SendError
from bot.channels.telegram.decode import Me, Unreadable, decode
from bot.channels.telegram.send import Post
from bot.settings import load
from handlers.kit import Message
from tests.support.platforms.fake_telegram import TOKEN, FakeTelegram

ME, NOW = Me("123456", "our_bot"), datetime(2026, 4, 3, 1, 0, tzinfo=UTC)
LI = {"id": 5, "is_bot": False, "first_name": "李"}
PRIVATE, GROUP = {"id": 5, "type": "private"}, {"id": -100, "type": "supergroup", "title": "群"}
ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
CHANNEL = {"id": 136817688, "is_bot": True, "first_name": "Channel"}
PLATFORM = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
ASKED = "@our_bot 帮助"
LINK = {"type": "text_mention", "offset": 4, "length": 2, "user": {"id": 123456, "is_bot": True, "first_name": "助手"}}


def said(**content: Any) -> dict[str, Any]:
    return {"message": {"message_id": 1, "date": 1_775_188_800, "chat": PRIVATE, "from": LI, **content}}


def pressed(**content: Any) -> dict[str, Any]:
    return {"callback_query": {"id": "1", "from": LI, **content}}


# Where it was met, what came, and the words that are heard: None: nothing for us; "unreadable": kept sealed.
CASES: dict[str, tuple[dict[str, Any], str | None]] = {
    "nickoala/telepot#184: another kind": ({"chosen_inline_result": {}}, None),
    "nickoala/telepot#187: a channel's post": ({"channel_post": {"message_id": 1, "date": 1, "text": "hi"}}, None),
    "python-telegram-bot#695: nobody said it": (
        {"message": {"message_id": 1, "date": 1, "chat": GROUP, "text": ASKED}}, None,
    ),
    "telegram-search-bot#20: an anonymous admin": (
        said(chat=GROUP, **{"from": ANONYMOUS}, sender_chat=GROUP, text=ASKED), "帮助",
    ),
    "the same: a channel speaks": (
        said(chat=GROUP, **{"from": CHANNEL}, sender_chat={"id": -9, "type": "channel"}, text=ASKED), "帮助",
    ),
    "ktgbotapi#183: forwarded by the platform": (
        said(chat=GROUP, **{"from": PLATFORM}, is_automatic_forward=True, text=ASKED), None,
    ),
    "Zabbix-in-Telegram#12: without a user name": (said(text="帮助"), "帮助"),
    "Zabbix-in-Telegram#116: a press without its card": (pressed(data="x.0", inline_message_id="a"), ""),
    "a card that cannot be reached": (
        pressed(data="x.0", message={"chat": PRIVATE, "message_id": 1, "date": 0}), "",
    ),
    "a press without data, of a game": (pressed(game_short_name="g"), None),
    "no sizes of a photo": (said(photo=[]), "unreadable"),
    "a document without a name": (said(document={"file_id": "f", "file_unique_id": "u"}), ""),
    "another bot's command": (said(chat=GROUP, text="/help@other_bot"), None),
    "capital letters": (said(chat=GROUP, text="@OUR_BOT 帮助"), "帮助"),
    "no entities, said so": (said(text="帮助", entities=None), "帮助"),
    "hermes-agent#11466: counted in UTF-16": (said(chat=GROUP, text="😀😀助手 帮助", entities=[LINK]), "😀😀 帮助"),
    "agent-os#64: a command with our name": (said(chat=GROUP, text="/签到@our_bot 三(2)班 38人"), "/签到 三(2)班 38人"),
    "a mention between two numbers": (said(chat=GROUP, text="三一@our_bot 三十八人"), "三一 三十八人"),
    "the same as a link": (
        said(chat=GROUP, text="三1助手38人", entities=[{**LINK, "offset": 2}]), "三1 38人",
    ),
    "a story": (said(story={"chat": PRIVATE, "id": 1}), ""),
    "a giveaway": (said(chat=GROUP, giveaway={}), None),
    "a deleted account": (said(**{"from": {"id": 5, "is_bot": False, "first_name": ""}}, text="帮助"), "帮助"),
    "forwarded by hand": (
        said(text="38人", forward_origin={"type": "hidden_user", "sender_user_name": "x", "date": 1}), "38人",
    ),
    "a quote of another chat": (said(text="同意", external_reply={"origin": {}}, quote={"text": "x"}), "同意"),
    "a date as a text": (said(text="x", date="1"), "unreadable"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_others_stumbled_over_is_read_left_or_kept(case: str) -> None:
    update, expected = CASES[case]
    try:
        heard = decode({"update_id": 1, **update}, ME, NOW)
    except Unreadable:
        assert expected == "unreadable"
    else:
        assert (heard.text if isinstance(heard, Message) else heard) == expected


PLAIN, CARD = Outgoing(1, "-5", "您好"), Outgoing(1, "-5", "请选", (("a.0", "撤回"),), commands=("撤回 #1",))
PICTURE = Outgoing(1, "-5", "周报", file=("周报.png", b"picture"))
TOPIC = Outgoing(1, "-5", "您好", topic="7")
NOT_TAKEN = "周报\n（附的图片或文件，Telegram 没有收下。在群里，请群管理员允许我发图片和文件；也可以私聊我再要一次。）"
# Where it was met: what is sent, what each method answers, and the words that arrive or what it means, with seconds.
REFUSED: dict[str, tuple[Outgoing, tuple[str, ...], str, str | tuple[Failure, float]]] = {
    "telegram-bot-api#863": (PLAIN, (), "400 Bad Request: CHAT_RESTRICTED", (Failure.UNREACHABLE, 0)),
    "telebot#659": (PLAIN, (), "403 Forbidden: bot is not a member of the channel chat", (Failure.UNREACHABLE, 0)),
    "node-telegram-bot-api#1030": (
        PLAIN, (), "403 Forbidden: bot can't initiate conversation with a user", (Failure.UNREACHABLE, 0),
    ),
    "aiogram: a group of before": (PLAIN, (), "400 Bad Request: Group chat was deactivated", (Failure.UNREACHABLE, 0)),
    "pyTelegramBotAPI#2068": (
        PLAIN, (), "400 Bad Request: not enough rights to send text messages to the chat", (Failure.UNREACHABLE, 0),
    ),
    "gatus#179": (PLAIN, (), "moved", (Failure.MOVED, 0)),
    "telegraf#1563: without a time": (PLAIN, (), "429 Too Many Requests", (Failure.THROTTLED, 30)),
    "TG-FileStreamBot#87": (PLAIN, (), "420 FLOOD_WAIT_2838", (Failure.THROTTLED, 2838)),
    "a slow group": (PLAIN, (), "400 Bad Request: SLOWMODE_WAIT_10", (Failure.THROTTLED, 10)),
    "telebot#518": (PLAIN, (), "400 Bad Request: message text is empty", (Failure.REJECTED, 0)),
    "telegram-bot-api#693": (TOPIC, (), "no topic", "您好"),
    "mail2telegram#29": (CARD, (), "400 Bad Request: BUTTON_TYPE_INVALID", "请选\n也可以直接发：撤回 #1"),
    "tdesktop#29546": (
        PICTURE, ("sendPhoto", "sendDocument"), "400 Bad Request: not enough rights to send photos to the chat",
        NOT_TAKEN,
    ),
    "telegram-action#19": (PICTURE, ("sendPhoto",), "413 Request Entity Too Large", NOT_TAKEN),
    "hermes-agent#15728": (PICTURE, ("sendPhoto",), "photo", "周报"),
}  # fmt: skip


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeTelegram]:
    with FakeTelegram() as telegram:
        yield telegram


@pytest.mark.parametrize("case", REFUSED)
def test_what_others_are_refused_is_said_otherwise_or_told_apart(case: str, fake: FakeTelegram) -> None:
    letter, methods, refusal, expected = REFUSED[case]

    async def said() -> str | tuple[Failure, float]:
        post = Post(load(telegram_token=TOKEN, telegram_api_url=fake.url))
        for method in methods or ("sendMessage",):
            fake.faults[method].append(refusal)
        try:
            await post.send(letter)
        except SendError as error:
            return error.kind, error.retry_after
        finally:
            await post.close()
        last = fake.sent[-1]
        return str(last.get("text") or last["caption"])

    assert asyncio.run(said()) == expected
    assert not any(fake.faults.values())


def test_hermes_55844_a_text_of_emoji_is_cut_by_utf_16(fake: FakeTelegram) -> None:
    async def run() -> None:
        post = Post(load(telegram_token=TOKEN, telegram_api_url=fake.url))
        await post.send(Outgoing(2, "-55844", "😀" * 5000))
        await post.close()

    asyncio.run(run())
    assert "".join(fake.texts(-55844)) == "😀" * 5000
