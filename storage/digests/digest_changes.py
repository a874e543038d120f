"""What came of a frozen week afterwards: late reports, corrections, withdrawals; the frozen figures stay."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, func, select, union

from storage.checkins.coverage import VALID
from storage.organisation import history
from storage.organisation.history import monday_of, places
from storage.organisation.units import Unit
from storage.tables import checkin, checkin_version


@dataclass(frozen=True, slots=True)
class Figures:
    """What a digest says first: distinct events, distinct squads, 人次."""

    events: int
    squads_covered: int
    attended: int


@dataclass(frozen=True, slots=True)
class Changes:
    """Check-ins of a frozen week that were reported, changed or taken back after the freezing."""

    reported: int = 0
    corrected: int = 0
    withdrawn: int = 0

    @property
    def total(self) -> int:
        """By how many the revision of the digest is higher than the frozen one."""
        return self.reported + self.corrected + self.withdrawn


@dataclass(frozen=True, slots=True)
class Correction:
    """The changes of a frozen week, with the figures as they were frozen and as they are now."""

    changes: Changes
    was: Figures
    now: Figures


def correction_from(body: Mapping[str, Any]) -> Correction:
    """The correction that `dataclasses.asdict` wrote."""
    return Correction(Changes(**body["changes"]), Figures(**body["was"]), Figures(**body["now"]))


def since(db: Connection, of: Unit, week: str, frozen_at: datetime) -> Changes:
    """The check-ins of the week, of the units as they were in it, that came or changed after `frozen_at`."""
    monday, sunday = monday_of(week), monday_of(week) + timedelta(days=6)
    within_week = checkin.c.day.between(monday, sunday)
    part = history.part(db, [of.path], week)
    place = places(part.shape)
    # As a list of ids, so that the databases begin with the few versions and not with every check-in.
    changed = select(checkin_version.c.checkin_id).where(checkin_version.c.at > frozen_at)
    day_before = checkin_version.c.before["day"].as_string()
    was_within = checkin.c.id.in_(changed.where(day_before.between(monday.isoformat(), sunday.isoformat())))
    fresh = checkin.c.made_at > frozen_at
    shown = select(checkin.c.id, checkin.c.state, case((fresh, 1), else_=0).label("fresh"))
    new = VALID & within_week & fresh & (checkin.c.unit_id == place.c.id)
    either = union(
        shown.select_from(place.outerjoin(checkin, new)),
        shown.where(checkin.c.unit_id.in_(select(place.c.id)), checkin.c.id.in_(changed), within_week | was_within),
    ).subquery()
    kinds = either.c.state, either.c.fresh
    rows = db.execute(select(*kinds, func.count(either.c.id)).group_by(*kinds), part.values)
    found = {(state, fresh): count for state, fresh, count in rows}
    # What came and went since then changed nothing.
    return Changes(found.get(("valid", 1), 0), found.get(("valid", 0), 0), found.get(("withdrawn", 0), 0))
