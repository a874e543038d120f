"""Which squads have checked in and which are missing, in a week or on a day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, case, func, literal_column, select

from storage.rollups import Sums
from storage.tables import checkin, event, participation, rollup, unit
from storage.units import Kind, within

# Written into the statement: as parameters PostgreSQL would not see that SELECT and GROUP BY say the same,
# and neither database would use the index of the valid check-ins.
_KIND_SQUAD: ColumnElement[str] = literal_column(f"'{Kind.SQUAD.value}'")
VALID = checkin.c.state == literal_column("'valid'")
# A check-in of a 小队 covers its squad. One of a grade or school covers no squad: each reports for itself.
_SQUAD_ID = case((unit.c.kind == _KIND_SQUAD, unit.c.id), else_=unit.c.parent_id)


@dataclass(frozen=True, slots=True)
class Squad:
    """An active squad; `school` is empty outside a school, `members` is a head count."""

    id: int
    name: str
    path: str
    school: str
    members: int | None
    grade: int | None = None


@dataclass(frozen=True, slots=True)
class SquadSums:
    """What one activity of a squad comes to in a week; the rated heads are those of records with both numbers.

    `late` and `backfilled` count the check-ins that were not in time.
    """

    activity: str
    events: int
    attended: int
    rated_due: int
    rated_attended: int
    late: int
    backfilled: int


def squads(db: Connection, paths: Sequence[str]) -> list[Squad]:
    """The active squads in these subtrees, in the order of school, grade and class."""
    school = unit.alias("school")
    rows = db.execute(
        select(unit.c.id, unit.c.name, unit.c.path, func.coalesce(school.c.name, ""), unit.c.members, unit.c.grade)
        .outerjoin(school, school.c.id == unit.c.school_id)
        .where(within(paths), unit.c.kind == _KIND_SQUAD, unit.c.active)
        .order_by(
            func.coalesce(unit.c.school_id, 0), func.coalesce(unit.c.grade, 0),
            func.coalesce(unit.c.class_no, 0), unit.c.id,
        )
    )  # fmt: skip
    return [Squad(*row) for row in rows]


def covered(db: Connection, weeks: Iterable[str], paths: Sequence[str]) -> dict[str, set[int]]:
    """The ids of the squads with a check-in in each of these weeks; may hold ids of units that are no squad."""
    weeks = list(weeks)
    rows = db.execute(
        select(rollup.c.week, _SQUAD_ID)
        .join(unit, unit.c.id == rollup.c.unit_id)
        .where(rollup.c.week.in_(weeks), within(paths))
        .group_by(rollup.c.week, _SQUAD_ID)
        .having(func.sum(rollup.c.events) > 0)
    )
    found: dict[str, set[int]] = {week: set() for week in weeks}
    for week, squad_id in rows:
        found[week].add(squad_id)
    return found


def missing(db: Connection, week: str, paths: Sequence[str]) -> tuple[list[Squad], int]:
    """(the squads in these subtrees without a check-in in the week, how many squads there are)."""
    due = squads(db, paths)
    seen = covered(db, [week], paths)[week]
    return [squad for squad in due if squad.id not in seen], len(due)


def missing_on(db: Connection, day: date, paths: Sequence[str]) -> tuple[list[Squad], int]:
    """(the squads in these subtrees without a check-in for the day, how many squads there are)."""
    due = squads(db, paths)
    reports = (
        select(_SQUAD_ID).select_from(checkin).join(unit, unit.c.id == checkin.c.unit_id)
        .where(VALID, checkin.c.day == day, within(paths))
    )  # fmt: skip
    named = (
        select(_SQUAD_ID).select_from(participation).join(unit, unit.c.id == participation.c.unit_id)
        .join(event, event.c.id == participation.c.event_id).where(event.c.day == day, within(paths))
    )  # fmt: skip
    seen = {*db.scalars(reports), *db.scalars(named)}
    return [squad for squad in due if squad.id not in seen], len(due)


def by_squad(db: Connection, week: str, paths: Sequence[str]) -> dict[int, list[SquadSums]]:
    """The sums of a week by squad id and activity; squads without a check-in are not in it."""
    sums = [func.sum(rollup.c[name]) for name in Sums._fields]
    rows = db.execute(
        select(_SQUAD_ID, rollup.c.activity, *sums)
        .join(unit, unit.c.id == rollup.c.unit_id)
        .where(rollup.c.week == week, within(paths))
        .group_by(_SQUAD_ID, rollup.c.activity)
        .having(sums[0] > 0)
        .order_by(_SQUAD_ID, sums[0].desc(), rollup.c.activity)
    )
    found: dict[int, list[SquadSums]] = {}
    for squad_id, activity, *numbers in rows:
        found.setdefault(squad_id, []).append(SquadSums(activity, *map(int, numbers)))
    return found
