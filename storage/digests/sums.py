"""The sums that a digest reads: the rollups by activity, the nominations by state."""

from collections.abc import Callable, Iterable
from dataclasses import astuple, dataclass, replace
from functools import cache
from operator import add
from typing import Any

from sqlalchemy import Connection, Join, Select, String, Subquery, bindparam, case, func, select, union_all

from storage.checkins import coverage, school_rollups, weekly_coverage
from storage.checkins.rollups import Sums
from storage.digests import figures
from storage.organisation import history
from storage.organisation.units import Kind, Unit
from storage.statements import Prepared
from storage.tables import nomination, rollup, school_rollup

# The units where somebody was nominated in a week; beyond so many all units of the part are looked at.
_FEW = 1000
_NOMINATED = Prepared(
    lambda _: select(nomination.c.unit_id).where(nomination.c.week == bindparam("week", type_=String())).distinct()
    .limit(_FEW + 1)
)  # fmt: skip
_HEADS = ("events", "attended", "rated_due", "rated_attended")
_ANY = select(rollup.c.unit_id).where(rollup.c.week == bindparam("week")).limit(1)


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


@dataclass(frozen=True, slots=True)
class Totals:
    """What a week comes to: distinct events, heads; `told` are the squads that were to report and did."""

    events: int = 0
    attended: int = 0
    rated_due: int = 0
    rated_attended: int = 0
    told: int = 0


def _rows(db: Connection, part: history.Part, of: Callable[[history.Shape, bool], Prepared]) -> list[Any]:
    return of(part.shape, part.whole).rows(db, part.values) if part.weeks else []


def by_activity(db: Connection, part: history.Part) -> list[ActivitySums]:
    """
    The sums of the one week of this part, the most frequent first.

    What several units share is taken off where they meet (storage/events.py): the sum is right in every subtree.
    """
    added: dict[str, list[int]] = {}
    schools, inside = part.divided()
    for activity, *numbers in _rows(db, schools, _activities_of_schools) + _rows(db, inside, _activities_of_units):
        if activity is not None:
            of_activity = added.setdefault(activity, [0] * len(numbers))
            of_activity[:] = map(int, map(add, of_activity, numbers))
    rows = [ActivitySums(activity, *numbers) for activity, numbers in added.items() if numbers[0] > 0]
    # Sorted here, since the databases order Chinese words differently.
    return sorted(rows, key=lambda row: (-row.events, -row.attended, row.activity))


def totals(db: Connection, part: history.Part) -> dict[str, Totals]:
    """What each week of this part comes to."""
    found = dict.fromkeys(part.weeks, Totals())
    schools, inside = part.divided()
    for week, *numbers in _rows(db, schools, _totals_of_schools) + _rows(db, inside, _totals_of_units):
        if numbers[0] is not None:
            found[week] = Totals(*map(int, map(add, astuple(found[week]), numbers)))
    teams = weekly_coverage.by_teams(db, part)
    return {week: replace(each, told=each.told + teams[week]) for week, each in found.items()}


def is_any(db: Connection, week: str) -> bool:
    """Whether anything was counted in the week, anywhere."""
    return db.scalar(_ANY, {"week": week}) is not None


@cache
def _activities_of_schools(shape: history.Shape, whole: bool) -> Prepared:
    table = school_rollup.c
    sums = [func.sum(table[name]) for name in (*Sums._fields, "squads")]

    def of(place: Subquery) -> Select[Any]:
        summed = school_rollups.of(place, whole, table.activity != school_rollups.ALL, table.activity, *sums)
        return summed.group_by(table.activity)

    return Prepared(lambda _: union_all(*map(of, history.arms(shape))))


@cache
def _activities_of_units(shape: history.Shape, _: bool) -> Prepared:
    sums = [func.sum(rollup.c[name]) for name in Sums._fields]

    def of(place: Subquery) -> Select[Any]:
        taking_part = (rollup.c.events > 0) & (place.c.kind == Kind.SQUAD)
        summed = select(rollup.c.activity, *sums, func.sum(case((taking_part, 1), else_=0)))
        return summed.select_from(_counted(place)).group_by(rollup.c.activity)

    return Prepared(lambda _: union_all(*map(of, history.arms(shape))))


@cache
def _totals_of_schools(shape: history.Shape, whole: bool) -> Prepared:
    sums = [func.sum(school_rollup.c[name]) for name in (*_HEADS, "squads")]

    def of(place: Subquery) -> Select[Any]:
        return school_rollups.of(
            place, whole, school_rollup.c.activity == school_rollups.ALL, func.min(place.c.week), *sums
        )

    return Prepared(lambda _: union_all(*map(of, history.arms(shape))))


@cache
def _totals_of_units(shape: history.Shape, _: bool) -> Prepared:
    heads = [func.sum(rollup.c[name]) for name in _HEADS]

    def of(place: Subquery) -> Select[Any]:
        reported = case(((rollup.c.events > 0) & coverage.is_due(place), place.c.id))
        return select(func.min(place.c.week), *heads, func.count(reported.distinct())).select_from(_counted(place))

    return Prepared(lambda _: union_all(*map(of, history.arms(shape))))


def _counted(place: Subquery) -> Join:
    """By an outer join both databases begin with the units, and not with all that was counted that week."""
    return place.outerjoin(rollup, (rollup.c.week == place.c.week) & (rollup.c.unit_id == place.c.id))


def schools(
    db: Connection, week: str, counts: weekly_coverage.Counts, told: Iterable[school_rollups.Told]
) -> tuple[figures.Part, ...]:
    """The schools with squads that are due, and those where something took place; the least covered first."""
    found = [
        figures.Part(
            each.name, each.id, each.events, each.attended, *counts.get(each.id, (0, 0)), each.rated_due,
            each.rated_attended,
        )
        for each in told if each.school_id
    ]  # fmt: skip
    silent = counts.keys() - {0, *(each.id for each in found)}
    names = history.names_of(db, silent, week)
    return by_coverage(found + [figures.Part(names[id], id, 0, 0, *counts[id]) for id in silent])


def by_coverage(schools: Iterable[figures.Part]) -> tuple[figures.Part, ...]:
    """The least covered first."""
    return tuple(sorted(schools, key=lambda each: (each.covered / each.due if each.due else 1, -each.due, each.name)))


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
    nominated = [id for (id,) in _NOMINATED.rows(db, {"week": week})]
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
