"""What lies on the days to come for somebody: key dates, reports that are due, campaigns."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from handlers.catalogue import current
from handlers.catalogue.loader import calendar_of
from handlers.kit import Person, Role
from handlers.wording import programmes
from scheduling import spans
from scheduling.calendar import DAY
from storage.campaigns import campaigns
from storage.reminders import own_dates

_MOST_CAMPAIGNS = 50


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One thing on one day (of a campaign its last); `uid` stays the same however often it is asked for."""

    uid: str
    day: date
    name: str
    about: str = ""


def of(db: Connection, person: Person, first: date, last: date) -> Iterator[Occurrence]:
    """Those of these days that concern a person."""
    found = (*_key_dates(db, person, first, last), *_own(db, person, first, last), *_due(db, person, first, last))
    yield from (one for one in found if first <= one.day <= last)
    zone = calendar_of(db).zone
    for call in campaigns.newest(db, [grant.unit.path for grant in person.grants], _MOST_CAMPAIGNS):
        if first <= call.last_day(zone) <= last:
            yield Occurrence(f"campaign-{call.id}", call.last_day(zone), f"{call.title}截止", f"活动 {call.id}")


def _key_dates(db: Connection, person: Person, first: date, last: date) -> Iterator[Occurrence]:
    for key in calendar_of(db).dates:
        if not key.who or not person.roles.isdisjoint(map(Role, key.who)):
            for day in filter(None, map(key.day, range(first.year, last.year + 1))):
                yield Occurrence(f"{key.id}-{day.year}", day, key.name, key.about)


def _own(db: Connection, person: Person, first: date, last: date) -> Iterator[Occurrence]:
    at = {int(part) for grant in person.grants for part in grant.unit.path.strip("/").split("/")}
    for one in own_dates.of(db, [grant.unit.path for grant in person.grants], sorted(at)):
        for day in filter(None, map(one.on, range(first.year, last.year + 1))):
            if not one.paused:
                yield Occurrence(f"own-{one.id}-{day.year}", day, one.name)


def _due(db: Connection, person: Person, first: date, last: date) -> Iterator[Occurrence]:
    days = [first + n * DAY for n in range(-31, (last - first).days + 1, 7)]
    for row in current.catalogue_of(db).rows:
        if row.shape == "report" and row.due and row.period != "day" and programmes.units_for(person, row):
            for period in dict.fromkeys(spans.label_of(row.period, day) for day in days):
                day = spans.due_day(row.due, period)
                yield Occurrence(f"{row.key}-{period}", day, f"{row.name}截止", spans.said(period, day))


def by_day(db: Connection, person: Person, first: date, last: date) -> list[tuple[date, list[str]]]:
    """(day, what lies on it), in order."""
    found: dict[date, list[str]] = {}
    for one in of(db, person, first, last):
        found.setdefault(one.day, []).append(one.name)
    return sorted(found.items())
