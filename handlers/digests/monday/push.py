"""Monday's digest to admins and groups: read from a snapshot before the tick, and kept as it is said."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from handlers.digests.page import link
from handlers.digests.week import schools, week_digest, wording
from handlers.kit import ADMINS, Button, Due, Reply, Unit
from handlers.registry import due, weekly
from handlers.wording import places
from scheduling import key_dates
from storage.digests import archive, digests

# After this it is no news any more; the week is frozen all the same.
OF_USE = timedelta(days=3)
# However late it is said, it freezes its week.
_FREEZES = timedelta(days=3660)
KIND = "digest"


@dataclass(frozen=True, slots=True)
class Said:
    """What is kept of a week of a unit, and how it is said; of `alone` buttons need not name the unit."""

    row: archive.Row
    text: str
    whole: tuple[Button, ...]
    alone: tuple[Button, ...]


def of(db: Connection, unit: Unit, week: str, now: datetime) -> Said:
    """What is said of a closed week of a unit."""
    frozen = digests.closed(db, unit, week, now)
    text = wording.whole_text(db, frozen, unit, now.date())
    down = schools.buttons(db, unit, frozen)
    named = week_digest.buttons(frozen, week_digest.named(db, unit), True)
    return Said(
        archive.of_week(unit, frozen, now), text, (*named, *down), (*week_digest.buttons(frozen, "", True), *down)
    )


def week_of(occurrence: str) -> str:
    """The week that a delivery is about."""
    return occurrence.partition(":")[2]


def _said(db: Connection, unit: Unit, week: str, now: datetime, known: Mapping[tuple[int, str], Said]) -> Said:
    found = known.get((unit.id, week)) or of(db, unit, week, now)
    archive.add(db, [found.row])
    return found


@due(KIND, rank=9, use=_FREEZES, early=False, asks=False, line="上周的周报", each=key_dates.digests)
def monday(said: Due) -> Reply | None:
    """Monday's push to an admin for the topmost unit, which freezes it; days later it freezes only."""
    at = places.scope(said.person, ADMINS)
    if not at:
        return None
    found = _said(said.db, at[0], week_of(said.occurrence), said.now, said.known)
    if said.now.date() > said.day + OF_USE:
        return None
    page = link.path_to(at[0].id, week_of(said.occurrence))
    return Reply(found.text, found.alone if len(at) == 1 else found.whole, page=page)


@weekly(KIND)
def for_group(db: Connection, unit: Unit, week: str, now: datetime, known: Mapping[tuple[int, str], Said]) -> Reply:
    """The same for a group that is bound to the unit."""
    found = _said(db, unit, week, now, known)
    return Reply(found.text, found.whole)
