"""Who is reminded of key dates, Monday's digest and the new school year: by the roles that they hold; pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache

from scheduling.calendar import DAY, Calendar, KeyDate, Workdays
from scheduling.occasions import Hat, Row, Span
from scheduling.periods import DIGEST_AT, week_before, week_of
from storage.people.people import Role

# Who reads a weekly digest of their part of the tree.
DIGEST_ROLES = frozenset(
    {
        Role.BRIGADE, Role.SCHOOL_ADMIN, Role.SUPERVISOR, Role.COUNTY_ADMIN, Role.CITY_ADMIN, Role.PROVINCE_ADMIN,
    }
)  # fmt: skip
PROMOTION_ROLES = frozenset({Role.BRIGADE, Role.SCHOOL_ADMIN})
_PROMOTION_DAYS = ((8, 25), (9, 2))
# How far a date may lie behind its chase, and ahead of its reminder: the leads that a policy may have, and a summer.
_BACK, _AHEAD = 40, 165
_RANK = {"A": 0, "B": 1, "C": 2}


@dataclass(frozen=True, slots=True)
class Reminder:
    """One lead of one key date in one year, for the holders of `roles`; `junior` None: whatever their grade."""

    key: KeyDate
    kind: str
    day: date
    lead: int
    at: datetime
    roles: frozenset[str]
    junior: bool | None = None

    @property
    def occurrence(self) -> str:
        """Rule and business date: `qingming:2026-04-05`."""
        return f"{self.key.id}:{self.day.isoformat()}"

    def concerns(self, role: str, junior: bool) -> bool:
        """Whether it is for somebody with this role (in grades 7–9)."""
        return role in self.roles and self.junior in (None, junior)


def reminders(calendar: Calendar, first: date, last: date) -> list[Reminder]:
    """Every reminder that goes out on the local days `first`…`last`, in order of time."""
    found = [
        reminder
        for year in range((first - _BACK * DAY).year, (last + _AHEAD * DAY).year + 1)
        for reminder in _of_year(calendar, year)
        if first <= reminder.at.date() <= last
    ]
    return sorted(found, key=lambda reminder: (reminder.at, reminder.occurrence, reminder.lead))


@lru_cache(maxsize=16)
def _of_year(calendar: Calendar, year: int) -> tuple[Reminder, ...]:
    return tuple(
        Reminder(key, kind, day, lead, at, _roles(calendar, key, kind, lead), junior)
        for key in calendar.dates
        if (day := key.day(year))
        for kind, junior in _kinds(key)
        for lead in sorted({lead for leads in _leads(calendar, key, kind).values() for lead in leads})
        if (at := calendar.send_at(day, lead))
    )


def _kinds(key: KeyDate) -> list[tuple[str, bool | None]]:
    return [(key.kind, False), (key.junior_kind, True)] if key.junior_kind else [(key.kind, None)]


def _leads(calendar: Calendar, key: KeyDate, kind: str) -> Mapping[str, tuple[int, ...]]:
    return key.who or calendar.policy[kind]


def _roles(calendar: Calendar, key: KeyDate, kind: str, lead: int) -> frozenset[str]:
    return frozenset(role for role, leads in _leads(calendar, key, kind).items() if lead in leads)


def weight(kind: str, day: date, lead: int) -> tuple[int, bool, date, int]:
    """What is said first: A before B before C, what is to come before what is chased, by day."""
    return _RANK.get(kind, len(_RANK)), lead < 0, day, lead


def reminders_for(found: Iterable[Reminder], hats: Iterable[Hat]) -> list[Reminder]:
    """
    Those of the reminders (of whole days) that somebody with these roles gets, in order of time.

    What falls on the same day goes out in one letter, at the earliest of its times.
    """
    hats = frozenset(hats)
    mine: dict[tuple[str, int], Reminder] = {}
    for one in sorted(found, key=lambda one: weight(one.kind, one.day, one.lead)):
        if any(one.concerns(role, junior) for role, junior in hats):
            mine.setdefault((one.occurrence, one.lead), one)
    first: dict[date, datetime] = {}
    for one in mine.values():
        first[one.at.date()] = min(first.get(one.at.date(), one.at), one.at)
    together = [replace(one, at=first[one.at.date()]) for one in mine.values()]
    return sorted(together, key=lambda one: (one.at, *weight(one.kind, one.day, one.lead)))


def key_dates(span: Span, hats: frozenset[Hat]) -> Iterator[Row]:
    """What is to be prepared, and what is chased, by the policy of the catalogue."""
    for one in reminders_for(reminders(span.calendar, span.first, span.last), hats):
        payload = {"kind": one.kind, "solemn": one.key.solemn}
        row = {"occurrence": one.occurrence, "lead": one.lead, "day": one.day, "due_at": one.at}
        yield {**row, "payload": payload}


def digests(span: Span, hats: frozenset[Hat]) -> Iterator[Row]:
    """The digest of the week before, every Monday, working day or not: it freezes the week."""
    if DIGEST_ROLES.isdisjoint(role for role, _ in hats):
        return
    days = (span.first + n * DAY for n in range((span.last - span.first).days + 1))
    for day in days:
        if day.isoweekday() == 1:
            week, at = week_before(week_of(day)), span.calendar.instant(day, DIGEST_AT)
            yield {"occurrence": f"digest:{week}", "lead": 0, "day": day, "due_at": at, "payload": {"week": week}}


def promotions(span: Span, hats: frozenset[Hat]) -> Iterator[Row]:
    """A word before and after the first day of the school year."""
    if PROMOTION_ROLES.isdisjoint(role for role, _ in hats):
        return
    # What is to be looked at in the last week of the summer cannot be said before it.
    years = {year: replace(noted, vacation=frozenset()) for year, noted in span.calendar.workdays.years.items()}
    in_vacation = replace(span.calendar, workdays=Workdays(years))
    for year in span.years():
        for day in (date(year, *at) for at in _PROMOTION_DAYS):
            begins = date(year, 9, 1)
            lead = (begins - day).days
            at = in_vacation.send_at(begins, lead)
            if span.holds(at):
                yield {"occurrence": f"promotion-soon:{year}", "lead": lead, "day": begins, "due_at": at}
