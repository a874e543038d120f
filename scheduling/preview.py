"""What will be sent to whom in the next days, as the tick would: planned from what is declared; nothing is written."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from scheduling import occasions as declared
from scheduling.calendar import Calendar
from scheduling.tick import newest, rank
from storage.organisation import school_days
from storage.people import people
from storage.reminders import deliveries, recipients, wishes
from storage.reminders.deliveries import DeliveryRow
from storage.reminders.recipients import Recipient


@dataclass(frozen=True, slots=True)
class Entry:
    """One message: when, to whom, about what; `also`: what else is said in it, as `occurrence lead`."""

    send_at: datetime
    person_id: int
    person: str
    unit: str
    kind: str
    occurrence: str
    lead: int
    also: tuple[str, ...]
    # A chase is said only while the squad's check-in is missing.
    if_missing: bool
    first_line: str


@dataclass(frozen=True, slots=True)
class Planned:
    """One message: when, to whom with these roles, and each delivery in it with how its words begin."""

    at: datetime
    held: Sequence[Recipient]
    told: Sequence[tuple[DeliveryRow, str]]


@dataclass(frozen=True, slots=True)
class Preview:
    """The messages in order of time, and what to know about them."""

    entries: tuple[Entry, ...]
    warnings: tuple[str, ...]


def preview(
    db: Connection, now: datetime, days: int, calendar: Calendar, occasions: declared.Occasions, say: Any,
    only: int | None = None,
) -> Preview:  # fmt: skip
    """
    Everything that goes out after `now` up to the end of the day `days` later, if all stays as it is (to `only`).

    `say` gives the words (a Reply) of a delivery as of its time; None: it would not be said, by what is known now.
    """
    span = _span(db, now, days, calendar, None if only is None else people.by_id(db, only, now))
    entries = [_entry(one) for one in _planned(span, occasions, say)]
    entries.sort(key=lambda entry: (entry.send_at, entry.occurrence, entry.person_id))
    return Preview(tuple(entries), tuple(calendar.warnings(span.first, span.last)))


def coming(
    db: Connection, now: datetime, days: int, calendar: Calendar, occasions: declared.Occasions, say: Any,
    person: people.Person,
) -> Iterator[Planned]:  # fmt: skip
    """As `preview`, to one person, in order; without what is asked for only if a day to come passes without it."""
    span = _span(db, now, days, calendar, person)
    return _planned(span, occasions, say, lambda row: row.lead >= 0 or row.day <= span.first)


def _span(db: Connection, now: datetime, days: int, calendar: Calendar, whose: people.Person | None) -> declared.Span:
    first, noted = now.astimezone(calendar.zone).date(), tuple(school_days.all_of(db))
    return declared.Span(db, now, calendar, first, first + timedelta(days=days), noted, whose)


def _planned(
    span: declared.Span, occasions: declared.Occasions, say: Any,
    wanted: Callable[[DeliveryRow], bool] = lambda row: True,
) -> Iterator[Planned]:  # fmt: skip
    only = None if span.whose is None else [span.whose.id]
    made = _Plan(occasions, span, say, wishes.of(span.db, only))
    grants = recipients.recipients(span.db, span.now, only)
    held = {id: list(mine) for id, mine in groupby(grants, key=lambda one: one.person_id)}
    for id, rows in _rows(span, occasions, held).items():
        if id in held:
            yield from made.of(held[id], filter(wanted, rows))


def _first_line(text: str) -> str:
    """How it begins; what only announces a list goes on with the first of it."""
    first, _, rest = text.partition("\n")
    return first + rest.split("\n")[0].removeprefix("· ") if first.endswith("：") else first


def _entry(one: Planned) -> Entry:
    (first, words), *others = one.told
    also = tuple(f"{row.occurrence} {row.lead}" for row, _ in others)
    missing = all(row.lead < 0 for row, _ in one.told)
    person, unit = one.held[0].person, "、".join(dict.fromkeys(map(_unit, one.held)))
    return Entry(one.at, first.person_id, person, unit, first.kind, first.occurrence, first.lead, also, missing, words)


def _rows(
    span: declared.Span, occasions: declared.Occasions, everyone: Mapping[int, list[Recipient]]
) -> dict[int, list[DeliveryRow]]:
    """What waits, and what will be laid out, by person."""
    kept = {(row.person_id, row.occurrence, row.lead): row for row in _waiting(span, occasions)}
    settled = deliveries.settled(span.db, span.now)
    grants = (one for held in everyone.values() for one in held)
    everybody = (
        {**row, "person_id": held[0].person_id} for held, rows in occasions.for_holders(span, grants) for row in rows
    )
    for made in (*occasions.found(span), *everybody):
        key = made["person_id"], made["occurrence"], made["lead"]
        if made["due_at"] > span.now and key not in settled:
            kept.setdefault(key, DeliveryRow(**{"id": 0, "channel": "", **made}))
    found: dict[int, list[DeliveryRow]] = {}
    for row in sorted(kept.values(), key=lambda row: row.due_at):
        if span.holds(row.due_at):
            found.setdefault(row.person_id, []).append(row)
    return found


def _waiting(span: declared.Span, occasions: declared.Occasions) -> Iterator[DeliveryRow]:
    """What waits and is of use; what is overdue, because it was held, goes out now."""
    for row in deliveries.waiting(span.db, span.whose.id if span.whose else None):
        if row.kind in occasions.by_kind and span.now <= occasions.of(row).last_use(span.calendar, row):
            yield replace(row, due_at=max(row.due_at, span.now))


@dataclass(frozen=True, slots=True)
class _Plan:
    occasions: declared.Occasions
    span: declared.Span
    say: Any
    wishes: wishes.Wishes

    def of(self, held: Sequence[Recipient], rows: Iterable[DeliveryRow]) -> Iterator[Planned]:
        """The messages of one person."""
        days: dict[date, list[DeliveryRow]] = {}
        for row in rows:
            if not self.wishes.muted(row.person_id, row.occurrence):
                days.setdefault(row.due_at.astimezone(self.span.calendar.zone).date(), []).append(row)
        for mine in days.values():
            letter = [row for row in mine if row.kind in self.occasions.letters]
            alone = sorted((row for row in mine if row not in letter), key=lambda row: (row.due_at, row.kind))
            groups = [list(same) for _, same in groupby(alone, key=lambda row: (row.due_at, row.kind))]
            for group in [letter, *groups]:
                yield from self._message(held, group)

    def _message(self, held: Sequence[Recipient], group: list[DeliveryRow]) -> Iterator[Planned]:
        if not group:
            return
        calendar = self.span.calendar
        local = calendar.awake(self.occasions.letter_at(group)).astimezone(calendar.zone)
        at = self.wishes.hours(group[0].person_id).awake(local)
        rows, _, _ = newest(calendar, group, lambda row: False)
        told = [
            (row, words)
            for row in sorted(rows, key=lambda row: rank(self.occasions, row))
            if (words := self._words(row, at)) is not None
        ]
        if told:
            yield Planned(at, held, told)

    def _words(self, row: DeliveryRow, at: datetime) -> str | None:
        if line := self.occasions.of(row).line:
            return line
        try:
            reply = self.say(row, at)
        except declared.Cleared:
            return None
        return _first_line(reply.text) if reply else None


def _unit(role: Recipient) -> str:
    return role.unit if role.school in ("", role.unit) else f"{role.school}{role.unit}"
