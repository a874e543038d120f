"""Lays out deliveries: who is reminded of what in the next 48 hours, one row an occurrence, lead and person."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from itertools import groupby
from typing import Any, TypeVar

from sqlalchemy import Connection

from scheduling.calendar import DAY, JUNIOR, Calendar, Reminder, reminders
from scheduling.periods import DIGEST_AT, week_before, week_of
from storage.base import key_values
from storage.people.people import Role
from storage.reminders import deliveries

AHEAD = timedelta(hours=48)
KEY_DATE, DIGEST, NUDGE = "key_date", "digest", "nudge"
# The classes go up a grade: done on the day if it was agreed to, and a word before and after if not.
PROMOTION, PROMOTION_SOON = "promotion", "promotion-soon"
PROMOTION_ROLES = frozenset({Role.BRIGADE, Role.SCHOOL_ADMIN})
_PROMOTION_DAYS = ((8, 25), (9, 2))
# Who reads a weekly digest of their part of the tree.
DIGEST_ROLES = frozenset(
    {
        Role.BRIGADE, Role.SCHOOL_ADMIN, Role.SUPERVISOR, Role.COUNTY_ADMIN, Role.CITY_ADMIN, Role.PROVINCE_ADMIN,
    }
)  # fmt: skip
# The facts that hold how far has been laid out, and the calendar that all processes and commands go by.
_LAID_OUT, _LAYING_OUT, CALENDAR = "laid_out", "laying_out", "calendar"
_RANK = {"A": 0, "B": 1, "C": 2}

T = TypeVar("T")
Row = dict[str, Any]
# A role and whether it is held in grades 7–9.
Hat = tuple[str, bool]


# So many people at a time: messages that come meanwhile wait for some 20 ms.
CHUNK = 250


@dataclass(frozen=True, slots=True)
class LaidOut:
    """How many rows are new; `more`: not everybody has had their turn, call again."""

    rows: int = 0
    more: bool = False


@dataclass(frozen=True, slots=True)
class _Mark:
    """Up to which day was laid out, up to which role and account number, by which calendar."""

    until: str
    newest: tuple[int, int]
    calendar: str


@dataclass(frozen=True, slots=True)
class _Pass:
    """Laying out from one mark to the next, for everybody or newcomers only; `person` was the last to have a turn."""

    goal: _Mark
    # The last day that the mark before covers.
    after: str
    newer: tuple[int, int] | None
    person: int = 0


def weight(kind: str, day: date, lead: int) -> tuple[int, bool, date, int]:
    """What begins a message goes first: A before B before C, what is to come before what is chased, by day."""
    return _RANK.get(kind, len(_RANK)), lead < 0, day, lead


def hat(role: str, grade: int | None) -> Hat:
    """The role, and whether it is held in grades 7–9."""
    return role, (grade or 0) >= JUNIOR


def reminders_for(found: Iterable[Reminder], hats: Iterable[Hat]) -> list[Reminder]:
    """
    Those of the reminders (of whole days) that somebody with these roles gets, in order of time.

    What falls on the same day goes out together, at the earliest of its times; solemn days apart from the others, so
    that nobody gets more than two messages a day.
    """
    hats = frozenset(hats)
    mine: dict[tuple[str, int], Reminder] = {}
    for one in sorted(found, key=lambda one: weight(one.kind, one.day, one.lead)):
        if any(one.concerns(role, junior) for role, junior in hats):
            mine.setdefault((one.occurrence, one.lead), one)
    first: dict[tuple[date, bool], datetime] = {}
    for one in mine.values():
        day = one.at.date(), one.key.solemn
        first[day] = min(first.get(day, one.at), one.at)
    together = [replace(one, at=first[one.at.date(), one.key.solemn]) for one in mine.values()]
    return sorted(together, key=lambda one: (one.at, one.key.solemn, *weight(one.kind, one.day, one.lead)))


def lay_out(db: Connection, now: datetime, calendar: Calendar, chunk: int = CHUNK) -> LaidOut:
    """
    Make the rows of the next `chunk` people for the days up to 48 h from `now`. Done twice it makes them once.

    Nothing is made of the time before somebody held the role, nor, for a newcomer or after a change of the calendar, of
    what has passed. What passed while no process ran is made now: the tick says or expires it.
    """
    mark = _noted(db, _LAID_OUT, _mark)
    goal = _goal(db, now, calendar, mark)
    if mark == goal:
        return LaidOut()
    step = _noted(db, _LAYING_OUT, _pass)
    if mark and mark.until > goal.until:
        # The clock was put back: as on the first day.
        mark = None
    if step is None or (step.goal.until, step.goal.calendar) != (goal.until, goal.calendar):
        step = _begin(db, now, calendar, mark, goal)
    roles = _roles(calendar)
    ids = deliveries.holders(db, roles, step.person, chunk, step.newer)
    rows = _rows(calendar, deliveries.recipients(db, roles, now, ids), step, now)
    new = deliveries.put(db, list(rows))
    if len(ids) == chunk:
        _note(db, _LAYING_OUT, replace(step, person=ids[-1]), now)
        return LaidOut(new, True)
    _note(db, _LAID_OUT, step.goal, now)
    _note(db, _LAYING_OUT, None, now)
    # Whoever came during the pass has a turn in the next.
    return LaidOut(new, step.goal != goal)


def _goal(db: Connection, now: datetime, calendar: Calendar, mark: _Mark | None) -> _Mark:
    day = (now + AHEAD).astimezone(calendar.zone).date()
    until = day.isoformat()
    # At midnight another process may be a day ahead.
    if mark and until < mark.until <= (day + DAY).isoformat():
        until = mark.until
    fingerprint = sha256(calendar.source.encode()).hexdigest()
    return _Mark(until, deliveries.newest(db), fingerprint)


def _begin(db: Connection, now: datetime, calendar: Calendar, mark: _Mark | None, goal: _Mark) -> _Pass:
    if mark is None or mark.calendar != goal.calendar:
        key_values.put(db, CALENDAR, calendar.source, now)
        deliveries.withdraw(db, KEY_DATE, now)
        # At first there are no days to make up for.
        return _Pass(goal, mark.until if mark else goal.until, None)
    return _Pass(goal, mark.until, mark.newest if goal.until == mark.until else None)


def everybody(db: Connection, now: datetime, calendar: Calendar) -> list[deliveries.Recipient]:
    """Every role for which there is something to lay out, by person."""
    return deliveries.recipients(db, _roles(calendar), now)


def digests(calendar: Calendar, first: date, last: date) -> list[tuple[date, str, datetime]]:
    """The weekly digests that go out on `first`…`last`: the Monday, the week before it, the instant."""
    days = [first + n * DAY for n in range((last - first).days + 1)]
    mondays = [day for day in days if day.isoweekday() == 1]
    return [(day, week_before(week_of(day)), calendar.instant(day, DIGEST_AT)) for day in mondays]


def promotions(calendar: Calendar, first: date, last: date) -> list[tuple[date, int, datetime]]:
    """The words about the new school year on `first`…`last`: its first day, the lead, the instant."""
    days = [date(year, *at) for year in range(first.year, last.year + 1) for at in _PROMOTION_DAYS]
    on = [(date(day.year, 9, 1), day) for day in days if first <= day <= last]
    return [(begins, (begins - day).days, calendar.instant(day, calendar.times.morning)) for begins, day in on]


def _rows(calendar: Calendar, people: Iterable[deliveries.Recipient], step: _Pass, now: datetime) -> Iterator[Row]:
    after, last = date.fromisoformat(step.after), date.fromisoformat(step.goal.until)
    first = min(now.astimezone(calendar.zone).date(), after + DAY)
    found = reminders(calendar, first, last)
    weekly = [_digest(*digest) for digest in digests(calendar, first, last)]
    yearly = [_promotion(*one) for one in promotions(calendar, first, last)]
    # Most people have the same few roles: what those get is worked out once.
    by_hats: dict[frozenset[Hat], list[Row]] = {}
    for person_id, held in groupby(people, key=lambda one: one.person_id):
        grants = list(held)
        hats = frozenset(hat(one.role, one.grade) for one in grants)
        if hats not in by_hats:
            reads = any(role in DIGEST_ROLES for role, _ in hats)
            looks_after = any(role in PROMOTION_ROLES for role, _ in hats)
            own = [*(weekly if reads else ()), *(yearly if looks_after else ())]
            rows = [*map(_row, reminders_for(found, hats)), *own]
            by_hats[hats] = [row for row in rows if row["due_at"] > now or row["due_at"].date() > after]
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


def _promotion(begins: date, lead: int, at: datetime) -> Row:
    return {
        "occurrence": f"{PROMOTION_SOON}:{begins.year}", "lead": lead, "kind": PROMOTION_SOON, "day": begins,
        "due_at": at, "payload": {},
    }  # fmt: skip


def _roles(calendar: Calendar) -> frozenset[str]:
    named = {role for who in calendar.policy.values() for role in who}
    return frozenset(named | {role for key in calendar.dates for role in key.who} | DIGEST_ROLES)


def _mark(until: str, newest: Sequence[int], calendar: str) -> _Mark:
    return _Mark(until, (newest[0], newest[1]), calendar)


def _pass(goal: Sequence[Any], after: str, newer: Sequence[int] | None, person: int) -> _Pass:
    return _Pass(_mark(*goal), after, (newer[0], newer[1]) if newer else None, person)


def _noted(db: Connection, name: str, made: Callable[..., T]) -> T | None:
    noted = key_values.get(db, name)
    values = json.loads(noted.value) if noted else None
    return made(*values) if values else None


def _note(db: Connection, name: str, value: _Mark | _Pass | None, now: datetime) -> None:
    key_values.put(db, name, json.dumps(astuple(value) if value else None), now)
