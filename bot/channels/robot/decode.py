"""One callback of the robots' server becomes what the bot hears."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.channels.text import apart, clean
from handlers.kit import Attachment, Message

NAME = "wecom_robot"
_LONGEST_ID, _LONGEST_CHAT = 120, 80
# In a group we hear only what names us, wherever; whoever else is named there means nothing to us. A class may follow
# without a space: @助手三(2)中队. A robot's name may have one: @少先队 助手. What follows 38@ in an address is ASCII.
_CLASS = r"[一二三四五六七八九1-9]\s?(?:[(（]|年级|[一二三四五六七八九\d]{0,2}[班中])"
_SECOND = rf"(?:[^\S\n]+(?:小?助手|机器人|[Bb]ot)(?=\s|$|{_CLASS}))?"
_CALLED = re.compile(rf"(?:(?<![A-Za-z0-9])@|@(?=[^\x00-\x7f]))(?:\S+?(?={_CLASS})|\S+){_SECOND}[^\S\n]*")


class Unreadable(Exception):
    """A callback that is not of the form that the platform promises."""


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody opened the chat for the first time today: they may be welcomed, within five seconds."""

    userid: str


Heard = Message | Entered | None


def req_id(frame: dict[str, Any]) -> str:
    """By which the callback is answered; empty when it has none."""
    headers = frame.get("headers")
    found = headers.get("req_id") if isinstance(headers, dict) else None
    return found if isinstance(found, str) else ""


def message_id(frame: dict[str, Any]) -> str:
    """What the callback is known by in the inbox: its msgid; without a usable one, its content."""
    body = frame.get("body")
    given = body.get("msgid") if isinstance(body, dict) else None
    if isinstance(given, str) and 0 < len(given) <= _LONGEST_ID and given.isprintable():
        return given
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def decode(frame: dict[str, Any], now: datetime) -> Heard:
    """What a callback says, None when it is nothing for us; raises Unreadable."""
    try:
        body = frame["body"]
        heard = _event if body["msgtype"] == "event" else _message
        return heard(body, message_id(frame), now)
    except Exception as fault:
        # Anything at all may be raised for what has another form than it should.
        raise Unreadable(type(fault).__name__) from fault


def _message(body: dict[str, Any], known_as: str, now: datetime) -> Message:
    sender, chat, private = _place(body)
    text, sent = _content_of(body)
    if not private:
        text = _CALLED.sub(apart, text).strip()
    if not text and not sent:
        # Quoted with nothing but our name: what is quoted is meant. Our name alone asks for help.
        text = _content_of(body["quote"])[0] if "quote" in body else "" if private else "帮助"
    return Message(NAME, known_as, sender, chat, now, clean(text).strip(), "", sent, private)


def _event(body: dict[str, Any], known_as: str, now: datetime) -> Heard:
    event = body["event"]
    kind = event["eventtype"]
    if kind == "enter_chat":
        return Entered(_word(body["from"]["userid"]))
    if kind != "template_card_event":
        # What people think of an answer, and whatever is new.
        return None
    # The official form is nested; some clients' typings say otherwise.
    pressed = event["template_card_event"]
    sender, chat, private = _place(body)
    return Message(NAME, known_as, sender, chat, now, "", clean(_word(pressed["event_key"])), (), private)


def _place(body: dict[str, Any]) -> tuple[str, str, bool]:
    """(sender, chat, whether they are alone with us); ids keep their capitals: the platform tells them apart."""
    sender = _word(body["from"]["userid"])
    private = body.get("chattype") != "group" and not body.get("chatid")
    return sender, sender if private else _word(body["chatid"]), private


def _content_of(body: Any) -> tuple[str, tuple[Attachment, ...]]:
    """The same, and nothing for what has another form than it should: who sent it hears that it was not understood."""
    try:
        return _content(body)
    except (KeyError, TypeError, AttributeError):
        return "", ()


def _content(body: dict[str, Any]) -> tuple[str, tuple[Attachment, ...]]:
    """(the words, what came with them) of a message, a quote or an item of a mixed one."""
    kind = body["msgtype"]
    if kind in ("text", "voice"):
        return str(body[kind]["content"]).strip(), ()
    if kind == "mixed":
        items = [_content(item) for item in body["mixed"]["msg_item"]]
        return "\n".join(words for words, _ in items if words), tuple(each for _, sent in items for each in sent)
    if kind == "image":
        return "", (Attachment("photo", _media(body["image"])),)
    # What kind of file it is shows only when it has been fetched.
    if kind == "file":
        return "", (Attachment("document", _media(body["file"])),)
    return "", (Attachment("video", ""),) if kind == "video" else ()


def _media(given: dict[str, Any]) -> str:
    """What the file is fetched by: its address, which lives for five minutes, and its own key."""
    return json.dumps({"url": _word(given["url"], 4000), "key": _word(given["aeskey"], 100)})


def _word(value: Any, longest: int = _LONGEST_CHAT) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= longest or not value.isprintable():
        raise TypeError("no word")
    return value
