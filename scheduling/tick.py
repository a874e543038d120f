"""One tick of the clock: lays out what is near, says what is due, and settles what came too late."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection

from scheduling.calendar import DAY, Calendar
from scheduling.occasions import Cleared, Occasions
from scheduling.occurrences import lay_out
from storage.reminders import deliveries, wishes
from storage.reminders.deliveries import DeliveryRow

# Said later than this it is marked as late; held back for the night does not count.
LATE = timedelta(minutes=15)

Said = TypeVar("Said")


@dataclass(frozen=True, slots=True)
class Letter(Generic[Said]):
    """What was said to one person at once: the deliveries that it covers, the words, until when they are of use."""

    rows: Sequence[DeliveryRow]
    words: Said
    until: datetime


@dataclass(frozen=True, slots=True)
class Ticked(Generic[Said]):
    """
    What a tick did: the letters `said`, the deliveries that `failed` with their bugs.

    `more`: there may be more that is due; call again without waiting for the next tick. `held`: why nothing is said.
    """

    said: Sequence[Letter[Said]] = ()
    failed: Sequence[tuple[DeliveryRow, Exception]] = ()
    more: bool = False
    held: str = ""


@dataclass(frozen=True, slots=True)
class Voice(Generic[Said]):
    """
    How things are said: the words of a delivery, and those of several in one letter.

    `say` is told whether others stand before it, so that it is brief; None: it concerns the person no more; raises
    Cleared. An error of it costs that delivery only.
    """

    say: Callable[[DeliveryRow, bool], Said | None]
    join: Callable[[Sequence[tuple[DeliveryRow, Said]]], Said]


@dataclass(slots=True)
class _Pass(Generic[Said]):
    db: Connection
    now: datetime
    calendar: Calendar
    occasions: Occasions
    voice: Voice[Said]
    wishes: wishes.Wishes
    said: list[Letter[Said]] = field(default_factory=list)
    failed: list[tuple[DeliveryRow, Exception]] = field(default_factory=list)
    # (state, late) → ids, and instant → ids: written at the end, one statement each.
    settled: dict[tuple[str, bool], list[int]] = field(default_factory=dict)
    later: dict[datetime, list[int]] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return self.now.astimezone(self.calendar.zone).date()


def run(
    db: Connection, now: datetime, calendar: Calendar, occasions: Occasions, voice: Voice[Said], limit: int = 25
) -> Ticked[Said]:
    """
    Lay out, then say what is due to at most `limit` people; all in the caller's transaction.

    Everybody gets one letter a day, and what goes by itself. Earlier leads of an occurrence that a delivery stands for
    are in its payload as `leads`.
    """
    made = lay_out(db, now, calendar, occasions)
    local = now.astimezone(calendar.zone)
    if calendar.times.quiet(local.time()) or made.held:
        return Ticked(more=made.more, held=made.held)
    midnight = calendar.midnight(now)
    # What is left of earlier days waits for today's, so that it goes out in the same letter.
    held = midnight if local.time() < calendar.times.morning else None
    rows = deliveries.due(db, now, limit, deliveries.Letters(occasions.letters, midnight + DAY, held))
    if not rows:
        return Ticked(more=made.more)
    people = [list(mine) for _, mine in groupby(rows, key=lambda row: row.person_id)]
    ids = [mine[0].person_id for mine in people]
    one = _Pass(db, now, calendar, occasions, voice, wishes.of(db, ids))
    told = deliveries.said_since(db, ids, occasions.letters, midnight)
    for mine in people:
        _speak(one, mine, mine[0].person_id in told)
    for (state, late), settled in one.settled.items():
        deliveries.settle(db, settled, state, now, late)
    for then, waiting in one.later.items():
        deliveries.put_off(db, waiting, then)
    return Ticked(one.said, one.failed, made.more or len(people) == limit)


def _speak(one: _Pass[Said], rows: Sequence[DeliveryRow], told: bool) -> None:
    """Everything that is due for one person; `told`: today's letter is out."""
    hours = one.wishes.hours(rows[0].person_id)
    if (awake := hours.awake(one.now.astimezone(one.calendar.zone))) > one.now:
        return _put_off(one, [row for row in rows if row.due_at <= one.now], awake)
    letters = [row for row in rows if row.kind in one.occasions.letters]
    alone = [row for row in rows if row.kind not in one.occasions.letters]
    for _, same in groupby(sorted(_newest(one, alone), key=lambda row: row.kind), key=lambda row: row.kind):
        _say(one, list(same))
    if any(row.due_at <= one.now for row in letters):
        _letter(one, letters, told)
    return None


def _letter(one: _Pass[Said], rows: list[DeliveryRow], told: bool) -> None:
    if told:
        then = next_letter(one.calendar, one.today)
        useful = [row for row in rows if then and _last_use(one, row) >= then]
        _settle(one, [row for row in rows if row not in useful], deliveries.CAPPED)
        if then:
            _put_off(one, useful, then)
    elif (then := one.occasions.letter_at(rows)) > one.now:
        _put_off(one, rows, then)
    else:
        _say(one, sorted(_newest(one, rows), key=lambda row: rank(one.occasions, row)))


def next_letter(calendar: Calendar, today: date) -> datetime | None:
    """The morning of the next working day; None when that is more than nine days away."""
    day = calendar.workdays.at_or_after(today + DAY)
    return calendar.instant(day, calendar.times.morning) if day else None


def rank(occasions: Occasions, row: DeliveryRow) -> tuple[Any, ...]:
    """What begins a letter goes first: A before B before C, what is to come before what is chased, by day."""
    return occasions.of(row).rank, row.payload.get("kind", "Z"), row.lead < 0, row.day, row.lead, row.occurrence


def _newest(one: _Pass[Any], rows: Iterable[DeliveryRow]) -> list[DeliveryRow]:
    """Of each occurrence the newest lead that is still of use; the others are settled."""
    found, expired, merged = newest(one.calendar, rows, lambda row: one.now > _last_use(one, row))
    muted = [row for row in found if one.wishes.muted(row.person_id, row.occurrence)]
    _settle(one, muted, deliveries.MUTED)
    _settle(one, expired, deliveries.EXPIRED)
    _settle(one, merged, deliveries.MERGED)
    return [replace(row, late=_late(one, row)) for row in found if row not in muted]


def newest(
    calendar: Calendar, rows: Iterable[DeliveryRow], over: Callable[[DeliveryRow], bool]
) -> tuple[list[DeliveryRow], list[DeliveryRow], list[DeliveryRow]]:
    """(of each occurrence the newest lead that is not `over`, those of no use any more, those that it stands for)."""
    found: dict[str, DeliveryRow] = {}
    expired, merged = [], []
    for row in sorted(rows, key=lambda row: (-row.due_at.timestamp(), row.lead)):
        newer = found.get(row.occurrence)
        if over(row) or (newer and _day(calendar, row) != _day(calendar, newer)):
            expired.append(row)
        elif newer:
            leads = [*newer.payload.get("leads", ()), row.lead]
            found[row.occurrence] = replace(newer, payload={**newer.payload, "leads": leads})
            merged.append(row)
        else:
            found[row.occurrence] = row
    return list(found.values()), expired, merged


def _last_use(one: _Pass[Any], row: DeliveryRow) -> datetime:
    return one.occasions.of(row).last_use(one.calendar, row)


def _late(one: _Pass[Any], row: DeliveryRow) -> bool:
    return one.now - one.calendar.awake(row.due_at) > LATE


def _day(calendar: Calendar, row: DeliveryRow) -> date:
    return row.due_at.astimezone(calendar.zone).date()


def _say(one: _Pass[Said], group: Sequence[DeliveryRow]) -> None:
    """Say these at once, as far as there is something to say."""
    parts: list[tuple[DeliveryRow, Said]] = []
    for row in group:
        words = _words(one, row, bool(parts))
        if words is not None:
            parts.append((row, words))
    if not parts:
        return
    rows = [row for row, _ in parts]
    until = max(_last_use(one, row) for row in rows)
    one.said.append(Letter(rows, one.voice.join(parts), until))
    _settle(one, rows[:1], deliveries.SENT)
    _settle(one, rows[1:], deliveries.MERGED)


def _words(one: _Pass[Said], row: DeliveryRow, brief: bool) -> Said | None:
    savepoint = one.db.begin_nested()
    try:
        words = one.voice.say(row, brief)
    except Cleared:
        savepoint.rollback()
        _settle(one, [row], deliveries.CLEARED)
        return None
    except Exception as bug:
        # Raises when the whole transaction is gone: then nothing of this tick counts.
        savepoint.rollback()
        one.failed.append((row, bug))
        _settle(one, [row], deliveries.FAILED)
        return None
    savepoint.commit()
    if words is None:
        _settle(one, [row], deliveries.SKIPPED)
    return words


def _settle(one: _Pass[Any], rows: Iterable[DeliveryRow], state: str) -> None:
    for row in rows:
        one.settled.setdefault((state, row.late), []).append(row.id)


def _put_off(one: _Pass[Any], rows: Iterable[DeliveryRow], then: datetime) -> None:
    one.later.setdefault(then, []).extend(row.id for row in rows)
