"""The check-ins of some days in a part of the tree, row by row, and what became of them after the days were closed."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, case, func, select

from storage.checkins import checkins
from storage.checkins.coverage import VALID, SquadSums
from storage.digests.parts import Which
from storage.digests.whereabouts import REPORTS, TOLD, scope
from storage.tables import checkin, checkin_version, unit

# So many rows are in memory at once.
_AT_ONCE = 1000


class Detail(NamedTuple):
    """A valid check-in; its unit and school as they were called on its day. `shared`: part of an event of several."""

    day: date
    school: str
    unit: str
    activity: str
    due: int | None
    attended: int
    timing: str
    shared: bool
    made_at: datetime


class Change(NamedTuple):
    """What came after the closing: `kind` reported, corrected or withdrawn; `was` are the heads before."""

    at: datetime
    unit: str
    activity: str
    day: date
    kind: str
    was: int | None
    attended: int


def count(db: Connection, which: Which) -> int:
    """How many there are."""
    return db.scalar(select(func.count()).select_from(REPORTS).where(which.reports)) or 0


def rows(db: Connection, which: Which) -> Iterator[Detail]:
    """By day, school and unit; read as they are taken, however many there are."""
    school = unit.alias("school")
    called = func.coalesce(TOLD.past.c.name, unit.c.name)
    query = select(
        checkin.c.day, func.coalesce(school.c.name, ""), called, checkin.c.activity, checkin.c.due,
        checkin.c.attended, checkin.c.timing, checkin.c.event_id.is_not(None), checkin.c.made_at,
    )  # fmt: skip
    query = query.select_from(REPORTS.outerjoin(school, school.c.id == TOLD.school)).where(which.reports)
    query = query.order_by(checkin.c.day, TOLD.school, checkin.c.unit_id, checkin.c.id)
    return map(Detail._make, db.execute(query.execution_options(yield_per=_AT_ONCE)))


def by_squad(db: Connection, which: Which) -> dict[int, list[SquadSums]]:
    """Squad id → its check-ins by activity, the most frequent first; a squad that others have named is not in it."""
    rated = checkin.c.due > 0
    doubtful = rated & (2 * checkin.c.attended < checkin.c.due)
    late = (func.sum(case((checkin.c.timing == word, 1), else_=0)) for word in (checkins.LATE, checkins.BACKFILLED))
    number = func.count()
    query = select(
        TOLD.squad, checkin.c.activity, number, func.sum(checkin.c.attended),
        func.sum(case((rated, checkin.c.due), else_=0)), func.sum(case((rated, checkin.c.attended), else_=0)), *late,
        func.sum(case((rated, 1), else_=0)), func.sum(case((doubtful, 1), else_=0)),
    )  # fmt: skip
    query = query.select_from(REPORTS).where(which.reports).group_by(TOLD.squad, checkin.c.activity)
    found: dict[int, list[SquadSums]] = {}
    for squad, activity, *numbers in db.execute(query.order_by(number.desc(), checkin.c.activity)):
        found.setdefault(squad, []).append(SquadSums(activity, *map(int, numbers)))
    return found


def changes(db: Connection, which: Which, closed: datetime) -> list[Change]:
    """What was reported, corrected or withdrawn of these days after they were closed, in its order."""
    there = checkin.c.day.between(which.first, which.last) & TOLD.within(scope(which.of, which.first, which.last))
    was = checkin_version.c.before["attended"].as_integer()
    gone = case((checkin.c.state == "withdrawn", "withdrawn"), else_="corrected")
    what = unit.c.name, checkin.c.activity, checkin.c.day
    changed = select(checkin_version.c.at, *what, gone, was, checkin.c.attended).select_from(
        REPORTS.join(checkin_version, checkin_version.c.checkin_id == checkin.c.id)
    )
    late = select(checkin.c.made_at, *what, checkin.c.attended).select_from(REPORTS)
    found = [Change._make(row) for row in db.execute(changed.where(there, checkin_version.c.at > closed))]
    new = late.where(there, VALID, checkin.c.made_at > closed)
    found += [Change._make((*row[:4], "reported", None, row[4])) for row in db.execute(new)]
    return sorted(found, key=lambda each: each.at)
