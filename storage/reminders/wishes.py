"""What people want of their reminders: the hours in which they hear of things, and what they do not want to hear of."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from sqlalchemy import Connection, delete, insert, select

from storage.tables import wish

HOURS, MUTE, SEEN = "hours", "mute", "seen"


@dataclass(frozen=True, slots=True)
class Hours:
    """From when to when, by local time, somebody wants to be written to; the same twice: at any time."""

    since: time = time()
    until: time = time()

    def awake(self, local: datetime) -> datetime:
        """This local instant, or the next at which they want to be written to."""
        if self.since == self.until or self.since <= local.time() < self.until:
            return local
        day = local.date() + timedelta(days=local.time() >= self.until)
        return datetime.combine(day, self.since, local.tzinfo)


@dataclass(frozen=True, slots=True)
class Wishes:
    """Those of some people."""

    _hours: dict[int, Hours] = field(default_factory=dict)
    _muted: frozenset[tuple[int, str]] = frozenset()

    def hours(self, person_id: int) -> Hours:
        """The hours of a person."""
        return self._hours.get(person_id, Hours())

    def muted(self, person_id: int, occurrence: str) -> bool:
        """Whether a person does not want to hear of this occurrence."""
        return (person_id, occurrence) in self._muted


def of(db: Connection, person_ids: Iterable[int] | None = None) -> Wishes:
    """The wishes of these people, or of all."""
    query = select(wish.c.person_id, wish.c.name, wish.c.value).order_by(wish.c.id)
    if person_ids is not None:
        query = query.where(wish.c.person_id.in_(list(person_ids)))
    rows = db.execute(query).all()
    hours = {row.person_id: _hours(row.value) for row in rows if row.name == HOURS}
    return Wishes(hours, frozenset((row.person_id, row.value) for row in rows if row.name == MUTE))


def _hours(value: str) -> Hours:
    since, _, until = value.partition("-")
    return Hours(time.fromisoformat(since), time.fromisoformat(until))


def put_hours(db: Connection, person_id: int, since: time, until: time, now: datetime) -> None:
    """From now on a person is written to in these hours only; the same twice: at any time."""
    db.execute(delete(wish).where(wish.c.person_id == person_id, wish.c.name == HOURS))
    _add(db, person_id, HOURS, f"{since:%H:%M}-{until:%H:%M}", now)


def mute(db: Connection, person_id: int, occurrence: str, now: datetime) -> None:
    """A person hears no more of this occurrence."""
    unmute(db, person_id, occurrence)
    _add(db, person_id, MUTE, occurrence, now)


def see(db: Connection, person_id: int, occurrence: str, now: datetime) -> None:
    """A person knows of what is missing: the levels above them need not."""
    _add(db, person_id, SEEN, occurrence, now)


def seen(db: Connection, occurrence: str) -> set[int]:
    """Who knows of it."""
    return set(db.scalars(select(wish.c.person_id).where(wish.c.name == SEEN, wish.c.value == occurrence)))


def unmute(db: Connection, person_id: int, occurrence: str) -> None:
    """They do again."""
    db.execute(delete(wish).where(wish.c.person_id == person_id, wish.c.name == MUTE, wish.c.value == occurrence))


def _add(db: Connection, person_id: int, name: str, value: str, now: datetime) -> None:
    db.execute(insert(wish).values(person_id=person_id, name=name, value=value, made_at=now))


def forget(db: Connection, before: datetime, most: int) -> int:
    """What was said of one occurrence before this goes. Hours and links stay."""
    old = (
        select(wish.c.id).where(wish.c.name.in_((MUTE, SEEN)), wish.c.made_at < before).order_by(wish.c.id).limit(most)
    )
    ids = list(db.scalars(old))
    db.execute(delete(wish).where(wish.c.id.in_(ids)))
    return len(ids)
