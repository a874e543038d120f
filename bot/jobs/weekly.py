"""Monday's digest to the groups that are bound to a unit, once a week each."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from bot.dispatch.features import Weekly
from bot.pipeline.turn import Turn, contained
from scheduling.calendar import Calendar
from scheduling.periods import DIGEST_AT, monday_of, week_before, week_of
from storage.messages import chats
from storage.organisation import units
from storage.reminders import holds

# After a pause longer than this a digest is no news any more.
OF_USE = timedelta(days=3)
MOST = 25


def tell_groups(turn: Turn, calendar: Calendar, said: Sequence[Weekly], known: Mapping[Any, Any]) -> bool:
    """What the features say to each group that has not heard of last week yet; True when there are more."""
    local = turn.now.astimezone(calendar.zone)
    this = week_of(local.date())
    at = calendar.instant(monday_of(this), DIGEST_AT)
    if not at <= local < at + OF_USE or calendar.times.quiet(local.time()) or holds.why(turn.db):
        return False
    week = week_before(this)
    groups = chats.without_week(turn.db, week, MOST)
    for group in groups:
        # Noted first: what cannot be said is not tried every five seconds.
        if chats.got(turn.db, group, week):
            _tell(turn, group, week, [partial(each, known=known) for each in said])
    return len(groups) == MOST


def _tell(turn: Turn, group: chats.Group, week: str, said: Sequence[Weekly]) -> None:
    with contained(turn, "发一个群的周报时出错"):
        unit = units.by_id(turn.db, group.unit_id)
        for words in said:
            turn.letters.tell(words(turn.db, unit, week, turn.now), group.channel, group.chat, group.topic)
