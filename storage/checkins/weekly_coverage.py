"""How many squads were to report in a week and did, counted by the database by school; and who has not.

A province has 120,000 squads: what is shown of it are its schools, of these the numbers, and a few names.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
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

from storage.checkins import exemptions, school_rollups
from storage.checkins.coverage import KIND_SQUAD, Squad, is_due
from storage.checkins.school_rollups import ALL
from storage.organisation import history
from storage.statements import Prepared
from storage.tables import rollup, school_rollup, unit, unit_past

__all__ = ["Counts", "Coverage", "Squad", "by_teams", "missing", "missing_by_school", "of"]

# All who are silent are looked at where no more squads are due, or more of them are to be looked at one by one.
_FEW = 1000
# Of a single school, and what is outside one, all are named.
_MANY_SCHOOLS = 2
# School id (0: outside a school) → (squads that are due, those of them that have reported).
Counts = dict[int, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Coverage:
    """
    A week of a part of the tree. `exempt`: zero and excused → how many squads; `missing`: school id → how many others.

    `named` are the first of these, in the order of school, grade and class; the schools are in the same order. `told`
    are the schools where anything was counted, without those of which only a part is asked.
    """

    counts: Counts
    exempt: Counter[str]
    missing: dict[int, int]
    named: list[Squad]
    told: list[school_rollups.Told]

    @property
    def due(self) -> int:
        """How many squads were to report."""
        return sum(due for due, _ in self.counts.values())


def of(db: Connection, part: history.Part, most: int | None = None) -> Coverage:
    """Who has reported in the one week of this part; at least so many who have not are named, or all."""
    [week] = part.weeks
    schools, inside = part.divided()
    told = school_rollups.told(db, schools)
    counts: Counts = {}
    for school, due, reported in _counted(db, schools, inside):
        have = counts.get(school or 0, (0, 0))
        counts[school or 0] = have[0] + due, have[1] + reported
    for each in told:
        if each.squads:
            id = each.school_id or 0
            counts[id] = counts[id][0], counts[id][1] + each.squads
    teams = {squad for _, squad in _covered(db, schools, inside, [each.id for each in told if each.teams])}
    left = Counter({id: due - reported for id, (due, reported) in counts.items()})
    holding = exemptions.in_week(db, history.monday_of(week))
    apart = teams | {int(path.rstrip("/").rpartition("/")[2]) for path in holding}
    many = len(counts) > _MANY_SCHOOLS and sum(due for due, _ in counts.values()) > _FEW
    few = most is not None and many and _are_few(db, apart)
    exempt: Counter[str] = Counter()
    named, others = [], set()
    for _, squad in _silent(db, part, apart if few else None):
        kind = "" if squad.id in teams else exemptions.kind_of(squad.path, holding)
        if squad.id not in teams and not kind:
            named.append(squad)
            continue
        others.add(squad.id)
        left[squad.school_id or 0] -= 1
        if squad.id in teams:
            due, reported = counts[squad.school_id or 0]
            counts[squad.school_id or 0] = due, reported + 1
        exempt.update([kind] if kind else ())
    missing = {id: count for id, count in sorted(left.items()) if count}
    if few:
        named = [squad for squad in _first(db, part, missing, most or 0) if squad.id not in others]
    return Coverage(counts, exempt, missing, named, told)


def _are_few(db: Connection, apart: Collection[int]) -> bool:
    """Whether what is to be looked at one by one is that little; of what is above schools it would be all."""
    above = select(unit.c.id).where(unit.c.school_id.is_(None), unit.c.kind != KIND_SQUAD, unit.c.id.in_(apart))
    return len(apart) <= _FEW and db.scalar(above.limit(1)) is None


def _first(db: Connection, part: history.Part, missing: Mapping[int, int], most: int) -> list[Squad]:
    """The silent squads of the first schools that have so many together."""
    schools: set[int] = set()
    for id, count in missing.items():
        if most <= 0:
            break
        schools.add(id)
        most -= count
    # What is outside a school is found by looking at all.
    rows = _silent(db, part, None if 0 in schools else schools)
    return [squad for _, squad in rows if (squad.school_id or 0) in schools]


def by_teams(db: Connection, part: history.Part) -> Counter[str]:
    """Week → how many squads that have not reported themselves are covered by a 小队 that has."""
    schools, inside = part.divided()
    rows = _with_teams(schools.shape, schools.whole).rows(db, schools.values) if schools.weeks else []
    teams = _covered(db, schools, inside, [id for (id,) in rows])
    silent = _silent(db, part, {id for _, id in teams})
    return Counter(week for week, squad in silent if (week, squad.id) in teams)


def missing(db: Connection, week: str, paths: Sequence[str]) -> tuple[list[Squad], int]:
    """(the squads in these subtrees that have said nothing of the week, how many squads there are)."""
    found = of(db, history.part(db, paths, week))
    return found.named, found.due


def missing_by_school(db: Connection, week: str, paths: Sequence[str]) -> tuple[dict[int, int], int]:
    """
    (school id, 0 outside a school → how many squads have said nothing of the week, how many squads there are).

    What `missing` comes to, in the order of its schools; of a province only those squads are looked at that a 小队
    covers or that are excused.
    """
    found = of(db, history.part(db, paths, week), 0)
    return found.missing, found.due


def _silent(db: Connection, of: history.Part, ids: Collection[int] | None) -> list[tuple[str, Squad]]:
    """(week, squad) of those without a check-in of their own; of these squads only and those in these schools."""
    if ids is None:
        rows = _silent_of(of.shape).rows(db, of.values)
    else:
        asked = (_silent_at(of.shape), {**of.values, "ids": sorted(ids)})
        rows = list(db.execute(*asked)) if ids else []
    found = [(class_no or 0, week, Squad(*squad)) for class_no, week, *squad in rows]
    found.sort(key=lambda each: (each[1], each[2].school_id or 0, each[2].grade or 0, each[0], each[2].id))
    return [(week, squad) for _, week, squad in found]


def _told(place: Subquery) -> ColumnElement[bool]:
    there = (rollup.c.week == place.c.week) & (rollup.c.unit_id == place.c.id) & (rollup.c.events > 0)
    return exists().where(there)


def _teams(place: Subquery) -> Select[Any]:
    """The week and each squad whose 小队 has reported and so covers it."""
    reported = (place.c.kind != KIND_SQUAD) & place.c.school_id.is_not(None) & (place.c.id != place.c.school_id)
    return select(place.c.week, place.c.parent_id).where(reported, _told(place))


def _counted(db: Connection, schools: history.Part, inside: history.Part) -> Iterator[tuple[int, int, int]]:
    """(school, squads that were to report in the one week, those that did), of whole schools without these."""
    if schools.weeks:
        yield from _due(schools.shape).rows(db, schools.values)
    if inside.weeks:
        yield from _counted_by_unit(inside.shape).rows(db, inside.values)


@cache
def _due(shape: history.Shape) -> Prepared:
    def of(place: Subquery) -> Any:
        # By the column itself: so they come in the order of the index.
        return select(place.c.school_id, func.count(), literal(0)).where(is_due(place)).group_by(place.c.school_id)

    return Prepared(lambda _: union_all(*map(of, history.arms(shape))))


@cache
def _counted_by_unit(shape: history.Shape) -> Prepared:
    def of(place: Subquery) -> Any:
        school = func.coalesce(place.c.school_id, 0)
        reported = func.sum(case((_told(place), 1), else_=0))
        return select(school, func.count(), reported).where(is_due(place)).group_by(school)

    return Prepared(lambda _: union_all(*map(of, history.arms(shape))))


def _covered(db: Connection, schools: history.Part, inside: history.Part, ids: Sequence[int]) -> set[tuple[str, int]]:
    """(week, squad) of each that a 小队 covers; of whole schools those are looked at where any has reported."""
    found = _covering(inside.shape).rows(db, inside.values) if inside.weeks else []
    if ids:
        found += db.execute(_covering_in(schools.shape), {**schools.values, "ids": ids})
    return set(map(tuple, found))


@cache
def _with_teams(shape: history.Shape, whole: bool) -> Prepared:
    which = (school_rollup.c.activity == ALL) & (school_rollup.c.teams > 0)
    arms = [school_rollups.of(each, whole, which, school_rollup.c.unit_id) for each in history.arms(shape)]
    return Prepared(lambda _: union_all(*(each.where(school_rollup.c.unit_id.is_not(None)) for each in arms)))


@cache
def _covering_in(shape: history.Shape) -> CompoundSelect[Any]:
    ids: BindParameter[Any] = bindparam("ids", expanding=True)
    return union_all(*(_teams(each).where(each.c.school_id.in_(ids)) for each in history.arms(shape)))


@cache
def _covering(shape: history.Shape) -> Prepared:
    return Prepared(lambda _: union_all(*map(_teams, history.arms(shape))))


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
def _silent_of(shape: history.Shape) -> Prepared:
    return Prepared(lambda _: union_all(*map(_silent_in, history.arms(shape))))


def _silent_in(place: Subquery) -> Select[Any]:
    school, past = unit.alias("school"), unit_past.alias("past")
    then = (past.c.unit_id == place.c.school_id) & (past.c.since <= place.c.first) & (past.c.until > place.c.first)
    squad = (
        place.c.id, place.c.name, place.c.path, func.coalesce(past.c.name, school.c.name, ""), place.c.members,
        place.c.grade, place.c.school_id,
    )  # fmt: skip
    named = place.outerjoin(school, school.c.id == place.c.school_id).outerjoin(past, then)
    query = select(place.c.class_no, place.c.week, *squad).select_from(named)
    return query.where(is_due(place), ~_told(place))
