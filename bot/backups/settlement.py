"""Settles what a backup says before a bot runs on it: nobody is told twice, and no erased child comes back."""

from dataclasses import dataclass
from datetime import datetime

from bot.engine import Engine
from bot.jobs import absence
from scheduling import periods
from scheduling.occurrences import lay_out
from storage.audit import audit
from storage.children import erasure
from storage.children.erasures import ErasureList
from storage.messages import chats, late_letters
from storage.reminders import deliveries, holds

WHY = "恢复备份"


@dataclass(frozen=True, slots=True)
class Settled:
    """How many children were erased again, letters set aside, reminders taken as said."""

    erased: int
    letters: int
    reminders: int


def settle(engine: Engine, erased: ErasureList, made: datetime, until: datetime) -> Settled:
    """All that must be before the bot runs on it: `made` then, the bot worked `until` then."""
    now, calendar = engine.now(), engine.catalogue().calendar
    with engine.database.write.begin() as db:
        holds.hold(db, WHY, now)
        while lay_out(db, now, calendar, engine.features.occasions).more:
            pass
        week = periods.week_of(until.astimezone(calendar.zone).date())
        if made < calendar.instant(periods.monday_of(week), periods.DIGEST_AT) <= until:
            chats.got_all(db, periods.week_before(week))
        children = erased.restored(db, made, now)
        for child_id in children:
            erasure.erase(db, engine.vault, child_id, None, now)
        found = Settled(len(children), late_letters.set_aside(db), deliveries.skip(db, until, now))
        absence.note_restore(db, made, now)
        audit.note(db, audit.Action.RESTORED, now, made=made.isoformat(), children=found.erased)
    return found
