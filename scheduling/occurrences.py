"""Lays out deliveries: who is reminded of what in the next 48 hours, one row an occurrence, lead and person."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any, TypeVar

from sqlalchemy import Connection

from scheduling.calendar import DAY, Calendar
from scheduling.occasions import Occasions, Row, Span
from storage.base import key_values
from storage.organisation import school_days, units
from storage.reminders import deliveries, holds, recipients

AHEAD = timedelta(hours=48)
# The facts that hold how far has been laid out, and the calendar that all processes and commands go by.
_LAID_OUT, _LAYING_OUT, CALENDAR = "laid_out", "laying_out", "calendar"

T = TypeVar("T")

# So many people at a time: messages that come meanwhile wait for some 20 ms.
CHUNK = 250


@dataclass(frozen=True, slots=True)
class LaidOut:
    """How many rows are new; `more`: not everybody has had their turn; `held`: why nothing is said, else empty."""

    rows: int = 0
    more: bool = False
    held: str = ""


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


def lay_out(db: Connection, now: datetime, calendar: Calendar, occasions: Occasions, chunk: int = CHUNK) -> LaidOut:
    """
    Make the rows of the next `chunk` people for the days up to 48 h from `now`. Done twice it makes them once.

    Nothing is made of the time before somebody held the role, nor, for a newcomer or after a change of the calendar, of
    what has passed. What passed while no process ran is made now: the tick says or expires it.
    """
    mark, goal, step, held = _look(db, now, calendar)
    # Only one process lays out at a time: two that meet would take back what the other has made.
    if mark == goal or not key_values.alone(db, _LAYING_OUT):
        return LaidOut(held=held)
    mark, goal, step, held = _look(db, now, calendar)
    if mark == goal:
        return LaidOut(held=held)
    if mark and mark.until > goal.until:
        # The clock was put back: as on the first day.
        mark = None
    if step is None or (step.goal.until, step.goal.calendar) != (goal.until, goal.calendar):
        step = _begin(db, now, calendar, occasions, mark, goal)
    span, made = _span(db, now, calendar, step), _Made(date.fromisoformat(step.after), now)
    ids = recipients.holders(db, step.person, chunk, step.newer)
    rows = list(made.rows(recipients.recipients(db, now, ids), occasions, span))
    if step.person == 0 and step.newer is None:
        rows += [row for row in occasions.found(span) if made.counts(row)]
    new = deliveries.put(db, rows)
    if len(ids) == chunk:
        _note(db, _LAYING_OUT, replace(step, person=ids[-1]), now)
        return LaidOut(new, True, held)
    _note(db, _LAID_OUT, step.goal, now)
    _note(db, _LAYING_OUT, None, now)
    # Whoever came during the pass has a turn in the next.
    return LaidOut(new, step.goal != goal, held)


def _look(db: Connection, now: datetime, calendar: Calendar) -> tuple[_Mark | None, _Mark, _Pass | None, str]:
    """(how far has been laid out, how far it is to be, the pass that has begun, why nothing is said)."""
    kept = key_values.several(db, (_LAID_OUT, _LAYING_OUT, school_days.MARK, holds.HELD))
    mark = _noted(kept, _LAID_OUT, _mark)
    goal = _goal(db, now, calendar, mark, kept.get(school_days.MARK, ""))
    return mark, goal, _noted(kept, _LAYING_OUT, _pass), kept.get(holds.HELD, "")


def _goal(db: Connection, now: datetime, calendar: Calendar, mark: _Mark | None, noted: str) -> _Mark:
    day = (now + AHEAD).astimezone(calendar.zone).date()
    until = day.isoformat()
    # At midnight another process may be a day ahead.
    if mark and until < mark.until <= (day + DAY).isoformat():
        until = mark.until
    fingerprint = sha256((calendar.source + noted).encode()).hexdigest()
    return _Mark(until, recipients.newest(db), fingerprint)


def _begin(
    db: Connection, now: datetime, calendar: Calendar, occasions: Occasions, mark: _Mark | None, goal: _Mark
) -> _Pass:
    if mark is None or mark.calendar != goal.calendar:
        key_values.put(db, CALENDAR, calendar.source, now)
        # Whoever keeps the calendar reads it again.
        units.changed(db, now)
        deliveries.withdraw(db, occasions.laid_out, now)
        # At first there are no days to make up for.
        return _Pass(goal, mark.until if mark else goal.until, None)
    return _Pass(goal, mark.until, mark.newest if goal.until == mark.until else None)


def _span(db: Connection, now: datetime, calendar: Calendar, step: _Pass) -> Span:
    after, last = date.fromisoformat(step.after), date.fromisoformat(step.goal.until)
    first = min(now.astimezone(calendar.zone).date(), after + DAY)
    return Span(db, now, calendar, first, last, tuple(school_days.all_of(db)))


@dataclass(frozen=True, slots=True)
class _Made:
    """The rows of one pass."""

    after: date
    now: datetime

    def counts(self, row: Row) -> bool:
        """Whether it is to come, or passed while no process ran."""
        return bool(row["due_at"] > self.now or row["due_at"].date() > self.after)

    def rows(self, people: Iterable[recipients.Recipient], occasions: Occasions, span: Span) -> Iterator[Row]:
        """Those of these people."""
        for grants, rows in occasions.for_holders(span, people):
            since = min(one.since for one in grants)
            for row in rows:
                if row["due_at"] >= since and self.counts(row):
                    yield {**row, "person_id": grants[0].person_id, "channel": grants[0].channel}


def _mark(until: str, newest: Sequence[int], calendar: str) -> _Mark:
    return _Mark(until, (newest[0], newest[1]), calendar)


def _pass(goal: Sequence[Any], after: str, newer: Sequence[int] | None, person: int) -> _Pass:
    return _Pass(_mark(*goal), after, (newer[0], newer[1]) if newer else None, person)


def _noted(kept: Mapping[str, str], name: str, made: Callable[..., T]) -> T | None:
    values = json.loads(kept[name]) if name in kept else None
    return made(*values) if values else None


def _note(db: Connection, name: str, value: _Mark | _Pass | None, now: datetime) -> None:
    key_values.put(db, name, json.dumps(astuple(value) if value else None), now)
