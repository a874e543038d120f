"""Somebody's days as an iCalendar file (RFC 5545): key dates, reports that are due, campaigns; no name of anybody."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from handlers.registry import renders
from handlers.reminders.calendars import outlook
from storage.people import people

RECIPE = "calendar-file"
_AHEAD = timedelta(days=365)
# The evening before is too late to prepare, the morning before is not: a day has no time of its own, so from midnight.
_ALARM = timedelta(hours=-15, minutes=-50)
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


@renders(RECIPE)
def made(db: Connection, values: Mapping[str, Any]) -> bytes:
    """The file of a person for a year from `first` on; `at` is when it was asked for (ISO)."""
    at, first = datetime.fromisoformat(values["at"]), date.fromisoformat(values["first"])
    person = people.by_id(db, values["person"], at)
    return written(outlook.of(db, person, first, first + _AHEAD), at)


def written(found: Iterable[outlook.Occurrence], at: datetime) -> bytes:
    """
    These as a file. A thing keeps its UID however often it is exported; SEQUENCE grows with the time of the export, so
    that what has moved since, be it on the same day, moves in the reader's calendar too.
    """
    from icalendar import Alarm, Calendar, Event

    page = Calendar()
    named = {"prodid": "-//counselor-bot//ZH", "version": "2.0", "method": "PUBLISH", "x-wr-calname": "少先队日历"}
    for name, value in {**named, "refresh-interval;value=duration": "P1D"}.items():
        page.add(name.partition(";")[0], value, parameters={"VALUE": "DURATION"} if ";" in name else None)
    for one in found:
        event, alarm = Event(), Alarm()
        event.add("uid", f"{one.uid}@counselor-bot")
        event.add("sequence", int((at - _EPOCH).total_seconds()))
        event.add("dtstamp", at)
        event.add("dtstart", one.day)
        event.add("dtend", one.day + timedelta(days=1))
        event.add("summary", one.name)
        event.add("transp", "TRANSPARENT")
        if one.about:
            event.add("description", one.about)
        alarm.add("action", "DISPLAY")
        alarm.add("description", one.name)
        alarm.add("trigger", _ALARM)
        event.add_component(alarm)
        page.add_component(event)
    return bytes(page.to_ical())
