"""Groups and topics that are bound to a unit, and chats that the platform gave another id."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, delete, select, update

from storage.base.upsert import add_new
from storage.organisation import units
from storage.tables import album, card, dialogue, file, group_chat, inbox, moved_chat, outbox, unit

# What names a chat; in the second line a chat is part of the key, so that a row may stand in the way of another.
_NAMING: tuple[Table, ...] = (inbox, outbox, card, file)
_KEYED: tuple[tuple[Table, tuple[str, ...]], ...] = (
    (dialogue, ("sender",)), (album, ("name",)), (group_chat, ("topic",))
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """A group that gets the digest of a unit; `week` is the last week that it got, with a `topic` only that part of it.

    `bound_by` is a person's id, None when the settings bind it.
    """

    channel: str
    chat: str
    topic: str
    unit_id: int
    bound_by: int | None
    reachable: bool
    week: str


_GROUPS = select(*(group_chat.c[name] for name in Group.__slots__))


def bind(db: Connection, new: Group, now: datetime) -> None:
    """Bind a group or topic to a unit, whatever it was bound to; another topic that had the unit loses it."""
    group_of_unit = _of_chat(new.channel, new.chat) & (group_chat.c.unit_id == new.unit_id)
    db.execute(delete(group_chat).where(group_of_unit, group_chat.c.topic != new.topic))
    values = asdict(new) | {"bound_at": now}
    add_new(db, group_chat, [values])
    # The week that a group has got already stays.
    del values["week"]
    db.execute(update(group_chat).where(_is(new)).values(**values))


def unbind(db: Connection, old: Group) -> None:
    """Forget a group or topic."""
    db.execute(delete(group_chat).where(_is(old)))


def group(db: Connection, channel: str, chat: str, topic: str = "") -> Group | None:
    """What is bound here: the topic, else the group as a whole, else the only topic of it that is."""
    found = {each.topic: each for each in bound(db, channel, chat)}
    only = next(iter(found.values())) if len(found) == 1 else None
    return found.get(topic) or found.get("") or only


def bound(db: Connection, channel: str, chat: str) -> list[Group]:
    """A group and its topics, as far as they are bound."""
    return [Group(*row) for row in db.execute(_GROUPS.where(_of_chat(channel, chat)).order_by(group_chat.c.id))]


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


def got(db: Connection, one: Group, week: str) -> bool:
    """Note the last week whose digest a group got; False when another process was quicker."""
    return db.execute(update(group_chat).where(_is(one), group_chat.c.week < week).values(week=week)).rowcount == 1


def got_all(db: Connection, week: str) -> None:
    """Every group has got this week's digest, as far as anybody knows."""
    db.execute(update(group_chat).where(group_chat.c.week < week).values(week=week))


def mark_reachable(db: Connection, channel: str, chat: str, reachable: bool) -> bool:
    """Note that we are no longer in a group, or are again; False when that was known or the group is not bound."""
    changed = _of_chat(channel, chat) & (group_chat.c.reachable != reachable)
    return db.execute(update(group_chat).where(changed).values(reachable=reachable)).rowcount > 0


def _of_chat(channel: str, chat: str) -> ColumnElement[bool]:
    return (group_chat.c.channel == channel) & (group_chat.c.chat == chat)


def _is(one: Group) -> ColumnElement[bool]:
    return _of_chat(one.channel, one.chat) & (group_chat.c.topic == one.topic)


def current(db: Connection, channel: str, chat: str) -> str:
    """The chat's id of today."""
    seen = {chat}
    while new := db.scalar(select(moved_chat.c.new).where(moved_chat.c.channel == channel, moved_chat.c.old == chat)):
        if new in seen:
            break
        seen.add(new)
        chat = new
    return chat


def moved_to(db: Connection, channel: str, chat: str, since: datetime) -> bool:
    """Whether another chat became this one since then."""
    moved = (moved_chat.c.channel == channel) & (moved_chat.c.new == chat) & (moved_chat.c.at >= since)
    return db.execute(select(moved_chat.c.old).where(moved).limit(1)).first() is not None


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
    # Leaving the old chat is a part of it.
    mark_reachable(db, channel, new, True)


def _move_keyed(db: Connection, table: Table, rest: Sequence[str], channel: str, old: str, new: str) -> None:
    """What the new chat has of its own by now is the newer one, and stays."""
    here = (table.c.channel == channel) & (table.c.chat == old)
    there = table.alias("there")
    taken = select(there.c.chat).where(
        there.c.channel == channel, there.c.chat == new, *(there.c[name] == table.c[name] for name in rest)
    )
    db.execute(delete(table).where(here, taken.correlate(table).exists()))
    db.execute(update(table).where(here).values(chat=new))
