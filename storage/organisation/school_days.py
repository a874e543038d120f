"""What parts of the tree have noted of their year: days off, vacations, make-up days, terms with their weeks."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from storage.base import key_values
from storage.base.upsert import add_one
from storage.checkins.rollups import week_of
from storage.organisation.units import within
from storage.tables import school_day, unit

# A day off of everybody; one of a school, which does not stop the clock of a public notice; one that is worked.
OFF, VACATION, WORK, TERM = "off", "vacation", "work", "term"
# The fact that is another one after every change.
MARK = "school days"
# No term is longer.
_MOST_WEEKS = 25


@dataclass(frozen=True, slots=True)
class SchoolDays:
    """The days `first`…`last` of one kind, for everything below `path`; of a term `last` may be open."""

    id: int
    unit_id: int
    kind: str
    first: date
    last: date | None
    path: str
    unit: str


_SELECT = (
    select(
        school_day.c.id, school_day.c.unit_id, school_day.c.kind, school_day.c.first, school_day.c.last,
        unit.c.path, unit.c.name,
    )
    .join(unit, unit.c.id == school_day.c.unit_id)
    .order_by(school_day.c.id)
)  # fmt: skip


def all_of(db: Connection) -> list[SchoolDays]:
    """Whatever anybody has noted, as it was noted."""
    return [SchoolDays(*row) for row in db.execute(_SELECT)]


def over(noted: Iterable[SchoolDays], paths: Collection[str]) -> tuple[SchoolDays, ...]:
    """What counts for whoever is at these units: what is noted further below stands behind, and so goes before."""
    found = (one for one in noted if any(path.startswith(one.path) for path in paths))
    return tuple(sorted(found, key=lambda one: (one.path.count("/"), one.id)))


def at(db: Connection, paths: Collection[str]) -> tuple[SchoolDays, ...]:
    """The same, from the database."""
    ids = {int(part) for path in paths for part in path.strip("/").split("/") if part}
    return over([SchoolDays(*row) for row in db.execute(_SELECT.where(school_day.c.unit_id.in_(ids)))], paths)


def below(db: Connection, paths: Sequence[str]) -> list[SchoolDays]:
    """What is noted in these subtrees."""
    return [SchoolDays(*row) for row in db.execute(_SELECT.where(within(paths)))]


def by_id(db: Connection, number: int) -> SchoolDays | None:
    """The ones with this number."""
    row = db.execute(_SELECT.where(school_day.c.id == number)).first()
    return None if row is None else SchoolDays(*row)


def add(db: Connection, unit_id: int, person_id: int, kind: str, first: date, last: date | None, now: datetime) -> int:
    """Note them; returns their number."""
    key_values.put(db, MARK, now.isoformat(), now)
    values = {"unit_id": unit_id, "person_id": person_id, "kind": kind, "first": first, "last": last}
    return add_one(db, school_day, **values, made_at=now)


def change(db: Connection, number: int, first: date, last: date | None, now: datetime) -> None:
    """They are other days."""
    key_values.put(db, MARK, now.isoformat(), now)
    db.execute(update(school_day).where(school_day.c.id == number).values(first=first, last=last))


def remove(db: Connection, number: int, now: datetime) -> None:
    """They count no more."""
    key_values.put(db, MARK, now.isoformat(), now)
    db.execute(delete(school_day).where(school_day.c.id == number))


def _first_monday(term: SchoolDays) -> date:
    # Who comes back on a weekend begins on the Monday behind it.
    ahead = 7 if term.first.isoweekday() > 5 else 0
    return term.first - timedelta(days=term.first.weekday() - ahead)


def _terms(db: Connection, path: str) -> list[SchoolDays]:
    """Those for a unit, the newest first; where a school has noted its own, those above it do not count."""
    terms = [one for one in at(db, [path]) if one.kind == TERM]
    own = [one for one in terms if one.path == terms[-1].path]
    return sorted(own, key=lambda one: one.first, reverse=True)


def _number(term: SchoolDays, day: date) -> int | None:
    number = (day - _first_monday(term)).days // 7 + 1
    return number if 1 <= number <= _MOST_WEEKS and (term.last is None or day <= term.last) else None


def teaching_week(db: Connection, path: str, day: date) -> int | None:
    """Which teaching week (教学周) of its term the day is in, for the unit with this path; None outside a term."""
    terms = (one for one in _terms(db, path) if _first_monday(one) <= day)
    newest = next(terms, None)
    return _number(newest, day) if newest else None


def week_of_teaching(db: Connection, path: str, number: int, today: date) -> str | None:
    """
    The week, `2026-W50`, that is the teaching week with this number of the newest term that has begun.

    None where no term is noted or it has no such week.
    """
    newest = next((one for one in _terms(db, path) if _first_monday(one) <= today), None)
    monday = _first_monday(newest) + timedelta(days=7 * (number - 1)) if newest else None
    return week_of(monday) if newest and monday and _number(newest, monday) == number else None
