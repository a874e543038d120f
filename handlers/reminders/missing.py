"""Which squads have no check-in around a key date, and what the levels above their counselors hear of it."""

from collections.abc import Collection, Iterable, Iterator
from datetime import timedelta

from handlers.attendance import ladder
from handlers.kit import ADMINS, Due, Reply, Role, Unit
from handlers.wording import days
from scheduling.calendar import Calendar, KeyDate
from scheduling.occasions import Cleared
from storage.checkins import exemptions
from storage.organisation import units
from storage.reminders import deliveries

# Whoever hears of what is missing below them.
_LEADERS = frozenset({Role.BRIGADE, Role.SCHOOL_ADMIN, Role.SUPERVISOR, *ADMINS})


def squads(due: Due, calendar: Calendar, squads: Iterable[Unit]) -> tuple[Unit, ...]:
    """The squads without a check-in around the day, neither their own nor one of their grade or whole school."""
    above = {unit.id: _up_to_school(unit) for unit in squads}
    first = due.day - timedelta(days=calendar.chase.days_before)
    last = due.now.astimezone(calendar.zone).date()
    ids = {id for line in above.values() for id in line}
    done = deliveries.reported(due.db, ids, first, last, calendar.chase.ignore)
    excused = _excused(due, calendar) | exemptions.on_day(due.db, due.day)
    open_ones = (unit for unit in squads if done.isdisjoint(above[unit.id]))
    return tuple(unit for unit in open_ones if not exemptions.kind_of(unit.path, excused))


def _excused(due: Due, calendar: Calendar) -> dict[str, str]:
    """Whoever is excused by now is not chased, for a day before that either; 本周没有 is of its week only."""
    now = exemptions.on_day(due.db, due.now.astimezone(calendar.zone).date()).items()
    return {path: kind for path, kind in now if kind == exemptions.EXCUSED}


def _up_to_school(unit: Unit) -> list[int]:
    line = [int(part) for part in unit.path.strip("/").split("/")]
    return line[line.index(unit.school_id) :] if unit.school_id in line else [unit.id]


def listed(due: Due, calendar: Calendar, key: KeyDate) -> Reply | None:
    """To the level above the counselors: which squads are missing still."""
    at = due.person.units(_LEADERS)
    below = units.squads(due.db, [unit.path for unit in at])
    if not below:
        return None
    left = {unit.id for unit in squads(due, calendar, below)}
    known = {unit.id: ladder.Below(unit.id, name, unit.path) for unit, name in _named(due, at, below)}
    missing = ladder.unseen(due, at, (one for id, one in known.items() if id in left))
    if not missing:
        raise Cleared
    excused = _excused(due, calendar)
    done = (one for id, one in known.items() if id not in left and not exemptions.kind_of(one.path, excused))
    seen = sum(id in left for id in known) - len(missing)
    rung = ladder.rung(due, at, done, missing, {Role.COUNSELOR}, seen)
    text = f"{key.name}（{days.short(due.day)} {days.weekday(due.day)}）的签到：{rung.text}"
    return Reply(text, rung.buttons, name=key.topic or key.name)


def _named(due: Due, at: Iterable[Unit], below: Collection[Unit]) -> Iterator[tuple[Unit, str]]:
    """In order of schools and classes, with their school for whoever has to do with more than that one."""
    own = {unit.id for unit in at}
    schools = units.by_ids(due.db, {unit.school_id for unit in below if unit.school_id and unit.school_id not in own})
    for unit in sorted(below, key=lambda each: (each.school_id or 0, each.grade or 0, each.class_no or 0)):
        school = schools.get(unit.school_id or 0)
        yield unit, f"{school.name}{unit.name}" if school else unit.name
