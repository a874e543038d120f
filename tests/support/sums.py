"""The sums of a database, as they are kept and as they are counted anew; what is wrong with it as a whole."""

from collections import defaultdict

from sqlalchemy import Connection, select

from storage.audit import audit_check
from storage.checkins import checkins, events
from storage.checkins.events import Part
from storage.checkins.rollups import Sums, week_of
from storage.database import Database
from storage.organisation import history
from storage.tables import checkin, event, participation, rollup, unit

Totals = dict[tuple[str, int, str], tuple[int, ...]]


def sums_as_kept(db: Connection) -> Totals:
    """The rollup table."""
    return {tuple(row[:3]): tuple(row[3:]) for row in db.execute(select(rollup)) if any(row[3:])}


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
    return {key: tuple(sums) for key, sums in found.items() if any(sums)}


def broken(database: Database) -> list[str]:
    """What is wrong with a database as a whole: its file, its sums, its audit log."""
    with database.read.connect() as db:
        checked = db.exec_driver_sql("PRAGMA integrity_check") if db.dialect.name == "sqlite" else []
        found = [line for (line,) in checked if line != "ok"]
        if sums_as_kept(db) != sums_as_counted(db):
            found.append("the sums are not those of the check-ins")
        walk = audit_check.check(db)
        return found + ([str(walk.broken)] if walk.broken else [])
