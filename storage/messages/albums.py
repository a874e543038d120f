"""Albums: photos that were sent together belong to one check-in, in whatever order and however late they come."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from storage.base.upsert import add_new
from storage.messages.files import unowned
from storage.tables import album, checkin, file


@dataclass(frozen=True, slots=True)
class Album:
    """What is known of an album: its first message's row, and its check-in once that is known."""

    inbox_id: int
    checkin_id: int | None


def begin(db: Connection, channel: str, chat: str, name: str, inbox_id: int, now: datetime) -> Album:
    """The album of this name, made if this is its first message."""
    add_new(db, album, [{"channel": channel, "chat": chat, "name": name, "inbox_id": inbox_id, "at": now}])
    found = _is(channel, chat, name)
    return Album(*db.execute(select(album.c.inbox_id, album.c.checkin_id).where(found)).one())


def begun_by(db: Connection, inbox_id: int) -> list[str]:
    """The album whose first message this is: its name, when there is one."""
    return list(db.scalars(select(album.c.name).where(album.c.inbox_id == inbox_id)))


def settle(db: Connection, channel: str, chat: str, name: str, checkin_id: int) -> None:
    """The album belongs to this check-in: so do the photos of it that have come already."""
    db.execute(update(album).where(_is(channel, chat, name)).values(checkin_id=checkin_id))
    mine = _photos(channel, chat, name)
    db.execute(update(file).where(mine).values(checkin_id=checkin_id))
    db.execute(update(file).where(mine, file.c.state == "held").values(state="wanted"))


def photos(db: Connection, channel: str, chat: str, name: str, *, waiting: bool = False) -> int:
    """How many of its photos have come; `waiting`: only those that belong to nothing yet."""
    loose = unowned() if waiting else []
    return db.scalar(select(func.count()).select_from(file).where(_photos(channel, chat, name), *loose)) or 0


def reported(db: Connection, channel: str, chat: str, name: str, checkin_id: int) -> bool:
    """Whether the check-in was recorded by the first message of the album, or by a photo of it."""
    first = select(album.c.inbox_id).where(_is(channel, chat, name))
    photos = select(file.c.inbox_id).where(_photos(channel, chat, name))
    own = checkin.c.inbox_id.in_(first) | checkin.c.inbox_id.in_(photos)
    return db.execute(select(checkin.c.id).where(checkin.c.id == checkin_id, own)).first() is not None


def purge(db: Connection, before: datetime) -> None:
    """Forget the albums that began before this instant."""
    db.execute(delete(album).where(album.c.at < before))


def _is(channel: str, chat: str, name: str) -> ColumnElement[bool]:
    return (album.c.channel == channel) & (album.c.chat == chat) & (album.c.name == name)


def _photos(channel: str, chat: str, name: str) -> ColumnElement[bool]:
    return (file.c.channel == channel) & (file.c.chat == chat) & (file.c.album == name)
