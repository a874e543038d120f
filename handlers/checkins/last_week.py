"""The check-ins of last week that may be reported once more today."""

from datetime import timedelta

from handlers.kit import REPORTERS, Ask
from scheduling import periods
from storage.checkins import checkins
from storage.organisation import units

_MOST = 4


def repeatable(ask: Ask) -> list[checkins.Checkin]:
    """One of each squad and activity, without those that were reported this week already."""
    monday = periods.monday_of(periods.week_before(periods.week_of(ask.today)))
    before = checkins.between(ask.db, monday, monday + timedelta(days=6), person_id=ask.me.id)
    now = checkins.between(ask.db, monday + timedelta(days=7), ask.today, person_id=ask.me.id)
    done = {(one.unit_id, one.activity) for one in now if one.day == ask.today}
    mine = ask.me.paths(REPORTERS)
    # A squad may have moved or gone up since: it is reported as what it is today.
    present = units.by_ids(ask.db, {one.unit_id for one in before})
    found = {
        (one.unit_id, one.activity): one.at(present[one.unit_id])
        for one in reversed(before)
        if (one.unit_id, one.activity) not in done and present[one.unit_id].path.startswith(tuple(mine))
    }
    return list(found.values())[-_MOST:]
