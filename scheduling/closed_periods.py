"""Closed weeks, months, terms and years: before the first change afterwards each unit above keeps what it was then."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache

from sqlalchemy import Connection

from scheduling import spans
from scheduling.periods import frozen_at, monday_of, week_of
from storage.digests import archive, digests, periods
from storage.digests.figures import Digest
from storage.organisation import history, units
from storage.organisation.units import Unit

# What a digest may be of, beside a week.
LONGER = ("month", "quarter", "term", "school_year", "year")
Changing = Collection[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Closing:
    """Units and periods (by label) that are closed, and of which nothing has been kept yet."""

    parts: tuple[tuple[Unit, str], ...]

    def rows(self, db: Connection, now: datetime) -> list[archive.Row]:
        """What is to be kept of them: as nothing has changed since, as it is now."""
        return [_row(db, unit, label, now) for unit, label in self.parts]


def closing_of(db: Connection, changing: Changing, now: datetime) -> Closing:
    """What closes before the sums of these (week, unit id) pairs change; `now` is in the school's zone."""
    this = week_of(now.date())
    found: dict[tuple[int, str], Unit] = {}
    for week in sorted({week for week, _ in changing if week < this}):
        labels = closed_labels(week, now)
        changed = {id for of, id in changing if of == week} if labels else set()
        paths = [history.place_on(db, id, monday_of(week)) for id in changed]
        ids = {int(id) for path in paths for id in path.strip("/").split("/")}
        missing = {(id, label) for id in ids for label in labels} - archive.known(db, ids, labels)
        for unit in units.by_ids(db, {id for id, _ in missing}).values() if missing else ():
            found.update({(unit.id, label): unit for label in labels if (unit.id, label) in missing})
    return Closing(tuple((unit, label) for (_, label), unit in found.items()))


def closed_labels(week: str, now: datetime) -> list[str]:
    """The periods with a day in this week that are closed: on the Monday, 08:00, after the week of their last day."""
    return sorted(label for label, at in _closing(week, now.tzinfo) if at <= now)


@lru_cache(maxsize=64)
def _closing(week: str, zone: tzinfo | None) -> list[tuple[str, datetime]]:
    """When each period with a day in this week is closed."""
    monday = monday_of(week)
    touched = {week, *(spans.label_of(kind, day) for kind in LONGER for day in (monday, monday + timedelta(days=6)))}
    return [(label, frozen_at(spans.span_of(label)[1], zone)) for label in touched]


def closed_at(label: str, now: datetime) -> datetime:
    """When this period is closed, in the zone of `now`."""
    return frozen_at(spans.span_of(label)[1], now.tzinfo)


def _row(db: Connection, unit: Unit, label: str, now: datetime) -> archive.Row:
    at = closed_at(label, now)
    if "W" in label:
        return archive.of_week(unit, digests.closed(db, unit, label, at), at)
    return archive.of_period(unit, label, periods.between(db, unit, *spans.span_of(label)), at)


def keeper(now: datetime) -> Callable[[Connection, Changing], None]:
    """What is to be done before the sums of (week, unit id) pairs change, if it has not been done (`closing_of`)."""

    def keep(db: Connection, changing: Changing) -> None:
        archive.add(db, closing_of(db, changing, now).rows(db, now))

    return keep


def shown(db: Connection, of: Unit, week: str, now: datetime, named: int | None = digests.NAMED) -> Digest:
    """The digest of a week when somebody asks: of one that is closed what it was then, whoever looks when.

    Of many missing squads at least `named` are named, without a number all of them.
    """
    at = closed_at(week, now)
    return digests.report(db, of, week, now, named) if now < at else digests.closed(db, of, week, at, now, named)
