"""Which of several accounts somebody is written to by: the chosen one, else the one last heard from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select, true, update

from storage.base import chunks, key_values
from storage.base.upsert import add_new
from storage.tables import account, grant, person

APP, ROBOT = "wecom", "wecom_robot"
# A whole district in one question.
_AT_ONCE = 10_000
# The channels that there are, as of the last start; unknown before the first.
_OPEN = "channels"


@dataclass(frozen=True, slots=True)
class Account:
    """Where somebody can be written to; `reachable`: it is not known to be dead."""

    channel: str
    address: str
    reachable: bool


@dataclass(frozen=True, slots=True)
class Wish:
    """The channel that somebody chose for notices (None: none) and the one that they last wrote on."""

    chosen: str | None
    heard: str | None


def note_channels(db: Connection, names: Iterable[str], now: datetime) -> None:
    """These channels are there from now on: only they can send."""
    key_values.put(db, _OPEN, " ".join(sorted(names)), now)


def open_channels(db: Connection) -> tuple[str, ...]:
    """The channels that are there; none where that is not known yet."""
    noted = key_values.get(db, _OPEN)
    return tuple(noted.value.split()) if noted else ()


def sending(channels: tuple[str, ...], of: Any = account) -> ColumnElement[bool]:
    """The condition `of a channel that is there`."""
    return of.c.channel.in_(channels) if channels else true()


def by_preference(of: Any = account) -> tuple[ColumnElement[Any], ...]:
    """The order of one person's accounts, best first; of two on one channel the newer, it is the one in use."""
    rank = case((of.c.channel == person.c.notices_on, 0), (of.c.channel == person.c.heard_on, 1), else_=2)
    return rank, case((rank < 2, -of.c.id), else_=of.c.id)


def joined(db: Connection, person_ids: Iterable[int]) -> set[int]:
    """Those of these people who have an account, dead or not: the others were entered by a roster and never came."""
    found: set[int] = set()
    for some in chunks.chunks(dict.fromkeys(person_ids), _AT_ONCE):
        found.update(db.scalars(select(account.c.person_id).where(account.c.person_id.in_(some))))
    return found


def best(db: Connection, person_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Where each of these people is reached: person id → (channel, address); without the unreachable ones."""
    query = select(account.c.person_id, account.c.channel, account.c.address).join(person)
    query = query.where(account.c.reachable, sending(open_channels(db))).order_by(*by_preference())
    found: dict[int, tuple[str, str]] = {}
    for some in chunks.chunks(dict.fromkeys(person_ids), _AT_ONCE):
        for row in db.execute(query.where(account.c.person_id.in_(some))):
            found.setdefault(row.person_id, (row.channel, row.address))
    return found


def of_person(db: Connection, person_id: int) -> list[Account]:
    """A person's accounts on the channels that are there, in the order they came."""
    query = select(account.c.channel, account.c.address, account.c.reachable)
    mine = query.where(account.c.person_id == person_id, sending(open_channels(db))).order_by(account.c.id)
    return [Account(*row) for row in db.execute(mine)]


def wish(db: Connection, person_id: int) -> Wish:
    """What the person chose, and where they were last heard."""
    return Wish(*db.execute(select(person.c.notices_on, person.c.heard_on).where(person.c.id == person_id)).one())


def choose(db: Connection, person_id: int, channel: str | None) -> None:
    """Notices go to this channel from now on; None: to the one last heard from."""
    db.execute(update(person).where(person.c.id == person_id).values(notices_on=channel))


def heard(db: Connection, person_id: int, channel: str) -> None:
    """The person wrote on this channel, in private."""
    db.execute(update(person).where(person.c.id == person_id).values(heard_on=channel))


def rights_version(db: Connection) -> tuple[object, ...]:
    """Another value after every account and role that comes or ends."""
    roles = select(func.count(), func.max(grant.c.id), func.count(grant.c.until), func.max(grant.c.until))
    return (*db.execute(roles).one(), db.scalar(select(func.max(account.c.id))))


def meet_member(db: Connection, userid: str, private: bool) -> None:
    """
    A member of the company is the same person in its app and its robot: who is known in one is known in the other.

    The robot's chats tell capitals apart, so it has the userid as it came; the app and the roster have it in small
    letters. A robot may write only to whom it has been written to: not `private`, it cannot write to them yet.
    """
    addresses = {ROBOT: userid, APP: userid.lower()}
    mine = or_(*(and_(account.c.channel == name, account.c.address == each) for name, each in addresses.items()))
    known = {
        row.channel: row.person_id for row in db.execute(select(account.c.channel, account.c.person_id).where(mine))
    }
    rows = [
        {"person_id": person_id, "channel": name, "address": address, "reachable": name == APP or private}
        for name, address in addresses.items()
        if name not in known
        for person_id in known.values()
    ]
    add_new(db, account, rows)
