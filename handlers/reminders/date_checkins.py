"""The check-ins that a key date asks for, as they are copied, pressed and answered in few words."""

from collections.abc import Sequence
from datetime import date

from handlers.attendance.requests import Asked
from handlers.catalogue.loader import calendar_of
from handlers.kit import Button, Due, Person, Role, Unit
from handlers.wording import days
from scheduling import periods
from scheduling.calendar import KeyDate

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


def week_of(day: date, today: date) -> str:
    """How the week of a day that was near is said."""
    return "本周" if periods.week_of(day) == periods.week_of(today) else "上周"


def squads_of(person: Person) -> tuple[Unit, ...]:
    """The squads of a counselor."""
    return tuple(grant.unit for grant in person.grants if grant.role is Role.COUNSELOR)
