"""The check-ins of a date that has a name, in years before as well."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Connection, func, or_, select

from storage.checkins.checkins import Checkin, between
from storage.checkins.coverage import VALID
from storage.organisation.units import Kind, within
from storage.tables import checkin, unit

# A check-in of another day is of the date if its topic says so.
AROUND = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Dated:
    """A day, the names that a topic may have of it, and what is done every day, which is none of it."""

    day: date
    names: Sequence[str]
    ignore: Sequence[str]

    @property
    def is_of_it(self) -> ColumnElement[bool]:
        """Of that day, or said to be of it."""
        named = [checkin.c.topic.contains(name, autoescape=True) for name in self.names]
        return checkin.c.activity.not_in(list(self.ignore)) & or_(checkin.c.day == self.day, *named)


def counted(db: Connection, one: Dated, paths: Sequence[str]) -> tuple[int, int]:
    """(how many there are in these subtrees, how many children were there)."""
    near = checkin.c.day.between(one.day - AROUND, one.day + AROUND)
    query = select(func.count(), func.coalesce(func.sum(checkin.c.attended), 0)).join(
        unit, unit.c.id == checkin.c.unit_id
    )
    count, heads = db.execute(query.where(VALID, within(paths), near, one.is_of_it)).one()
    return count, heads


def squads(db: Connection, one: Dated, paths: Sequence[str]) -> int:
    """How many squads there are in these subtrees of which one is."""
    near = checkin.c.day.between(one.day - AROUND, one.day + AROUND)
    query = select(func.count(checkin.c.unit_id.distinct())).join(unit, unit.c.id == checkin.c.unit_id)
    return db.scalar(query.where(VALID, within(paths), near, one.is_of_it, unit.c.kind == Kind.SQUAD)) or 0


def newest(db: Connection, one: Dated, paths: Sequence[str], most: int) -> list[Checkin]:
    """The newest of them."""
    return between(db, one.day - AROUND, one.day + AROUND, paths=paths, most=most, only=one.is_of_it)
