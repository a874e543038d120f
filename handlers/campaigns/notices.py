"""Whom a campaign calls: one letter when it is published, one before it ends to those who have not reported."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from handlers.attendance import participation
from handlers.kit import Ask, Role
from storage.campaigns.campaigns import Campaign
from storage.people import accounts, people
from storage.reminders import deliveries

KIND = "campaign"
# The leads of its letters: each goes to a person at most once.
OFF, REMINDER, NOTICE, NUDGE = 0, 1, 2, 3
# Nobody is written to outside these hours (domain §5.3).
_MORNING, _EVENING = time(7, 30), time(20, 30)
_DAY_BEFORE = timedelta(hours=24)


def lay_out(ask: Ask, one: Campaign) -> int:
    """The notice now and the reminder before the end, for everybody it calls; returns how many people."""
    reminder = reminder_at(one, ask.now)
    rows = []
    reached = _called(ask, one)
    for person_id, channel in reached.items():
        rows.append(_row(one, NOTICE, person_id, channel, ask.now))
        if reminder is not None:
            rows.append(_row(one, REMINDER, person_id, channel, reminder))
    deliveries.put(ask.db, rows)
    return len(reached)


def nudge(ask: Ask, one: Campaign, units: Iterable[int]) -> int:
    """Once more, by hand, to the counselors of these squads; returns how many letters are new."""
    wanted = set(units)
    found = people.holding(ask.db, [Role.COUNSELOR], [one.path], ask.now)
    late = [person for person in found if any(unit.id in wanted for unit in person.units([Role.COUNSELOR]))]
    reached = accounts.best(ask.db, [person.id for person in late])
    rows = [_row(one, NUDGE, id, reached[id][0], ask.now) for id in sorted(reached)]
    return deliveries.put(ask.db, rows)


def call_off(ask: Ask, one: Campaign) -> None:
    """Whoever was told of it is told that it is off."""
    told = deliveries.said(ask.db, _occurrence(one), NOTICE)
    reached = accounts.best(ask.db, told)
    deliveries.put(ask.db, [_row(one, OFF, id, reached[id][0], ask.now) for id in sorted(reached)])


def reminder_at(one: Campaign, now: datetime) -> datetime | None:
    """A day before the end, of a short window a quarter before it; by day; None when that would be at once."""
    length = one.ends_at - one.begins_at
    at = (one.ends_at - min(_DAY_BEFORE, length / 4)).astimezone(now.tzinfo)
    if at.time() > _EVENING:
        at = datetime.combine(at.date(), _EVENING, at.tzinfo)
    elif at.time() < _MORNING:
        at = datetime.combine(at.date() - timedelta(days=1), _EVENING, at.tzinfo)
    return at if at > max(now, one.begins_at) else None


def _called(ask: Ask, one: Campaign) -> dict[int, str]:
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


def _row(one: Campaign, lead: int, person_id: int, channel: str, at: datetime) -> dict[str, Any]:
    return {
        "occurrence": _occurrence(one), "lead": lead, "person_id": person_id, "kind": KIND,
        "day": one.last_day(at.tzinfo), "channel": channel, "due_at": at, "payload": {"campaign": one.id},
    }  # fmt: skip
