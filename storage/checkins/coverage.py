"""Which squads have checked in and which are missing, in a week or on a day."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Subquery,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    union_all,
)

from storage.checkins import exemptions
from storage.checkins.rollups import Sums, week_of
from storage.organisation import history
from storage.organisation.units import Kind
from storage.statements import Prepared
from storage.tables import checkin, event, participation, rollup, unit, unit_past

# Written into the statement: as parameters PostgreSQL would not see that SELECT and GROUP BY say the same,
# and neither database would use the index of the valid check-ins.
KIND_SQUAD: ColumnElement[str] = literal_column(f"'{Kind.SQUAD.value}'")
VALID = checkin.c.state == literal_column("'valid'")


# Beyond so many squads all are read, to name some.
_FEW = 5000


@dataclass(frozen=True, slots=True)
class Squad:
    """An active squad; `school` is empty outside a school, `members` is a head count."""

    id: int
    name: str
    path: str
    school: str
    members: int | None
    grade: int | None = None
    school_id: int | None = None


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
    rated: int
    doubtful: int


def squads(db: Connection, of: history.Part) -> dict[str, list[Squad]]:
    """Week → the squads that were to report in it, in the order of school, grade and class."""
    found: dict[str, list[Squad]] = {week: [] for week in of.weeks}
    for week, *squad in _squads(of.shape).rows(db, of.values):
        found[week].append(Squad(*squad))
    return found


def named(db: Connection, of: history.Part, ids: Set[int]) -> list[Squad]:
    """These squads of those that were to report in the one week of this part, in the same order."""
    if len(ids) > _FEW:
        [all_of] = squads(db, of).values()
        return [squad for squad in all_of if squad.id in ids]
    rows = db.execute(_some_squads(of.shape), {**of.values, "ids": list(ids)}).all() if ids else ()
    return [Squad(*squad) for _, *squad in rows]


def due(db: Connection, of: history.Part) -> dict[int, int]:
    """Squad id → its school (0: outside one) of those that were to report in the one week of this part."""
    return dict(map(tuple, _due(of.shape).rows(db, of.values)))


def is_due(place: Subquery) -> ColumnElement[bool]:
    """Whether a unit of `history.places` is a squad that is to report."""
    # A class that comes in September is not missing in June.
    in_force = or_(place.c.active_from.is_(None), place.c.active_from <= place.c.last)
    return (place.c.kind == KIND_SQUAD) & place.c.active & in_force


@cache
def _due(shape: history.Shape) -> Prepared:
    def of(place: Subquery) -> Select[Any]:
        return select(place.c.id, func.coalesce(place.c.school_id, 0)).where(is_due(place))

    return Prepared(lambda _: union_all(*map(of, history.arms(shape))))


@cache
def _squads(shape: history.Shape) -> Prepared:
    return Prepared(lambda _: _named_squads(history.places(shape)))


@cache
def _some_squads(shape: history.Shape) -> Select[Any]:
    place = history.places(shape)
    return _named_squads(place).where(place.c.id.in_(bindparam("ids", expanding=True)))


def _named_squads(place: Subquery) -> Select[Any]:
    school, past = unit.alias("school"), unit_past.alias("past")
    then = (past.c.unit_id == place.c.school_id) & (past.c.since <= place.c.first) & (past.c.until > place.c.first)
    return (
        select(
            place.c.week, place.c.id, place.c.name, place.c.path, func.coalesce(past.c.name, school.c.name, ""),
            place.c.members, place.c.grade, place.c.school_id,
        )
        .select_from(place)
        .outerjoin(school, school.c.id == place.c.school_id)
        .outerjoin(past, then)
        .where(is_due(place))
        .order_by(
            func.coalesce(place.c.school_id, 0), func.coalesce(place.c.grade, 0), func.coalesce(place.c.class_no, 0),
            place.c.id,
        )
    )  # fmt: skip


def _of_place(place: Subquery) -> ColumnElement[bool]:
    return (rollup.c.week == place.c.week) & (rollup.c.unit_id == place.c.id)


def _squad_id(place: Subquery) -> ColumnElement[int]:
    """A check-in of a 小队 covers its squad. One of a grade or school covers no squad: each reports for itself."""
    return case((place.c.kind == KIND_SQUAD, place.c.id), else_=place.c.parent_id)


def unexcused(found: Sequence[Squad], holding: dict[str, str]) -> list[Squad]:
    """Those of the squads that have neither said that there was nothing nor are excused."""
    return [squad for squad in found if not exemptions.kind_of(squad.path, holding)]


def missing_on(db: Connection, day: date, paths: Sequence[str]) -> tuple[list[Squad], int]:
    """(the squads in these subtrees without a check-in for the day, how many squads there are)."""
    of = history.part(db, paths, week_of(day))
    due, values = squads(db, of)[week_of(day)], {**of.values, "day": day}
    asked = _reported(of.shape), _named(of.shape)
    seen = {squad_id for query in asked for squad_id, found in db.execute(query, values) if found is not None}
    return unexcused([squad for squad in due if squad.id not in seen], exemptions.on_day(db, day)), len(due)


@cache
def _reported(shape: history.Shape) -> Select[Any]:
    place = history.places(shape)
    reported = VALID & (checkin.c.day == bindparam("day")) & (checkin.c.unit_id == place.c.id)
    return select(_squad_id(place), checkin.c.id).select_from(place).outerjoin(checkin, reported)


@cache
def _named(shape: history.Shape) -> Select[Any]:
    """Who took part in an event that was told by another."""
    place = history.places(shape)
    that_day = (event.c.id == participation.c.event_id) & (event.c.day == bindparam("day"))
    return (
        select(_squad_id(place), event.c.id)
        .select_from(place)
        .outerjoin(participation, participation.c.unit_id == place.c.id)
        .outerjoin(event, that_day)
    )


def by_squad(db: Connection, of: history.Part) -> dict[int, list[SquadSums]]:
    """The sums of a part of one week by squad id and activity; squads without a check-in are not in it."""
    found: dict[int, list[SquadSums]] = {}
    for id, activity, *numbers in db.execute(_by_squad(of.shape), of.values):
        found.setdefault(id, []).append(SquadSums(activity, *map(int, numbers)))
    return found


@cache
def _by_squad(shape: history.Shape) -> Select[Any]:
    sums = [func.sum(rollup.c[name]) for name in Sums._fields]
    place = history.places(shape)
    squad_id = _squad_id(place)
    return (
        select(squad_id, rollup.c.activity, *sums)
        .select_from(place)
        .outerjoin(rollup, _of_place(place))
        .group_by(squad_id, rollup.c.activity)
        .having(sums[0] > 0)
        .order_by(squad_id, sums[0].desc(), rollup.c.activity)
    )
