"""Whom a campaign calls: one letter when it is published, one before it ends to those who have not reported."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from handlers.attendance import participation
from handlers.catalogue.loader import calendar_of
from handlers.kit import Ask, Role
from scheduling import tick
from scheduling.calendar import DAY, Calendar
from storage.campaigns.campaigns import Campaign
from storage.people import accounts, people
from storage.reminders import deliveries

KIND = "campaign"
# The notice, and the reminder where there is a morning between it and the end: part of a day's letter.
LETTER = "campaign-end"
# The leads of its letters: each goes to a person at most once.
OFF, REMINDER, NOTICE, NUDGE = 0, 1, 2, 3
# The longest time without a morning on which one works.
_MOST_AHEAD = 12
# What would be said at night is said so long before it.
_BEFORE_NIGHT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Plan:
    """Person id → channel of whoever is told; `later` hear of it `then`, None: at once, as all others do."""

    reached: Mapping[int, str]
    later: frozenset[int] = frozenset()
    then: datetime | None = None
    # Whether it can be said sooner, to whom it is pressed for.
    waits: bool = False


def plan(ask: Ask, one: Campaign, at_once: bool = False) -> Plan:
    """
    Who is told when: as a part of the one letter a day, so that whoever had today's hears of it in the next.

    What is half over by then cannot wait: it is said `at_once`, at night in the morning.
    """
    calendar, reached = calendar_of(ask.db), called(ask, one)
    awake = calendar.awake(ask.now)
    before = ask.now < calendar.instant(ask.today, calendar.times.morning)
    then = tick.next_letter(calendar, ask.today - DAY if before else ask.today)
    waits = then is not None and not _half_over(one, ask.now, then)
    if then and waits and not at_once:
        if awake > ask.now or (before and then.date() == ask.today):
            return Plan(reached, frozenset(reached), then, waits=awake == ask.now or then.date() > awake.date())
        told = deliveries.said_since(ask.db, reached, ask.occasions.letters, calendar.midnight(ask.now))
        return Plan(reached, frozenset(told), then, waits=True)
    if awake == ask.now:
        return Plan(reached)
    morning = calendar.instant(awake.astimezone(calendar.zone).date(), calendar.times.morning)
    return Plan(reached, frozenset(reached), awake if _half_over(one, ask.now, morning) else morning)


def _half_over(one: Campaign, now: datetime, then: datetime) -> bool:
    begins = max(one.begins_at, now)
    return then - begins > (one.ends_at - begins) / 2


def lay_out(ask: Ask, one: Campaign, at_once: bool = False) -> Plan:
    """The notice, and the reminder before the end, for everybody it calls; `at_once`: nobody waits for a letter."""
    kind, reminder = reminder_at(one, calendar_of(ask.db), ask.now)
    notice, rows = _letter(ask, one, NOTICE), []
    told = plan(ask, one, at_once)
    had = deliveries.said_since(ask.db, told.reached, ask.occasions.letters, calendar_of(ask.db).midnight(ask.now))
    for person_id, channel in told.reached.items():
        mine = {**notice, "person_id": person_id, "channel": channel}
        if person_id in told.later:
            mine |= {"kind": LETTER, "due_at": told.then}
        elif person_id not in had:
            # It is today's letter, with whatever else is said now.
            mine["kind"] = LETTER
        rows.append(mine)
        if reminder is not None:
            rows.append({**mine, "lead": REMINDER, "kind": kind, "due_at": reminder})
    deliveries.put(ask.db, rows)
    return told


def nudge(ask: Ask, one: Campaign, units: Iterable[int]) -> int:
    """Once more, by hand, to the counselors of these squads; returns how many letters are new."""
    wanted = set(units)
    found = people.holding(ask.db, [Role.COUNSELOR], [one.path], ask.now)
    late = [person for person in found if any(unit.id in wanted for unit in person.units([Role.COUNSELOR]))]
    reached = accounts.best(ask.db, [person.id for person in late])
    letter = _letter(ask, one, NUDGE)
    # Today's letter has asked them already.
    asked = deliveries.told(ask.db, LETTER, letter["occurrence"], calendar_of(ask.db).midnight(ask.now))
    rows = [{**letter, "person_id": id, "channel": reached[id][0]} for id in sorted(reached) if id not in asked]
    return deliveries.put(ask.db, rows)


def call_off(ask: Ask, one: Campaign) -> None:
    """Whoever was told of it is told that it is off."""
    told = deliveries.said(ask.db, _occurrence(one), NOTICE)
    reached = accounts.best(ask.db, told)
    letter = _letter(ask, one, OFF)
    deliveries.put(ask.db, [{**letter, "person_id": id, "channel": reached[id][0]} for id in sorted(reached)])


def reminder_at(one: Campaign, calendar: Calendar, now: datetime) -> tuple[str, datetime | None]:
    """
    (kind, instant) of the reminder before the end: the letter of the day before it, else of the day, else before them.

    Of a window without such a morning a quarter of it before its end, by day; None when that would be at once.
    """
    last, after, quarter = one.last_day(calendar.zone), max(now, one.begins_at), (one.ends_at - one.begins_at) / 4
    near = (last - DAY, last, *(last - ago * DAY for ago in range(2, _MOST_AHEAD)))
    for day in filter(calendar.workdays.worked, near):
        letter = calendar.instant(day, calendar.times.morning)
        if after + quarter < letter < one.ends_at:
            return LETTER, letter
    at = (one.ends_at - quarter).astimezone(calendar.zone)
    if calendar.times.quiet(at.time()):
        evening = at.date() - DAY * (at.time() < calendar.times.quiet_until)
        at = calendar.instant(evening, calendar.times.quiet_from) - _BEFORE_NIGHT
    return KIND, at if at > after else None


def called(ask: Ask, one: Campaign) -> dict[int, str]:
    """Person id → channel: the counselors of the squads, and the brigade counselors of their schools."""
    found = people.holding(ask.db, [Role.COUNSELOR, Role.BRIGADE], [one.path], ask.now)
    concerned = [
        each
        for each in found
        if each.id != ask.me.id and (participation.due_squads(each, one) or Role.BRIGADE in each.roles)
    ]
    return {id: reached[0] for id, reached in sorted(accounts.best(ask.db, [each.id for each in concerned]).items())}


def _occurrence(one: Campaign) -> str:
    return f"{KIND}:{one.id}"


def _letter(ask: Ask, one: Campaign, lead: int) -> dict[str, Any]:
    """Whoever it goes to: by day, at once."""
    calendar = calendar_of(ask.db)
    return {
        "occurrence": _occurrence(one), "lead": lead, "kind": KIND, "day": one.last_day(calendar.zone),
        "due_at": calendar.awake(ask.now), "payload": {"campaign": one.id},
    }  # fmt: skip
