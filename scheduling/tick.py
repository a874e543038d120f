"""One tick of the clock: lays out what is near, says what is due, and settles what came too late."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection

from scheduling.calendar import Calendar
from scheduling.occurrences import DIGEST, KEY_DATE, NUDGE, PROMOTION, lay_out, weight
from storage.reminders import deliveries

# Reminders and nudges a person and day; a nudge is somebody's wish and is never held back by it.
CAP = 2
# Said later than this it is marked as late; held back for the night does not count.
LATE = timedelta(minutes=15)
# After this it is of no use any more.
# A digest also freezes its week, however late: whoever says it knows when it is no news any more.
# The classes go up a grade even if nobody ran on that day.
_LIMIT = {DIGEST: timedelta(days=3660), NUDGE: timedelta(hours=12), PROMOTION: timedelta(days=90)}
_OTHER_LIMIT = timedelta(days=1)
_CHASE_LIMIT = timedelta(days=3)

Said = TypeVar("Said")


@dataclass(frozen=True, slots=True)
class Ticked(Generic[Said]):
    """
    What a tick did: `said` with the replies, `failed` with the bugs.

    `more`: there may be more that is due; call again without waiting for the next tick.
    """

    said: Sequence[tuple[deliveries.DeliveryRow, Said]] = ()
    failed: Sequence[tuple[deliveries.DeliveryRow, Exception]] = ()
    more: bool = False


@dataclass(slots=True)
class _Pass(Generic[Said]):
    db: Connection
    now: datetime
    calendar: Calendar
    say: Callable[[deliveries.DeliveryRow], Said | None]
    said: list[tuple[deliveries.DeliveryRow, Said]] = field(default_factory=list)
    failed: list[tuple[deliveries.DeliveryRow, Exception]] = field(default_factory=list)
    # (state, late) → ids: written at the end, one statement each.
    settled: dict[tuple[str, bool], list[int]] = field(default_factory=dict)


def run(
    db: Connection,
    now: datetime,
    calendar: Calendar,
    say: Callable[[deliveries.DeliveryRow], Said | None],
    limit: int = 25,
) -> Ticked[Said]:
    """
    Lay out, then say what is due to at most `limit` people; all in the caller's transaction.

    `say` gives the words of a delivery, None when it is no longer needed. What else the message is to cover is in its
    payload: `leads`, earlier leads of the same occurrence and day, and `also`, other occurrences, each with occurrence,
    lead, day, late and payload. An error of `say` costs that delivery only.
    """
    made = lay_out(db, now, calendar)
    local = now.astimezone(calendar.zone)
    if calendar.times.quiet(local.time()):
        return Ticked(more=made.more)
    # What is left of earlier days waits for today's, so that it goes out in the same message.
    early = local.time() < calendar.times.morning
    held = (KEY_DATE, calendar.instant(local.date(), time())) if early else None
    rows = deliveries.due(db, now, limit, held)
    one = _Pass(db, now, calendar, say)
    people = [list(mine) for _, mine in groupby(rows, key=lambda row: row.person_id)]
    counts = _said_today(one, [mine[0].person_id for mine in people if any(row.kind == KEY_DATE for row in mine)])
    for mine in people:
        _speak(one, mine, CAP - counts.get(mine[0].person_id, 0))
    for (state, late), ids in one.settled.items():
        deliveries.settle(db, ids, state, now, late)
    return Ticked(one.said, one.failed, made.more or len(people) == limit)


def _said_today(one: _Pass[Any], people: Sequence[int]) -> dict[int, int]:
    midnight = one.calendar.instant(one.now.astimezone(one.calendar.zone).date(), time())
    return deliveries.said_since(one.db, people, (KEY_DATE, NUDGE), midnight) if people else {}


def _speak(one: _Pass[Said], rows: Iterable[deliveries.DeliveryRow], room: int) -> None:
    """Everything that is due for one person; `room`: how many more reminders today."""
    useful = _newest(one, rows)
    for row in useful:
        if row.kind != KEY_DATE:
            _say(one, [row])
    mine = sorted((row for row in useful if row.kind == KEY_DATE), key=_weight)
    groups = [[row for row in mine if bool(row.payload.get("solemn")) is solemn] for solemn in (False, True)]
    for group in sorted(filter(None, groups), key=lambda group: _weight(group[0])):
        if room > 0:
            room -= _say(one, group)
        else:
            _settle(one, group, deliveries.CAPPED)


def _weight(row: deliveries.DeliveryRow) -> tuple[Any, ...]:
    return weight(row.payload.get("kind", ""), row.day, row.lead)


def _newest(one: _Pass[Any], rows: Iterable[deliveries.DeliveryRow]) -> list[deliveries.DeliveryRow]:
    """Of each occurrence the newest lead that is still of use; the others are settled."""
    found: dict[str, deliveries.DeliveryRow] = {}
    expired, merged = [], []
    for row in sorted(rows, key=lambda row: (-row.due_at.timestamp(), row.lead)):
        newer = found.get(row.occurrence)
        if one.now > last_use(one.calendar, row) or (newer and _day(one, row) != _day(one, newer)):
            expired.append(row)
        elif newer:
            leads = [*newer.payload.get("leads", ()), row.lead]
            found[row.occurrence] = replace(newer, payload={**newer.payload, "leads": leads})
            merged.append(row)
        else:
            found[row.occurrence] = row
    _settle(one, expired, deliveries.EXPIRED)
    _settle(one, merged, deliveries.MERGED)
    return [replace(row, late=_late(one, row)) for row in found.values()]


def _late(one: _Pass[Any], row: deliveries.DeliveryRow) -> bool:
    return one.now - one.calendar.awake(row.due_at) > LATE


def _day(one: _Pass[Any], row: deliveries.DeliveryRow) -> date:
    return row.due_at.astimezone(one.calendar.zone).date()


def last_use(calendar: Calendar, row: deliveries.DeliveryRow) -> datetime:
    """Until when it is worth saying: a reminder until the evening of its day, a chase three days, others by kind."""
    if row.kind != KEY_DATE:
        return row.due_at + _LIMIT.get(row.kind, _OTHER_LIMIT)
    if row.lead < 0:
        return row.due_at + _CHASE_LIMIT
    return calendar.instant(row.day, calendar.times.quiet_from)


def _say(one: _Pass[Said], group: Sequence[deliveries.DeliveryRow]) -> int:
    """Say the first of the group together with the others; returns how many messages that made."""
    first, *others = group
    also = [
        {"occurrence": row.occurrence, "lead": row.lead, "day": row.day, "late": row.late, "payload": row.payload}
        for row in others
    ]
    row = replace(first, payload={**first.payload, "also": also}) if also else first
    savepoint = one.db.begin_nested()
    try:
        reply = one.say(row)
    except Exception as bug:
        # Raises when the whole transaction is gone: then nothing of this tick counts.
        savepoint.rollback()
        one.failed.append((row, bug))
        _settle(one, group, deliveries.FAILED)
        return 0
    savepoint.commit()
    if reply is None:
        _settle(one, group, deliveries.SKIPPED)
        return 0
    one.said.append((row, reply))
    _settle(one, [first], deliveries.SENT)
    _settle(one, others, deliveries.MERGED)
    return 1


def _settle(one: _Pass[Any], rows: Iterable[deliveries.DeliveryRow], state: str) -> None:
    for row in rows:
        one.settled.setdefault((state, row.late), []).append(row.id)
