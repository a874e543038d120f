"""The sums of a database, as they are kept and as they are counted anew; what is wrong with it as a whole."""

from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, select

from storage.audit import audit_check
from storage.checkins import checkins, coverage, events
from storage.checkins.events import Part
from storage.checkins.rollups import Sums, week_of
from storage.database import Database
from storage.organisation import history
from storage.organisation.units import Kind
from storage.tables import checkin, event, participation, rollup, school_rollup, unit

# By table, week, unit and activity.
Totals = dict[tuple[str, str, int, str], tuple[int, ...]]


def sums_as_kept(db: Connection) -> Totals:
    """The sums by unit, and by school."""
    return {
        (table.name, *row[:3]): tuple(row[3:])
        for table in (rollup, school_rollup)
        for row in db.execute(select(table))
        if any(row[3:])
    }


def sums_as_counted(db: Connection) -> Totals:
    """The same sums from the check-ins and events themselves."""
    found: dict[tuple[str, int, str], list[int]] = defaultdict(lambda: [0] * len(Sums._fields))
    groups: dict[tuple[str, int], list[Part]] = defaultdict(list)
    place = select(checkin, history.path_on(checkin.c.day).label("path")).join(unit, unit.c.id == checkin.c.unit_id)
    rows = db.execute(place.where(checkin.c.state == "valid")).all()
    when = {("event", row.event_id) if row.event_id else ("checkin", row.id): (row.day, row.activity) for row in rows}
    for row in rows:
        own = ("event", row.event_id) if row.event_id else ("checkin", row.id)
        groups[own].append(Part(row.unit_id, row.path, row.attended, row.due, row.id))
        counted = ([] if row.timing == checkins.ON_TIME else [row.timing]) + ["rated"] * bool(row.due)
        counted += ["doubtful"] * bool(row.due and 2 * row.attended < row.due)
        for name in counted:
            found[week_of(row.day), row.unit_id, row.activity][Sums._fields.index(name)] += 1
    named = select(participation, history.path_on(event.c.day).label("path")).join(event)
    for row in db.execute(named.join(unit, unit.c.id == participation.c.unit_id)):
        groups["event", row.event_id].append(Part(row.unit_id, row.path))
    for own, parts in groups.items():
        day, activity = when[own]
        for unit_id, sums in events.shares(parts).items():
            total = found[week_of(day), unit_id, activity]
            total[:] = [have + more for have, more in zip(total, sums, strict=True)]
    by_unit = {(rollup.name, *key): tuple(sums) for key, sums in found.items() if any(sums)}
    return by_unit | _schools_as_counted(db)


def _schools_as_counted(db: Connection) -> Totals:
    """Those by school from the sums by unit, each where it was in its week."""
    found: dict[tuple[str, int, str], list[int]] = defaultdict(lambda: [0] * len(school_rollup.c.keys()[3:]))
    told: set[tuple[str, int]] = set()
    places: dict[str, dict[int, Any]] = {}
    for week, unit_id, activity, *sums in db.execute(select(rollup)):
        if week not in places:
            every = history.part(db, db.scalars(select(unit.c.path).where(unit.c.parent_id.is_(None))), week)
            place = history.places(every.shape)
            asked = select(place.c.id, place.c.school_id, place.c.kind, coverage.is_due(place).label("due"))
            places[week] = {row.id: row for row in db.execute(asked, every.values)}
        if (was := places[week].get(unit_id)) is None:
            continue
        for which in (activity, ""):
            total = found[week, was.school_id or unit_id, which]
            total[:-2] = [have + more for have, more in zip(total, sums, strict=False)]
        if sums[0] > 0 and was.kind == Kind.SQUAD:
            found[week, was.school_id or unit_id, activity][-2] += 1
        if sums[0] > 0 and (week, unit_id) not in told:
            told.add((week, unit_id))
            if was.due:
                found[week, was.school_id or unit_id, ""][-2] += 1
            elif was.kind != Kind.SQUAD and was.school_id not in (None, unit_id):
                found[week, was.school_id, ""][-1] += 1
    return {(school_rollup.name, *key): tuple(sums) for key, sums in found.items() if any(sums)}


def broken(database: Database) -> list[str]:
    """What is wrong with a database as a whole: its file, its sums, its audit log."""
    with database.read.connect() as db:
        checked = db.exec_driver_sql("PRAGMA integrity_check") if db.dialect.name == "sqlite" else []
        found = [line for (line,) in checked if line != "ok"]
        if sums_as_kept(db) != sums_as_counted(db):
            found.append("the sums are not those of the check-ins")
        walk = audit_check.check(db)
        return found + ([str(walk.broken)] if walk.broken else [])
