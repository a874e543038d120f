"""Where the unit of a check-in or an event was on its day, and what so took place in a part of the tree."""

from collections import defaultdict
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Date,
    Select,
    String,
    and_,
    bindparam,
    case,
    func,
    select,
    type_coerce,
    union,
)

from storage.base import chunks
from storage.checkins import events
from storage.checkins.coverage import VALID
from storage.organisation import units
from storage.statements import Prepared
from storage.tables import checkin, event, participation, unit, unit_past


class _Place:
    """A `unit` of a query, as it was on the day that this column holds."""

    def __init__(self, day: ColumnElement[date]) -> None:
        past = unit_past.alias()
        self.past = past
        self.then = and_(past.c.unit_id == unit.c.id, past.c.since <= day, past.c.until > day)
        self.path = type_coerce(func.coalesce(past.c.path, unit.c.path), String)
        self.school = func.coalesce(past.c.school_id, unit.c.school_id)
        self.is_squad = func.coalesce(past.c.kind, unit.c.kind) == units.Kind.SQUAD
        # A check-in of a 小队 covers its squad.
        parent = func.coalesce(past.c.parent_id, unit.c.parent_id)
        self.squad = case((self.is_squad, unit.c.id), else_=parent)

    def within(self, among: "Scope") -> ColumnElement[bool]:
        """In this part of the tree on that day; the units that it can be at all are named first, for the index."""
        once = select(unit_past.c.unit_id).where(type_coerce(unit_past.c.path, String).like(among.inside))
        candidates = union(select(unit.c.id).where(among.below), once)
        return unit.c.id.in_(candidates) & self.path.like(among.inside)


class Scope(NamedTuple):
    """Some days of a part of the tree: its units, and the pattern of their paths."""

    below: ColumnElement[bool]
    inside: Any
    first: Any
    last: Any


# Of any part and days: `_values` are the parameters.
_ANY = Scope(
    (unit.c.path >= bindparam("low")) & (unit.c.path < bindparam("high")),
    bindparam("inside", type_=String()), bindparam("first", type_=Date()), bindparam("last", type_=Date()),
)  # fmt: skip


def scope(of: units.Unit, first: date, last: date) -> Scope:
    """These days of a part of the tree."""
    return Scope(units.below(of.path), _inside(of), first, last)


def _inside(of: units.Unit) -> str:
    return f"%/{of.id}/%"


def _values(of: units.Unit, first: date, last: date) -> dict[str, Any]:
    return {"low": of.path, "high": units.end_of(of.path), "inside": _inside(of), "first": first, "last": last}


TOLD, NAMED = _Place(checkin.c.day), _Place(event.c.day)
REPORTS = checkin.join(unit, unit.c.id == checkin.c.unit_id).outerjoin(TOLD.past, TOLD.then)
NAMES = (
    participation.join(event, event.c.id == participation.c.event_id)
    .join(unit, unit.c.id == participation.c.unit_id)
    .outerjoin(NAMED.past, NAMED.then)
)


def told_in(of: units.Unit, first: date, last: date) -> ColumnElement[bool]:
    """The condition of the valid check-ins of these days in this part of the tree."""
    return _told(scope(of, first, last))


def _told(among: Scope) -> ColumnElement[bool]:
    return VALID & checkin.c.day.between(among.first, among.last) & TOLD.within(among)


def named_in(of: units.Unit, first: date, last: date) -> ColumnElement[bool]:
    """The condition of who is named in the events of these days, in this part of the tree."""
    return _named(scope(of, first, last))


def _named(among: Scope) -> ColumnElement[bool]:
    return event.c.day.between(among.first, among.last) & NAMED.within(among)


def alone(db: Connection, of: units.Unit, first: date, last: date) -> list[Any]:
    """By activity and school: single events, 人次, heads due and there where both are known, of how many."""
    return _ALONE.rows(db, _values(of, first, last))


def _alone(_: str) -> Select[Any]:
    rated = checkin.c.due > 0
    return (
        select(
            checkin.c.activity, TOLD.school, func.count(), func.sum(checkin.c.attended),
            func.sum(case((rated, checkin.c.due), else_=0)), func.sum(case((rated, checkin.c.attended), else_=0)),
            func.sum(case((rated, 1), else_=0)),
        )
        .select_from(REPORTS)
        .where(_told(_ANY), checkin.c.event_id.is_(None))
        .group_by(checkin.c.activity, TOLD.school)
    )  # fmt: skip


_ALONE = Prepared(_alone)


def taking_part_in(db: Connection, of: units.Unit, first: date, last: date) -> list[Any]:
    """(activity, squad, whether it did so itself), once each, of whoever reported or is named in an event of others."""
    return _TAKING_PART.rows(db, _values(of, first, last))


def _taking_part(_: str) -> CompoundSelect[Any]:
    reports = select(checkin.c.activity, TOLD.squad, TOLD.is_squad).select_from(REPORTS)
    names = select(event.c.activity, NAMED.squad, NAMED.is_squad).select_from(NAMES)
    return union(reports.where(_told(_ANY)), names.where(_named(_ANY)))


_TAKING_PART = Prepared(_taking_part)


def shared_in(of: units.Unit, first: date, last: date) -> CompoundSelect[Any]:
    """The ids of the events of several units that touch this part of the tree."""
    reports = select(checkin.c.event_id).select_from(REPORTS)
    names = select(event.c.id).select_from(NAMES)
    return union(
        reports.where(told_in(of, first, last), checkin.c.event_id.is_not(None)), names.where(named_in(of, first, last))
    )


def shared(
    db: Connection, of: units.Unit, first: date, last: date
) -> list[tuple[str, list[tuple[events.Part, int | None]]]]:
    """(activity, all parts, each with its school) of the events of several units that touch this part of the tree."""
    # Looked for once: it goes through all check-ins of these days, and both statements ask.
    touching = db.scalars(shared_in(of, first, last)).all()
    heads = (checkin.c.attended, checkin.c.due, checkin.c.id)
    reports = select(checkin.c.event_id, checkin.c.activity, TOLD.school, unit.c.id, TOLD.path, *heads)
    names = select(event.c.id, event.c.activity, NAMED.school, unit.c.id, NAMED.path)
    parts: dict[tuple[int, str], list[tuple[events.Part, int | None]]] = defaultdict(list)
    for some in chunks.chunks(touching):
        for query in (
            reports.select_from(REPORTS).where(VALID, checkin.c.event_id.in_(some)),
            names.select_from(NAMES).where(event.c.id.in_(some)),
        ):
            for event_id, activity, school, *part in db.execute(query):
                parts[event_id, activity].append((events.Part(*part), school))
    return [(activity, of_event) for (_, activity), of_event in parts.items()]
