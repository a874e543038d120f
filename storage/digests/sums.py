"""The sums that a digest reads: the rollups by activity, the nominations by state."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, case, func, select

from storage.checkins.rollups import Sums
from storage.digests import figures
from storage.organisation import history
from storage.organisation.units import Kind
from storage.tables import nomination, rollup


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
    squads: int

    @property
    def rate(self) -> float | None:
        """Per cent of the heads due."""
        return figures.percent(self.rated_attended, self.rated_due)


def by_week(db: Connection, part: history.Part) -> dict[str, list[ActivitySums]]:
    """
    The sums of each week by activity, the most frequent first.

    What several units share is taken off where they meet (storage/events.py): the sum is right in every subtree.
    """
    found: dict[str, list[ActivitySums]] = {week: [] for week in part.weeks}
    for week, activity, *numbers in db.execute(_summing(part.shape), part.values):
        found[week].append(ActivitySums(activity, *map(int, numbers)))
    for each in found.values():
        # Sorted here, since the databases order Chinese words differently.
        each.sort(key=lambda row: (-row.events, -row.attended, row.activity))
    return found


@cache
def _summing(shape: history.Shape) -> Select[Any]:
    sums = [func.sum(rollup.c[name]) for name in Sums._fields]
    place = history.places(shape)
    taking_part = (rollup.c.events > 0) & (place.c.kind == Kind.SQUAD)
    return (
        select(place.c.week, rollup.c.activity, *sums, func.sum(case((taking_part, 1), else_=0)))
        .select_from(place)
        .outerjoin(rollup, (rollup.c.week == place.c.week) & (rollup.c.unit_id == place.c.id))
        .group_by(place.c.week, rollup.c.activity)
        .having(sums[0] > 0)
    )


def nominations(db: Connection, week: str, part: history.Part) -> dict[str, int]:
    """State → how many nominations of that week are in it."""
    rows = db.execute(_nominated(part.shape), {**part.values, "week": week})
    return dict.fromkeys(figures.STATES, 0) | {state: count for state, count in rows if state}


@cache
def _nominated(shape: history.Shape) -> Select[Any]:
    place = history.places(shape)
    in_week = (nomination.c.week == place.c.week) & (nomination.c.unit_id == place.c.id)
    of_week = select(nomination.c.state, func.count(nomination.c.id)).select_from(place).outerjoin(nomination, in_week)
    return of_week.where(place.c.week == bindparam("week")).group_by(nomination.c.state)
