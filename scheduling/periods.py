"""Weeks and school terms as the digest and the medals count them; pure."""

import re
from datetime import date, datetime, time, timedelta, tzinfo

from storage.checkins.checkins import BACKFILLED, LATE, ON_TIME
from storage.checkins.rollups import week_of
from storage.organisation.history import school_year

__all__ = ["monday_of", "school_year", "term_of", "term_start", "week_before", "week_of"]

# On Monday at this time the digest of the week before is frozen.
DIGEST_AT = time(8, 0)
# What was done today may be reported tomorrow.
IN_TIME = timedelta(days=2)

_WEEK = re.compile(r"(\d{4})-?[Ww](\d{1,2})")


def monday_of(week: str) -> date:
    """The first day of a week given by its label; raises ValueError for a week that does not exist."""
    match = _WEEK.fullmatch(week)
    if match is None:
        raise ValueError(f"not a week: {week}")
    return date.fromisocalendar(int(match[1]), int(match[2]), 1)


def week_before(week: str) -> str:
    """The label of the week before."""
    return week_of(monday_of(week) - timedelta(days=7))


def term_of(day: date) -> str:
    """The school term: `2026秋` from 1 September, `2026春` from 1 February to 31 August, January is the old autumn."""
    if day.month >= 9:
        return f"{day.year}秋"
    return f"{day.year}春" if day.month >= 2 else f"{day.year - 1}秋"


def term_start(day: date) -> date:
    """The first day of the school term by which `term_of` counts: 1 September or 1 February."""
    if day.month >= 9:
        return date(day.year, 9, 1)
    return date(day.year, 2, 1) if day.month >= 2 else date(day.year - 1, 9, 1)


def frozen_at(day: date, zone: tzinfo | None) -> datetime:
    """When the digest of the week of this day is frozen: the next Monday, 08:00."""
    return datetime.combine(monday_of(week_of(day)) + timedelta(days=7), DIGEST_AT, zone)


def timing_of(day: date, reported: datetime, until: datetime | None = None) -> str:
    """
    Whether a report (aware, in the school's zone) of this day is in time, late or backfilled.

    In time is that day and the next, or until the end of the window that was given; late until the week is frozen;
    backfilled after that.
    """
    if until is not None and reported <= until:
        return ON_TIME
    if reported >= frozen_at(day, reported.tzinfo):
        return BACKFILLED
    begins = datetime.combine(day, time(), reported.tzinfo)
    return ON_TIME if until is None and reported < begins + IN_TIME else LATE
