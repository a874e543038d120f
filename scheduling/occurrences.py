"""Lays out deliveries: who is reminded of what in the next 48 hours, one row an occurrence, lead and person."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from scheduling.calendar import DAY, JUNIOR, Calendar, Reminder, reminders
from scheduling.periods import week_before, week_of
from storage import deliveries, facts
from storage.deliveries import Recipient
from storage.people import Role

AHEAD = timedelta(hours=48)
KEY_DATE, DIGEST, NUDGE = "key_date", "digest", "nudge"
DIGEST_AT = time(8, 0)
# Who reads a weekly digest of their part of the tree.
DIGEST_ROLES = frozenset(
    {
        Role.BRIGADE, Role.SCHOOL_ADMIN, Role.SUPERVISOR, Role.COUNTY_ADMIN, Role.CITY_ADMIN, Role.PROVINCE_ADMIN,
    }
)  # fmt: skip
# The facts that hold how far has been laid out, and the calendar that all processes and commands go by.
_LAID_OUT, CALENDAR = "laid_out", "calendar"
_RANK = {"A": 0, "B": 1, "C": 2}

Row = dict[str, Any]
# A role and whether it is held in grades 7–9.
Hat = tuple[str, bool]


@dataclass(frozen=True, slots=True)
class _Mark:
    """How far was laid out, for whom, by which calendar."""

    until: date
    newest: tuple[int, int]
    calendar: str


def rank(kind: str) -> int:
    """The weight of a kind: A before B before C before any other."""
    return _RANK.get(kind, len(_RANK))


def hat(role: str, grade: int | None) -> Hat:
    """The role, and whether it is held in grades 7–9."""
    return role, (grade or 0) >= JUNIOR


def reminders_for(found: Iterable[Reminder], hats: Iterable[Hat]) -> list[Reminder]:
    """
    Those of the reminders (of whole days) that somebody with these roles gets, in order of time.

    What falls on the same day goes out together, at the earliest of its times; solemn days apart from the others, so
    that nobody gets more than two messages a day (domain.md §5.3).
    """
    hats = frozenset(hats)
    mine: dict[tuple[str, int], Reminder] = {}
    for one in sorted(found, key=lambda one: rank(one.kind)):
        if any(one.concerns(role, junior) for role, junior in hats):
            mine.setdefault((one.occurrence, one.lead), one)
    first: dict[tuple[date, bool], datetime] = {}
    for one in mine.values():
        day = one.at.date(), one.key.solemn
        first[day] = min(first.get(day, one.at), one.at)
    together = [replace(one, at=first[one.at.date(), one.key.solemn]) for one in mine.values()]
    return sorted(together, key=lambda one: (one.at, one.key.solemn, rank(one.kind), one.day, one.lead))


def lay_out(db: Connection, now: datetime, calendar: Calendar) -> int:
    """
    Make the rows of everybody for the days up to 48 h from `now`; returns how many are new. Twice makes them once.

    Nothing is made of the time before somebody held the role, nor, for a newcomer or after a change of the calendar, of
    what has passed. What passed while no process ran is made now: the tick says or expires it.
    """
    newest, mark = deliveries.newest(db), _marked(db)
    until = max((now + AHEAD).astimezone(calendar.zone).date(), mark.until if mark else date.min)
    changed = mark is None or mark.calendar != _print(calendar)
    if mark == _Mark(until, newest, _print(calendar)):
        return 0
    if changed:
        facts.note(db, CALENDAR, calendar.source, now)
        deliveries.withdraw(db, KEY_DATE, now)
    whole = mark is None or changed or until > mark.until
    people = deliveries.recipients(db, _roles(calendar), now, None if whole or not mark else mark.newest)
    # The days that no run has laid out yet; at first there are none to make up for.
    after = mark.until if mark else until
    first = min(now.astimezone(calendar.zone).date(), after + DAY)
    rows = [
        row for row in _rows(calendar, people, first, until) if row["due_at"] > now or _missed(row, calendar, after)
    ]
    new = deliveries.put(db, rows)
    _mark(db, _Mark(until, newest, _print(calendar)), now)
    return new


def everybody(db: Connection, now: datetime, calendar: Calendar) -> list[Recipient]:
    """Every role for which there is something to lay out, by person."""
    return deliveries.recipients(db, _roles(calendar), now)


def digests(calendar: Calendar, first: date, last: date) -> list[tuple[date, str, datetime]]:
    """The weekly digests that go out on `first`…`last`: the Monday, the week before it, the instant."""
    days = [first + n * DAY for n in range((last - first).days + 1)]
    mondays = [day for day in days if day.isoweekday() == 1]
    return [(day, week_before(week_of(day)), calendar.instant(day, DIGEST_AT)) for day in mondays]


def _missed(row: Row, calendar: Calendar, after: date) -> bool:
    local: datetime = row["due_at"].astimezone(calendar.zone)
    return local.date() > after


def _rows(calendar: Calendar, people: Iterable[Recipient], first: date, last: date) -> Iterator[Row]:
    found = reminders(calendar, first, last)
    weekly = [_digest(*digest) for digest in digests(calendar, first, last)]
    # Most people have the same few roles: what those get is worked out once.
    by_hats: dict[frozenset[Hat], list[Row]] = {}
    for person_id, held in groupby(people, key=lambda one: one.person_id):
        grants = list(held)
        hats = frozenset(hat(one.role, one.grade) for one in grants)
        if hats not in by_hats:
            reads = any(role in DIGEST_ROLES for role, _ in hats)
            by_hats[hats] = [*map(_row, reminders_for(found, hats)), *(weekly if reads else ())]
        since = min(one.since for one in grants)
        for row in by_hats[hats]:
            if row["due_at"] >= since:
                yield {**row, "person_id": person_id, "channel": grants[0].channel}


def _row(one: Reminder) -> Row:
    payload = {"kind": one.kind, "solemn": one.key.solemn}
    return {
        "occurrence": one.occurrence, "lead": one.lead, "kind": KEY_DATE, "day": one.day, "due_at": one.at,
        "payload": payload,
    }  # fmt: skip


def _digest(monday: date, week: str, at: datetime) -> Row:
    return {
        "occurrence": f"digest:{week}", "lead": 0, "kind": DIGEST, "day": monday, "due_at": at,
        "payload": {"week": week},
    }  # fmt: skip


def _roles(calendar: Calendar) -> frozenset[str]:
    named = {role for who in calendar.policy.values() for role in who}
    return frozenset(named | {role for key in calendar.dates for role in key.who} | DIGEST_ROLES)


def _print(calendar: Calendar) -> str:
    return sha256(calendar.source.encode()).hexdigest()


def _marked(db: Connection) -> _Mark | None:
    noted = facts.get(db, _LAID_OUT)
    if noted is None:
        return None
    until, roles, accounts, print_ = noted.value.split()
    return _Mark(date.fromisoformat(until), (int(roles), int(accounts)), print_)


def _mark(db: Connection, mark: _Mark, now: datetime) -> None:
    facts.note(db, _LAID_OUT, f"{mark.until} {mark.newest[0]} {mark.newest[1]} {mark.calendar}", now)
