"""A unit moves: what it took part in this week is counted where it is now, at every level, and once."""

from datetime import date, datetime

from sqlalchemy import Connection, select

from storage.checkins import events
from storage.checkins.coverage import VALID
from storage.checkins.rollups import Rollups
from storage.organisation import changes, history
from storage.organisation.units import Unit, below
from storage.tables import checkin, event, participation, unit


def move(db: Connection, rollups: Rollups, of: Unit, above: Unit, now: datetime, today: date) -> None:
    """
    Put a unit, with all below it, under another one, from the Monday of this week on.

    Where the units of an event meet is taken off its sums, and that is elsewhere afterwards.
    """
    lately = _since(db, of.path, history.monday(today))
    before = [events.parts(db, each.id) for each in lately]
    changes.move(db, of, above, now, today)
    for each, parts in zip(lately, before, strict=True):
        events.resum(rollups, each, [parts], [events.parts(db, each.id)])


def _since(db: Connection, path: str, day: date) -> list[events.Event]:
    """Those from this day on in which somebody below the (present) path takes part, held as `by_id` does."""
    here, lately = select(unit.c.id).where(below(path)), event.c.day >= day
    told = select(checkin.c.event_id).join(event).where(VALID, lately, checkin.c.unit_id.in_(here))
    named = select(participation.c.event_id).join(event).where(lately, participation.c.unit_id.in_(here))
    return [events.by_id(db, event_id) for event_id in sorted(db.scalars(told.union(named)))]
