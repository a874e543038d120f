"""Groups that are bound to a unit, and chats that the platform gave another id."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Table, delete, select, update

from storage import units
from storage.tables import album, card, dialogue, file, group_chat, inbox, moved_chat, outbox, unit
from storage.upsert import add_new

# What names a chat; in the second line a chat is part of the key, so that a row may stand in the way of another.
_NAMING: tuple[Table, ...] = (inbox, outbox, card, file)
_KEYED: tuple[tuple[Table, tuple[str, ...]], ...] = ((dialogue, ("sender",)), (album, ("name",)), (group_chat, ()))


@dataclass(frozen=True, slots=True)
class Group:
    """
    A group that gets the digest of a unit; `week` is the last week that it got.

    `bound_by` is a person's id, None when the settings bind it.
    """

    channel: str
    chat: str
    unit_id: int
    bound_by: int | None
    reachable: bool
    week: str


_GROUPS = select(*(group_chat.c[name] for name in Group.__slots__))


def bind(
    db: Connection, channel: str, chat: str, unit_id: int, person_id: int | None, week: str, now: datetime
) -> None:
    """Bind a group to a unit, whatever it was bound to; `week` is the last one that it need not get."""
    add_new(db, group_chat, [{
        "channel": channel, "chat": chat, "unit_id": unit_id, "bound_by": person_id, "bound_at": now,
        "reachable": True, "week": week,
    }])  # fmt: skip
    values = {"unit_id": unit_id, "bound_by": person_id, "bound_at": now, "reachable": True}
    found = (group_chat.c.channel == channel) & (group_chat.c.chat == chat)
    db.execute(update(group_chat).where(found).values(**values))


def unbind(db: Connection, channel: str, chat: str) -> bool:
    """Forget a group; False when it was not bound."""
    found = (group_chat.c.channel == channel) & (group_chat.c.chat == chat)
    return db.execute(delete(group_chat).where(found)).rowcount == 1


def group(db: Connection, channel: str, chat: str) -> Group | None:
    """The group, when it is bound."""
    row = db.execute(_GROUPS.where(group_chat.c.channel == channel, group_chat.c.chat == chat)).first()
    return None if row is None else Group(*row)


def of_channel(db: Connection, channel: str) -> list[Group]:
    """All groups of a channel."""
    return [Group(*row) for row in db.execute(_GROUPS.where(group_chat.c.channel == channel))]


def within(db: Connection, paths: Sequence[str]) -> list[Group]:
    """The groups that are bound to a unit in these subtrees, by unit."""
    query = _GROUPS.join(unit, unit.c.id == group_chat.c.unit_id).where(units.within(paths))
    return [Group(*row) for row in db.execute(query.order_by(unit.c.path, group_chat.c.id))]


def without_week(db: Connection, week: str, most: int) -> list[Group]:
    """The reachable groups that have not got this week's digest yet."""
    waiting = group_chat.c.reachable & (group_chat.c.week < week)
    return [Group(*row) for row in db.execute(_GROUPS.where(waiting).order_by(group_chat.c.id).limit(most))]


def got(db: Connection, channel: str, chat: str, week: str) -> None:
    """Note the last week whose digest a group got."""
    found = (group_chat.c.channel == channel) & (group_chat.c.chat == chat)
    db.execute(update(group_chat).where(found).values(week=week))


def mark_reachable(db: Connection, channel: str, chat: str, reachable: bool) -> bool:
    """Note that we are no longer in a group, or are again; False when that was known or the group is not bound."""
    found = (group_chat.c.channel == channel) & (group_chat.c.chat == chat) & (group_chat.c.reachable != reachable)
    return db.execute(update(group_chat).where(found).values(reachable=reachable)).rowcount == 1


def current(db: Connection, channel: str, chat: str) -> str:
    """The chat's id of today."""
    seen = {chat}
    while new := db.scalar(select(moved_chat.c.new).where(moved_chat.c.channel == channel, moved_chat.c.old == chat)):
        if new in seen:
            break
        seen.add(new)
        chat = new
    return chat


def move(db: Connection, channel: str, old: str, new: str, now: datetime) -> None:
    """The platform calls chat `old` `new` now: everything follows. Done again it finds nothing left to do."""
    if old == new:
        return
    add_new(db, moved_chat, [{"channel": channel, "old": old, "new": new, "at": now}])
    for table in _NAMING:
        here = (table.c.channel == channel) & (table.c.chat == old)
        db.execute(update(table).where(here).values(chat=new))
    for table, rest in _KEYED:
        _move_keyed(db, table, rest, channel, old, new)


def _move_keyed(db: Connection, table: Table, rest: Sequence[str], channel: str, old: str, new: str) -> None:
    """What the new chat has of its own by now is the newer one, and stays."""
    here = (table.c.channel == channel) & (table.c.chat == old)
    there = table.alias("there")
    taken = select(there.c.chat).where(
        there.c.channel == channel, there.c.chat == new, *(there.c[name] == table.c[name] for name in rest)
    )
    db.execute(delete(table).where(here, taken.correlate(table).exists()))
    db.execute(update(table).where(here).values(chat=new))
