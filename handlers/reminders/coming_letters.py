"""What somebody will hear of next, letter by letter: whatever is declared to be said at a time."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from handlers import rights
from handlers.catalogue.loader import calendar_of
from handlers.kit import Ask, Denied, Reply
from handlers.reminders import letter
from scheduling import preview
from scheduling.calendar import DAY, Calendar
from scheduling.tick import newest, rank
from storage.reminders import deliveries, holds
from storage.reminders.deliveries import DeliveryRow

_FIRST = re.compile(r"(?:老师好，)?([^（，。]+)")


@dataclass(frozen=True, slots=True)
class Letter:
    """When it goes out and what it is about; `dates` are the names of its key dates."""

    at: datetime
    about: str
    dates: Sequence[str]


def letters(ask: Ask, days: int) -> Iterator[Letter]:
    """Those of the next days as far as they are known now, but for Monday's digest, which asks for nothing."""
    calendar = calendar_of(ask.db)
    say = partial(letter.words, ask.db, ask.occasions, brief=True)
    for one in preview.coming(ask.db, ask.now, days, calendar, ask.occasions, say, ask.me):
        at = one.at.astimezone(calendar.zone)
        named: dict[str, DeliveryRow] = {}
        for row, words in one.told:
            if ask.occasions.of(row).asks or not ask.occasions.of(row).each:
                named.setdefault(_name(calendar, row, words), row)
        if named:
            # From the day it is sent: a free day may have moved it forward.
            about = "、".join(f"{name}{_left(ask, row, at.date())}" for name, row in named.items())
            yield Letter(at, about, [name for name, row in named.items() if row.kind == "key_date"])


def promised(ask: Ask) -> list[str]:
    """What today's letter had no room for, as far as it still asks for something."""
    calendar = calendar_of(ask.db)
    midnight = calendar.midnight(ask.now)
    told = deliveries.of_day(ask.db, ask.me.id, midnight, midnight + DAY)
    rows, _, _ = newest(calendar, (row for row in told if row.kind in ask.occasions.letters), lambda row: False)
    in_turn = sorted(rows, key=lambda row: rank(ask.occasions, row))
    still = (letter.still(ask.db, ask.occasions, row, ask.now) for row in in_turn[letter.MOST :])
    return [words for words in still if words]


def _name(calendar: Calendar, row: DeliveryRow, words: str) -> str:
    key = calendar.by_id(row.occurrence.rpartition(":")[0]) if row.kind == "key_date" else None
    first = _FIRST.match(words)
    return key.name if key else first[1] if first else words


def _left(ask: Ask, row: DeliveryRow, at: date) -> str:
    """How long before its day; what has none of its own was put because something happened."""
    if row.kind not in ask.occasions.laid_out:
        return ""
    days = (row.day - at).days
    return f"（提前 {days} 天）" if days > 0 else f"（已过 {-days} 天）" if days < 0 else "（当天）"


def let_go(ask: Ask) -> Reply:
    """What was held after a migration, a restore or a jump of the clock goes out: all of it, whoever's it is."""
    if ask.me.id not in {each.id for each in rights.highest(ask.db, ask.now)}:
        raise Denied("放行由最上一级的管理员来做。发「提醒」看接下来给您的。", what="提醒 放行")
    return Reply("好的，提醒照常发。" if holds.release(ask.db, ask.now) else "提醒没有停着，不用放行。")


def held(ask: Ask) -> list[str]:
    """A line that nothing of what comes is sent for now, and who may let it go; none where all is sent."""
    if why := holds.why(ask.db):
        return [f"{why}后，提醒先停着没发：最上一级的管理员看过，发「提醒 放行」，才照下面的发。"]
    return ["机器的时间有疑问，提醒先停着没发：运维核对以后，才照下面的发。"] if holds.doubted(ask.db) else []
