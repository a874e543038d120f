"""Weeks and school terms as the digest and the medals count them; pure."""

import re
from datetime import date, timedelta

from storage.history import school_year
from storage.rollups import week_of

__all__ = ["monday_of", "school_year", "term_of", "term_start", "week_before", "week_of"]

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
