"""What photos and places belong to: the check-in that is replied to, that their album made, or the last one."""

import re
from datetime import timedelta

from handlers.kit import Ask, Attachment
from handlers.posts import GIVERS
from handlers.reading import Reading
from storage import albums, checkins, files
from storage.checkins import Checkin

BELONGS = timedelta(days=2)
PHOTO = "photo"
_TABLE = re.compile(r"\.(?:xlsx?|xlsm|et|ods|csv)$", re.IGNORECASE)
# Read so, a text says nothing that could be recorded.
_WORDLESS = frozenset({"unknown", "chat", "question"})
_UNDERSTOOD = frozenset({"ok", "confirm", "partial"})


def photos(ask: Ask) -> int:
    """How many photos came with the message itself."""
    return sum(each.kind == PHOTO for each in ask.message.attachments)


def tables(ask: Ask) -> list[Attachment]:
    """The workbooks and CSV files that came with a private message of somebody who may send a roster."""
    if not ask.message.private or ask.me.roles.isdisjoint(GIVERS):
        return []
    return [each for each in ask.message.attachments if each.kind != PHOTO and _TABLE.search(each.name)]


def reader(ask: Ask) -> str:
    """Which reader takes a message for what came with it."""
    return "place" if not ask.message.attachments else "table" if tables(ask) else "photo"


def album(ask: Ask) -> albums.Album | None:
    """The album that the message is part of."""
    message = ask.message
    if not message.album:
        return None
    return albums.begin(ask.db, message.channel, message.chat, message.album, ask.inbox_id, ask.now)


def keep(ask: Ask, checkin_id: int | None, *, held: bool = False) -> None:
    """Want the photos of the message; those that are `held` are not fetched before they have a check-in."""
    message = ask.message
    common = {
        "inbox_id": ask.inbox_id,
        "person_id": ask.me.id,
        "checkin_id": checkin_id,
        "channel": message.channel,
        "chat": message.chat,
        "album": message.album or None,
    }
    sent = [each for each in message.attachments if each.kind == PHOTO]
    state = "held" if held else "wanted"
    files.want(ask.db, [{**common, "ref": each.ref, "kind": each.kind} for each in sent], ask.now, state)


def add_to(ask: Ask, stored: Checkin) -> int:
    """The photos of the message, and of its album, belong to this check-in; how many there are."""
    keep(ask, stored.id)
    message = ask.message
    if album(ask) is None:
        return photos(ask)
    albums.settle(ask.db, message.channel, message.chat, message.album, stored.id)
    return albums.photos(ask.db, message.channel, message.chat, message.album)


def waiting(ask: Ask, first: int | None) -> int | None:
    """The message whose photos wait for the answer to a question: this one, or the `first` that was asked about."""
    if not photos(ask):
        return first
    keep(ask, None)
    return ask.inbox_id


def adopt(ask: Ask, first: int | None, stored: Checkin) -> int:
    """The photos of the message that was asked about belong to this check-in, its album's too; how many there are."""
    if first is None:
        return 0
    for name in albums.begun_by(ask.db, first):
        albums.settle(ask.db, ask.message.channel, ask.message.chat, name, stored.id)
    return files.adopt(ask.db, first, stored.id)


def target(ask: Ask) -> Checkin | None:
    """The check-in of the card that is replied to, else the sender's last one of these two days."""
    for command in ask.about:
        number = command.rpartition(" ")[2].removeprefix("#")
        if command.startswith("更正") and number.isdigit():
            return checkins.by_id(ask.db, int(number))
    last = checkins.newest(ask.db, person_id=ask.me.id)
    return last if last and last.made_at and ask.now - last.made_at <= BELONGS else None


def is_caption(ask: Ask, reading: Reading) -> bool:
    """Whether the words under a photo only describe it; in an album that has its check-in, all but a whole report."""
    if reading.intent in _WORDLESS:
        return True
    found = album(ask)
    later = found is not None and found.checkin_id is not None
    return later and not (reading.intent == "checkin" and reading.status in _UNDERSTOOD)
