"""Updates over which other bots have stumbled, as their public issue trackers tell; each is tried on ours."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels.telegram.decode import Me, Unreadable, decode
from handlers.kit import Message

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
        said(chat=GROUP, **{"from": ANONYMOUS}, sender_chat=GROUP, text=ASKED), None,
    ),
    "the same: a channel speaks": (
        said(chat=GROUP, **{"from": CHANNEL}, sender_chat={"id": -9, "type": "channel"}, text=ASKED), None,
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
