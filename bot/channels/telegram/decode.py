"""One update of the Bot API, as raw JSON, becomes what the bot hears."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.channels.text import apart, clean, word_of
from handlers.kit import Attachment, Message
from storage.base import codes

NAME = "telegram"
# All that `decode` knows what to do with: the platform sends nothing else.
KINDS = ("message", "edited_message", "callback_query", "my_chat_member")
_START = re.compile(r"/start(?:@\w+)?(?:\s+(\S+))?\s*")
_COMMAND = re.compile(r"/\w+(?:@(\w+))?")
_MENTION = re.compile(r"(?<!\w)@(\w+)[\s,，:：]*", re.ASCII)
# Without a slash these are said on purpose only; an admin says them in a group that the bot has just joined.
_BINDING = re.compile(r"(?:绑定|解绑)(?:\s|$)")
_SPACE = " ".encode("utf-16-le")
_PICTURE = re.compile(r"\.(?:jpe?g|png|webp|gif|heic|heif|bmp)$", re.IGNORECASE)
_GONE = ("kicked", "left")
_GROUPS = ("group", "supergroup")
# Content that deserves an answer although there is nothing to read in it.
_SHOWN = frozenset({
    "animation", "audio", "checklist", "contact", "dice", "game", "giveaway", "paid_media", "poll", "sticker", "story",
    "venue", "video", "video_note", "voice",
})  # fmt: skip


class Unreadable(Exception):
    """An update that is not of the form that the Bot API promises."""


@dataclass(frozen=True, slots=True)
class Me:
    """Who we are: the number in the token, and the name after the @ (empty while it is not known)."""

    id: str
    name: str = ""

    def is_called(self, name: str) -> bool:
        """Whether this name, without the @, means us; bots' names end in "bot"."""
        return name.lower() == self.name.lower() if self.name else name.lower().endswith("bot")


@dataclass(frozen=True, slots=True)
class Standing:
    """A chat blocked us or threw us out, or let us in again; `brought` into a group that we were not in before."""

    chat: str
    reachable: bool
    brought: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    """A group became a supergroup, which has another id."""

    old: str
    new: str


Heard = Message | Standing | Moved | None


def number_of(raw: Any) -> int | None:
    """The update's number, None when it has none."""
    number = raw.get("update_id") if isinstance(raw, dict) else None
    return number if type(number) is int else None


def message_id(raw: Any, bot_id: str) -> str:
    """What the update is known by in the inbox; one without a number by its content."""
    number = number_of(raw)
    return f"{bot_id}:{hashlib.sha256(json.dumps(raw).encode()).hexdigest() if number is None else number}"


def query_of(raw: Any) -> str | None:
    """The id of the callback query in an update, to be answered at once."""
    query = raw.get("callback_query") if isinstance(raw, dict) else None
    found = query.get("id") if isinstance(query, dict) else None
    return found if isinstance(found, str) else None


def decode(raw: Any, me: Me, now: datetime) -> Heard:
    """What an update says, None when it is nothing for us; raises Unreadable."""
    number = number_of(raw)
    if number is None:
        raise Unreadable("no number")
    try:
        return _heard(raw, f"{me.id}:{number}", me, now)
    except Exception as error:
        # Anything at all may be raised for what has another form than it should.
        raise Unreadable(type(error).__name__) from error


def _heard(raw: dict[str, Any], known_as: str, me: Me, now: datetime) -> Heard:
    if "message" in raw:
        return _message(raw["message"], known_as, me)
    if "callback_query" in raw:
        return _press(raw["callback_query"], known_as, now)
    if "edited_message" in raw:
        # Without words it is a live position that moved on, or a new picture: nothing that was recorded changes.
        said = _message(raw["edited_message"], known_as, me, edited=True)
        return said if isinstance(said, Message) and said.text else None
    return _standing(raw["my_chat_member"]) if "my_chat_member" in raw else None


def _message(spoken: dict[str, Any], known_as: str, me: Me, edited: bool = False) -> Heard:
    chat = str(_number(spoken["chat"], "id"))
    for form in ("migrate_to_chat_id", "migrate_from_chat_id"):
        if form in spoken:
            other = str(_number(spoken, form))
            return Moved(chat, other) if form == "migrate_to_chat_id" else Moved(other, chat)
    sender, private = spoken.get("from"), spoken["chat"]["type"] == "private"
    # An admin who is anonymous, and whoever speaks as a channel: the platform gives a bot of its own as the sender.
    behind = None if private else spoken.get("sender_chat")
    # What a channel posts comes to its group in the name of the platform itself, as if somebody had said it.
    if sender is None or (sender["is_bot"] and not behind) or spoken.get("is_automatic_forward"):
        return None
    words, named = _without_links(spoken, me)
    text = _text(clean(words), private)
    if not private and not named and not _is_for_us(spoken, text, me):
        return None
    attachments, place = _attachments(spoken), None if edited else _place(spoken)
    # A voice or a sticker deserves an answer in a private chat; joining a group, pinning and the like never.
    if not (text or attachments or place or (private and not _SHOWN.isdisjoint(spoken))):
        return None
    if "@" in text:
        text = _MENTION.sub(lambda found: apart(found) if me.is_called(found[1]) else found[0], text).strip()
    replied = _replied(spoken)
    return Message(
        NAME, known_as, str(_number(behind or sender, "id")), chat,
        datetime.fromtimestamp(_number(spoken, "date"), UTC), text, "", attachments, private, _name(sender),
        str(_number(spoken, "message_id")), str(_number(replied, "message_id")) if replied else "",
        str(spoken.get("media_group_id", ""))[:80], place, edited, _topic(spoken), bool(behind),
    )  # fmt: skip


def _topic(spoken: dict[str, Any]) -> str:
    """The topic of a forum; other groups number their threads of replies too, and there nothing can be sent to one."""
    return str(_number(spoken, "message_thread_id")) if spoken.get("is_topic_message") is True else ""


def _text(said: str, private: bool) -> str:
    if not said.startswith("/start"):
        return said
    start = _START.fullmatch(said)
    if start is None:
        return said
    # A code opened in a group would be seen by all of it.
    return f"加入 {start[1]}" if start[1] and private else "帮助" if private else f"/help{_called(said)}"


def _called(said: str) -> str:
    found = _COMMAND.match(said)
    return f"@{found[1]}" if found and found[1] else ""


def _without_links(spoken: dict[str, Any], me: Me) -> tuple[str, bool]:
    """The words without our name where it is a link to us (`text_mention`), and whether there was one."""
    words = spoken.get("text") or spoken.get("caption") or ""
    entities = spoken.get("entities") or spoken.get("caption_entities") or ()
    ours = [each for each in entities if each["type"] == "text_mention" and str(each["user"]["id"]) == me.id]
    if not ours:
        return words, False
    # Places are counted in UTF-16 code units.
    units = words.encode("utf-16-le", "surrogatepass")
    for each in sorted(ours, key=lambda each: -each["offset"]):
        before, after = units[: 2 * each["offset"]], units[2 * (each["offset"] + each["length"]) :]
        units = before + (b"" if before.endswith(_SPACE) or after.startswith(_SPACE) else _SPACE) + after
    return units.decode("utf-16-le", "surrogatepass").strip(), True


def _is_for_us(spoken: dict[str, Any], text: str, me: Me) -> bool:
    """In a group: a command, a reply to us, a mention anywhere, a code, which is void then.

    All else is chatter, which we only see as an admin.
    """
    replied = _replied(spoken)
    if replied and str(replied.get("from", {}).get("id")) == me.id:
        return True
    command = _COMMAND.match(text)
    if command:
        return command[1] is None or me.is_called(command[1])
    if any(me.is_called(mention[1]) for mention in _MENTION.finditer(text)):
        return True
    return _BINDING.match(text) is not None or bool(codes.spoken(text))


def _replied(spoken: dict[str, Any]) -> dict[str, Any] | None:
    """What it replies to; whatever is said in a topic hangs on the topic's beginning, which is no reply."""
    replied: dict[str, Any] | None = spoken.get("reply_to_message")
    return None if replied and "forum_topic_created" in replied else replied


def _attachments(spoken: dict[str, Any]) -> tuple[Attachment, ...]:
    if "photo" in spoken:
        largest = spoken["photo"][-1]
        return (Attachment("photo", word_of(largest, "file_id"), "", largest.get("file_size") or 0),)
    if "document" in spoken:
        sent = spoken["document"]
        name = clean(sent.get("file_name") or "")[:80]
        # What the sender's program calls it; the fetcher looks at the content.
        picture = (sent.get("mime_type") or "").startswith("image/") or _PICTURE.search(name)
        kind = "photo" if picture else "document"
        return (Attachment(kind, word_of(sent, "file_id"), name, sent.get("file_size") or 0),)
    return ()


def _place(spoken: dict[str, Any]) -> tuple[float, float] | None:
    at = spoken.get("location")
    return (float(at["latitude"]), float(at["longitude"])) if at else None


def _press(query: dict[str, Any], known_as: str, now: datetime) -> Message | None:
    data = query.get("data")
    if not data:
        return None
    sender, card = query["from"], query.get("message")
    # The card may be gone: then only who pressed is known, and a private chat has the same id.
    chat = card["chat"] if card else {"id": sender["id"], "type": "private"}
    private, who = chat["type"] == "private", str(_number(sender, "id"))
    return Message(
        NAME, known_as, who, str(_number(chat, "id")), now, "", clean(data), (), private, _name(sender),
        topic=_topic(card or {}),
    )  # fmt: skip


def _standing(change: dict[str, Any]) -> Standing:
    chat, gone = change["chat"], _is_out(change["new_chat_member"])
    brought = chat["type"] in _GROUPS and not gone and _is_out(change["old_chat_member"])
    return Standing(str(_number(chat, "id")), not gone, brought)


def _is_out(member: dict[str, Any]) -> bool:
    return member["status"] in _GONE or (member["status"] == "restricted" and not member.get("is_member", True))


def _name(sender: dict[str, Any]) -> str:
    return clean(" ".join(filter(None, (sender.get("first_name"), sender.get("last_name")))))


def _number(values: dict[str, Any], name: str) -> int:
    value = values[name]
    if type(value) is not int:
        raise TypeError(name)
    return value
