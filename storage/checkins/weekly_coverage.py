"""How many squads were to report in a week and did, counted by the database by school; and who has not.

A province has 120,000 squads: what is shown of it are its schools, and of these the numbers.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    Subquery,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)

from storage.base import chunks
from storage.checkins import exemptions
from storage.checkins.coverage import KIND_SQUAD, Squad, unexcused
from storage.organisation import history
from storage.organisation.units import Unit, below
from storage.tables import rollup, unit, unit_past

__all__ = ["Counts", "Squad", "missing", "missing_by_school", "of", "school_names"]

# What stands for a number of squads where there is none.
_TEAM = -1
# School id (0: outside a school) → [squads that are due, those of them that have reported].
Counts = dict[int, list[int]]


def of(db: Connection, part: history.Part, week: str) -> tuple[dict[str, Counts], list[Squad]]:
    """
    (week → how many squads of each school were to report in it and did, those that have not in one of the weeks).

    The squads are in the order of school, grade and class.
    """
    found: dict[str, Counts] = {week: defaultdict(lambda: [0, 0]) for week in part.weeks}
    teams: set[tuple[str, int]] = set()
    for label, id, due, told in db.execute(_counted(part.shape), part.values):
        if due == _TEAM:
            teams.add((label, id))
            continue
        both = found[label][id]
        both[:] = both[0] + int(due), both[1] + int(told)
    which = part if teams else history.Part({week: part.weeks[week]}, part.then)
    without = _silent(db, which)
    for label, squad in without:
        found[label][squad.school_id or 0][1] += (label, squad.id) in teams
    return found, [squad for label, squad in without if label == week and (label, squad.id) not in teams]


def missing(db: Connection, week: str, paths: Sequence[str]) -> tuple[list[Squad], int]:
    """(the squads in these subtrees that have said nothing of the week, how many squads there are)."""
    counts, silent = of(db, history.part(db, paths, week), week)
    holding = exemptions.in_week(db, history.monday_of(week))
    return unexcused(silent, holding), sum(due for due, _ in counts[week].values())


def missing_by_school(db: Connection, week: str, paths: Sequence[str]) -> tuple[dict[int, int], int]:
    """
    (school id, 0 outside a school → how many squads have said nothing of the week, how many squads there are).

    What `missing` comes to, in the order of its schools; of a province only those squads are looked at that a 小队
    covers or that are excused.
    """
    part, holding = history.part(db, paths, week), exemptions.in_week(db, history.monday_of(week))
    apart = {int(path.rstrip("/").rpartition("/")[2]) for path in holding}
    above_schools = select(unit.c.id).where(unit.c.school_id.is_(None), unit.c.kind != KIND_SQUAD)
    if any(db.scalar(above_schools.where(unit.c.id.in_(some)).limit(1)) for some in chunks.chunks(apart)):
        silent, due = missing(db, week, paths)
        return dict(Counter(squad.school_id or 0 for squad in silent)), due
    left: dict[int, int] = defaultdict(int)
    covered, total = set(), 0
    for _, id, due, told in db.execute(_counted(part.shape), part.values):
        if due == _TEAM:
            covered.add(id)
        else:
            left[id], total = left[id] + int(due) - int(told), total + int(due)
    looked_at: set[int] = set()
    for some in chunks.chunks(apart | covered):
        for _, _, *row in db.execute(_silent_at(part.shape), {**part.values, "ids": list(some)}):
            squad = Squad(*row)
            if squad.id not in looked_at and (squad.id in covered or exemptions.kind_of(squad.path, holding)):
                looked_at.add(squad.id)
                left[squad.school_id or 0] -= 1
    return {id: count for id, count in sorted(left.items()) if count}, total


def school_names(db: Connection, of: Unit, week: str) -> dict[int, str]:
    """School id → what it was called in that week, of those that are in this part of the tree now."""
    first = history.monday_of(week)
    then = (unit_past.c.unit_id == unit.c.id) & (unit_past.c.since <= first) & (unit_past.c.until > first)
    query = select(unit.c.id, func.coalesce(unit_past.c.name, unit.c.name)).outerjoin(unit_past, then)
    return {id: name for id, name in db.execute(query.where(below(of.path), unit.c.id == unit.c.school_id))}


def _silent(db: Connection, of: history.Part) -> list[tuple[str, Squad]]:
    """(week, squad) of those without a check-in of their own."""
    rows = db.execute(_silent_of(of.shape), of.values)
    found = [(class_no or 0, week, Squad(*squad)) for class_no, week, *squad in rows]
    found.sort(key=lambda each: (each[1], each[2].school_id or 0, each[2].grade or 0, each[0], each[2].id))
    return [(week, squad) for _, week, squad in found]


def _is_due(place: Subquery) -> ColumnElement[bool]:
    # A class that comes in September is not missing in June.
    in_force = or_(place.c.active_from.is_(None), place.c.active_from <= place.c.last)
    return (place.c.kind == KIND_SQUAD) & place.c.active & in_force


def _told(place: Subquery) -> ColumnElement[bool]:
    there = (rollup.c.week == place.c.week) & (rollup.c.unit_id == place.c.id) & (rollup.c.events > 0)
    return exists().where(there)


@cache
def _counted(shape: history.Shape) -> CompoundSelect[Any]:
    """(week, school, due, told) of squads; (week, squad, _TEAM, 0) of each 小队 that has reported and so covers it."""

    def of(place: Subquery) -> Any:
        school = func.coalesce(place.c.school_id, 0)
        told = func.sum(case((_told(place), 1), else_=0))
        return select(place.c.week, school, func.count(), told).where(_is_due(place)).group_by(place.c.week, school)

    def teams(place: Subquery) -> Any:
        reported = (place.c.kind != KIND_SQUAD) & place.c.school_id.is_not(None) & (place.c.id != place.c.school_id)
        found = select(place.c.week, place.c.parent_id, literal(_TEAM), literal(0))
        return found.where(reported, _told(place))

    arms = history.arms(shape)
    return union_all(*map(of, arms), *map(teams, arms))


@cache
def _silent_at(shape: history.Shape) -> CompoundSelect[Any]:
    """Of these squads only, and of those in these grades and schools."""
    ids: BindParameter[Any] = bindparam("ids", expanding=True)
    return union_all(
        *(
            _silent_in(each).where(or_(each.c.id.in_(ids), each.c.parent_id.in_(ids), each.c.school_id.in_(ids)))
            for each in history.arms(shape)
        )
    )


@cache
def _silent_of(shape: history.Shape) -> CompoundSelect[Any]:
    return union_all(*map(_silent_in, history.arms(shape)))


def _silent_in(place: Subquery) -> Select[Any]:
    school, past = unit.alias("school"), unit_past.alias("past")
    then = (past.c.unit_id == place.c.school_id) & (past.c.since <= place.c.first) & (past.c.until > place.c.first)
    squad = (
        place.c.id, place.c.name, place.c.path, func.coalesce(past.c.name, school.c.name, ""), place.c.members,
        place.c.grade, place.c.school_id,
    )  # fmt: skip
    named = place.outerjoin(school, school.c.id == place.c.school_id).outerjoin(past, then)
    query = select(place.c.class_no, place.c.week, *squad).select_from(named)
    return query.where(_is_due(place), ~_told(place))
