"""The sums that a digest reads: the rollups by activity, the nominations by state."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from functools import cache
from operator import add
from typing import Any

from sqlalchemy import Connection, Join, Select, String, Subquery, bindparam, case, func, select, union_all

from storage.base import chunks
from storage.checkins import coverage, weekly_coverage
from storage.checkins.rollups import Sums
from storage.digests import figures
from storage.organisation import history
from storage.organisation.units import Kind, Unit
from storage.statements import Prepared
from storage.tables import nomination, rollup, unit

# The units where somebody was nominated in a week; beyond so many all units of the part are looked at.
_FEW = 1000
_NOMINATED = Prepared(
    lambda _: select(nomination.c.unit_id).where(nomination.c.week == bindparam("week", type_=String())).distinct()
    .limit(_FEW + 1)
)  # fmt: skip
_ANY = select(rollup.c.unit_id).where(rollup.c.week == bindparam("week")).limit(1)
_HEADS = [func.sum(rollup.c[name]) for name in ("events", "attended", "rated_due", "rated_attended")]


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


def by_activity(db: Connection, part: history.Part) -> list[ActivitySums]:
    """
    The sums of the one week of this part, the most frequent first.

    What several units share is taken off where they meet (storage/events.py): the sum is right in every subtree.
    """
    added: dict[str, list[int]] = {}
    for activity, *numbers in _by_activity(part.shape, part.whole).rows(db, part.values):
        if activity is not None:
            of_activity = added.setdefault(activity, [0] * len(numbers))
            of_activity[:] = map(int, map(add, of_activity, numbers))
    rows = [ActivitySums(activity, *numbers) for activity, numbers in added.items() if numbers[0] > 0]
    # Sorted here, since the databases order Chinese words differently.
    return sorted(rows, key=lambda row: (-row.events, -row.attended, row.activity))


def by_school(db: Connection, part: history.Part) -> dict[int, list[int]]:
    """School id → 场, 人次, rated heads of what is in it, of the one week of this part."""
    found: dict[int, list[int]] = {}
    for school, *numbers in _by_school(part.shape, part.whole).rows(db, part.values):
        if school and numbers[0] is not None:
            found[school] = list(map(int, map(add, found.get(school, (0,) * len(numbers)), numbers)))
    return found


def totals(db: Connection, part: history.Part) -> dict[str, Totals]:
    """What each week of this part comes to."""
    found = dict.fromkeys(part.weeks, Totals())
    for week, *numbers in _totals(part.shape, part.whole).rows(db, part.values):
        if numbers[0] is not None:
            found[week] = Totals(*map(int, map(add, astuple(found[week]), numbers)))
    teams = weekly_coverage.by_teams(db, part)
    return {week: replace(each, told=each.told + teams[week]) for week, each in found.items()}


def is_any(db: Connection, week: str) -> bool:
    """Whether anything was counted in the week, anywhere."""
    return db.scalar(_ANY, {"week": week}) is not None


def _counted(place: Subquery, whole: bool) -> Join:
    """
    The units of a part with what was counted at them.

    An outer join lets both databases begin with the units, and not with all that was counted that week. Of a whole tree
    that is the same, and half the work from the other end.
    """
    here = (rollup.c.week == place.c.week) & (rollup.c.unit_id == place.c.id)
    return place.join(rollup, here, isouter=not whole)


@cache
def _by_activity(shape: history.Shape, whole: bool) -> Prepared:
    sums = [func.sum(rollup.c[name]) for name in Sums._fields]

    def of(place: Subquery) -> Select[Any]:
        taking_part = (rollup.c.events > 0) & (place.c.kind == Kind.SQUAD)
        summed = select(rollup.c.activity, *sums, func.sum(case((taking_part, 1), else_=0)))
        return summed.select_from(_counted(place, whole)).group_by(rollup.c.activity)

    return Prepared(lambda _: union_all(*map(of, history.arms(shape))))


@cache
def _by_school(shape: history.Shape, whole: bool) -> Prepared:
    def of(place: Subquery) -> Select[Any]:
        return select(place.c.school_id, *_HEADS).select_from(_counted(place, whole)).group_by(place.c.school_id)

    return Prepared(lambda _: union_all(*map(of, history.arms(shape))))


@cache
def _totals(shape: history.Shape, whole: bool) -> Prepared:
    def of(place: Subquery) -> Select[Any]:
        reported = case(((rollup.c.events > 0) & coverage.is_due(place), place.c.id))
        summed = select(func.min(place.c.week), *_HEADS, func.count(reported.distinct()))
        return summed.select_from(_counted(place, whole))

    return Prepared(lambda _: union_all(*map(of, history.arms(shape))))


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
