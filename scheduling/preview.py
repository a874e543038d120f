"""What will be sent to whom in the next days: planned from the calendar and the roles, nothing is written."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from sqlalchemy import Connection

from scheduling import occurrences
from scheduling.calendar import Calendar, Reminder, reminders
from storage.reminders.deliveries import Recipient


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
class Preview:
    """The messages in order of time, and what to know about them."""

    entries: tuple[Entry, ...]
    warnings: tuple[str, ...]


def preview(
    db: Connection, now: datetime, days: int, calendar: Calendar, first_line: Callable[[Reminder, str], str]
) -> Preview:
    """
    Everything that goes out after `now` up to the end of the day `days` later, if the roles stay as they are.

    `first_line` gives the words for a reminder and the person's units (handlers.reminders.headline).
    """
    first = now.astimezone(calendar.zone).date()
    last = first + timedelta(days=days)
    found = reminders(calendar, first, last)
    weekly, yearly = occurrences.digests(calendar, first, last), occurrences.promotions(calendar, first, last)
    entries = [
        entry
        for _, held in groupby(occurrences.everybody(db, now, calendar), key=lambda one: one.person_id)
        for entry in _of_person(list(held), found, weekly, yearly, first_line)
        if entry.send_at > now
    ]
    entries.sort(key=lambda entry: (entry.send_at, entry.occurrence, entry.person_id))
    return Preview(tuple(entries), tuple(calendar.warnings(first, last)))


def _of_person(
    held: Sequence[Recipient],
    found: Sequence[Reminder],
    weekly: Iterable[tuple[date, str, datetime]],
    yearly: Iterable[tuple[date, int, datetime]],
    first_line: Callable[[Reminder, str], str],
) -> Iterator[Entry]:
    one = held[0]
    units = list(dict.fromkeys(_unit(role) for role in held))
    mine = occurrences.reminders_for(found, [occurrences.hat(role.role, role.grade) for role in held])
    for (at, _), group in groupby(mine, key=lambda reminder: (reminder.at, reminder.key.solemn)):
        # The first is the one whose words begin the message, at the lead that is nearest to its day.
        first, *others = group
        also = tuple(f"{other.occurrence} {other.lead}" for other in others)
        words = first_line(first, "、".join(role.unit for role in held))
        yield Entry(
            at, one.person_id, one.person, "、".join(units), occurrences.KEY_DATE, first.occurrence, first.lead, also,
            all(reminder.lead < 0 for reminder in (first, *others)), words,
        )  # fmt: skip
    if any(role.role in occurrences.PROMOTION_ROLES for role in held):
        for begins, lead, at in yearly:
            occurrence = f"{occurrences.PROMOTION_SOON}:{begins.year}"
            yield Entry(
                at, one.person_id, one.person, "、".join(units), occurrences.PROMOTION_SOON, occurrence, lead, (), True,
                f"{begins.year} 学年升级",
            )  # fmt: skip
    if any(role.role in occurrences.DIGEST_ROLES for role in held):
        unit = "、".join(dict.fromkeys(_unit(role) for role in held if role.role in occurrences.DIGEST_ROLES))
        for _, week, at in weekly:
            yield Entry(
                at, one.person_id, one.person, unit, occurrences.DIGEST, f"{occurrences.DIGEST}:{week}", 0, (), False,
                f"{week} 周报",
            )  # fmt: skip


def _unit(role: Recipient) -> str:
    return role.unit if role.school in ("", role.unit) else f"{role.school}{role.unit}"
