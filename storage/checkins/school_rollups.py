"""
The sums by week once more, by school, kept in the transaction that writes those by unit: a province reads its schools.

What stands outside of a school is added up by itself. A unit counts where it was in the week, as a digest shows it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from itertools import repeat
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Date,
    Integer,
    Select,
    String,
    Subquery,
    Table,
    bindparam,
    case,
    delete,
    func,
    literal,
    or_,
    select,
    union_all,
)

from storage.base import chunks
from storage.base.upsert import insert_into
from storage.organisation import history
from storage.organisation.units import Kind
from storage.statements import Prepared
from storage.tables import rollup, school_rollup, unit, unit_past

Key = tuple[str, int, str]
# The activity of the sums of all activities.
ALL = ""
_KEY = ("week", "unit_id", "activity")
_SUMS = tuple(rollup.c.keys()[len(_KEY) :])
# The places of the counts of squads and of 小队 behind the sums.
_SQUADS, _TEAMS = len(_SUMS), len(_SUMS) + 1
# What a unit is to the sums of its school: a squad that is to report, one that need not, what is in a school beside.
_OTHER, _DUE, _SQUAD, _TEAM = range(4)
# So many units are looked for at a time.
_UNITS = tuple(f"unit{number}" for number in range(32))


class _Stood(NamedTuple):
    """Where a unit was in a week, and what; its events by activity."""

    school: int
    role: int
    events: dict[str, int]


@cache
def _upsert(table: Table) -> Prepared:
    def make(dialect: str) -> Any:
        statement = insert_into(dialect, table)
        more = {name: table.c[name] + statement.excluded[name] for name in table.c.keys()[len(_KEY) :]}
        return statement.on_conflict_do_update(index_elements=_KEY, set_=more)

    return Prepared(make, table.c.keys())


def write(db: Connection, table: Table, sums: Mapping[Key, Sequence[int]]) -> None:
    """Add these to the rows, in the order of their keys, so that several processes cannot lock each other out."""
    names = table.c.keys()
    _upsert(table).many(db, [dict(zip(names, (*key, *sums[key]), strict=True)) for key in sorted(sums)])


def add(db: Connection, deltas: Mapping[Key, Sequence[int]]) -> None:
    """Count these in for the schools; to be called before the same are added to the sums by unit."""
    weeks: dict[str, set[int]] = defaultdict(set)
    for week, unit_id, _ in deltas:
        weeks[week].add(unit_id)
    if db.dialect.name != "sqlite":
        for some in _some(set().union(*weeks.values())):
            _HOLD.rows(db, some)
    stood: dict[tuple[str, int], _Stood] = {}
    for week, ids in weeks.items():
        _look(db, week, ids, stood)
    write(db, school_rollup, _by_school(deltas, stood))


def _look(db: Connection, week: str, ids: Iterable[int], stood: dict[tuple[str, int], _Stood]) -> None:
    first = history.monday_of(week)
    values = {"week": week, "first": first, "last": first + timedelta(days=6)}
    for some in _some(ids):
        for id, school, role, activity, events in _STOOD.rows(db, values | some):
            place = stood.setdefault((week, id), _Stood(school, role, {}))
            if events is not None:
                place.events[activity] = events


def _some(ids: Iterable[int]) -> Iterator[dict[str, int]]:
    """The values of some of these at a time."""
    for some in chunks.chunks(sorted(ids), len(_UNITS)):
        yield dict(zip(_UNITS, [*some, *repeat(0, len(_UNITS) - len(some))], strict=True))


def _by_school(deltas: Mapping[Key, Sequence[int]], stood: Mapping[tuple[str, int], _Stood]) -> dict[Key, list[int]]:
    found: dict[Key, list[int]] = defaultdict(lambda: [0] * (_TEAMS + 1))
    after = {key: dict(place.events) for key, place in stood.items()}
    for (week, unit_id, activity), delta in deltas.items():
        # What was not there yet is in no digest of that week.
        if place := stood.get((week, unit_id)):
            had = place.events.get(activity, 0)
            after[week, unit_id][activity] = had + delta[0]
            of_activity, of_all = found[week, place.school, activity], found[week, place.school, ALL]
            for place_of, more in enumerate(delta):
                of_activity[place_of] += more
                of_all[place_of] += more
            if place.role in (_DUE, _SQUAD):
                of_activity[_SQUADS] += (had + delta[0] > 0) - (had > 0)
    for (week, unit_id), (school, role, before) in stood.items():
        if role in (_DUE, _TEAM):
            more = _has_told(after[week, unit_id]) - _has_told(before)
            found[week, school, ALL][_SQUADS if role == _DUE else _TEAMS] += more
    return found


def _has_told(events: Mapping[str, int]) -> bool:
    return any(each > 0 for each in events.values())


def _stood(_: str) -> Select[Any]:
    first, last = bindparam("first", type_=Date()), bindparam("last", type_=Date())
    then = (unit_past.c.unit_id == unit.c.id) & (unit_past.c.since <= first) & (unit_past.c.until > first)
    was = unit_past.c.id.is_not(None)
    kind, school, active, active_from = (
        case((was, unit_past.c[name]), else_=unit.c[name]) for name in ("kind", "school_id", "active", "active_from")
    )
    due = active & or_(active_from.is_(None), active_from <= last)
    squad, inside = kind == literal(Kind.SQUAD), school.is_not(None) & (school != unit.c.id)
    role = case((squad & due, _DUE), (squad, _SQUAD), (inside, _TEAM), else_=_OTHER)
    counted = (rollup.c.week == bindparam("week", type_=String())) & (rollup.c.unit_id == unit.c.id)
    query = select(unit.c.id, func.coalesce(school, unit.c.id), role, rollup.c.activity, rollup.c.events)
    query = query.select_from(unit.outerjoin(unit_past, then).outerjoin(rollup, counted))
    return query.where(_these(), was | (unit.c.since <= first))


def _these() -> ColumnElement[bool]:
    return unit.c.id.in_([bindparam(name, type_=Integer()) for name in _UNITS])


_STOOD = Prepared(_stood)
# Two processes that count the same unit do so one after the other: whether a squad has reported is no plain sum.
_HOLD = Prepared(lambda _: select(unit.c.id).where(_these()).order_by(unit.c.id).with_for_update(key_share=True))


def of(place: Subquery, whole: bool, which: ColumnElement[bool], *columns: Any) -> Select[Any]:
    """
    What was counted in the schools, and what stands outside of one, among the units of `history.places`.

    An outer join lets both databases begin with the units, and not with all that was counted that week. Of a whole tree
    that is the same, and half the work from the other end.
    """
    here = (school_rollup.c.week == place.c.week) & (school_rollup.c.unit_id == place.c.id) & which
    found = select(*columns).select_from(place.join(school_rollup, here, isouter=not whole))
    return found.where(place.c.school_id.is_(None) | (place.c.school_id == place.c.id))


class Told(NamedTuple):
    """What a school came to in a week, or what stands outside of one; its name of then. See the table for the rest."""

    id: int
    school_id: int | None
    name: str
    events: int
    attended: int
    rated_due: int
    rated_attended: int
    squads: int
    teams: int


def told(db: Connection, part: history.Part) -> list[Told]:
    """The schools of the one week of a part that holds them as a whole, as far as anything was counted there."""
    return list(map(Told._make, _told(part.shape, part.whole).rows(db, part.values))) if part.weeks else []


@cache
def _told(shape: history.Shape, whole: bool) -> Prepared:
    sums = [school_rollup.c[name] for name in Told._fields[3:]]

    def made(place: Subquery) -> Select[Any]:
        columns = place.c.id, place.c.school_id, place.c.name, *sums
        return of(place, whole, school_rollup.c.activity == ALL, *columns).where(school_rollup.c.events.is_not(None))

    return Prepared(lambda _: union_all(*map(made, history.arms(shape))))


# --- when the tree changes ------------------------------------------------------------------------------------


@contextmanager
def counted_anew(db: Connection, which: ColumnElement[bool], since: str) -> Iterator[None]:
    """Around what changes the place, the kind or the end of these units from a week on; without one in all weeks."""
    weeks = _weeks(db, since)
    ids = db.scalars(select(unit.c.id).where(which)).all() if weeks else []
    before = _schools(db, ids)
    yield
    schools = before | _schools(db, ids)
    candidates = {*ids, *_in_schools(db, unit, unit.c.id, schools)}
    if not since:
        candidates |= _in_schools(db, unit_past, unit_past.c.unit_id, schools)
    for week in weeks:
        _count_anew(db, week, schools, candidates)


def _weeks(db: Connection, since: str) -> list[str]:
    """The weeks from this one on in which anything was counted."""
    found: list[str] = []
    later = rollup.c.week >= since
    while week := db.scalar(select(func.min(rollup.c.week)).where(later)):
        found.append(week)
        later = rollup.c.week > week
    return found


def _schools(db: Connection, ids: Collection[int]) -> set[int]:
    school = func.coalesce(unit.c.school_id, unit.c.id)
    return {id for some in chunks.chunks(ids) for id in db.scalars(select(school).where(unit.c.id.in_(some)))}


def _in_schools(db: Connection, table: Table, id: Column[int], schools: Collection[int]) -> set[int]:
    found: set[int] = set()
    for some in chunks.chunks(schools):
        found.update(db.scalars(select(id).where(or_(table.c.school_id.in_(some), id.in_(some)))))
    return found


def _count_anew(db: Connection, week: str, schools: Collection[int], candidates: Collection[int]) -> None:
    for some in chunks.chunks(schools):
        db.execute(delete(school_rollup).where(school_rollup.c.week == week, school_rollup.c.unit_id.in_(some)))
    stood: dict[tuple[str, int], _Stood] = {}
    _look(db, week, candidates, stood)
    there = {key: place._replace(events={}) for key, place in stood.items() if place.school in schools}
    deltas: dict[Key, Sequence[int]] = {}
    for some in chunks.chunks(unit_id for _, unit_id in there):
        rows = db.execute(select(rollup).where(rollup.c.week == week, rollup.c.unit_id.in_(some)))
        deltas.update(((week, row.unit_id, row.activity), row[len(_KEY) :]) for row in rows)
    write(db, school_rollup, _by_school(deltas, there))
