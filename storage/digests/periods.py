"""The figures of any range of days in a part of the tree, straight from the check-ins: months, terms, years."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    String,
    and_,
    case,
    func,
    select,
    type_coerce,
    union,
)

from storage.checkins import counting, coverage, events
from storage.checkins.coverage import VALID
from storage.checkins.rollups import week_of
from storage.digests import figures, sums
from storage.organisation import history
from storage.organisation.units import Kind, Unit, below
from storage.tables import checkin, event, participation, unit, unit_past


@dataclass(frozen=True, slots=True)
class Period:
    """A range of days of a unit; the squads due are those at its end. `schools`: least covered first."""

    first: date
    last: date
    events: int
    attendance: figures.Attendance
    squads_due: int
    squads_covered: int
    by_activity: tuple[figures.Activity, ...]
    schools: tuple[figures.Part, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(slots=True)
class _Tally:
    """Sums by activity, of the whole and of each school in it."""

    whole: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0] * 5))
    schools: dict[int, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0] * 5))

    def add(self, activity: str, school: int | None, numbers: Sequence[int]) -> None:
        for kept in (self.whole[activity], *((self.schools[school],) if school else ())):
            kept[:] = [have + more for have, more in zip(kept, numbers, strict=True)]


def between(db: Connection, of: Unit, first: date, last: date) -> Period:
    """
    What took place from the first to the last day in this part of the tree.

    Each check-in counts where its unit was on its day; an event of several units once (storage/checkins/events.py).
    """
    tally = _Tally()
    for activity, school, *numbers in db.execute(_alone(of, first, last)):
        tally.add(activity, school, [int(each) for each in numbers])
    _add_shared(db, tally, of, first, last)
    taking_part = {tuple(row) for row in db.execute(taking_part_in(of, first, last))}
    covered = {squad for _, squad, _ in taking_part}
    per_activity = Counter(activity for activity, _, itself in taking_part if itself)
    due = coverage.squads(db, history.part(db, [of.path], week_of(last)))[week_of(last)]
    whole = [sum(column) for column in zip(*tally.whole.values(), strict=True)] or [0] * 5
    activities = [
        figures.Activity(name, each[0], per_activity[name], each[1], figures.percent(each[3], each[2]))
        for name, each in tally.whole.items()
        if each[0] > 0
    ]
    activities.sort(key=lambda each: (-each.events, -each.attended, each.activity))
    return Period(
        first, last, whole[0],
        figures.Attendance(whole[1], whole[2], whole[3], figures.percent(whole[3], whole[2]), whole[4]),
        len(due), sum(squad.id in covered for squad in due), tuple(activities),
        () if of.school_id else sums.schools(db, tally.schools, *_of_schools(due, covered)),
        tuple(f"{'' if of.school_id else each.school}{each.name}" for each in due if each.id not in covered),
    )  # fmt: skip


def _of_schools(due: Iterable[coverage.Squad], covered: set[int]) -> tuple[counting.Counts, dict[int, str]]:
    """(the counts by school, their names)."""
    counts: counting.Counts = defaultdict(lambda: [0, 0])
    for squad in due:
        both = counts[squad.school_id or 0]
        both[:] = both[0] + 1, both[1] + (squad.id in covered)
    return counts, {squad.school_id: squad.school for squad in due if squad.school_id}


# --- where a unit was on a day -------------------------------------------------------------------------------


class _Place:
    """A `unit` of a query, as it was on the day that this column holds."""

    def __init__(self, day: ColumnElement[date]) -> None:
        past = unit_past.alias()
        self.past = past
        self.then = and_(past.c.unit_id == unit.c.id, past.c.since <= day, past.c.until > day)
        self.path = type_coerce(func.coalesce(past.c.path, unit.c.path), String)
        self.school = func.coalesce(past.c.school_id, unit.c.school_id)
        self.is_squad = func.coalesce(past.c.kind, unit.c.kind) == Kind.SQUAD
        # A check-in of a 小队 covers its squad.
        parent = func.coalesce(past.c.parent_id, unit.c.parent_id)
        self.squad = case((self.is_squad, unit.c.id), else_=parent)

    def within(self, of: Unit) -> ColumnElement[bool]:
        """In this part of the tree on that day; the units that it can be at all are named first, for the index."""
        inside = f"%/{of.id}/%"
        once = select(unit_past.c.unit_id).where(type_coerce(unit_past.c.path, String).like(inside))
        candidates = union(select(unit.c.id).where(below(of.path)), once)
        return unit.c.id.in_(candidates) & self.path.like(inside)


TOLD, NAMED = _Place(checkin.c.day), _Place(event.c.day)
REPORTS = checkin.join(unit, unit.c.id == checkin.c.unit_id).outerjoin(TOLD.past, TOLD.then)
NAMES = (
    participation.join(event, event.c.id == participation.c.event_id)
    .join(unit, unit.c.id == participation.c.unit_id)
    .outerjoin(NAMED.past, NAMED.then)
)


def _alone(of: Unit, first: date, last: date) -> Select[Any]:
    """By activity and school: single events, 人次, heads due and there where both are known, of how many."""
    rated = checkin.c.due > 0
    return (
        select(
            checkin.c.activity, TOLD.school, func.count(), func.sum(checkin.c.attended),
            func.sum(case((rated, checkin.c.due), else_=0)), func.sum(case((rated, checkin.c.attended), else_=0)),
            func.sum(case((rated, 1), else_=0)),
        )
        .select_from(REPORTS)
        .where(VALID, checkin.c.event_id.is_(None), checkin.c.day.between(first, last), TOLD.within(of))
        .group_by(checkin.c.activity, TOLD.school)
    )  # fmt: skip


def taking_part_in(of: Unit, first: date, last: date) -> CompoundSelect[Any]:
    """(activity, squad, whether it did so itself) of whoever reported or is named in an event of others."""
    told = select(checkin.c.activity, TOLD.squad, TOLD.is_squad).select_from(REPORTS)
    named = select(event.c.activity, NAMED.squad, NAMED.is_squad).select_from(NAMES)
    return union(
        told.where(VALID, checkin.c.day.between(first, last), TOLD.within(of)),
        named.where(event.c.day.between(first, last), NAMED.within(of)),
    )


def shared_in(of: Unit, first: date, last: date) -> CompoundSelect[Any]:
    """The ids of the events of several units that touch this part of the tree."""
    told = select(checkin.c.event_id).select_from(REPORTS)
    named = select(event.c.id).select_from(NAMES)
    return union(
        told.where(VALID, checkin.c.event_id.is_not(None), checkin.c.day.between(first, last), TOLD.within(of)),
        named.where(event.c.day.between(first, last), NAMED.within(of)),
    )


def _add_shared(db: Connection, tally: _Tally, of: Unit, first: date, last: date) -> None:
    """The events of several units that touch this part of the tree; all their parts tell what is whose."""
    touching = shared_in(of, first, last)
    parts: dict[tuple[int, str], list[tuple[events.Part, int | None]]] = defaultdict(list)
    heads = (checkin.c.attended, checkin.c.due, checkin.c.id)
    reports = select(checkin.c.event_id, checkin.c.activity, TOLD.school, unit.c.id, TOLD.path, *heads)
    for event_id, activity, school, *part in db.execute(
        reports.select_from(REPORTS).where(VALID, checkin.c.event_id.in_(touching))
    ):
        parts[event_id, activity].append((events.Part(*part), school))
    names = select(event.c.id, event.c.activity, NAMED.school, unit.c.id, NAMED.path)
    for event_id, activity, school, *part in db.execute(names.select_from(NAMES).where(event.c.id.in_(touching))):
        parts[event_id, activity].append((events.Part(*part), school))
    for (_, activity), of_event in parts.items():
        inside, schools = _homes(of_event, of)
        for unit_id, share in events.shares(part for part, _ in of_event).items():
            if unit_id in inside:
                tally.add(activity, schools.get(unit_id), (*share[:4], 0))
        for one, school in of_event:
            if one.due and one.unit_id in inside:
                tally.add(activity, school, (0, 0, 0, 0, 1))


def _homes(parts: Iterable[tuple[events.Part, int | None]], of: Unit) -> tuple[set[int], dict[int, int]]:
    """(the ids inside the part of the tree, id → its school) along the paths of those who took part."""
    inside: set[int] = set()
    schools: dict[int, int] = {}
    for part, school in parts:
        ids = [int(each) for each in part.path.strip("/").split("/")]
        if of.id in ids:
            inside.update(ids[ids.index(of.id) :])
        if school in ids:
            schools.update(dict.fromkeys(ids[ids.index(school) :], school))
    return inside, schools
