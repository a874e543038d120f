"""For whom reminders are laid out: who holds a role and can be reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select

from storage.people import accounts, standing
from storage.tables import Instant, account, grant, person, unit


@dataclass(frozen=True, slots=True)
class Recipient:
    """A role that somebody holds, for whom reminders may be laid out; `channel` is where they are reached."""

    person_id: int
    person: str
    role: str
    since: datetime
    unit: str
    school: str
    grade: int | None
    channel: str
    path: str = ""


def holders(db: Connection, beyond: int, limit: int, newer: tuple[int, int] | None = None) -> list[int]:
    """
    The ids of the next `limit` people after `beyond` who ever held a role, in order.

    `newer`: only those who got a role or an account since `newest` gave these numbers.
    """
    query = select(grant.c.person_id).where(grant.c.person_id > beyond).distinct()
    if newer is not None:
        joined = select(account.c.person_id).where(account.c.id > newer[1])
        query = query.where((grant.c.id > newer[0]) | grant.c.person_id.in_(joined))
    return list(db.scalars(query.order_by(grant.c.person_id).limit(limit)))


def recipients(db: Connection, now: datetime, ids: Sequence[int] | None = None) -> list[Recipient]:
    """Every holder (of these ids) of a role who can be reached, by person."""
    values: dict[str, Any] = {"now": now}
    query = _query(accounts.open_channels(db))
    if ids is not None:
        query, values["ids"] = query.where(person.c.id.in_(bindparam("ids", expanding=True))), ids
    return [Recipient(*row) for row in db.execute(query, values)]


# To build it takes ten times as long as to run it for a school.
@lru_cache(maxsize=4)
def _query(channels: tuple[str, ...]) -> Select[Any]:
    school, other = unit.alias(), account.alias()
    # The same account as accounts.best gives.
    usable = (other.c.person_id == person.c.id) & other.c.reachable & accounts.sending(channels, other)
    first = select(other.c.id).where(usable).order_by(*accounts.by_preference(other)).limit(1)
    now = bindparam("now", type_=Instant)
    return (
        select(
            person.c.id, person.c.name, grant.c.role, grant.c.since, unit.c.name, func.coalesce(school.c.name, ""),
            unit.c.grade, account.c.channel, unit.c.path,
        )
        .join(grant, grant.c.person_id == person.c.id)
        .join(unit, unit.c.id == grant.c.unit_id)
        .join(school, school.c.id == unit.c.school_id, isouter=True)
        .join(account, account.c.id == first.correlate(person).scalar_subquery())
        .where(unit.c.active, standing.holds(now))
        .order_by(person.c.id, grant.c.id)
    )  # fmt: skip


def newest(db: Connection) -> tuple[int, int]:
    """The highest number of a role held and of an account: whether somebody is new, in one cheap query."""
    top = select(select(func.max(grant.c.id)).scalar_subquery(), select(func.max(account.c.id)).scalar_subquery())
    roles, accounts = db.execute(top).one()
    return roles or 0, accounts or 0
