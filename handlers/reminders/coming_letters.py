"""What somebody will hear of next, letter by letter: key dates, reports that are due, dates of their own."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from handlers.kit import Ask
from handlers.reminders import letter, own_dates
from scheduling.calendar import Calendar
from scheduling.occasions import Cleared, Span, hat
from storage.reminders import wishes
from storage.reminders.deliveries import DeliveryRow

_FIRST = re.compile(r"[^（：，。\n]+")


@dataclass(frozen=True, slots=True)
class Letter:
    """When it goes out and what it is about; `dates` are the names of its key dates."""

    at: datetime
    about: str
    dates: Sequence[str]


def letters(ask: Ask, calendar: Calendar, last: date) -> Iterator[Letter]:
    """Those up to a day that ask for something, as far as they are known now; without what is asked for afterwards."""
    span, me = Span(ask.db, ask.now, calendar, ask.today, last), ask.me.id
    hats = frozenset(hat(grant.role, grant.unit.grade) for grant in ask.me.grants)
    found = (*ask.occasions.for_hats(span, hats), *own_dates.coming(ask, span))
    rows = [DeliveryRow(**{"id": 0, "channel": "", "person_id": me, **row}) for row in found]
    muted = wishes.of(ask.db, [me]).muted
    rows = [row for row in rows if row.due_at > ask.now and row.lead >= 0 and ask.occasions.of(row).asks]
    rows = sorted((row for row in rows if not muted(me, row.occurrence)), key=lambda row: row.due_at)
    for _, group in groupby(rows, key=lambda row: row.due_at.astimezone(calendar.zone).date()):
        mine = list(group)
        named = {name: row for row in reversed(mine) if (name := _name(ask, calendar, row))}
        if named:
            at = ask.occasions.letter_at(mine).astimezone(calendar.zone)
            # From the day it is sent: a free day may have moved it forward.
            left = {name: (row.day - at.date()).days for name, row in reversed(named.items())}
            about = "、".join(f"{name}（{f'提前 {days} 天' if days else '当天'}）" for name, days in left.items())
            yield Letter(at, about, [name for name in left if named[name].kind == "key_date"])


def _name(ask: Ask, calendar: Calendar, row: DeliveryRow) -> str:
    key = calendar.by_id(row.occurrence.rpartition(":")[0]) if row.kind == "key_date" else None
    if key:
        return key.name
    try:
        said = letter.words(ask.db, ask.occasions, row, row.due_at, True)
    except Cleared:
        return ""
    first = _FIRST.match(said.text) if said else None
    return first[0] if first else ""
