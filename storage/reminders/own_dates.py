"""Dates that people add for their part of the tree."""

from calendar import isleap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, delete, select, update

from storage.base.upsert import add_one
from storage.base.words import Cleared
from storage.organisation.units import within
from storage.tables import own_date, unit


@dataclass(frozen=True, slots=True)
class OwnDate:
    """One: `day` is its first, `leads` are days before; `path` is the part of the tree that it is for."""

    id: int
    unit_id: int
    name: str
    day: date
    yearly: bool
    leads: tuple[int, ...]
    paused: bool
    version: int
    path: str
    unit: str

    def on(self, year: int) -> date | None:
        """Its day in a year; of 29 February the last of the month."""
        if year == self.day.year:
            return self.day
        if not self.yearly or year < self.day.year:
            return None
        return date(year, 2, 28) if self.leaps and not isleap(year) else self.day.replace(year=year)

    @property
    def leaps(self) -> bool:
        """Whether there is no such day in most years."""
        return (self.day.month, self.day.day) == (2, 29)

    def coming(self, today: date) -> date | None:
        """Its next day from today on; None when it is over."""
        near = (self.day, self.on(today.year), self.on(today.year + 1))
        return next((day for day in near if day and day >= today), None)


_SELECT = select(
    own_date.c.id, own_date.c.unit_id, own_date.c.name, own_date.c.day, own_date.c.yearly, own_date.c.leads,
    own_date.c.paused, own_date.c.version, unit.c.path, unit.c.name.label("unit"),
).join(unit, unit.c.id == own_date.c.unit_id)  # fmt: skip


def _from(row: Sequence[object]) -> OwnDate:
    values = list(row)
    values[5] = tuple(values[5])  # type: ignore[arg-type]
    return OwnDate(*values)  # type: ignore[arg-type]


def add(
    db: Connection, unit_id: int, person_id: int, name: Cleared, day: date, yearly: bool, leads: list[int],
    now: datetime,
) -> int:  # fmt: skip
    """Keep it; returns its number."""
    values = {"unit_id": unit_id, "person_id": person_id, "name": name, "day": day, "yearly": yearly, "leads": leads}
    return add_one(db, own_date, **values, paused=False, version=0, made_at=now)


def running(db: Connection) -> list[OwnDate]:
    """All that are not paused."""
    return [_from(row) for row in db.execute(_SELECT.where(~own_date.c.paused).order_by(own_date.c.id))]


def of(db: Connection, paths: Sequence[str], above: Sequence[int] = ()) -> list[OwnDate]:
    """Those for something in these subtrees, or for one of the units `above` them."""
    mine = within(paths) | own_date.c.unit_id.in_(list(above)) if above else within(paths)
    return [_from(row) for row in db.execute(_SELECT.where(mine).order_by(own_date.c.day, own_date.c.id))]


def by_id(db: Connection, number: int) -> OwnDate | None:
    """The one with this number."""
    row = db.execute(_SELECT.where(own_date.c.id == number)).first()
    return None if row is None else _from(row)


def change(db: Connection, one: OwnDate, **values: object) -> None:
    """Another day, other leads, paused or not: reminders of it that were said count as of the earlier version."""
    db.execute(update(own_date).where(own_date.c.id == one.id).values(**values, version=one.version + 1))


def remove(db: Connection, number: int) -> None:
    """It is no more."""
    db.execute(delete(own_date).where(own_date.c.id == number))
