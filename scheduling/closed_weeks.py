"""Weeks that are closed: before the first change after Monday 08:00 every unit above it keeps what it was then."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from scheduling.periods import frozen_at, monday_of, week_of
from storage.digests import digests
from storage.organisation import history, units
from storage.tables import digest


def keeper(now: datetime) -> Callable[[Connection, Collection[tuple[str, int]]], None]:
    """
    What is to be done before the sums of (week, unit) pairs change; `now` is in the school's zone.

    Nothing of a closed week has changed since it was closed when this comes first, so what is counted now is what was
    true on Monday 08:00, whoever looks at it when.
    """
    last = now.date() - timedelta(days=7)
    closed = week_of(last if now >= frozen_at(last, now.tzinfo) else last - timedelta(days=7))

    def keep(db: Connection, changing: Collection[tuple[str, int]]) -> None:
        for week in sorted({week for week, _ in changing if week <= closed}):
            _freeze(db, week, {unit_id for of, unit_id in changing if of == week}, now)

    return keep


def _freeze(db: Connection, week: str, unit_ids: Collection[int], now: datetime) -> None:
    paths = history.part(db, [each.path for each in units.by_ids(db, unit_ids).values()], week).weeks[week]
    ids = {int(id) for path in paths for id in path.strip("/").split("/")}
    known = db.scalars(select(digest.c.unit_id).where(digest.c.week == week, digest.c.unit_id.in_(ids)))
    at = frozen_at(monday_of(week), now.tzinfo)
    for unit in units.by_ids(db, ids - set(known)).values():
        digests.freeze(db, unit, week, at)
