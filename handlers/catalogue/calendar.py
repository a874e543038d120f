"""The calendar that everything of the school runs by, as the last tick kept it."""

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import Connection

from handlers.catalogue import loader
from scheduling.calendar import Calendar
from scheduling.occurrences import CALENDAR
from storage.base import key_values


def calendar_of(db: Connection) -> Calendar:
    """With the school's own changes; the shipped one before the first tick."""
    kept = key_values.get(db, CALENDAR)
    return loader.from_source(kept.value) if kept else loader.shipped()


def days_after(first: date, last: date) -> Iterator[date]:
    """The days after `first` up to `last`."""
    return (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
