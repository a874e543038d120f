"""One decrypted callback of WeCom, as a mapping of its elements, becomes what the bot hears (90239, 90240)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.channels.text import word_of
from bot.channels.wecom.callback.crypto import Unreadable
from handlers.kit import Attachment, Message

NAME = "wecom"
# What somebody hears who has just been let in.
WELCOME = "我是谁"
_LONGEST_USER, _LONGEST_REF = 64, 250
_SHOWN = ("voice", "video", "link")
_PRESSES = ("template_card_event", "template_card_menu_event")


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button: the message that it stands for, the card, and the code by which the card can be changed."""

    message: Message
    task_id: str
    response_code: str


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody is no longer among those who see the app."""

    known_as: str
    user: str


Told = Message | Press | Left
Heard = Told | None


def known_as(said: Mapping[str, Any]) -> str:
    """What a callback is known by in the inbox: who said it when, and the number of a message; of an event its kind.

    The number alone does not do: two members' messages may have the same.
    """
    number = said.get("MsgId")
    names = ("FromUserName", "CreateTime", *(("MsgId",) if number else ("MsgType", "Event", "EventKey", "TaskId")))
    parts = [str(said.get(name)) for name in names]
    parts[0] = parts[0].casefold()
    kind = "message" if number else "event"
    return f"{kind}:{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()}"


def decode(said: Mapping[str, Any]) -> Heard:
    """What a callback says, None when it is nothing for us; raises Unreadable."""
    try:
        return _event(said) if said["MsgType"] == "event" else _message(said)
    except Unreadable:
        raise
    except Exception as error:
        # Anything at all may be raised for what has another form than it should.
        raise Unreadable(type(error).__name__) from error


def _message(said: Mapping[str, Any]) -> Message:
    kind = said["MsgType"]
    if not word_of(said, "MsgId"):
        raise Unreadable("a message without its number")
    if kind == "text":
        return _said(said, text="" if said.get("Content") is None else word_of(said, "Content"))
    if kind == "image":
        return _said(said, attachments=(_attachment("photo", said),))
    if kind == "location":
        return _said(said, place=_place(said))
    # Nobody is left without an answer, whatever the platform may think of.
    return _said(said, attachments=(_attachment(kind if kind in _SHOWN else "other", said),))


def _event(said: Mapping[str, Any]) -> Heard:
    event = str(said["Event"]).lower()
    if event == "click":
        return _said(said, text=word_of(said, "EventKey"))
    if event in _PRESSES:
        pressed = _said(said, button=_chosen(said) or word_of(said, "EventKey"))
        return Press(pressed, str(said.get("TaskId") or ""), str(said.get("ResponseCode") or ""))
    if event == "subscribe":
        return _said(said, text=WELCOME)
    if event == "unsubscribe":
        return Left(known_as(said), _user(said))
    # Opening the app, links, scans, reported positions, changes of the address book: nothing was said.
    return None


def _said(said: Mapping[str, Any], **more: Any) -> Message:
    # An app hears no groups: the chat is the person.
    user, at = _user(said), datetime.fromtimestamp(int(word_of(said, "CreateTime")), UTC)
    return Message(NAME, known_as(said), user, user, at, **more)


def _user(said: Mapping[str, Any]) -> str:
    """Who it is from: the platform does not tell capital letters from small ones, and neither does the roster."""
    user = word_of(said, "FromUserName").casefold()
    if not 0 < len(user) <= _LONGEST_USER:
        raise Unreadable("no userid")
    return user


def _attachment(kind: str, said: Mapping[str, Any]) -> Attachment:
    ref = str(said.get("MediaId") or "")
    if kind == "photo" and not 0 < len(ref) <= _LONGEST_REF:
        raise Unreadable("a photo without its id")
    return Attachment(kind, ref)


def _place(said: Mapping[str, Any]) -> tuple[float, float]:
    latitude, longitude = float(word_of(said, "Location_X")), float(word_of(said, "Location_Y"))
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise Unreadable("no such place")
    return latitude, longitude


def _chosen(said: Mapping[str, Any]) -> str:
    """The button among what was selected on a card with lists; one element or many, each with one or many options."""
    items = _many((said.get("SelectedItems") or {}).get("SelectedItem"))
    options = [option for item in items for option in _many((item.get("OptionIds") or {}).get("OptionId"))]
    return next((option for option in options if isinstance(option, str) and "." in option), "")


def _many(found: Any) -> list[Any]:
    return found if isinstance(found, list) else [] if found is None else [found]
