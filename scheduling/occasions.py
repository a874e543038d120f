"""Occasions: what is said at a time. Each is declared once, beside the words it is said in."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from scheduling.calendar import DAY, JUNIOR, Calendar
from scheduling.school_days import with_days
from storage.organisation import school_days
from storage.organisation.school_days import SchoolDays
from storage.people.people import Person
from storage.reminders.deliveries import DeliveryRow
from storage.reminders.recipients import Recipient

# A delivery without its kind: occurrence, lead, day, due_at (aware) and, where it is one person's, person_id.
Row = dict[str, Any]
# A role and whether it is held in grades 7–9.
Hat = tuple[str, bool]

_CHASE_LIMIT = timedelta(days=3)
_SUMMER = timedelta(days=75)


class Cleared(Exception):  # noqa: N818
    """What a delivery asks for came before it was asked."""


@dataclass(frozen=True, slots=True)
class Span:
    """
    The local days `first`…`last` for which rows are made; of the world as it is `now`, with all school days.

    With `whose` only that person's rows are wanted: those of others need not be looked for.
    """

    db: Connection
    now: datetime
    calendar: Calendar
    first: date
    last: date
    noted: tuple[SchoolDays, ...] = ()
    whose: Person | None = None

    def at(self, paths: Collection[str]) -> "Span":
        """The same, with the calendar of whoever is at the units with these paths."""
        own = school_days.over(self.noted, paths)
        return replace(self, calendar=with_days(self.calendar, own), noted=()) if own else self

    def holds(self, at: datetime | None) -> bool:
        """Whether this instant lies in it."""
        return at is not None and self.first <= at.astimezone(self.calendar.zone).date() <= self.last

    def years(self) -> range:
        """The years of days that may be spoken of in it: a lead reaches over the turn of the year."""
        return range(self.first.year - 1, self.last.year + 2)


@dataclass(frozen=True, slots=True)
class Occasion:
    """
    One kind of thing that is said at a time.

    `say` gives the words of a delivery, None when it concerns the person no more; raises Cleared.
    `letter`: part of the person's one letter a day, by `rank`; else it goes by itself as soon as it is due.
    `use`: for how long after its time it is worth saying; None: until the evening of its day, a chase for three days.
    `early`: whether a letter may say it some minutes before its time. `asks`: whether it may be put off or muted.
    `asked` gives what a delivery asks to be reported, whether or not it has come.
    `line` is what the preview says of one that does more than speak.
    `each` makes the rows of everybody with these hats, `found` those of people who are found in what is stored; the
    deliveries of an occasion with neither are put when it comes up.
    """

    kind: str
    say: Callable[..., Any]
    letter: bool = True
    rank: int = 5
    use: timedelta | None = timedelta(days=1)
    early: bool = True
    asks: bool = True
    asked: Callable[..., Any] | None = None
    line: str = ""
    each: Callable[[Span, frozenset[Hat]], Iterable[Row]] | None = None
    found: Callable[[Span], Iterable[Row]] | None = None

    def last_use(self, calendar: Calendar, row: DeliveryRow) -> datetime:
        """Until when this delivery is worth saying; what is held back for the night loses nothing of its time."""
        due_at = calendar.awake(row.due_at)
        if self.use is not None:
            return due_at + self.use
        return due_at + _CHASE_LIMIT if row.lead < 0 else calendar.instant(row.day, calendar.times.quiet_from)


@dataclass(frozen=True, slots=True)
class Occasions:
    """All that are declared, by kind."""

    by_kind: dict[str, Occasion]

    @property
    def letters(self) -> frozenset[str]:
        """The kinds that a day's letter is made of."""
        return frozenset(kind for kind, each in self.by_kind.items() if each.letter)

    @property
    def laid_out(self) -> frozenset[str]:
        """The kinds whose rows are made anew when the calendar has changed."""
        return frozenset(kind for kind, each in self.by_kind.items() if each.each or each.found)

    def of(self, row: DeliveryRow) -> Occasion:
        """The one that a delivery belongs to."""
        return self.by_kind[row.kind]

    def for_hats(self, span: Span, hats: frozenset[Hat]) -> list[Row]:
        """The rows of everybody with these roles."""
        makers = ((one.kind, one.each) for one in self.by_kind.values() if one.each)
        return [{"payload": {}, **row, "kind": kind} for kind, each in makers for row in each(span, hats)]

    def for_holders(
        self, span: Span, holders: Iterable[Recipient]
    ) -> Iterator[tuple[Sequence[Recipient], Sequence[Row]]]:
        """The grants of each person, who come in order of people, with the rows of everybody with such roles there."""
        # Most people have the same few roles: what those get is worked out once for each calendar.
        known: dict[tuple[Calendar, frozenset[Hat]], Sequence[Row]] = {}
        for _, held in groupby(holders, key=lambda one: one.person_id):
            grants = list(held)
            hats, at = frozenset(hat(one.role, one.grade) for one in grants), span.at({one.path for one in grants})
            key = at.calendar, hats
            if key not in known:
                known[key] = self.for_hats(at, hats)
            yield grants, known[key]

    def found(self, span: Span) -> list[Row]:
        """The rows of people who are found in what is stored."""
        makers = ((one.kind, one.found) for one in self.by_kind.values() if one.found)
        rows = ({"payload": {}, **row, "kind": kind} for kind, found in makers for row in found(span))
        return [row for row in rows if span.whose is None or row["person_id"] == span.whose.id]

    def letter_at(self, rows: Iterable[DeliveryRow]) -> datetime:
        """When the letter of a day goes out: at the first of its times, but with nothing that may not be early."""
        rows = list(rows)
        fixed = [row.due_at for row in rows if not self.of(row).early]
        return max(fixed) if fixed else min(row.due_at for row in rows)


def hat(role: str, grade: int | None) -> Hat:
    """The role, and whether it is held in grades 7–9."""
    return role, (grade or 0) >= JUNIOR


def leading(span: Span, day: date, leads: Iterable[int]) -> Iterable[tuple[int, datetime]]:
    """(lead, instant) of those reminders of a day that fall into the span; the lead counts calendar days."""
    for lead in leads:
        # Nothing is moved further than over a summer.
        if span.first - _SUMMER <= day - lead * DAY <= span.last + _SUMMER:
            at = span.calendar.send_at(day, lead)
            if at is not None and span.holds(at):
                yield lead, at
