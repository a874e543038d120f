"""The check-ins that a key date asks for, as they are copied, pressed and answered in few words."""

from collections.abc import Sequence
from datetime import date, timedelta

from handlers.attendance.requests import Asked
from handlers.catalogue.loader import calendar_of
from handlers.kit import Ask, Button, Due, Person, Role, Unit
from handlers.reading.checkins.activities import names_activity
from handlers.reminders import naming
from handlers.wording import days
from scheduling import periods
from scheduling.calendar import KeyDate

# So long a date is known by its name.
_JUST_NOW = timedelta(days=7)
# A letter writes out so many squads.
_MOST = 3


def asked(due: Due) -> list[Asked]:
    """The check-in of each squad; of what is only noted none."""
    calendar = calendar_of(due.db)
    key = calendar.by_id(due.occurrence.rpartition(":")[0])
    if key is None or due.payload.get("kind") == "C":
        return []
    squads = squads_of(due.person)[:_MOST]
    return of(key, due.day, squads, due.now.astimezone(calendar.zone).date())


def of(key: KeyDate, day: date, squads: Sequence[Unit], today: date) -> list[Asked]:
    """Those of these squads, as they are asked for `today`."""
    activity, topic = key.activity or "主题队日", f" {key.topic}" if key.topic else ""
    on = f" {days.short(day)}" if day < today else ""
    week = week_of(day, today)
    names = tuple(filter(None, (key.name, key.topic, *key.words)))
    return [
        Asked(
            f"{key.topic or key.name}{f' {unit.name}' if len(squads) > 1 else ''}", names, unit.name, day,
            Button("", "签到", f"{unit.name} {week}没有活动"),
            Button("", "签到", f"{unit.name} {activity}{on}{topic}"), unit.members or None,
        )
        for unit in squads
    ]  # fmt: skip


def names_in(ask: Ask, text: str) -> list[str]:
    """The names of dates that the text holds."""
    return naming.spoken_of(calendar_of(ask.db, ask.tree), text)


def called(ask: Ask, name: str) -> tuple[set[str], list[Asked]]:
    """(the names of the dates that are called so, what is asked of those that were just now, though no letter came).

    植树 is what was done, whenever it was.
    """
    keys = naming.called(calendar_of(ask.db), name, ask.today)
    near = [] if names_activity(name) else [key for key in keys if key.kind != "C"]
    every = [(key, key.day(year)) for key in near for year in (ask.today.year, ask.today.year - 1)]
    gone = [(key, day) for key, day in every if day and day <= ask.today <= day + _JUST_NOW]
    found = [one for key, day in gone for one in of(key, day, squads_of(ask.me), ask.today)]
    return {key.name for key in keys}, found


def week_of(day: date, today: date) -> str:
    """How the week of a day that was near is said."""
    return "本周" if periods.week_of(day) == periods.week_of(today) else "上周"


def squads_of(person: Person) -> tuple[Unit, ...]:
    """The squads of a counselor."""
    return tuple(grant.unit for grant in person.grants if grant.role is Role.COUNSELOR)
