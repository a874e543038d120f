"""Roles and accounts that wait for a second person's word: who asked for whom, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from storage.audit.audit import Action, note
from storage.organisation.units import within
from storage.people.people import NEVER_CAME, Role
from storage.tables import appointment, person, unit

# What nobody has said a word to for so long is asked for again.
KEPT = timedelta(days=30)
CONFIRMED, DECLINED, WAITING = "confirmed", "declined", "waiting"
_NOTED = {CONFIRMED: Action.APPOINTMENT_CONFIRMED, DECLINED: Action.APPOINTMENT_DECLINED}


@dataclass(frozen=True, slots=True)
class Wish:
    """
    What somebody would get at a unit: a role, or without one a further account (channel, address) of theirs.

    `deputy_for`: for whom they would stand in; `from_id`: whose work would go over to them.
    """

    person_id: int
    unit_id: int
    role: Role | None = None
    since: datetime | None = None
    until: datetime | None = None
    deputy_for: int | None = None
    from_id: int | None = None
    channel: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Appointment:
    """A wish that waits; `asked_by` is whose word the second person's is to be added to."""

    id: int
    asked_by: int
    asked_at: datetime
    wish: Wish

    @property
    def claimed(self) -> bool:
        """Whether somebody only says who they are: they asked for themselves, in a staff room."""
        return self.wish.role is None and self.asked_by == self.wish.person_id


_WISH = tuple(appointment.c[name] for name in Wish.__slots__)
_COLUMNS = (appointment.c.id, appointment.c.asked_by, appointment.c.asked_at, *_WISH)


def ask(db: Connection, wish: Wish, asked_by: int, now: datetime) -> int:
    """Let it wait and return its number; what waits already from the same asker keeps its number."""
    values = {name: getattr(wish, name) for name in Wish.__slots__}
    same = [appointment.c[name].is_not_distinct_from(value) for name, value in values.items()]
    query = select(appointment.c.id).where(*_waits(now), appointment.c.asked_by == asked_by, *same)
    found = db.scalar(query)
    if found is not None:
        return int(found)
    row = {**values, "asked_by": asked_by, "asked_at": now, "state": WAITING}
    number = int(db.scalar(insert(appointment).returning(appointment.c.id), row) or 0)
    _note(db, Action.APPOINTMENT_ASKED, number, wish, now)
    return number


def _note(db: Connection, action: Action, number: int, wish: Wish, now: datetime, **about: Any) -> None:
    about |= {"person": wish.person_id} | ({"role": wish.role} if wish.role else {})
    note(db, action, now, unit_id=wish.unit_id, subject=f"appointment:{number}", **about)


def _waits(now: datetime) -> tuple[Any, ...]:
    return appointment.c.state == WAITING, appointment.c.asked_at > now - KEPT


def waiting(db: Connection, now: datetime, number: int | None = None) -> list[Appointment]:
    """All that waits, the oldest first; with a number only that one."""
    query = select(*_COLUMNS).where(*_waits(now)).order_by(appointment.c.id)
    if number is not None:
        query = query.where(appointment.c.id == number)
    return [_appointment(*row) for row in db.execute(query)]


def of(db: Connection, person_id: int | None, channel: str, address: str, now: datetime) -> Appointment | None:
    """The newest that waits and would let this person, or this account, in."""
    theirs = (appointment.c.person_id == person_id) & appointment.c.role.is_not(None)
    account = (appointment.c.channel == channel) & (appointment.c.address == address)
    query = select(*_COLUMNS).where(*_waits(now), theirs | account).order_by(appointment.c.id.desc()).limit(1)
    row = db.execute(query).first()
    return None if row is None else _appointment(*row)


def awaited(db: Connection, paths: Sequence[str], now: datetime) -> set[int]:
    """Who is on no platform yet and waits for a role in these subtrees."""
    at = appointment.join(unit, unit.c.id == appointment.c.unit_id)
    query = select(appointment.c.person_id).select_from(at.join(person, person.c.id == appointment.c.person_id))
    role = appointment.c.role.is_not(None) & appointment.c.deputy_for.is_(None)
    return set(db.scalars(query.where(*_waits(now), role, within(paths), NEVER_CAME)))


def _appointment(id: int, asked_by: int, asked_at: datetime, *wish: Any) -> Appointment:
    person_id, unit_id, role, *rest = wish
    return Appointment(id, asked_by, asked_at, Wish(person_id, unit_id, Role(role) if role else None, *rest))


def settle(db: Connection, one: Appointment, state: str, by: int | None, now: datetime) -> bool:
    """CONFIRMED or DECLINED by this person (None: the operator); False when another was first."""
    mine = (appointment.c.id == one.id) & (appointment.c.state == WAITING)
    if db.execute(update(appointment).where(mine).values(state=state, settled_by=by, settled_at=now)).rowcount != 1:
        return False
    _note(db, _NOTED[state], one.id, one.wish, now, asked_by=one.asked_by)
    return True
