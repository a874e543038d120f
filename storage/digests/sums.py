"""The sums that a digest reads: the rollups by activity, the nominations by state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import add
from typing import Any

from sqlalchemy import CompoundSelect, Connection, Select, Subquery, bindparam, case, func, select, union_all

from storage.base import chunks
from storage.checkins import coverage, weekly_coverage
from storage.checkins.rollups import Sums
from storage.digests import figures
from storage.organisation import history
from storage.organisation.units import Kind, Unit
from storage.tables import nomination, rollup, unit

# The units where somebody was nominated in a week; beyond so many all units of the part are looked at.
_FEW = 1000
_NOMINATED = select(nomination.c.unit_id).where(nomination.c.week == bindparam("week")).distinct()


@dataclass(frozen=True, slots=True)
class ActivitySums:
    """What an activity comes to in a week: distinct events and squads, heads."""

    activity: str
    events: int
    attended: int
    rated_due: int
    rated_attended: int
    late: int
    backfilled: int
    rated: int
    doubtful: int
    squads: int

    @property
    def figure(self) -> figures.Activity:
        """As a digest says it."""
        return figures.Activity(self.activity, self.events, self.squads, self.attended, self.rate)

    @property
    def rate(self) -> float | None:
        """Per cent of the heads due."""
        return figures.percent(self.rated_attended, self.rated_due)


@dataclass(slots=True)
class WeekSums:
    """The sums of a week by activity, the most frequent first; school id → 场, 人次, rated heads of what is in it."""

    activities: list[ActivitySums]
    schools: dict[int, list[int]]


def by_week(db: Connection, part: history.Part, schools_of: str = "") -> dict[str, WeekSums]:
    """
    The sums of each week; by school of the one week alone that is named, since a province has 8,000 of them.

    What several units share is taken off where they meet (storage/events.py): the sum is right in every subtree.
    """
    added: dict[str, dict[str, list[int]]] = {week: {} for week in part.weeks}
    found = {week: WeekSums([], {}) for week in part.weeks}
    for week, activity, school, *numbers in db.execute(_summing(part.shape), {**part.values, "schools_of": schools_of}):
        if activity is None:
            continue
        of_activity = added[week].setdefault(activity, [0] * len(numbers))
        of_activity[:] = map(int, map(add, of_activity, numbers))
        if school:
            of_school = found[week].schools.setdefault(school, [0] * 4)
            of_school[:] = map(int, map(add, of_school, numbers))
    for week, each in added.items():
        rows = [ActivitySums(activity, *numbers) for activity, numbers in each.items() if numbers[0] > 0]
        # Sorted here, since the databases order Chinese words differently.
        found[week].activities = sorted(rows, key=lambda row: (-row.events, -row.attended, row.activity))
    return found


def is_any(db: Connection, week: str) -> bool:
    """Whether anything was counted in the week, anywhere."""
    return db.scalar(select(rollup.c.week).where(rollup.c.week == week).limit(1)) is not None


@cache
def _summing(shape: history.Shape) -> CompoundSelect[Any]:
    sums = [func.sum(rollup.c[name]) for name in Sums._fields]

    def of(place: Subquery) -> Any:
        taking_part = (rollup.c.events > 0) & (place.c.kind == Kind.SQUAD)
        school = case((place.c.week == bindparam("schools_of"), place.c.school_id))
        columns = place.c.week, rollup.c.activity, school
        here = (rollup.c.week == place.c.week) & (rollup.c.unit_id == place.c.id)
        summed = select(*columns, *sums, func.sum(case((taking_part, 1), else_=0)))
        return summed.select_from(place.outerjoin(rollup, here)).group_by(*columns)

    return union_all(*map(of, history.arms(shape)))


def schools(
    db: Connection, sums: Mapping[int, Sequence[int]], counts: weekly_coverage.Counts, names: dict[int, str]
) -> tuple[figures.Part, ...]:
    """The schools with squads that are due, and those where something took place; the least covered first."""
    names = {id: name for id, name in names.items() if id in counts or id in sums}
    for ids in chunks.chunks((set(sums) | set(counts)) - {0, *names}):
        names.update({id: name for id, name in db.execute(select(unit.c.id, unit.c.name).where(unit.c.id.in_(ids)))})
    found = []
    for id, name in names.items():
        events, attended, *rated = sums.get(id, (0,) * 4)
        due, reported = counts.get(id, (0, 0))
        found.append(figures.Part(name, id, events, attended, due, reported, *rated[:2]))
    return tuple(sorted(found, key=lambda each: (each.covered / each.due if each.due else 1, -each.due, each.name)))


def squads(db: Connection, of: Unit, week: str) -> tuple[figures.Part, ...]:
    """What each squad of a unit came to in a week as it stands now, the least first."""
    part = history.part(db, [of.path], week)
    told = coverage.by_squad(db, part)
    found = []
    for squad in coverage.squads(db, part)[week]:
        own = told.get(squad.id, [])
        events, heads = sum(each.events for each in own), sum(each.attended for each in own)
        found.append(figures.Part(squad.name, squad.id, events, heads))
    return tuple(sorted(found, key=lambda each: (each.events, each.attended)))


def nominations(db: Connection, week: str, part: history.Part) -> dict[str, int]:
    """State → how many nominations of that week are in it."""
    nominated = list(db.scalars(_NOMINATED.limit(_FEW + 1), {"week": week}))
    few, none = len(nominated) <= _FEW, dict.fromkeys(figures.STATES, 0)
    if not nominated:
        return none
    rows = db.execute(_in_part(part.shape, few), {**part.values, "week": week, **({"ids": nominated} if few else {})})
    return none | {state: count for state, count in rows if state}


@cache
def _in_part(shape: history.Shape, few: bool) -> Select[Any]:
    """Where few were nominated anywhere their units are looked at, and not all units of the part."""
    place = history.places(shape)
    in_week = (nomination.c.week == place.c.week) & (nomination.c.unit_id == place.c.id)
    of_week = select(nomination.c.state, func.count(nomination.c.id)).select_from(place).outerjoin(nomination, in_week)
    of_week = of_week.where(place.c.week == bindparam("week")).group_by(nomination.c.state)
    return of_week.where(place.c.id.in_(bindparam("ids", expanding=True))) if few else of_week
