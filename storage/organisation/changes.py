"""What admins change of the tree: names, places, what is closed or opened again; earlier weeks stay as they were."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, select, update

from storage.checkins import school_rollups
from storage.checkins.rollups import week_of
from storage.organisation import history, units
from storage.organisation.units import Kind, Unit, below
from storage.people import standing
from storage.tables import grant, group_chat, unit


def is_taken(db: Connection, parent_id: int | None, name: str, but: int = 0) -> bool:
    """Whether an active unit beside has this name, other than the one with the id `but`."""
    here = unit.c.parent_id.is_(None) if parent_id is None else unit.c.parent_id == parent_id
    query = select(unit.c.id).where(here, unit.c.name == name, unit.c.active, unit.c.id != but).limit(1)
    return db.execute(query).first() is not None


def dates(db: Connection, unit_id: int) -> tuple[int | None, date | None, date | None]:
    """(the year in which a class came to the school, the first day that a unit counts, the first that it does not)."""
    query = select(unit.c.entry_year, unit.c.active_from, unit.c.active_to).where(unit.c.id == unit_id)
    entry_year, first, last = db.execute(query).one()
    return entry_year, first, last


def grades(db: Connection, school_id: int | None) -> set[int]:
    """The grades in which a school has classes now."""
    query = select(unit.c.grade).where(unit.c.school_id == school_id, unit.c.kind == Kind.SQUAD, unit.c.active)
    return {grade for grade in db.scalars(query.distinct()) if grade}


def rename(db: Connection, of: Unit, name: str, now: datetime, today: date, **facts: Any) -> None:
    """Give a unit another name; with `facts` also aliases, grade or class_no."""
    history.change(db, [{"row": of.id, "name": name, **facts}], today)
    units.changed(db, now)


def note(db: Connection, of: Unit, now: datetime, **facts: Any) -> None:
    """Set what digests do not show: aliases, last_grade."""
    db.execute(update(unit).where(unit.c.id == of.id).values(**facts))
    units.changed(db, now)


def move(db: Connection, of: Unit, above: Unit, now: datetime, today: date) -> None:
    """Put a unit, with all below it, under another one."""
    with school_rollups.counted_anew(db, below(of.path), week_of(today)):
        history.move(db, of, above, today)
    units.changed(db, now)


def close(db: Connection, of: Unit, now: datetime, today: date) -> None:
    """Close a unit and all below it: roles there end, groups there get no digest any more."""
    close_all(db, below(of.path), now, today)
    units.changed(db, now)


def close_all(db: Connection, which: ColumnElement[bool], now: datetime, day: date) -> None:
    """Close these units, as of the week of `day`."""
    open_ones = which & unit.c.active
    history.keep(db, open_ones, day)
    there = select(unit.c.id).where(open_ones)
    db.execute(update(grant).where(grant.c.unit_id.in_(there), standing.lasts(now)).values(until=now, over=True))
    db.execute(delete(group_chat).where(group_chat.c.unit_id.in_(there)))
    with school_rollups.counted_anew(db, open_ones, week_of(day)):
        db.execute(update(unit).where(open_ones).values(active=False, active_to=day, since=history.monday(day)))


def reopen(db: Connection, of: Unit, now: datetime, today: date) -> None:
    """Open a closed unit again, without those below it and without the roles that ended."""
    with school_rollups.counted_anew(db, unit.c.id == of.id, week_of(today)):
        history.change(db, [{"row": of.id, "active": True, "active_to": None}], today)
    units.changed(db, now)
