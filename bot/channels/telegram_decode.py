"""One update of the Bot API, as raw JSON, becomes what the bot hears."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telegram import CallbackQuery, ChatMember, ChatMemberUpdated, Update
from telegram import Message as Spoken
from telegram.constants import ChatType

from handlers.kit import Attachment, Message

NAME = "telegram"
# All that `decode` knows what to do with: the platform sends nothing else.
KINDS = ("message", "edited_message", "callback_query", "my_chat_member")
_START = re.compile(r"/start(?:@\w+)?(?:\s+(\S+))?\s*")
# Bots' names end in "bot": a message that begins by addressing one is meant for us.
_ADDRESSED = re.compile(r"@\w*bot\b[\s,，:：]*", re.IGNORECASE | re.ASCII)
_GONE = (ChatMember.BANNED, ChatMember.LEFT)
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class Unreadable(Exception):
    """An update that is not of the form that the Bot API promises."""


@dataclass(frozen=True, slots=True)
class Edited:
    """Somebody changed the words of an earlier message; `message` has the new ones."""

    message: Message


@dataclass(frozen=True, slots=True)
class Standing:
    """A chat blocked us or threw us out, or let us in again."""

    chat: str
    reachable: bool


Heard = Message | Edited | Standing | None


def number_of(raw: Any) -> int | None:
    """The update's number, None when it has none."""
    number = raw.get("update_id") if isinstance(raw, dict) else None
    return number if type(number) is int else None


def message_id(raw: Any, bot_id: str) -> str:
    """What the update is known by in the inbox; one without a number by its content."""
    number = number_of(raw)
    return f"{bot_id}:{hashlib.sha256(json.dumps(raw).encode()).hexdigest() if number is None else number}"


def decode(raw: Any, bot_id: str, now: datetime) -> Heard:
    """What an update says, None when it is nothing for us; raises Unreadable."""
    if number_of(raw) is None:
        raise Unreadable("no number")
    try:
        return _heard(Update.de_json(raw, None), message_id(raw, bot_id), now)
    except Exception as error:
        # The parser trusts the form of what it gets: anything at all may be raised for what has another.
        raise Unreadable(type(error).__name__) from error


def _heard(update: Update, known_as: str, now: datetime) -> Heard:
    if update.callback_query:
        return _press(update.callback_query, known_as, now)
    if update.my_chat_member:
        return _standing(update.my_chat_member)
    if update.edited_message:
        said = _message(update.edited_message, known_as)
        return Edited(said) if said and said.text else None
    return _message(update.message, known_as) if update.message else None


def _message(spoken: Spoken, known_as: str) -> Message | None:
    sender = spoken.from_user
    if sender is None or sender.is_bot:
        return None
    private = spoken.chat.type == ChatType.PRIVATE
    text = _text(spoken.text or spoken.caption or "", private)
    attachments = _attachments(spoken)
    # A voice or a sticker deserves an answer in a private chat; joining a group, pinning and the like never.
    if not text and not attachments and not (private and spoken.effective_attachment):
        return None
    chat, name = str(spoken.chat.id), clean(sender.full_name)
    return Message(NAME, known_as, str(sender.id), chat, spoken.date, text, "", attachments, private, name)


def _text(said: str, private: bool) -> str:
    said = clean(said)
    start = _START.fullmatch(said)
    if start is None:
        return _ADDRESSED.sub("", said, count=1) if _ADDRESSED.match(said) else said
    # A code opened in a group would be seen by all of it.
    return f"加入 {start[1]}" if start[1] and private else "帮助"


def _attachments(spoken: Spoken) -> tuple[Attachment, ...]:
    if spoken.photo:
        largest = spoken.photo[-1]
        return (Attachment("photo", largest.file_id, "", largest.file_size or 0),)
    if spoken.document:
        sent = spoken.document
        kind = "photo" if (sent.mime_type or "").startswith("image/") else "document"
        return (Attachment(kind, sent.file_id, clean(sent.file_name or "")[:80], sent.file_size or 0),)
    return ()


def _press(query: CallbackQuery, known_as: str, now: datetime) -> Message | None:
    if not query.data:
        return None
    sender = query.from_user
    # The card may be gone: then only who pressed is known, and a private chat has the same id.
    chat_id = query.message.chat.id if query.message else sender.id
    private = query.message is None or query.message.chat.type == ChatType.PRIVATE
    name = clean(sender.full_name)
    return Message(NAME, known_as, str(sender.id), str(chat_id), now, "", clean(query.data), (), private, name)


def _standing(change: ChatMemberUpdated) -> Standing:
    return Standing(str(change.chat.id), change.new_chat_member.status not in _GONE)


def clean(words: str) -> str:
    """The words without what no database stores: NUL and lone halves of UTF-16 pairs."""
    return _UNSTORABLE.sub("", words)
