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
    calendar = calendar_of(db)
    for year in range(first.year, last.year + 1):
        for key in calendar.dates:
            day = key.day(year)
            mine = not key.who or not person.roles.isdisjoint(map(Role, key.who))
            if day and first <= day <= last and mine:
                yield Occurrence(f"{key.id}-{year}", day, key.name, key.about)
    for row in current.catalogue_of(db).rows:
        if row.shape == "report" and row.due and row.period != "day" and programmes.units_for(person, row):
            every = (first + n * DAY for n in range(-31, (last - first).days + 1, 7))
            for period in dict.fromkeys(spans.label_of(row.period, day) for day in every):
                day = spans.due_day(row.due, period)
                if first <= day <= last:
                    yield Occurrence(f"{row.key}-{period}", day, f"{row.name}截止", spans.said(period, day))
    for one in campaigns.newest(db, [grant.unit.path for grant in person.grants], _MOST_CAMPAIGNS):
        day = one.last_day(calendar.zone)
        if first <= day <= last:
            yield Occurrence(f"campaign-{one.id}", day, f"{one.title}截止", f"活动 {one.id}")


def by_day(db: Connection, person: Person, first: date, last: date) -> list[tuple[date, list[str]]]:
    """(day, what lies on it), in order."""
    found: dict[date, list[str]] = {}
    for one in of(db, person, first, last):
        found.setdefault(one.day, []).append(one.name)
    return sorted(found.items())
