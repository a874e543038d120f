"""Check-ins: one valid row a squad, activity and day; corrections keep what was before."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from storage.rollups import Rollups, week_of
from storage.tables import checkin, checkin_version, inbox, unit, unit_past
from storage.units import within
from storage.upsert import insert_into


@dataclass(frozen=True, slots=True)
class Checkin:
    """One squad at one event; `due` is None when it was not said."""

    unit_id: int
    activity: str
    day: date
    attended: int
    due: int | None = None
    topic: str = ""
    others: tuple[tuple[str, int], ...] = ()
    id: int = 0
    person_id: int = 0
    unit_name: str = ""
    made_at: datetime | None = None

    @property
    def week(self) -> str:
        """The ISO week's label of the day, under which it is summed."""
        return week_of(self.day)


@cache
def _insert(dialect: str) -> Any:
    return insert_into(dialect, checkin).on_conflict_do_nothing().returning(checkin.c.id)


def record(
    db: Connection, rollups: Rollups, new: Checkin, person_id: int, inbox_id: int, now: datetime
) -> Checkin | None:
    """Store a check-in and count it; None, and nothing done, when one of that squad, activity and day is valid."""
    said = {"unit_id": new.unit_id, "activity": new.activity, "day": new.day, "topic": new.topic}
    heads = {"due": new.due, "attended": new.attended, "others": dict(new.others)}
    who = {"person_id": person_id, "inbox_id": inbox_id, "state": "valid", "made_at": now}
    row = db.execute(_insert(db.dialect.name), said | heads | who).first()
    if row is None:
        return None
    rollups.add(new.week, new.unit_id, new.activity, new.attended, new.due)
    return replace(new, id=row.id, person_id=person_id, made_at=now)


_ANY = select(
    checkin.c.unit_id,
    checkin.c.activity,
    checkin.c.day,
    checkin.c.attended,
    checkin.c.due,
    checkin.c.topic,
    checkin.c.others,
    checkin.c.id,
    checkin.c.person_id,
    # What the unit was called then.
    func.coalesce(unit_past.c.name, unit.c.name),
    checkin.c.made_at,
).join(unit, unit.c.id == checkin.c.unit_id)
_THAT_DAY = (unit_past.c.since <= checkin.c.day) & (unit_past.c.until > checkin.c.day)
_ANY = _ANY.outerjoin(unit_past, (unit_past.c.unit_id == checkin.c.unit_id) & _THAT_DAY)
_SELECT = _ANY.where(checkin.c.state == "valid")


def _checkin(row: Any) -> Checkin:
    unit_id, activity, day, attended, due, topic, others, *rest = row
    return Checkin(unit_id, activity, day, attended, due, topic, tuple(others.items()), *rest)


def by_id(db: Connection, checkin_id: int) -> Checkin | None:
    """The valid check-in with this id."""
    row = db.execute(_SELECT.where(checkin.c.id == checkin_id)).first()
    return None if row is None else _checkin(row)


def of_message(db: Connection, person_id: int, channel: str, chat: str, spoken_as: str) -> list[tuple[Checkin, bool]]:
    """What a person's own message recorded, each with whether it still stands; the message by its platform's id."""
    query = _ANY.add_columns(checkin.c.state).join(inbox, inbox.c.id == checkin.c.inbox_id)
    here = (inbox.c.channel == channel) & (inbox.c.chat == chat) & (inbox.c.spoken_as == spoken_as)
    rows = db.execute(query.where(checkin.c.person_id == person_id, here).order_by(checkin.c.id)).all()
    return [(_checkin(row[:-1]), row.state == "valid") for row in rows]


def withdrawn(db: Connection, checkin_id: int) -> Checkin | None:
    """The check-in with this id when it was taken back."""
    row = db.execute(_ANY.where(checkin.c.id == checkin_id, checkin.c.state == "withdrawn")).first()
    return None if row is None else _checkin(row)


def valid_one(db: Connection, unit_id: int, activity: str, day: date) -> Checkin | None:
    """The valid check-in of a squad for an activity on a day."""
    at = (checkin.c.unit_id == unit_id) & (checkin.c.activity == activity) & (checkin.c.day == day)
    row = db.execute(_SELECT.where(at)).first()
    return None if row is None else _checkin(row)


def newest(
    db: Connection, *, person_id: int | None = None, unit_id: int | None = None, activity: str | None = None
) -> Checkin | None:
    """The newest valid check-in of this sender, this unit and this activity, as far as they are given."""
    query = _SELECT
    if person_id is not None:
        query = query.where(checkin.c.person_id == person_id)
    if unit_id is not None:
        query = query.where(checkin.c.unit_id == unit_id)
    if activity is not None:
        query = query.where(checkin.c.activity == activity)
    row = db.execute(query.order_by(checkin.c.id.desc()).limit(1)).first()
    return None if row is None else _checkin(row)


def revise(
    db: Connection, rollups: Rollups, old: Checkin, new: Checkin, person_id: int, now: datetime
) -> Checkin | None:
    """Replace what a check-in says; the old state is kept as a version. None when it is no longer as `old` says.

    Raises IntegrityError on a double.
    """
    said = {"unit_id": new.unit_id, "activity": new.activity, "day": new.day, "topic": new.topic}
    heads = {"due": new.due, "attended": new.attended, "others": dict(new.others)}
    if db.execute(update(checkin).where(_as_it_was(old)).values(**said, **heads)).rowcount != 1:
        return None
    _keep_version(db, old, person_id, now)
    rollups.add(old.week, old.unit_id, old.activity, old.attended, old.due, sign=-1)
    rollups.add(new.week, new.unit_id, new.activity, new.attended, new.due)
    return replace(new, id=old.id, person_id=old.person_id, made_at=old.made_at)


def withdraw(db: Connection, rollups: Rollups, old: Checkin, person_id: int, now: datetime) -> bool:
    """Take a check-in back; it stays in the table as withdrawn. False when it is no longer as `old` says."""
    if db.execute(update(checkin).where(_as_it_was(old)).values(state="withdrawn")).rowcount != 1:
        return False
    _keep_version(db, old, person_id, now)
    rollups.add(old.week, old.unit_id, old.activity, old.attended, old.due, sign=-1)
    return True


def _as_it_was(old: Checkin) -> Any:
    """Two at once must not both take the old sums out: the second finds another state."""
    return (
        (checkin.c.id == old.id)
        & (checkin.c.state == "valid")
        & (checkin.c.unit_id == old.unit_id)
        & (checkin.c.activity == old.activity)
        & (checkin.c.day == old.day)
        & (checkin.c.attended == old.attended)
        & checkin.c.due.is_not_distinct_from(old.due)
    )


def _keep_version(db: Connection, old: Checkin, person_id: int, now: datetime) -> None:
    before = {
        "unit_id": old.unit_id, "activity": old.activity, "day": old.day.isoformat(), "due": old.due,
        "attended": old.attended, "topic": old.topic, "others": dict(old.others),
    }  # fmt: skip
    db.execute(insert(checkin_version).values(checkin_id=old.id, person_id=person_id, before=before, at=now))


def between(
    db: Connection, first: date, last: date, *, person_id: int | None = None, paths: Sequence[str] = (), most: int = 30
) -> list[Checkin]:
    """The newest `most` valid check-ins of the days from `first` to `last`: of this sender, or of these subtrees."""
    whose = checkin.c.person_id == person_id if person_id is not None else within(paths)
    query = _SELECT.where(whose, checkin.c.day.between(first, last))
    rows = db.execute(query.order_by(checkin.c.day.desc(), checkin.c.id.desc()).limit(most))
    return [_checkin(row) for row in rows]


def count(db: Connection, first: date, last: date, person_id: int) -> int:
    """How many valid check-ins of the days from `first` to `last` this person sent."""
    mine = (checkin.c.person_id == person_id) & (checkin.c.state == "valid") & checkin.c.day.between(first, last)
    return db.scalar(select(func.count()).where(mine)) or 0
