"""A unit moves: what it took part in this week is counted where it is now, at every level, and once."""

from datetime import date, datetime

from sqlalchemy import Connection

from storage.checkins import events
from storage.checkins.rollups import Rollups
from storage.organisation import changes, history
from storage.organisation.units import Unit


def move(db: Connection, rollups: Rollups, of: Unit, above: Unit, now: datetime, today: date) -> None:
    """
    Put a unit, with all below it, under another one, from the Monday of this week on.

    Where the units of an event meet is taken off its sums, and that is elsewhere afterwards.
    """
    lately = events.since(db, of.path, history.monday(today))
    before = [events.parts(db, each.id) for each in lately]
    changes.move(db, of, above, now, today)
    for each, parts in zip(lately, before, strict=True):
        events.resum(rollups, each, [parts], [events.parts(db, each.id)])
