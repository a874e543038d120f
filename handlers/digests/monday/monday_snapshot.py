"""What Monday's digests say, read from a snapshot before the tick that says it: the writer does not wait for it."""

from datetime import datetime

from sqlalchemy import Connection

from handlers.digests.monday import push
from handlers.kit import ADMINS, Unit
from handlers.registry import ahead
from handlers.wording import places
from scheduling import closed_periods
from scheduling.periods import week_before, week_of
from storage.messages import chats
from storage.organisation import units
from storage.people import people
from storage.reminders import deliveries, holds

# No more than one tick says.
_MOST = 25


@ahead(push.KIND)
def before(db: Connection, now: datetime) -> dict[tuple[int, str], push.Said]:
    """(unit id, week) → what is about to be said: what is due to admins, and to groups that have not had their week."""
    wanted: dict[tuple[int, str], Unit] = {}
    if holds.why(db):
        return {}
    for row in deliveries.near(db, now, push.KIND, _MOST):
        at = places.scope(people.by_id(db, row.person_id, now), ADMINS)
        wanted.update({(unit.id, push.week_of(row.occurrence)): unit for unit in at[:1]})
    week = week_before(week_of(now.date()))
    if closed_periods.closed_at(week, now) <= now < closed_periods.closed_at(week, now) + push.OF_USE:
        ids = {group.unit_id for group in chats.without_week(db, week, _MOST)}
        wanted.update({(unit.id, week): unit for unit in units.by_ids(db, ids).values()})
    return {(id, week): push.of(db, unit, week, now) for (id, week), unit in wanted.items()}
